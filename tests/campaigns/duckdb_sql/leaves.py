"""Each leaf as a SELECT of ordinals, over the common tables `tags`, `traits`, `events` (visible rows) and `everyone`."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from domain.language.syntax import (
    Bound,
    Did,
    Edge,
    Ever,
    Everyone,
    Expression,
    Filter,
    Measure,
    Moved,
    ObservedSince,
    Op,
    Periods,
    Resumed,
    Sample,
    Step,
    TagChanged,
    Tagged,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    TraitRelated,
    Window,
)
from domain.language.syntax import Sequence as Steps
from domain.limits import MIN_INSTANT_US
from tests.campaigns.duckdb_sql.calendars import Calendars, span, text
from tests.campaigns.duckdb_sql.conditions import columns_of, compare_double, compare_whole, matches, passes, spelled_out
from tests.campaigns.duckdb_sql.measures import RANKING_MONEY, measured, ranked

OtherLeaf = (
    Everyone
    | Tagged
    | TagChanged
    | Moved
    | Did
    | Measure
    | Edge
    | Periods
    | Resumed
    | Steps
    | Trait
    | TraitDate
    | TraitRelated
    | Top
    | TopTagged
    | Sample
    | ObservedSince
)
"""What is not looked up in the catalogue."""

NOBODY = "SELECT NULL::BIGINT AS ordinal WHERE false"


Spelled = Mapping[int, tuple[str, Sequence[str]]]
"""Of tags: what kind of values they have, and which choices."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf stands: when it is asked, and what its names mean there."""

    as_of: int
    calendars: Calendars
    numbers: Callable[[Sequence[str]], list[int]]
    """Of tags, by their keys."""
    select: Callable[[Expression], str]
    """A SELECT of the ordinals of an expression."""
    end: int
    """Of the log."""
    known_at: int
    spelled: Spelled

    def ids(self, expression: Expression) -> str:
        """A SELECT of the ids of its members: those who were erased, whenever that was, have none."""
        nameless = f"SELECT ordinal FROM erasures WHERE position <= {self.end}"
        return f"""(SELECT 'p' || profile FROM (
            SELECT coalesce(m.profile, t.ordinal) AS profile FROM {self.select(expression)} AS t
            LEFT JOIN ({_members(self.known_at)}) AS m ON m.person = t.ordinal
        ) WHERE profile NOT IN ({nameless}))"""


def statement(leaf: OtherLeaf, place: Place) -> str:
    """A SELECT of the ordinals of a leaf."""
    as_of, calendars = place.as_of, place.calendars
    leaf = spelled_out(leaf, place.ids)
    match leaf:
        case Everyone():
            return "SELECT ordinal FROM everyone"
        case Tagged():
            return tagged(leaf, place.numbers(leaf.tags), as_of, place.spelled)
        case Moved():
            return moved(leaf, place.numbers(leaf.before), place.numbers(leaf.after), as_of, calendars)
        case TagChanged():
            return tag_changed(leaf, place.numbers(leaf.tags), as_of, calendars)
        case Trait():
            return trait(leaf, as_of)
        case TraitRelated():
            return f"SELECT ordinal FROM ({_last_values(leaf.name)}) WHERE text IN {place.ids(leaf.among)}"
        case TraitDate():
            return trait_date(leaf, as_of, calendars)
        case Did():
            return did(leaf, as_of, calendars)
        case Measure():
            return measure(leaf, as_of, calendars)
        case Edge():
            return edge(leaf, as_of, calendars)
        case Periods():
            return periods(leaf, as_of, calendars)
        case Resumed():
            return resumed(leaf, as_of, calendars)
        case Steps():
            return sequence(leaf, as_of, calendars)
        case Top():
            return top(leaf, place.select(leaf.among) if leaf.among else "", as_of, calendars)
        case TopTagged():
            return top_tagged(leaf, place.numbers([leaf.tag]), place.select(leaf.among) if leaf.among else "")
        case Sample():
            return sample(leaf, place.known_at)
        case ObservedSince():
            return observed_since(leaf, as_of, calendars)
        case _:
            assert_never(leaf)


