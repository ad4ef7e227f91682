"""The questions of issue 3, one entry each. SQL is written by hand, and is a peer's own where that does better with it."""

from collections.abc import Sequence

from benchmarks import floors
from benchmarks.leaves import Did, Held, Leaf
from benchmarks.question import BITMAPS, DUCKDB, POSTGRES, SCAN, Bars, Floor, Question, Way
from benchmarks.workload import CATEGORIES, DAY_US, MOVING, PURCHASE, TAG_SHARES, TYPES

_BOUGHT = TYPES.index(PURCHASE)
_ACTED = TYPES.index("action_01")
_TENTH, _TWENTIETH, _FIFTH, _MOST = Held(0.1), Held(0.05), Held(0.2), Held(0.6)
_MONTH, _QUARTER = Did(_BOUGHT, 30), Did(_BOUGHT, 90)
_AMOUNT = 500
_UNITS = 10_000
_DUCKDB_SUM = "sum(amount::DOUBLE)"  # exact below 2^53, and a third faster there than a sum of whole numbers


# --- SQL ------------------------------------------------------------------------------------------------------------------


def _any_of(leaves: Sequence[Leaf]) -> str:
    return " UNION ALL ".join(leaf.rows for leaf in leaves)


def _state(leaves: Sequence[Leaf]) -> str:
    """chDB: one bitmap of who is in any of the leaves."""
    if len(leaves) == 1 and isinstance(leaves[0], Held):
        return f"({leaves[0].states})"
    return _merged(" UNION ALL ".join(leaf.states for leaf in leaves))


def _merged(states: str) -> str:
    return f"(SELECT groupBitmapMergeState(bitmap) FROM ({states}))"


def _count_of(members: str) -> str:
    return f"SELECT count(*) FROM ({members}) AS members"


# --- shapes ---------------------------------------------------------------------------------------------------------------


def _held_and_did(name: str, window: Did, bars: Bars) -> Question:
    """`tagged T and did TYPE in last N days`."""
    return Question(
        name,
        [f"{_TENTH.text} and {window.text}"],
        floors.both(_TENTH, window),
        f"SELECT count(*) FROM tags WHERE tag = {_TENTH.number} AND ordinal IN ({window.rows})",
        {
            SCAN: f"SELECT groupBitmap(ordinal) FROM interactions WHERE {window.condition} AND ordinal IN ({_TENTH.rows})",
            BITMAPS: f"SELECT bitmapAndCardinality({_state([window])}, {_state([_TENTH])})",
        },
        bars=bars,
    )


def _per_profile(name: str, text: str, having: str, floor: Floor, tag: Held | None) -> Question:
    """A number per profile over the purchases of 90 days, compared."""
    held = f" AND ordinal IN ({tag.rows})" if tag else ""
    sql = _count_of(f"SELECT ordinal FROM interactions WHERE {_QUARTER.condition}{held} GROUP BY ordinal HAVING {having}")
    return Question(
        name,
        [f"{tag.text} and {text}" if tag else text],
        floor,
        sql,
        {DUCKDB: sql.replace("sum(amount)", _DUCKDB_SUM)},
        bars=Bars(peer_ratio=2),
    )


def _first() -> Question:
    window = Did(_BOUGHT, 7)
    return Question(
        "first_7d",
        ["first purchase in last 7 days"],
        floors.edge(window, last=False),
        "SELECT count(*) FROM firsts WHERE first_at > {ago_7} AND first_at <= {now}",
        {BITMAPS: f"SELECT bitmapAndnotCardinality({_merged(window.states)}, {_merged(f'{{before_{_BOUGHT}_7}}')})"},
    )


def _last() -> Question:
    """Whoever bought at all, less those who did since."""
    since = f"type = {_BOUGHT} AND occurred_at >= {{ago_60}} AND occurred_at <= {{now}}"
    until_then, since_then = (_merged(f"{{{kind}_{_BOUGHT}_60}}") for kind in ("until", "since"))
    ever = "(SELECT count(*) FROM firsts WHERE first_at <= {now})"
    return Question(
        "last_before_60d",
        ["last purchase before 60 days ago"],
        floors.edge(Did(_BOUGHT, 60), last=True),
        f"SELECT {ever} - (SELECT count(DISTINCT ordinal) FROM interactions WHERE {since})",
        {
            SCAN: f"SELECT {ever} - (SELECT groupBitmap(ordinal) FROM interactions WHERE {since})",
            BITMAPS: f"SELECT bitmapAndnotCardinality({until_then}, {since_then})",
        },
    )


