"""The headers that every answer of ours carries, added the cheapest way ASGI knows."""

import re
import uuid
from typing import Any

ALLOWED_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
FIXED = (
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class CommonHeaders:
    """Plain ASGI middleware: a request id and the safety headers."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        if not ALLOWED_REQUEST_ID.fullmatch(request_id):
            request_id = uuid.uuid4().hex.encode()

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id), *FIXED]
            await send(message)

        await self.app(scope, receive, send_with_headers)
