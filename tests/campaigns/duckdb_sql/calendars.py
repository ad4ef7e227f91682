"""Windows as ranges of instants, by the calendars and zones of ICU inside DuckDB."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, assert_never

import duckdb

from domain.language.syntax import (
    Ago,
    Before,
    Between,
    Calendar,
    Day,
    Ever,
    Instant,
    Last,
    Lasting,
    On,
    Since,
    TimePoint,
    Unit,
    Window,
)

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_SPANS: Final = {Unit.SECOND: _SECOND, Unit.MINUTE: _MINUTE, Unit.HOUR: _HOUR, Unit.DAY: 24 * _HOUR, Unit.WEEK: 168 * _HOUR}
_ALWAYS: Final = -(2**62)


def text(value: str) -> str:
    """A string as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def wall(instant: str, zone: str) -> str:
    """SQL: the timestamp that clocks in the zone show at the instant."""
    return f"timezone({text(zone)}, make_timestamptz({instant}))"


def span(length: Last | Lasting | Ago) -> int:
    """Microseconds."""
    return length.count * _SPANS[length.unit]


class Calendars:
    """Asks DuckDB, and remembers what it said of days."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._starts: dict[tuple[date, str], int] = {}

    def today(self, as_of: int, zone: str) -> date:
        """The date that the zone shows."""
        # All rows are fetched: a result with rows left keeps the connection busy.
        ((found,),) = self._connection.execute(f"SELECT CAST({wall(f'{as_of}::BIGINT', zone)} AS DATE)").fetchall()
        assert isinstance(found, date)
        return found

    def period_dates(self, periods: Calendar, as_of: int) -> list[date]:
        """First dates of the current period and those before it, latest first."""
        day = f"CAST({wall(f'{as_of}::BIGINT', periods.zone)} AS DATE)"
        unit = periods.unit.value
        rows = self._connection.execute(
            f"SELECT CAST(date_trunc('{unit}', {day}) - to_{unit}s(CAST(back AS INTEGER)) AS DATE) "
            f"FROM range({periods.count}) AS counted(back) ORDER BY back"
        )
        return [row[0] for row in rows.fetchall()]

    def starts(self, days: Sequence[date], zone: str) -> list[int]:
        """For each day the first instant at which the zone shows it or a later one.

        Every minute of the 43 hours about its midnight in UTC is tried, and then every second of the minute before.
        """
        unknown = [day for day in dict.fromkeys(days) if (day, zone) not in self._starts]
        if unknown:
            listed = ", ".join(f"(DATE '{day.isoformat()}')" for day in unknown)
            midnight = "epoch_us(CAST(day AS TIMESTAMP))"
            rows = self._connection.execute(
                f"""
                WITH days(day) AS (VALUES {listed}),
                minutes AS (
                    SELECT day, min({midnight} + tried.m) AS first
                    FROM days, range({-16 * _HOUR}, {27 * _HOUR}, {_MINUTE}) AS tried(m)
                    WHERE CAST({wall(f"{midnight} + tried.m", zone)} AS DATE) >= day GROUP BY day
                )
                SELECT day, min(first - tried.s) FROM minutes, range(0, {_MINUTE}, {_SECOND}) AS tried(s)
                WHERE CAST({wall("first - tried.s", zone)} AS DATE) >= day GROUP BY day
                """
            )
            self._starts |= {(day, zone): int(start) for day, start in rows.fetchall()}
        return [self._starts[day, zone] for day in days]

    def bounds(self, window: Window, as_of: int) -> tuple[int, int]:
        """First instant inside, and the first after it that is not."""
        end = as_of + 1
        match window:
            case Ever():
                return _ALWAYS, end
            case Last():
                return as_of - span(window) + 1, end
            case Calendar():
                return self.starts(self.period_dates(window, as_of)[-1:], window.zone)[0], end
            case On(Day(day, zone)):
                start, next_day = self.starts([day, day + timedelta(days=1)], zone)
                return start, min(next_day, end)
            case Between(first, last):
                return self.point(first, as_of), min(self.point(last, as_of), end)
            case Since(first):
                return self.point(first, as_of), end
            case Before(last):
                return _ALWAYS, min(self.point(last, as_of), end)
            case _:
                assert_never(window)

    def point(self, point: TimePoint, as_of: int) -> int:
        """The instant."""
        match point:
            case Instant():
                return point.us
            case Day():
                return self.starts([point.date], point.zone)[0]
            case Ago():
                return as_of - span(point)
            case _:
                assert_never(point)