def _filtered() -> Question:
    category = 3
    rows = f"{_MONTH.condition} AND category = {category} AND amount >= {50 * _UNITS}"
    return Question(
        "property_filter_30d",
        [f'did {PURCHASE} where category = "{CATEGORIES[category]}" and amount >= 50 in last 30 days'],
        floors.filtered(_MONTH, category, 50 * _UNITS),
        f"SELECT count(DISTINCT ordinal) FROM interactions WHERE {rows}",
        {SCAN: f"SELECT groupBitmap(ordinal) FROM interactions WHERE {rows}"},
    )


def _sequence() -> Question:
    then, within = Did(_ACTED, 30), 3 * DAY_US
    soon = f"a.occurred_at > p.occurred_at AND a.occurred_at <= p.occurred_at + {within}"
    bought, acted = (window.rows.replace("ordinal", "ordinal, occurred_at", 1) for window in (_MONTH, then))
    return Question(
        "sequence_30d",
        [f"did {PURCHASE} then {TYPES[_ACTED]} within 3 days in last 30 days"],
        floors.followed(_MONTH, then, within),
        f"SELECT count(*) FROM (SELECT DISTINCT ordinal FROM ({acted}) AS a WHERE EXISTS ("
        f"SELECT 1 FROM ({bought}) AS p WHERE p.ordinal = a.ordinal AND {soon})) AS members",
        {
            SCAN: f"SELECT groupBitmap(a.ordinal) FROM ({bought}) AS p JOIN ({acted}) AS a ON a.ordinal = p.ordinal "
            f"WHERE {soon}",
            POSTGRES: f"SELECT count(DISTINCT a.ordinal) FROM ({acted}) AS a "
            f"JOIN ({bought}) AS p ON p.ordinal = a.ordinal AND {soon}",
        },
        bars=Bars(peer_ratio=2),
    )


def _top() -> Question:
    sums = f"SELECT ordinal, sum(amount) AS total FROM interactions WHERE {_QUARTER.condition} GROUP BY ordinal"

    def tenth(rows: str, limit: str) -> str:
        ranked = f"SELECT ordinal FROM {rows} ORDER BY total DESC, ordinal LIMIT {limit}"
        return f"SELECT count(*), sum(ordinal) FROM ({ranked}) AS members"

    return Question(
        "top_10pct_90d",
        [f"top 10% by sum({PURCHASE}.amount) in last 90 days"],
        floors.top_tenth(_QUARTER),
        f"WITH t AS MATERIALIZED ({sums}) {tenth('t', '(SELECT (count(*) + 9) / 10 FROM t)')}",
        {
            DUCKDB: f"WITH t AS MATERIALIZED ({sums.replace('sum(amount)', _DUCKDB_SUM)}), "
            "q AS (SELECT quantile_disc(total, 0.9) AS least FROM t) "
            + tenth("t, q WHERE total >= least", "(SELECT (count(*) + 9) // 10 FROM t)"),
            SCAN: tenth(f"({sums})", "0.1"),
        },
        bars=Bars(peer_ratio=2),
    )


def _periods() -> Question:
    current = f"type = {_BOUGHT} AND occurred_at >= {{month_0}} AND occurred_at <= {{now}}"
    months = (
        "SELECT ordinal FROM months WHERE month >= {month_2} AND month < {month_0} "
        f"UNION ALL SELECT DISTINCT ordinal FROM interactions WHERE {current}"
    )
    states = [_merged(f"{{month_{_BOUGHT}_{back}}}") for back in range(3)]
    return Question(
        "months_2_of_3",
        [f"did {PURCHASE} in at least 2 of last 3 calendar months"],
        floors.in_two_of_three_months(_BOUGHT),
        _count_of(f"SELECT ordinal FROM ({months}) AS bought GROUP BY ordinal HAVING count(*) >= 2"),
        {
            BITMAPS: f"WITH {states[0]} AS a, {states[1]} AS b, {states[2]} AS c "
            "SELECT bitmapCardinality(bitmapOr(bitmapAnd(a, bitmapOr(b, c)), bitmapAnd(b, c)))"
        },
        bars=Bars(peer_ratio=2),
    )


def _nested() -> Question:
    acted = Did(_ACTED, 30)
    return Question(
        "nested_segments",
        ["in segment engaged and not in segment valued"],
        floors.of_groups([(True, [_MONTH]), (True, [acted]), (False, [_TENTH])]),
        f"SELECT count(DISTINCT ordinal) FROM interactions AS a WHERE {acted.condition} AND ordinal IN ({_MONTH.rows}) "
        f"AND NOT EXISTS (SELECT 1 FROM ({_TENTH.rows}) AS held WHERE held.ordinal = a.ordinal)",
        {
            SCAN: f"SELECT groupBitmap(ordinal) FROM interactions WHERE {acted.condition} AND ordinal IN ({_MONTH.rows}) "
            f"AND ordinal NOT IN ({_TENTH.rows})",
            BITMAPS: f"SELECT bitmapAndnotCardinality(bitmapAnd({_state([_MONTH])}, {_state([acted])}), {_state([_TENTH])})",
        },
    )