def visible(as_of: int, known_at: int, left_out: str = NOBODY) -> str:
    """The common tables of every statement, without any row of who is left out, a SELECT of ordinals over `all_tags`.

    Materialized, because DuckDB 2.0.0 gives sums over an inlined `events` another answer with its optimizer (`cte_inlining`,
    `join_order`, `statistics_propagation`) than without it: seed 2033/34860, "sum(visit.amount) < 1".
    """
    known = f"instant <= {as_of} AND position <= {known_at}"
    seen = f"{known} AND ordinal NOT IN (SELECT ordinal FROM left_out)"
    named = f"LEFT JOIN ({_members(known_at)}) AS m ON m.profile = r.ordinal"
    rows = f"SELECT r.* REPLACE (coalesce(m.person, r.ordinal) AS ordinal) FROM interactions AS r {named}"
    applies = """(SELECT * FROM tag_changes UNION ALL BY NAME
        SELECT t.* REPLACE (rivals.tag AS tag, false AS applied, NULL::DOUBLE AS value, NULL::BIGINT AS lapses)
        FROM tag_changes AS t JOIN rivals ON t.tag = rivals.rival WHERE t.applied)"""
    tags = _said("tag_changes", "tag", "coalesce(applied, false)", "(value, lapses)", known_at, "lapses", applies)
    traits = _said("trait_changes", "name", "kind IS NOT NULL", "(kind, text, number, flag, day)", known_at, "NULL::BIGINT")
    lapsed = f"* REPLACE (CASE WHEN lapses <= {as_of} THEN lapses END AS lapses)"
    return f"""WITH
        persons_tags AS MATERIALIZED ({tags}),
        all_tags AS (SELECT {lapsed} FROM persons_tags WHERE {known}),
        left_out AS MATERIALIZED ({left_out}),
        tags AS (SELECT {lapsed} FROM persons_tags WHERE {seen}),
        traits AS (SELECT * FROM ({traits}) WHERE {seen}),
        seen AS MATERIALIZED (SELECT * FROM ({rows}) WHERE {seen}),
        events AS MATERIALIZED (SELECT * FROM seen WHERE retracted > {known_at}),
        changes AS (
            SELECT coalesce(m.person, r.ordinal) AS ordinal, instant, position FROM (
                SELECT ordinal, instant, position FROM tag_changes
                UNION ALL SELECT ordinal, instant, position FROM trait_changes
            ) AS r {named}
        ),
        sightings AS (
            SELECT ordinal, instant FROM changes WHERE {seen}
            UNION ALL SELECT ordinal, instant FROM seen
        ),
        everyone AS (SELECT DISTINCT ordinal FROM sightings)
    """


# --- tags and traits --------------------------------------------------------------------------------------------------------


def _members(known_at: int) -> str:
    """Which profile is of which person."""
    return f"SELECT profile, person FROM memberships WHERE since <= {known_at} AND until > {known_at}"


def _said(table: str, subject: str, holds: str, value: str, known_at: int, lapses: str, source: str = "") -> str:
    """The changes known, those of linked profiles as of their persons. `source`: where the latter come from, if not the table.

    Of such a profile the last of each instant has the word; one that an undo recorded, and that is as the state before it, says
    nothing. Of changes in one changeset, those of the profile that was seen later come later.
    """
    before = f"OVER (PARTITION BY ordinal, {subject} ORDER BY instant)"
    return f"""
        SELECT r.* FROM {table} AS r WHERE position <= {known_at}
            AND ordinal NOT IN (SELECT profile FROM ({_members(known_at)}))
        UNION ALL BY NAME
        SELECT r.* EXCLUDE (same, person) REPLACE (person AS ordinal, ordinal * 4294967296 + place AS place) FROM (
            SELECT l.*,
                ({holds}) = (coalesce(lag({holds}) {before}, false) AND coalesce(lag({lapses}) {before} > instant, true))
                AND (NOT ({holds}) OR ({value}) IS NOT DISTINCT FROM lag({value}) {before}) AS same
            FROM (
                SELECT c.*, m.person FROM {source or table} AS c JOIN ({_members(known_at)}) AS m ON m.profile = c.ordinal
                WHERE c.position <= {known_at}
                QUALIFY row_number() OVER (PARTITION BY ordinal, {subject}, instant ORDER BY position DESC, place DESC) = 1
            ) AS l
        ) AS r WHERE NOT (undo AND same)
    """


