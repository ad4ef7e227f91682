"""Opaque tokens of pages: a version, the question that they belong to, and where to go on."""

import base64
import binascii
import hashlib
from collections.abc import Sequence

import orjson

from domain.errors import InvalidPageToken

_VERSION = 1


def question_digest(*parts: object) -> str:
    """Tells one question from another."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def make_token(question: str, *places: int) -> str:
    """The token for the page that begins at these places."""
    return base64.urlsafe_b64encode(orjson.dumps([_VERSION, question, *places])).decode()


def read_token(token: str, question: str, count: int) -> Sequence[int]:
    """The `count` places of a token of this question. Raises InvalidPageToken."""
    try:
        version: object
        places: list[int]
        version, of_question, *places = orjson.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, binascii.Error):
        raise _refusal("is not one of this service's") from None
    if version != _VERSION or len(places) != count or not all(type(p) is int and 0 <= p < 1 << 62 for p in places):
        raise _refusal("is not one of this service's")
    if of_question != question:
        raise _refusal("belongs to another question; keep all other fields as they were on the first page")
    return places


def _refusal(what: str) -> InvalidPageToken:
    return InvalidPageToken(f"page_token: this token {what}; begin again without a token")