_GROUPS: Sequence[tuple[bool, Sequence[Leaf]]] = (
    (True, [Held(0.3), Held(0.05), Did(0, 7), Did(1, 30)]),
    (True, [Did(0, 30), Did(2, 60), Held(0.2), Held(0.01)]),
    (True, [Held(0.6), Held(0.1), Did(3, 90), Did(4, 30)]),
    (False, [Held(0.02), Held(0.003), Did(5, 7), Did(6, 3)]),
    (False, [Held(0.001), Held(0.15), Did(7, 14), Did(8, 7)]),
)


def _twenty_leaves() -> Question:
    texts = [f"{'' if wanted else 'not '}({' or '.join(leaf.text for leaf in leaves)})" for wanted, leaves in _GROUPS]
    bitmaps = _state(_GROUPS[0][1])
    for wanted, leaves in _GROUPS[1:]:
        bitmaps = f"{'bitmapAnd' if wanted else 'bitmapAndnot'}({bitmaps}, {_state(leaves)})"
    inside = [f"ordinal IN ({_any_of(leaves)})" for wanted, leaves in _GROUPS if wanted]
    others = [_any_of(leaves) for wanted, leaves in _GROUPS if not wanted]
    absent = [f"NOT EXISTS (SELECT 1 FROM ({rows}) AS u WHERE u.ordinal = p.ordinal)" for rows in others]
    not_in = [f"ordinal NOT IN ({rows})" for rows in others]
    return Question(
        "leaves_20",
        [" and ".join(texts)],
        floors.of_groups(_GROUPS),
        f"SELECT count(*) FROM profiles AS p WHERE {' AND '.join(inside + absent)}",
        {
            SCAN: f"SELECT count() FROM profiles WHERE {' AND '.join(inside + not_in)}",
            BITMAPS: f"SELECT bitmapCardinality({bitmaps})",
        },
    )


def _past() -> Question:
    rows = f"{_MONTH.condition} AND batch < {{known}}"
    return Question(
        "past_read_30d",
        [f"{_TENTH.text} and {_MONTH.text}"],
        floors.known_then(_MONTH, _TENTH),
        f"SELECT count(*) FROM tags WHERE tag = {_TENTH.number} AND ordinal IN (SELECT ordinal FROM interactions WHERE {rows})",
        {SCAN: f"SELECT groupBitmap(ordinal) FROM interactions WHERE {rows} AND ordinal IN ({_TENTH.rows})"},
        way=Way.PAST,
    )


def _past_of_a_tag_that_moved() -> Question:
    rows = f"{_MONTH.condition} AND batch < {{known}}"
    visible = "FROM moves WHERE effective_at <= {now} AND batch < {known}"

    def held(last: str) -> str:
        return f"SELECT ordinal {visible} GROUP BY ordinal HAVING {last} = 1"

    ordered = f"SELECT DISTINCT ON (ordinal) ordinal, applied {visible} ORDER BY ordinal, effective_at DESC, place DESC"
    did = f"WHERE ordinal IN (SELECT ordinal FROM interactions WHERE {rows})"
    return Question(
        "past_tag_30d",
        [f"tagged {MOVING} and {_MONTH.text}"],
        floors.known_and_held_then(_MONTH),
        f"SELECT count(*) FROM ({ordered}) AS held {did} AND applied = 1",
        {
            DUCKDB: f"SELECT count(*) FROM ({held('arg_max(applied, (effective_at, place))')}) AS held {did}",
            SCAN: f"SELECT groupBitmap(ordinal) FROM interactions WHERE {rows} "
            f"AND ordinal IN ({held('argMax(applied, (effective_at, place))')})",
        },
        way=Way.PAST,
    )


def _members() -> Question:
    return Question(
        "members_million",
        [f"{_MOST.text} and {_MONTH.text}"],
        floors.listed(_MOST, _MONTH),
        f"SELECT ordinal FROM tags WHERE tag = {_MOST.number} AND ordinal IN ({_MONTH.rows})",
        {
            BITMAPS: f"SELECT arrayJoin(bitmapToArray(bitmapAnd({_state([_MOST])}, {_state([_MONTH])}))) AS ordinal",
        },
        way=Way.MEMBERS,
    )