def leaving(numbers: Sequence[int], known_at: int) -> str:
    """Who was erased, or carries one of the tags, which opt out."""
    erased = f"""SELECT coalesce(m.person, e.ordinal) AS ordinal FROM erasures AS e
        LEFT JOIN ({_members(known_at)}) AS m ON m.profile = e.ordinal WHERE e.position <= {known_at}"""
    if not numbers:
        return erased
    return f"{erased} UNION SELECT ordinal FROM ({_states(numbers, 'all_tags')}) WHERE until IS NULL AND applied"


def _states(numbers: Sequence[int], tags: str = "tags") -> str:
    """Per profile and tag its states: from `instant` on, up to `until`, after `before`. What is applied excludes its rivals.

    Where one lapses before the next one, another begins in which the tag is not applied.
    """
    listed = ", ".join(map(str, numbers))
    return f"""
        SELECT *, lead(instant) OVER later AS until, lag(applied, 1, false) OVER later AS before
        FROM (
            SELECT s.* REPLACE (
                applied AND NOT ends AS applied, CASE WHEN NOT ends THEN value END AS value,
                CASE WHEN ends THEN lapses ELSE instant END AS instant
            )
            FROM (
                SELECT *, lead(instant) OVER (PARTITION BY ordinal, tag ORDER BY instant) AS following FROM (
                    SELECT * FROM (
                        SELECT * FROM {tags}
                        UNION ALL BY NAME
                        SELECT t.* REPLACE (rivals.tag AS tag, false AS applied, NULL::DOUBLE AS value, NULL::BIGINT AS lapses)
                        FROM {tags} AS t JOIN rivals ON t.tag = rivals.rival WHERE t.applied
                    ) WHERE tag IN ({listed})
                    QUALIFY row_number() OVER (PARTITION BY ordinal, tag, instant ORDER BY position DESC, place DESC) = 1
                )
            ) AS s CROSS JOIN (VALUES (false), (true)) AS e (ends)
            WHERE NOT ends OR lapses < coalesce(following, lapses + 1)
        )
        WINDOW later AS (PARTITION BY ordinal, tag ORDER BY instant)
    """


def _attributed(leaf: Tagged | TagChanged | Moved) -> str:
    names = (("actor", leaf.actor), ("source", leaf.source))
    wanted = [f"nfc_normalize({column}) = nfc_normalize({text(name)})" for column, name in names if name is not None]
    return " AND ".join(wanted) or "true"


def _valued(leaf: Tagged, kind: str, choices: Sequence[str]) -> str:
    """Whether the value of a tag of this kind compares so."""
    said = leaf.value
    if said is None:
        return "true"
    if isinstance(said, Bound):
        return "false" if kind in ("choice", "date") else compare_double("value", said.op, said.number)
    if isinstance(said.value, date):
        return compare_double("value", said.op, Decimal(said.value.toordinal())) if kind == "date" else "false"
    if kind == "choice" and said.value in choices:
        return compare_double("value", said.op, Decimal(choices.index(said.value) + 1))
    return "value IS NOT NULL" if kind == "choice" and said.op is Op.NE else "false"


def tagged(leaf: Tagged, numbers: Sequence[int], as_of: int, spelled: Spelled) -> str:
    """Every state that reaches into [since, as_of] is as wanted, and the first of them began by then."""
    since = as_of - (span(leaf.lasting) if leaf.lasting else 0)
    if not numbers or (leaf.lasting and since < MIN_INSTANT_US):
        return NOBODY
    said = {number: _valued(leaf, *spelled.get(number, ("any", ()))) for number in numbers}
    value = f"coalesce(CASE tag {' '.join(f'WHEN {number} THEN {sql}' for number, sql in said.items())} END, false)"
    return f"""
        SELECT DISTINCT ordinal FROM (
            SELECT ordinal, tag FROM ({_states(numbers)})
            WHERE until IS NULL OR until > {since}
            GROUP BY ordinal, tag
            HAVING min(instant) <= {since} AND bool_and(applied AND {value} AND {_attributed(leaf)})
        )
    """


def tag_changed(leaf: TagChanged, numbers: Sequence[int], as_of: int, calendars: Calendars) -> str:
    """A state that is not as the one before it."""
    if not numbers:
        return NOBODY
    return f"""
        SELECT DISTINCT ordinal FROM ({_states(numbers)})
        WHERE applied = {leaf.added} AND before <> applied AND {_attributed(leaf)} AND {_inside(leaf.window, as_of, calendars)}
    """


