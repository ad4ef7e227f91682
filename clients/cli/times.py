"""Times and spans as people write them: ISO 8601, a bare date is its midnight, no zone is that of `--zone`; `30 days`."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import click

_DIGITS_MAX = 20
_UNITS = {unit: timedelta(**{unit: 1}) for unit in ("weeks", "days", "hours", "minutes", "seconds", "microseconds")}
FOR_EVER = "for ever"


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


class Lifetime(click.ParamType[timedelta]):
    """`30 days`, or `for ever`, as a timedelta, which is 0 for that."""

    name = "lifetime"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """See click."""
        if isinstance(value, timedelta):
            return value
        text = str(value).strip()
        count, _, unit = text.partition(" ")
        length = _UNITS.get(unit.strip().rstrip("s") + "s")
        if text == FOR_EVER:
            return timedelta(0)
        if length is None or not (count.isascii() and count.isdigit()) or len(count) > _DIGITS_MAX or not int(count):
            self.fail(f"cannot read {text!r}; give a number and one of {', '.join(_UNITS)}, or {FOR_EVER!r}", param, ctx)
        try:
            return int(count) * length
        except OverflowError:
            self.fail(f"{text!r} is too long", param, ctx)


def duration_text(length: timedelta) -> str:
    """Return a span as people write it, in the largest unit of which it is a multiple, and no weeks."""
    if not length:
        return FOR_EVER
    unit = next(unit for unit, one in _UNITS.items() if unit != "weeks" and not length % one)
    count = length // _UNITS[unit]
    return f"{count} {unit if count > 1 else unit.removesuffix('s')}"