def _check() -> Question:
    """One profile in 50 segments: a tag of ten, a type of five, a window of three, and how often."""
    shares = [share for share in TAG_SHARES if share >= 0.01][:10]
    segments = [(Held(shares[k % 10]), Did(k % 5, (7, 30, 90)[k % 3]), 1 + k % 4) for k in range(50)]
    values = [(k, tag.number, window.code, window.days * DAY_US, least) for k, (tag, window, least) in enumerate(segments)]
    table = f"(VALUES {', '.join(map(str, values))}) AS s(number, tag, type, span, least)"

    def asked(table: str, tags: str, interactions: str) -> str:
        return _count_of(
            f"SELECT s.number FROM {table} JOIN (SELECT tag FROM {tags} WHERE ordinal = {{ordinal}}) AS c ON c.tag = s.tag "
            f"JOIN (SELECT type, occurred_at FROM {interactions} WHERE ordinal = {{ordinal}} AND occurred_at > {{ago_90}} "
            "AND occurred_at <= {now}) AS m ON m.type = s.type WHERE m.occurred_at > {now} - s.span "
            "GROUP BY s.number, s.least HAVING count(*) >= s.least"
        )

    own = f"VALUES('number UInt8, tag UInt16, type UInt8, span Int64, least UInt8', {', '.join(map(str, values))}) AS s"
    return Question(
        "check_50_segments",
        [
            f"{tag.text} and did {TYPES[window.code]} at least {least} times in last {window.days} days"
            for tag, window, least in segments
        ],
        floors.checked(segments),
        asked(table, "tags_by_profile", "by_profile"),
        {SCAN: asked(own, "tags_by_profile", "by_profile"), POSTGRES: asked(table, "tags", "interactions")},
        way=Way.CHECK,
        bars=Bars(p50_ms=1),
    )


def _totals() -> list[Question]:
    counted, summed = f"did {PURCHASE} at least 3 times in last 90 days", f"sum({PURCHASE}.amount) >= {_AMOUNT} in last 90 days"
    total = f"sum(amount) >= {_AMOUNT * _UNITS}"
    made = []
    for suffix, tag in (("", None), ("_tagged", _TWENTIETH)):
        floor = floors.counted(_QUARTER, 3, tag)
        made.append(_per_profile(f"count_3_in_90d{suffix}", counted, "count(*) >= 3", floor, tag))
        floor = floors.summed(_QUARTER, _AMOUNT * _UNITS, tag)
        made.append(_per_profile(f"sum_in_90d{suffix}", summed, total, floor, tag))
    return made


def _tags() -> list[Question]:
    return [
        Question(
            "tag_and_tag",
            [f"{_TENTH.text} and {_FIFTH.text}"],
            floors.both(_TENTH, _FIFTH),
            "SELECT count(*) FROM tags AS a JOIN tags AS b ON a.ordinal = b.ordinal "
            f"WHERE a.tag = {_TENTH.number} AND b.tag = {_FIFTH.number}",
            {
                SCAN: f"SELECT count() FROM tags WHERE tag = {_FIFTH.number} AND ordinal IN ({_TENTH.rows})",
                BITMAPS: f"SELECT bitmapAndCardinality({_state([_TENTH])}, {_state([_FIFTH])})",
            },
        ),
        Question(
            "tag_not_did_30d",
            [f"{_TENTH.text} and not {_MONTH.text}"],
            floors.first_only(_TENTH, _MONTH),
            f"SELECT count(*) FROM tags WHERE tag = {_TENTH.number} AND NOT EXISTS (SELECT 1 FROM ({_MONTH.rows}) AS bought "
            "WHERE bought.ordinal = tags.ordinal)",
            {
                DUCKDB: f"SELECT count(*) FROM tags ANTI JOIN ({_MONTH.rows}) AS bought USING (ordinal) "
                f"WHERE tag = {_TENTH.number}",
                SCAN: f"SELECT count() FROM tags WHERE tag = {_TENTH.number} AND ordinal NOT IN ({_MONTH.rows})",
                BITMAPS: f"SELECT bitmapAndnotCardinality({_state([_TENTH])}, {_state([_MONTH])})",
            },
        ),
    ]


HEADLINE = _held_and_did("headline_30d", _MONTH, Bars(p50_ms=1.5, peer_ratio=20, floor_ratio=4))

QUESTIONS: Sequence[Question] = (
    *_tags(),
    *(_held_and_did(f"headline_{days}d", Did(_BOUGHT, days), Bars()) for days in (1, 7)),
    HEADLINE,
    *(_held_and_did(f"headline_{days}d", Did(_BOUGHT, days), Bars()) for days in (90, 365)),
    *_totals(),
    _filtered(),
    _first(),
    _last(),
    _sequence(),
    _top(),
    _periods(),
    _nested(),
    _twenty_leaves(),
    _past(),
    _past_of_a_tag_that_moved(),
    _check(),
    _members(),
)