def moved(leaf: Moved, before: Sequence[int], after: Sequence[int], as_of: int, calendars: Calendars) -> str:
    """An end of a spell that was long enough, and a beginning of another, at one instant. A beginning counts up the spells."""
    if not before or not after:
        return NOBODY
    spells = f"""
        SELECT *, sum(CASE WHEN applied AND NOT before THEN 1 ELSE 0 END)
            OVER (PARTITION BY ordinal, tag ORDER BY instant) AS spell FROM ({_states(before)})
    """
    ends = f"""
        SELECT ordinal, max(until) AS instant FROM ({spells}) WHERE applied
        GROUP BY ordinal, tag, spell
        HAVING count(until) = count(*) AND max(until) - min(instant) >= {span(leaf.dwelt) if leaf.dwelt else 0}
    """
    begins = f"SELECT * FROM ({_states(after)}) WHERE applied AND NOT before AND {_attributed(leaf)}"
    return f"""
        SELECT DISTINCT a.ordinal FROM ({begins}) AS a SEMI JOIN ({ends}) AS b
        ON b.ordinal = a.ordinal AND b.instant = a.instant WHERE {_inside(leaf.window, as_of, calendars)}
    """


def in_list(number: int, position: int, known_at: int) -> str:
    """Whoever the uploads up to a position put on the list, the last time that one spoke of them."""
    return f"""
        (SELECT ordinal FROM everyone INTERSECT SELECT coalesce(m.person, l.ordinal) AS ordinal FROM (
            SELECT ordinal, last(added ORDER BY position) AS added FROM list_changes
            WHERE list = {number} AND position <= {position} GROUP BY ordinal
        ) AS l LEFT JOIN ({_members(known_at)}) AS m ON m.profile = l.ordinal WHERE added)
    """


def _last_values(name: str) -> str:
    return f"""
        SELECT * FROM traits WHERE name = {text(name)}
        QUALIFY row_number() OVER (PARTITION BY ordinal ORDER BY instant DESC, position DESC, place DESC) = 1
    """


def trait(leaf: Trait, as_of: int) -> str:
    """The last value compares so, or each that reaches into [since, as_of], of which the first was set by then."""
    if leaf.lasting:
        since = as_of - span(leaf.lasting)
        return (
            NOBODY
            if since < MIN_INSTANT_US
            else f"""
            SELECT ordinal FROM (
                SELECT *, lead(instant) OVER (PARTITION BY ordinal ORDER BY instant) AS until FROM (
                    SELECT * FROM traits WHERE name = {text(leaf.name)}
                    QUALIFY row_number() OVER (PARTITION BY ordinal, instant ORDER BY position DESC, place DESC) = 1
                )
            ) AS t
            WHERE until IS NULL OR until > {since}
            GROUP BY ordinal
            HAVING min(instant) <= {since} AND bool_and(coalesce({matches(columns_of("t"), leaf.op, leaf.values)}, false))
        """
        )
    return f"SELECT ordinal FROM ({_last_values(leaf.name)}) AS t WHERE {matches(columns_of('t'), leaf.op, leaf.values)}"


def trait_date(leaf: TraitDate, as_of: int, calendars: Calendars) -> str:
    """The last value, or a return of it, lies between two dates."""
    today = f"DATE '{calendars.today(as_of, leaf.period.zone).isoformat()}'"
    if leaf.ahead:
        first, last = today, f"CAST({today} + {leaf.period.count - 1} AS DATE)"
    else:
        first, last = f"DATE '{calendars.period_dates(leaf.period, as_of)[-1].isoformat()}'", today
    days = f"SELECT ordinal, day FROM ({_last_values(leaf.name)}) WHERE kind = 'date'"
    if leaf.anniversary:
        # 29 February returns on the last day of each February; another date on itself.
        days = f"""
            SELECT ordinal, CASE WHEN month(born) = 2 AND day(born) = 29 THEN last_day(make_date(y, 2, 1))
                ELSE make_date(y, month(born), day(born)) END AS day
            FROM (SELECT ordinal, day AS born FROM ({days})), range(year({first}), year({last}) + 1) AS years(y)
            WHERE y >= year(born)
        """
    return f"SELECT DISTINCT ordinal FROM ({days}) WHERE day BETWEEN {first} AND {last}"


# --- interactions -----------------------------------------------------------------------------------------------------------


def _inside(window: Window, as_of: int, calendars: Calendars) -> str:
    start, end = calendars.bounds(window, as_of)
    return f"(instant >= {start} AND instant < {end})"


