"""The oracle: docs/language.md as the plainest code, so that the fast index has something to be compared with.

Everything is remembered as plain rows and every question scans them all. Nothing here is shared with the fast code: sets,
dicts, ints, `Fraction`s, and calendar arithmetic that asks `zoneinfo` about one instant at a time. When the two disagree,
docs/language.md decides; where it does not say, a docstring here says what was decided.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeGuard, TypeVar, assert_never
from zoneinfo import ZoneInfo

from domain import changeset as log
from domain.errors import MixedCurrencies
from domain.language import syntax as tree
from domain.language.syntax import Function, Op, Unit

T = TypeVar("T")

# A number property is a double, an amount an exact Fraction in currency units: the type says how it is compared.
Cell = log.Value | Fraction

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US: Final = 60_000_000
UNIT_US: Final = {Unit.MINUTE: MINUTE_US, Unit.HOUR: 60 * MINUTE_US, Unit.DAY: 1_440 * MINUTE_US, Unit.WEEK: 10_080 * MINUTE_US}
# In the order of NUMERIC_OPS: = != < <= > >=
COMPARE: Final[dict[Op, Callable[[Any, Any], bool]]] = dict(zip(tree.NUMERIC_OPS, (eq, ne, lt, le, gt, ge), strict=True))
RANKING_MONEY: Final = (Function.SUM, Function.AVG, Function.MIN, Function.MAX)


@dataclass(frozen=True, slots=True)
class Clock:
    """The two clocks of a question."""

    as_of: int
    known_at: int

    def sees(self, row: "ChangeRow | InteractionRow") -> bool:
        """Whether the row is visible."""
        return row.at <= self.as_of and row.position <= self.known_at


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Row `place` of a changeset: a tag (`subject` is its number) or trait (its name) set, or if not `holds`, removed."""

    ordinal: int
    subject: int | str
    holds: bool
    value: log.Value | None
    at: int
    position: int
    place: int


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One interaction; `cells` has its properties, and the reserved ones where it has them."""

    ordinal: int
    type: str
    at: int
    position: int
    cells: dict[str, Cell]


Selected = dict[int, list[InteractionRow]]


class NaiveLedger:
    """All that one workspace's log says. Give it the changesets in the order of their positions."""

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.currency = ""
        self.groups: dict[int, str] = {}
        self.tag_names: dict[int, tuple[int | None, str]] = {}
        self.recorded: list[tuple[int, int]] = []
        self.tags: list[ChangeRow] = []
        self.traits: list[ChangeRow] = []
        self.interactions: list[InteractionRow] = []

    def apply(self, recorded: log.Recorded) -> None:
        """Remember one changeset; ValueError for another workspace's, or one out of order."""
        changeset, position = recorded.changeset, recorded.position
        if changeset.workspace != self.workspace:
            raise ValueError(f"changeset of workspace {changeset.workspace!r}, not {self.workspace!r}")
        if self.recorded and position <= self.recorded[-1][0]:
            raise ValueError(f"position {position} comes after {self.recorded[-1][0]}")
        self.recorded.append((position, changeset.recorded_at))
        for change in changeset.catalogue:
            self._apply_catalogue(change)
        if changeset.tags is not None:
            self.tags.extend(tag_rows(changeset.tags, position))
        if changeset.traits is not None:
            self.traits.extend(trait_rows(changeset.traits, position))
        if changeset.interactions is not None:
            self.interactions.extend(interaction_rows(changeset.interactions, position, self.currency))

    def _apply_catalogue(self, change: log.CatalogueChange) -> None:
        match change:
            case log.WorkspaceCreated():
                self.currency = change.currency
            case log.GroupDefined() | log.GroupRenamed():
                self.groups[change.number] = change.name
            case log.TagDefined():
                self.tag_names[change.number] = (change.group, change.name)
            case log.TagRenamed():
                self.tag_names[change.number] = (self.tag_names[change.number][0], change.name)
            case log.GroupRetired() | log.TagRetired():
                pass  # retired tags can still be asked for
            case _:
                assert_never(change)

    def position_at(self, instant_us: int) -> int:
        """Last position recorded at or before the instant; 0 if none."""
        return max((position for position, recorded_at in self.recorded if recorded_at <= instant_us), default=0)

    def tag_number(self, key: str) -> int | None:
        """The tag that has this key by the latest names, whatever the clocks of the question; None if no tag has it."""
        for number, (group, name) in self.tag_names.items():
            if key == (name if group is None else f"{self.groups[group]}/{name}"):
                return number
        return None

    def tag_state(self, ordinal: int, tag: int, as_of: int, known_at: int) -> ChangeRow | None:
        """The change that decides whether the profile carries the tag; None without any."""
        return deciding(self.tags, tag, Clock(as_of, known_at)).get(ordinal)

    def trait_value(self, ordinal: int, name: str, as_of: int, known_at: int) -> log.Value | None:
        """The profile's value of the trait; None when never set, or cleared."""
        row = deciding(self.traits, name, Clock(as_of, known_at)).get(ordinal)
        return None if row is None else row.value

    def universe(self, as_of: int, known_at: int) -> frozenset[int]:
        """Ordinals of the profiles with any visible tag change, trait change or interaction."""
        clock = Clock(as_of, known_at)
        rows: list[ChangeRow | InteractionRow] = [*self.tags, *self.traits, *self.interactions]
        return frozenset(row.ordinal for row in rows if clock.sees(row))

    def members(self, expression: tree.Expression, as_of: int, known_at: int) -> frozenset[int]:
        """Ordinals that the expression selects. Raises MixedCurrencies if any leaf of it would add or rank currencies."""
        return self._members(expression, Clock(as_of, known_at))

    def _members(self, expression: tree.Expression, clock: Clock) -> frozenset[int]:
        match expression:
            case tree.Everyone():
                return self.universe(clock.as_of, clock.known_at)
            case tree.And():
                return frozenset.intersection(*[self._members(operand, clock) for operand in expression.operands])
            case tree.Or():
                return frozenset.union(*[self._members(operand, clock) for operand in expression.operands])
            case tree.Not():
                return self.universe(clock.as_of, clock.known_at) - self._members(expression.operand, clock)
            case tree.Tagged():
                return self._tagged(expression, clock)
            case tree.Trait():
                rows = deciding(self.traits, expression.name, clock)
                return frozenset(o for o, row in rows.items() if matches(row.value, expression.op, expression.values))
            case tree.Did():
                return self._did(expression, clock)
            case tree.Measure():
                return self._measure(expression, clock)
            case tree.Edge():
                return self._edge(expression, clock)
            case _:
                assert_never(expression)

    def _tagged(self, leaf: tree.Tagged, clock: Clock) -> frozenset[int]:
        numbers = {self.tag_number(key) for key in leaf.tags} - {None}
        rows = [row for number in numbers for row in deciding(self.tags, number, clock).values()]
        return frozenset(row.ordinal for row in rows if row.holds and has_value(row.value, leaf.value))

    def _did(self, leaf: tree.Did, clock: Clock) -> frozenset[int]:
        rows = self._selected(leaf.type, leaf.where, leaf.window, clock)
        counts = {o: Fraction(len(rows.get(o, []))) for o in self.universe(clock.as_of, clock.known_at)}
        return frozenset(o for o, count in counts.items() if compare_number(count, leaf.count))

    def _measure(self, leaf: tree.Measure, clock: Clock) -> frozenset[int]:
        rows = self._selected(leaf.type, leaf.where, leaf.window, clock)
        if leaf.property == "amount" and leaf.function in RANKING_MONEY:
            refuse_mixed_currencies(leaf, [row for of_profile in rows.values() for row in of_profile])
        results = {o: aggregate(leaf, rows.get(o, [])) for o in self.universe(clock.as_of, clock.known_at)}
        return frozenset(o for o, result in results.items() if result is not None and compare_number(result, leaf.value))

    def _edge(self, leaf: tree.Edge, clock: Clock) -> frozenset[int]:
        choose = max if leaf.last else min
        rows = self._selected(leaf.type, leaf.where, tree.Ever(), clock)
        edges = {ordinal: choose(row.at for row in of_profile) for ordinal, of_profile in rows.items()}
        return frozenset(ordinal for ordinal, at in edges.items() if inside(leaf.window, at, clock.as_of))

    def _selected(self, name: str, where: tree.Filter | None, window: tree.Window, clock: Clock) -> Selected:
        rows: Selected = {}
        for row in self.interactions:
            if row.type == name and clock.sees(row) and inside(window, row.at, clock.as_of) and passes(where, row):
                rows.setdefault(row.ordinal, []).append(row)
        return rows


