"""Everything kept about a person as one JSON document, written piece by piece."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from common import personal
from common.rendering import to_json

PIECE = 200


def as_json(user_id: uuid.UUID, *, now: datetime) -> Iterator[bytes]:
    """Yield the document's pieces; rows are read while they are written, so that it may be of any length."""
    head = to_json({"exported_at": now, "user_id": user_id})
    yield head[:-1] + b',"data":{'
    for position, (name, rows) in enumerate(sorted(personal.export(user_id).items())):
        yield (b"," if position else b"") + to_json(name) + b":["
        yield from _joined(rows)
        yield b"]"
    yield b"}}"


def _joined(rows: Iterable[Any]) -> Iterator[bytes]:
    pieces: list[bytes] = []
    is_first = True
    for row in rows:
        pieces.append(to_json(row))
        if len(pieces) == PIECE:
            yield (b"" if is_first else b",") + b",".join(pieces)
            pieces, is_first = [], False
    if pieces:
        yield (b"" if is_first else b",") + b",".join(pieces)