def _rows(type_: str, where: Filter | None, window: Window, as_of: int, calendars: Calendars) -> str:
    return (
        f"SELECT e.* FROM events AS e "
        f"WHERE e.type = {text(type_)} AND {_inside(window, as_of, calendars)} AND {passes(where, 'e')}"
    )


def _compared(sql: str, condition: str, *, total: bool) -> str:
    """Those whose (ordinal, top, bottom) fulfil the condition; of totals also those who have no row there."""
    if not total:
        return f"SELECT ordinal FROM ({sql}) WHERE {condition}"
    return f"SELECT u.ordinal FROM everyone AS u LEFT JOIN ({sql}) AS m ON m.ordinal = u.ordinal WHERE {condition}"


def did(leaf: Did, as_of: int, calendars: Calendars) -> str:
    """A number of rows."""
    number = measured(None, "", "UTC", _rows(leaf.type, leaf.where, leaf.window, as_of, calendars))
    return _compared(number.sql, number.compared(leaf.count), total=True)


def measure(leaf: Measure, as_of: int, calendars: Calendars) -> str:
    """An aggregate."""
    rows = _rows(leaf.type, leaf.where, leaf.window, as_of, calendars)
    value = measured(leaf.function, leaf.property, leaf.zone, rows)
    return _compared(value.sql, value.compared(leaf.value), total=value.total)


def top(leaf: Top, among: str, as_of: int, calendars: Calendars) -> str:
    """The first places; `among`: a SELECT of who ranks, "" for all."""
    rows = _rows(leaf.type, leaf.where, leaf.window, as_of, calendars) + (f" AND e.ordinal IN {among}" if among else "")
    return ranked(measured(leaf.measure, leaf.property, leaf.zone, rows), leaf.number, percent=leaf.percent)


def top_tagged(leaf: TopTagged, numbers: Sequence[int], among: str) -> str:
    """The first places by the value of the last state."""
    if not numbers:
        return NOBODY
    ranking = f" AND ordinal IN {among}" if among else ""
    values = f"SELECT ordinal, value FROM ({_states(numbers)}) WHERE until IS NULL AND applied AND value IS NOT NULL{ranking}"
    places = f"{int(leaf.number)}::HUGEINT"
    if leaf.percent:
        millionths = int(leaf.number * 1_000_000)
        places = f"((count(*) OVER () * {millionths}::HUGEINT + 99999999) // 100000000)"
    return f"""
        SELECT ordinal FROM ({values})
        QUALIFY row_number() OVER (ORDER BY value DESC, ordinal) <= {places}
    """


def currencies(leaf: Measure | Top, place: Place) -> str | None:
    """How many currencies the leaf would add or rank; None when it does neither."""
    leaf = spelled_out(leaf, place.ids)
    function = leaf.function if isinstance(leaf, Measure) else leaf.measure
    if function not in RANKING_MONEY or leaf.property != "amount":
        return None
    rows = _rows(leaf.type, leaf.where, leaf.window, place.as_of, place.calendars)
    return f"SELECT count(DISTINCT currency) FROM ({rows}) WHERE amount IS NOT NULL"


def edge(leaf: Edge, as_of: int, calendars: Calendars) -> str:
    """The first or last row lies in the window."""
    choose = "max" if leaf.last else "min"
    rows = _rows(leaf.type, leaf.where, Ever(), as_of, calendars)
    edges = f"SELECT ordinal, {choose}(instant) AS instant FROM ({rows}) GROUP BY ordinal"
    in_window = f"SELECT * FROM ({edges}) WHERE {_inside(leaf.window, as_of, calendars)}"
    alike = f"SELECT * FROM ({rows}) AS r WHERE {passes(leaf.having, 'r')}"
    same = "b.ordinal = a.ordinal AND b.instant = a.instant"
    return f"SELECT a.ordinal FROM ({in_window}) AS a SEMI JOIN ({alike}) AS b ON {same}"


def periods(leaf: Periods, as_of: int, calendars: Calendars) -> str:
    """A number of periods, each up to the start of the next."""
    starts = calendars.starts(calendars.period_dates(leaf.periods, as_of), leaf.periods.zone)
    ends = [as_of + 1, *starts[:-1]]
    listed = ", ".join(f"({i}, {start}, {end})" for i, (start, end) in enumerate(zip(starts, ends, strict=True)))
    rows = _rows(leaf.type, leaf.where, Ever(), as_of, calendars)
    met = f"""
        SELECT ordinal, CAST(count(DISTINCT i) AS HUGEINT) AS top
        FROM ({rows}) AS r JOIN (VALUES {listed}) AS p(i, first, beyond) ON r.instant >= p.first AND r.instant < p.beyond
        GROUP BY ordinal
    """
    return _compared(met, compare_whole("coalesce(top, 0)", leaf.count.op, Fraction(leaf.count.number)), total=True)


