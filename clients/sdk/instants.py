"""Instants and durations between ``datetime`` and the wire: whole microseconds, UTC; naive datetimes are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
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


def optional_duration(length: timedelta | None, field: str) -> Duration | None:
    """Return a protobuf duration, or None for None; ``field`` names the argument in a refusal."""
    if length is None:
        return None
    if not isinstance(length, timedelta):
        raise invalid(field, f"must be a timedelta, got {length!r}")
    seconds, microseconds = divmod(length // timedelta(microseconds=1), 1_000_000)
    return Duration(seconds=seconds, nanos=microseconds * 1_000)


def duration(message: Any, field: str) -> timedelta | None:
    """Return the duration that a message has in a field; None where it has none."""
    found = getattr(message, field)
    return timedelta(seconds=found.seconds, microseconds=found.nanos // 1_000) if message.HasField(field) else None
