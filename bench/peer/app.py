"""Product list and detail as a tuned FastAPI service would serve them: `uvicorn bench.peer.app:app`."""

import contextlib
import hashlib
import os
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware

from bench.peer.headers import CommonHeaders
from bench.peer.people import Unknown, sees_stock
from bench.peer.questions import FIELDS, fields_question, products_question
from bench.peer.reads import product_detail, product_page

JSON = "application/json"
PUBLIC = "public, max-age=0, must-revalidate"
VARY = "Authorization, origin"


async def _leave_as_it_is(connection: asyncpg.Connection) -> None:
    """Spare the pool's RESET after each use (a round trip): this service changes no session state."""


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    size = int(os.environ.get("PEER_POOL", "4"))
    app.state.pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=size,
        max_size=size,
        max_inactive_connection_lifetime=0,
        reset=_leave_as_it_is,
        statement_cache_size=1000,
        server_settings={"plan_cache_mode": "force_custom_plan", "timezone": "UTC"},
    )
    async with app.state.pool:
        yield


app = FastAPI(lifespan=_lifespan, openapi_url=None)
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example"], allow_credentials=True)
app.add_middleware(CommonHeaders)


@app.get("/api/v1/products")
async def products(request: Request) -> Response:
    """Answer with one page of products."""
    try:
        question = products_question(request.scope["query_string"])
    except ValueError:
        return _fault(422)
    async with app.state.pool.acquire() as connection:
        try:
            staff = await _is_staff(request, connection)
        except Unknown:
            return _fault(401)
        body = await product_page(question, _visible(question.asked.fields, staff), connection)
    return _cacheable(request, body, personal=staff)


@app.get("/api/v1/products/{product_id}")
async def product(request: Request, product_id: UUID) -> Response:
    """Answer with one product."""
    try:
        fields = fields_question(request.scope["query_string"])
    except ValueError:
        return _fault(422)
    async with app.state.pool.acquire() as connection:
        try:
            staff = await _is_staff(request, connection)
        except Unknown:
            return _fault(401)
        body = await product_detail(product_id, _visible(fields, staff), connection)
    return _fault(404) if body is None else _cacheable(request, body, personal=staff)


async def _is_staff(request: Request, connection: asyncpg.Connection) -> bool:
    header = request.headers.get("authorization")
    return bool(header) and await sees_stock(header, connection)


PUBLIC_FIELDS = tuple(field for field in FIELDS if field != "stock")


def _visible(fields: tuple[str, ...], staff: bool) -> tuple[str, ...]:
    if staff or "stock" not in fields:
        return fields
    return PUBLIC_FIELDS if fields is FIELDS else tuple(field for field in fields if field != "stock")


def _cacheable(request: Request, body: bytes, *, personal: bool) -> Response:
    if personal:
        return Response(body, media_type=JSON, headers={"cache-control": "private, no-store"})
    tag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()[:24]}"'
    headers = {"etag": tag, "cache-control": PUBLIC, "vary": VARY}
    asked = request.headers.get("if-none-match")
    if asked and (asked.strip() == "*" or any(part.strip().removeprefix("W/") == tag for part in asked.split(","))):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def _fault(status: int) -> Response:
    return Response(b'{"detail":"no"}', status_code=status, media_type=JSON)
