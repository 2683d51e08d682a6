"""The condition of every figure: both servers answer the same questions with the same bytes."""

import dataclasses
import http.client
from collections.abc import Iterable, Sequence

SAME_HEADERS = (
    "content-type",
    "content-length",
    "etag",
    "cache-control",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "content-security-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
)


class NotTheSame(Exception):
    """The two servers differ; the text says at which address and how."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes
    headers: dict[str, str]


def check_same(ours: int, peer: int, paths: Iterable[str], *, token: str = "") -> int:
    """Compare bodies, headers and 304s at two local ports and return how many answers agreed; raises NotTheSame."""
    signed = {"Authorization": f"Bearer {token}"} if token else {}
    compared = 0
    with _Asker(ours) as ask_ours, _Asker(peer) as ask_peer:
        for path in paths:
            mine, theirs = ask_ours(path, signed), ask_peer(path, signed)
            _check(path, mine, theirs, SAME_HEADERS)
            if mine.status != 200 or not mine.body:
                raise NotTheSame(f"{path}: {mine.status} with {len(mine.body)} bytes")
            held = {**signed, "If-None-Match": mine.headers.get("etag", "")}
            again, theirs_again = ask_ours(path, held), ask_peer(path, held)
            _check(path, again, theirs_again, ("etag", "cache-control"))
            if again.status != 304:
                raise NotTheSame(f"{path}: {again.status} and not 304 for its own tag")
            compared += 2
    return compared


def check_same_refusals(ours: int, peer: int, paths: Sequence[str]) -> int:
    """Compare the status of wrong questions and of a forged token; raises NotTheSame."""
    with _Asker(ours) as ask_ours, _Asker(peer) as ask_peer:
        for path, headers in [
            *((path, {}) for path in paths),
            ("/api/v1/products", {"Authorization": "Bearer forged"}),
        ]:
            mine, theirs = ask_ours(path, headers), ask_peer(path, headers)
            if mine.status != theirs.status or mine.status < 400:
                raise NotTheSame(f"{path}: {mine.status} here, {theirs.status} there")
    return len(paths) + 1


def _check(path: str, mine: Answer, theirs: Answer, names: Sequence[str]) -> None:
    if mine.status != theirs.status:
        raise NotTheSame(f"{path}: {mine.status} here, {theirs.status} there")
    if mine.body != theirs.body:
        at = next((i for i, (a, b) in enumerate(zip(mine.body, theirs.body, strict=False)) if a != b), -1)
        around = slice(max(0, at - 60), at + 60)
        raise NotTheSame(f"{path}: bodies differ at byte {at}:\n  {mine.body[around]!r}\n  {theirs.body[around]!r}")
    for name in names:
        if mine.headers.get(name) != theirs.headers.get(name):
            raise NotTheSame(f"{path}: {name}: {mine.headers.get(name)!r} here, {theirs.headers.get(name)!r} there")


class _Asker:
    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> "_Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __call__(self, path: str, headers: dict[str, str]) -> Answer:
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()})
