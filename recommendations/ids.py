"""The id of a recommendation: a signed string that says what was shown, so that no row is needed to know it again."""

import base64
import binascii
import hashlib
import hmac
import uuid
from typing import NamedTuple

from django.conf import settings

from common.errors import NotFound

SIGNATURE_BYTES = 12
HEAD_BYTES = 16 + 16 + 1
LONGEST_POLICY = 60


class NoSuchRecommendation(NotFound):
    """The id is not one of ours, or it was somebody else's answer."""

    detail = "There is no such recommendation."


class RecommendationId(NamedTuple):
    """Which answer, which place in it, which product, on whose choice."""

    answer_id: uuid.UUID
    rank: int
    product_id: uuid.UUID
    policy: str

    def sign(self, user_id: uuid.UUID) -> str:
        """Return the id for the person who got the answer: at most 150 characters of A-Z, a-z, 0-9, - and _."""
        head = self.answer_id.bytes + self.product_id.bytes + bytes([self.rank])
        body = head + self.policy[:LONGEST_POLICY].encode("ascii", "replace")
        return _written(body + _signature(body, user_id))


def read_id(text: str, user_id: uuid.UUID) -> RecommendationId:
    """Return what a person's recommendation id says; raises NoSuchRecommendation for any other."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoSuchRecommendation from None
    # One id, one spelling: the last letter of base64 has bits to spare, and both alphabets are understood.
    if _written(raw) != text:
        raise NoSuchRecommendation
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    if len(body) < HEAD_BYTES or not hmac.compare_digest(signature, _signature(body, user_id)):
        raise NoSuchRecommendation
    return RecommendationId(
        answer_id=uuid.UUID(bytes=body[:16]),
        rank=body[32],
        product_id=uuid.UUID(bytes=body[16:32]),
        policy=body[HEAD_BYTES:].decode("ascii"),
    )


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signature(body: bytes, user_id: uuid.UUID) -> bytes:
    key = hmac.digest(settings.SECRET_KEY.encode(), b"recommendations.ids", hashlib.sha256)
    return hmac.digest(key, user_id.bytes + body, hashlib.sha256)[:SIGNATURE_BYTES]
