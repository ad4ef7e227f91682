"""Opaque tokens of pages: a version, the question that they belong to, and where to go on."""

import base64
import binascii
import hashlib
from collections.abc import Sequence

import orjson

from domain.errors import InvalidPageToken, Violation

_VERSION = 1

# Bounds of places.
ORDINALS = 1 << 32
VERSIONS = 1 << 32
POSITIONS = 1 << 62
ROWS = 1 << 32


def question_digest(*parts: object) -> str:
    """Tells one question from another."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def make_token(question: str, *places: int) -> str:
    """The token for the page that begins at these places."""
    return base64.urlsafe_b64encode(orjson.dumps([_VERSION, question, *places])).decode()


def read_token(token: str, question: str, bounds: Sequence[int]) -> Sequence[int]:
    """The places of a token of this question, each below its bound. Raises InvalidPageToken."""
    try:
        version: object
        places: list[int]
        version, of_question, *places = orjson.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, binascii.Error):
        raise _refusal("is not one of this service's") from None
    if version != _VERSION or len(places) != len(bounds) or not all(map(_is_below, places, bounds)):
        raise _refusal("is not one of this service's")
    if of_question != question:
        raise _refusal("belongs to another question; keep all other fields as they were on the first page")
    return places


def _is_below(place: object, bound: int) -> bool:
    return type(place) is int and 0 <= place < bound


def _refusal(what: str) -> InvalidPageToken:
    description = f"this token {what}; begin again without a token"
    return InvalidPageToken(f"page_token: {description}", violations=[Violation("page_token", description)])