def deciding(rows: Sequence[ChangeRow], subject: int | str | None, clock: Clock) -> dict[int, ChangeRow]:
    """Per profile the last visible change of the tag or trait, by (instant, position, place in the changeset)."""
    visible = [row for row in rows if row.subject == subject and clock.sees(row)]
    return {row.ordinal: row for row in sorted(visible, key=lambda row: (row.at, row.position, row.place))}


def tag_rows(columns: log.TagColumns, position: int) -> Iterable[ChangeRow]:
    """The tag changes of one changeset."""
    for i, ordinal in enumerate(columns.ordinals):
        value = columns.values[i] if len(columns.values) else None
        yield ChangeRow(ordinal, columns.tags[i], columns.applied[i], value, columns.effective_at[i], position, i)


def trait_rows(columns: log.TraitColumns, position: int) -> Iterable[ChangeRow]:
    """The trait changes of one changeset."""
    for i, ordinal in enumerate(columns.ordinals):
        name, value = columns.names[columns.index[i]], columns.values[i]
        yield ChangeRow(ordinal, name, value is not None, value, columns.effective_at[i], position, i)


def interaction_rows(columns: log.InteractionColumns, position: int, default_currency: str) -> Iterable[InteractionRow]:
    """The interactions of one changeset; a row without an amount has no currency."""
    for i, ordinal in enumerate(columns.ordinals):
        name = columns.types[columns.type_index[i] if len(columns.type_index) else 0]
        cells: dict[str, Cell | None] = {column.name: entry(column.index, column.values, i) for column in columns.properties}
        cells["touchpoint"] = entry(columns.touchpoint_index, columns.touchpoints, i)
        amount = columns.amounts[i] if len(columns.amounts) else None
        if amount is not None:
            cells["amount"] = Fraction(amount, 10_000)
            cells["currency"] = entry(columns.currency_index, columns.currencies, i) or default_currency
        present = {key: cell for key, cell in cells.items() if cell is not None}
        yield InteractionRow(ordinal, name, columns.occurred_at[i], position, present)