def resumed(leaf: Resumed, as_of: int, calendars: Calendars) -> str:
    """A row in the window so long after the one before it."""
    rows = _rows(leaf.type, leaf.where, Ever(), as_of, calendars)
    return f"""
        SELECT DISTINCT ordinal FROM (
            SELECT ordinal, instant, lag(instant) OVER (PARTITION BY ordinal ORDER BY instant) AS past FROM ({rows})
        )
        WHERE instant - past >= {span(leaf.pause)} AND {_inside(leaf.window, as_of, calendars)}
    """


def sequence(leaf: Steps, as_of: int, calendars: Calendars) -> str:
    """From the last step back: the rows of each step from which one gets to the end."""
    here = [Step(leaf.type, leaf.where), *(step for step in leaf.steps if not step.absent)]
    gone = leaf.steps[-1] if leaf.steps[-1].absent else None
    found = _rows(here[-1].type, here[-1].where, leaf.window, as_of, calendars)
    if gone is not None:
        never = _rows(gone.type, gone.where, Ever(), as_of, calendars)
        limit = f"a.instant + {span(gone.within)}" if gone.within else str(as_of)
        found = f"""
            SELECT a.ordinal, a.instant FROM ({found}) AS a ANTI JOIN ({never}) AS b
            ON b.ordinal = a.ordinal AND b.instant > a.instant AND b.instant <= {limit} WHERE {limit} <= {as_of}
        """
    for before, after in zip(reversed(here[:-1]), reversed(here[1:]), strict=True):
        rows = _rows(before.type, before.where, leaf.window, as_of, calendars)
        in_time = f" AND b.instant - a.instant <= {span(after.within)}" if after.within else ""
        found = f"""
            SELECT a.ordinal, a.instant FROM ({rows}) AS a SEMI JOIN ({found}) AS b
            ON b.ordinal = a.ordinal AND b.instant > a.instant{in_time}
        """
    return f"SELECT DISTINCT ordinal FROM ({found})"


# --- the rest ---------------------------------------------------------------------------------------------------------------


def sample(leaf: Sample, known_at: int) -> str:
    """SplitMix64 in 128-bit arithmetic, cut to 64 bits after each step. A person is drawn as its first profile."""
    seed = int.from_bytes(hashlib.blake2b(leaf.salt.encode(), digest_size=8).digest(), "little")
    word = "18446744073709551616::UHUGEINT"

    def times(z: str, factor: int) -> str:
        return f"CAST(CAST({z} AS UHUGEINT) * {factor}::UHUGEINT % {word} AS UBIGINT)"

    return f"""
        SELECT ordinal FROM (
            SELECT ordinal, xor(z, z >> 31) AS hash FROM (
                SELECT ordinal, {times("xor(z, z >> 27)", 0x94D049BB133111EB)} AS z FROM (
                    SELECT ordinal, {times("xor(z, z >> 30)", 0xBF58476D1CE4E5B9)} AS z FROM (
                        SELECT ordinal, CAST((CAST(xor(CAST(drawn AS UBIGINT), {seed}::UBIGINT) AS UHUGEINT)
                            + {0x9E3779B97F4A7C15}::UHUGEINT) % {word} AS UBIGINT) AS z
                        FROM (
                            SELECT ordinal, coalesce(min(m.profile), ordinal) AS drawn FROM everyone
                            LEFT JOIN ({_members(known_at)}) AS m ON m.person = ordinal GROUP BY ordinal
                        )
                    )
                )
            )
        )
        WHERE CAST(hash AS UHUGEINT) < {int(leaf.percent * 1_000_000)}::UHUGEINT * {word} // 100000000::UHUGEINT
    """


def observed_since(leaf: ObservedSince, as_of: int, calendars: Calendars) -> str:
    """The first sighting is at the point or before."""
    return f"SELECT ordinal FROM sightings GROUP BY ordinal HAVING min(instant) <= {calendars.point(leaf.point, as_of)}"
