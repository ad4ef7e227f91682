"""Times as people write them: ISO 8601, a bare date is its midnight, and what has no zone is in `--zone`."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import click

_DIGITS_MAX = 20


def zone_of(name: str) -> tzinfo:
    """Return the zone of an IANA name; raises a usage error for another name."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise click.UsageError(f"--zone: no time zone is called {name!r}; give an IANA name such as Asia/Shanghai") from error


def instant_of(text: str, zone: tzinfo) -> datetime:
    """Return the instant in UTC. A time that a clock change skips is taken as the clock went on; one that comes twice, as the
    first. Raises ValueError when it cannot be read."""
    read = datetime.fromisoformat(text.strip())
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone)
    try:
        return read.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"out of range: {text!r}") from error


def option_instant(option: str, text: str | None, zone: tzinfo) -> datetime | None:
    """Return the instant of an option, None for none; raises a usage error when it cannot be read."""
    if text is None:
        return None
    try:
        return instant_of(text, zone)
    except ValueError as error:
        hint = "give ISO 8601, such as 2017-06-01 or 2017-06-01T10:00:00+08:00"
        raise click.UsageError(f"{option}: cannot read {text!r} as a time; {hint}") from error


def position_of(digits: str) -> int:
    """Return the position that digits stand for; of more digits than any position has, enough to be beyond all of them."""
    return int((digits.strip().lstrip("0") or "0")[:_DIGITS_MAX])


def option_cut(text: str | None, zone: tzinfo, option: str = "--known-at") -> int | datetime | None:
    """Return the value of an option such as --known-at: digits are a position of the log, anything else a time."""
    if text is not None and text.strip().isascii() and text.strip().isdigit():
        return position_of(text)
    return option_instant(option, text, zone)