def entry(index: Sequence[int], dictionary: Sequence[T], row: int) -> T | None:
    """The row's entry of a dictionary column; None for 0, or when the column is empty."""
    code = index[row] if len(index) else 0
    return dictionary[code - 1] if code else None


def matches(value: Cell | None, op: Op, literals: Sequence[tree.Literal]) -> bool:
    """One trait or property against its literals; an absent value matches nothing, `exists` and `!=` among it."""
    if value is None or op is Op.EXISTS:
        return value is not None
    if op is Op.IN:
        return any(compare(value, Op.EQ, literal) for literal in literals)
    if op is Op.STARTS_WITH:
        return isinstance(value, str) and isinstance(literals[0], str) and value.startswith(literals[0])
    return compare(value, op, literals[0])


def compare(value: Cell, op: Op, literal: tree.Literal) -> bool:
    """By the literal's type; a value of another type never matches. Of bools, false is the lesser (the page does not say)."""
    if isinstance(literal, Decimal):
        return is_number(value) and compare_number(value, tree.Bound(op, literal))
    return type(value) is type(literal) and COMPARE[op](value, literal)


def has_value(value: log.Value | None, bound: tree.Bound | None) -> bool:
    """Whether an assignment with this value is meant; one without a value matches no bound."""
    return bound is None or (value is not None and is_number(value) and compare_number(value, bound))


def is_number(value: Cell) -> TypeGuard[float | Fraction]:
    """Python says that True is a number; the language does not."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def compare_number(value: float | Fraction, bound: tree.Bound) -> bool:
    """Exactly for counts, amounts and sums (Fractions); by doubles, the bound's nearest, for recorded doubles."""
    literal = Fraction(bound.number) if isinstance(value, Fraction) else float(bound.number)
    return COMPARE[bound.op](value, literal)


def passes(where: tree.Filter | None, row: InteractionRow) -> bool:
    """Whether the interaction passes the filter."""
    match where:
        case None:
            return True
        case tree.Condition():
            return matches(row.cells.get(where.property), where.op, where.values)
        case tree.FilterAll():
            return all(passes(operand, row) for operand in where.operands)
        case tree.FilterAny():
            return any(passes(operand, row) for operand in where.operands)
        case tree.FilterNot():
            return not passes(where.operand, row)
        case _:
            assert_never(where)


