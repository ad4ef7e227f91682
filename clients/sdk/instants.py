"""Instants between ``datetime`` and the wire: whole microseconds since the epoch, UTC; naive datetimes are refused."""

from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from .errors import FieldViolation, InvalidField

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def invalid(field: str, description: str) -> InvalidField:
    """Return the refusal of one field, as the service would give it."""
    return InvalidField(f"{field}: {description}", violations=(FieldViolation(field, description),))


def to_us(instant: datetime, field: str) -> int:
    """Return microseconds since the epoch; ``field`` names the argument in a refusal."""
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        raise invalid(field, f"must be a datetime with a time zone, got {instant!r}")
    delta = instant - EPOCH
    return delta.days * 86_400_000_000 + delta.seconds * 1_000_000 + delta.microseconds


def optional_us(instant: datetime | None, field: str) -> int | None:
    """Return microseconds since the epoch, or None for None."""
    return None if instant is None else to_us(instant, field)


def to_timestamp(instant: datetime, field: str) -> Timestamp:
    """Return a protobuf timestamp."""
    seconds, microseconds = divmod(to_us(instant, field), 1_000_000)
    return Timestamp(seconds=seconds, nanos=microseconds * 1_000)


def from_timestamp(stamp: Timestamp) -> datetime:
    """Return an aware datetime in UTC."""
    return EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1_000)
