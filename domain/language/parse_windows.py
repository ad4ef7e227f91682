"""Part of the grammar: spans, points and windows, which most leaves end with."""

from domain.language import rules
from domain.language.cursor import Cursor
from domain.language.syntax import (
    CALENDAR_UNITS,
    ROLLING_UNITS,
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

A_WINDOW = "a window such as `in last 30 days`, `since 2017-06-01` or `ever`"
_A_POINT = "a date such as 2017-06-01, an instant such as 2017-06-01T10:00:00Z, or `30 days ago`"


class Windows(Cursor):
    """Methods are named after what they read."""

    def window(self) -> Window | None:
        """A window, if one begins here."""
        if self.accept("in"):
            return self.in_window()
        if self.accept("today"):
            return Calendar(1, Unit.DAY, self.zone())
        if self.accept("this"):
            return self.this()
        if self.accept("on"):
            day = self.day()
            return On(Day(day, self.zone()))
        if self.accept("between"):
            start = self.point()
            self.expect("and", "`and` and the end of the window")
            return Between(start, self.point())
        if self.accept("since"):
            return Since(self.point())
        if self.accept("before"):
            return Before(self.point())
        return Ever() if self.accept("ever") else None

    def in_window(self) -> Window:
        """What follows `in` of a window."""
        if self.accept("this"):
            return self.this()
        periods = "to count periods, write `in at least 2 of last 3 calendar months`"
        window = "write for example `in last 30 days` or `in this month`"
        self.expect("last", "`last` or `this`", periods if self.at("of", 1) else window)
        if self.at("calendar", 1):
            return self.calendar()
        return Last(*self.rolling_span("write `in last 3 calendar months`, or days"))

    def this(self) -> Calendar:
        """What follows `this`."""
        unit = self.unit(CALENDAR_UNITS, "")
        return Calendar(1, unit, self.zone())

    def calendar(self, hint: str = "") -> Calendar:
        """What follows `last`: N calendar units [zone Z]; `hint` helps those who left out `calendar`."""
        token = self.peek()
        count = self.whole_number("a whole number such as 3")
        self.expect("calendar", hint=hint)
        unit = self.unit(CALENDAR_UNITS, "")
        self.refuse(token, rules.span_problem(count, unit))
        return Calendar(count, unit, self.zone())

    def lasting(self) -> Lasting:
        """N seconds|minutes|hours|days|weeks, of a pause or a state."""
        return Lasting(*self.rolling_span("write days"))

    def rolling_span(self, remedy: str) -> tuple[int, Unit]:
        """The same, with a remedy for those who wrote months."""
        return self.span_of(ROLLING_UNITS, f"months and years have no fixed length; {remedy}")

    def point(self) -> TimePoint:
        """A date [zone Z], an instant, or `N days ago`."""
        if self.at_date():
            day = self.day()
            return Day(day, self.zone())
        if self.at_instant():
            return Instant(self.instant())
        if not self.at_span():
            raise self.failure(_A_POINT)
        count, unit = self.rolling_span("write days")
        self.expect("ago", "`ago`", "write for example `30 days ago`")
        return Ago(count, unit)