def aggregate(leaf: tree.Measure, rows: Sequence[InteractionRow]) -> float | Fraction | None:
    """The measure over one profile's selected rows; None where there is no value."""
    cells = [row.cells[leaf.property] for row in rows if leaf.property in row.cells]
    numbers = [cell for cell in cells if is_number(cell)]
    total = Fraction(sum(ten_thousandths(number) for number in numbers), 10_000)
    match leaf.function:
        case Function.DAYS:
            return Fraction(len({local_date(row.at, leaf.zone) for row in rows}))
        case Function.DISTINCT:
            return Fraction(len({(isinstance(cell, bool), cell) for cell in cells}))
        case Function.SUM:
            return total
        case Function.AVG if numbers:
            return total / len(numbers)
        case Function.MIN if numbers:
            return min(numbers)
        case Function.MAX if numbers:
            return max(numbers)
        case Function.AVG | Function.MIN | Function.MAX:
            return None
        case _:
            assert_never(leaf.function)


def ten_thousandths(number: float | Fraction) -> int:
    """What a number counts in sums: an amount exactly, a double times 10,000 rounded half-even."""
    return int(number * 10_000) if isinstance(number, Fraction) else round(number * 10_000.0)


def refuse_mixed_currencies(leaf: tree.Measure, rows: Iterable[InteractionRow]) -> None:
    """Raise MixedCurrencies when the amounts among these rows, of all profiles, are in more than one currency."""
    currencies = sorted({str(row.cells["currency"]) for row in rows if "amount" in row.cells})
    if len(currencies) > 1:
        what = f"{leaf.function.value}({leaf.type}.amount)"
        raise MixedCurrencies(f"{what} would mix {', '.join(currencies)}; add `where currency = ...`")


def inside(window: tree.Window, t: int, as_of: int) -> bool:
    """Whether the instant lies in the window as seen at as_of."""
    if t > as_of:
        return False
    match window:
        case tree.Ever():
            return True
        case tree.Last():
            return as_of - window.count * UNIT_US[window.unit] < t
        case tree.Calendar():
            return start_of_day(first_date(window, local_date(as_of, window.zone)), window.zone) <= t
        case tree.On(tree.Day(day, zone)):
            return start_of_day(day, zone) <= t < start_of_day(day + timedelta(days=1), zone)
        case tree.Between():
            return resolve(window.start, as_of) <= t < resolve(window.end, as_of)
        case tree.Since():
            return resolve(window.start, as_of) <= t
        case tree.Before():
            return t < resolve(window.end, as_of)
        case _:
            assert_never(window)


def resolve(point: tree.TimePoint, as_of: int) -> int:
    """The instant that a point stands for."""
    match point:
        case tree.Instant():
            return point.us
        case tree.Day():
            return start_of_day(point.date, point.zone)
        case tree.Ago():
            return as_of - point.count * UNIT_US[point.unit]
        case _:
            assert_never(point)


def first_date(window: tree.Calendar, today: date) -> date:
    """First date of the period count-1 before the one with `today` in it, by the calendar alone."""
    back = window.count - 1
    if window.unit is Unit.DAY:
        return today - timedelta(days=back)
    if window.unit is Unit.WEEK:
        return today - timedelta(days=today.weekday(), weeks=back)
    if window.unit is Unit.YEAR:
        return date(today.year - back, 1, 1)
    year, month = divmod(today.year * 12 + (today.month - 1) - back, 12)
    return date(year, month + 1, 1)


def local_date(t: int, zone: str) -> date:
    """The date that the clocks of the zone show at the instant."""
    return (EPOCH + timedelta(microseconds=t)).astimezone(ZoneInfo(zone)).date()


@cache
def start_of_day(day: date, zone: str) -> int:
    """The first instant at which the zone's clocks show that date, or a later one if they skip it.

    Looks at each minute from 16 hours before its midnight in UTC on (no zone is further ahead), then at each second.
    """
    minute = (day - EPOCH.date()).days * UNIT_US[Unit.DAY] - 16 * UNIT_US[Unit.HOUR]
    while local_date(minute, zone) < day:
        minute += MINUTE_US
    second = minute - MINUTE_US
    while local_date(second, zone) < day:
        second += 1_000_000
    return second
