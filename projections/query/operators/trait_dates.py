"""`T in last 30 calendar days`, `T in next 90 days`, `T anniversary in next 7 days`: where a date lies, seen from today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pyroaring import BitMap

from domain.changeset import Value
from domain.instants import local_date
from domain.language.syntax import TraitDate
from domain.language.windows import period_start
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.index import bitmaps
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TraitDateOperator:
    """Profiles whose date, or a yearly return of it, lies in a range of days."""

    view: View
    leaf: TraitDate

    @property
    def name(self) -> str:
        """See Operator."""
        return "anniversary" if self.leaf.anniversary else "trait date"

    def estimate(self) -> int:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        return min(self.view.size, len(trait.history)) if trait else 0

    def cost(self) -> int:
        """See Operator."""
        return self.view.size if self.leaf.name in self.view.index.traits else 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        if trait is None:
            return BitMap()
        # The state first: every value it speaks of is then in the dictionary.
        codes = trait.codes.at(self.view.as_of, self.view.version).codes
        return bitmaps.from_flags(trait.satisfying(self._predicate(), codes))

    def _predicate(self) -> Callable[[Value], bool]:
        first, last = self._days()
        if self.leaf.anniversary:
            return lambda value: isinstance(value, date) and returns_between(value, first, last)
        return lambda value: isinstance(value, date) and first <= value <= last

    def _days(self) -> tuple[date, date]:
        """First and last of the days that count."""
        period = self.leaf.period
        today = local_date(min(max(self.view.as_of, MIN_INSTANT_US), MAX_INSTANT_US), period.zone)
        if self.leaf.ahead:
            return today, today + timedelta(days=period.count - 1)
        return period_start(today, period.unit, period.count - 1), today

    def note(self) -> str:
        """See Operator."""
        if self.leaf.name not in self.view.index.traits:
            return "this trait has never been recorded"
        first, last = self._days()
        return f"{'returns of the date' if self.leaf.anniversary else 'dates'} from {first} to {last}"


def returns_between(day: date, first: date, last: date) -> bool:
    """Does a yearly return of the day, in its own year or later, lie between the two, both included?"""
    year = max(day.year, first.year)
    # The return of that year is at or after `first`, or else the next year's is. Not further: there is no year 10000.
    return any(first <= returned(day, one) <= last for one in (year, year + 1) if one <= last.year)


def returned(day: date, year: int) -> date:
    """The day in another year; 29 February is the 28th in common years."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
