"""Random expressions over the vocabulary."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from domain.changeset import ValueType
from domain.language import rules
from domain.language.syntax import (
    CALENDAR_UNITS,
    NUMERIC_OPS,
    ROLLING_UNITS,
    Ago,
    And,
    Before,
    Between,
    Bound,
    Calendar,
    ClockCondition,
    ClockPart,
    Compared,
    Condition,
    Day,
    Did,
    Edge,
    Ever,
    Everyone,
    Expression,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    Function,
    InDepartment,
    InList,
    InSegment,
    Instant,
    Last,
    Lasting,
    Leaf,
    Literal,
    Measure,
    Moved,
    Not,
    ObservedSince,
    On,
    Op,
    Or,
    Periods,
    Related,
    Resumed,
    Sample,
    Since,
    Step,
    TagChanged,
    Tagged,
    TimePoint,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    TraitRelated,
    Unit,
    Window,
)
from domain.language.syntax import Sequence as Steps
from tests.oracle.histories.staff import DEPARTMENT_IDS
from tests.oracle.histories.vocabulary import (
    BOUNDS,
    CHOICES,
    CURRENCIES,
    DATES,
    DEFAULT_CURRENCY,
    GROUP_NAMES,
    LIST_NAMES,
    PROPERTIES,
    RESERVED,
    SOURCES,
    SPANS,
    STRINGS,
    TOUCHPOINTS,
    TRAITS,
    TYPES,
    Vocabulary,
)

# `did … in` has words for these only.
_PERIOD_OPS: Final = (Op.GE, Op.LE, Op.GT, Op.LT, Op.EQ)
# Leaves by their weights; InSegment and InList only where there are segments.
_KINDS: Final[dict[type[Leaf], int]] = {
    Everyone: 1,
    Tagged: 7,
    TagChanged: 5,
    Moved: 4,
    Did: 5,
    Measure: 6,
    Edge: 3,
    Periods: 3,
    Resumed: 3,
    Steps: 5,
    Trait: 3,
    TraitDate: 4,
    TraitRelated: 2,
    InSegment: 3,
    InList: 2,
    InDepartment: 2,
    Top: 4,
    TopTagged: 3,
    Sample: 1,
    ObservedSince: 2,
}


def random_expression(
    rng: random.Random, vocabulary: Vocabulary, depth: int = 3, *, segments: Sequence[str] = ()
) -> Expression:
    """A tree such as the parser could build, at most `depth` connectives deep; every kind of leaf, filter and window.

    Names of segments are some of those given.
    """
    which = rng.random()
    if depth == 0 or which < 0.4:
        return random_leaf(rng, vocabulary, segments)
    if which < 0.55:
        return Not(random_expression(rng, vocabulary, depth - 1, segments=segments))
    operands = tuple(random_expression(rng, vocabulary, depth - 1, segments=segments) for _ in range(rng.choice((2, 2, 3))))
    if which < 0.8:
        return And(tuple(inner for one in operands for inner in (one.operands if isinstance(one, And) else [one])))
    return Or(tuple(inner for one in operands for inner in (one.operands if isinstance(one, Or) else [one])))


def random_leaf(rng: random.Random, vocabulary: Vocabulary, segments: Sequence[str] = ()) -> Leaf:
    """One leaf."""
    kinds = [kind for kind in _KINDS if segments or kind not in (InSegment, InList)]
    kind = rng.choices(kinds, weights=[_KINDS[kind] for kind in kinds])[0]
    if kind is Everyone:
        return Everyone()
    if kind is Tagged:
        return _tagged(rng, vocabulary)
    if kind is TagChanged:
        window = random_window(rng, vocabulary) if rng.random() < 0.75 else Ever()
        return TagChanged(_tags(rng, vocabulary), rng.random() < 0.6, *_attribution(rng), window)
    if kind is Moved:
        return _moved(rng, vocabulary)
    if kind is Trait:
        name = _name(rng, list(TRAITS))
        lasting = _lasting(rng) if rng.random() < 0.4 else None
        return Trait(name, *_comparison(rng, TRAITS.get(name)), lasting)
    if kind is TraitDate:
        return _trait_date(rng, vocabulary)
    if kind is TraitRelated:
        return TraitRelated(_name(rng, ["city"] * 6 + list(TRAITS)), _someone(rng, vocabulary, segments))
    if kind is InSegment:
        return InSegment(_name(rng, segments), rng.choice((None, None, None, 1, 1, 1, 1, 2)))
    if kind is InList:
        return InList(rng.choice(LIST_NAMES), rng.choice((None, None, None, 1, 1, 2, 3)))
    if kind is InDepartment:
        return InDepartment(_name(rng, DEPARTMENT_IDS))
    if kind is TopTagged:
        percent = rng.random() < 0.5
        number = _percent(rng) if percent else Decimal(rng.choice((1, 1, 2, 3, 1_000_000_000)))
        among = random_expression(rng, vocabulary, 1, segments=segments) if rng.random() < 0.4 else None
        return TopTagged(number, percent, _tags(rng, vocabulary)[0], among)
    if kind is Sample:
        return Sample(_percent(rng), rng.choice(("experiment-42", "试验", "a")))
    if kind is ObservedSince:
        return ObservedSince(random_point(rng, vocabulary))
    leaf = _interactions(rng, vocabulary, kind)
    if rng.random() < 0.1:
        leaf = _about_others(rng, vocabulary, leaf, segments)
    if isinstance(leaf, Top) and rng.random() < 0.4:
        return replace(leaf, among=random_expression(rng, vocabulary, 1, segments=segments))
    return leaf


def _someone(rng: random.Random, vocabulary: Vocabulary, segments: Sequence[str]) -> Expression:
    """Who is spoken of: often most profiles, or the values would hardly ever name one of them."""
    if rng.random() < 0.5:
        return rng.choice((Everyone(), Not(_tagged(rng, vocabulary))))
    return random_expression(rng, vocabulary, 1, segments=segments)


def _about_others(rng: random.Random, vocabulary: Vocabulary, leaf: Leaf, segments: Sequence[str]) -> Leaf:
    """The leaf with a condition that a property is the id of a profile of an expression."""
    related = Related(
        rng.choice(("category", "category", "category", "品牌", "品牌", "touchpoint", "amount", "nobody-knows")),
        _someone(rng, vocabulary, segments),
    )
    field = "having" if isinstance(leaf, Edge) and rng.random() < 0.5 else "where"
    where: Filter | None = getattr(leaf, field)
    kept = FilterNot(related) if rng.random() < 0.2 else related
    return replace(leaf, **{field: rules.filter_conjunction([where, kept]) if where and rng.random() < 0.5 else kept})  # type: ignore[arg-type]


def _interactions(rng: random.Random, vocabulary: Vocabulary, kind: type[Leaf]) -> Leaf:
    """A leaf about interactions."""
    name = _name(rng, TYPES)
    where = random_filter(rng, vocabulary) if rng.random() < 0.4 else None
    window = random_window(rng, vocabulary) if rng.random() < 0.75 else Ever()
    if kind is Edge:
        having = random_filter(rng, vocabulary) if rng.random() < 0.4 else None
        return Edge(rng.random() < 0.5, name, window, where, having)
    if kind is Did:
        return Did(name, _count(rng) if rng.random() < 0.6 else Bound(Op.GE, Decimal(1)), where, window)
    if kind is Periods:
        count = Bound(rng.choice(_PERIOD_OPS), Decimal(rng.choice((0, 1, 1, 2, 2, 3, 5))))
        unit, zone = rng.choice(CALENDAR_UNITS), rng.choice(vocabulary.zones)
        many = 60 if rng.random() < 0.99 else 100 if unit is Unit.YEAR else 1000
        return Periods(name, where, count, Calendar(rng.choice((1, 2, 2, 3, 3, 8, 13, many)), unit, zone))
    if kind is Resumed:
        return Resumed(name, where, _lasting(rng), window)
    if kind is Steps:
        return Steps(name, where, _steps(rng, vocabulary), window)
    if kind is Top:
        return _top(rng, vocabulary, name, where, window)
    return _measure(rng, vocabulary, where, window)


def _name(rng: random.Random, names: Sequence[str]) -> str:
    return rng.choice(names) if rng.random() < 0.98 else "nobody-knows"


def _number(rng: random.Random) -> Decimal:
    return Decimal(rng.choice(BOUNDS))


def _count(rng: random.Random) -> Bound:
    return Bound(rng.choice(NUMERIC_OPS), Decimal(rng.choice((0, 1, 1, 2, 2, 3, 5, 1_000_000_000))))


def _percent(rng: random.Random) -> Decimal:
    return Decimal(rng.choice(("10", "33.333333", "50", "50", "90", "100", "0.000001", "99.999999", "12.5")))


def _lasting(rng: random.Random) -> Lasting:
    """A span such as those between the vocabulary's instants; rarely one that begins before there was anything."""
    if rng.random() < 0.02:
        return Lasting(36_525, Unit.DAY)
    if rng.random() < 0.7:
        return Lasting(*rng.choice(SPANS))
    return Lasting(rng.choice((1, 1, 2, 3, 7, 30)), rng.choice(ROLLING_UNITS))


def _tags(rng: random.Random, vocabulary: Vocabulary) -> tuple[str, ...]:
    common = ("vip", "level/gold", "level/vip", "risk/churn", "lead-score")
    tags = tuple(rng.choice(common if rng.random() < 0.6 else vocabulary.keys) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    return tuple(dict.fromkeys(tags))


def _attribution(rng: random.Random) -> tuple[str | None, str | None]:
    """Actor and source, where they are asked for."""
    actor = rng.choice(("anna", "batch job", "caf\u00e9", "nobody")) if rng.random() < 0.25 else None
    return actor, rng.choice(SOURCES) if rng.random() < 0.25 else None


def _tagged(rng: random.Random, vocabulary: Vocabulary) -> Tagged:
    value: Bound | Compared | None = Bound(rng.choice(NUMERIC_OPS), _number(rng)) if rng.random() < 0.3 else None
    tags = _tags(rng, vocabulary)
    if rng.random() < 0.2:
        value = Compared(rng.choice(NUMERIC_OPS), rng.choice((*CHOICES, *CHOICES, "other", *DATES)))
        tags = tuple(dict.fromkeys([rng.choice(("risk/churn", "gold")), *tags[1:]]))
    return Tagged(tags, value, *_attribution(rng), _lasting(rng) if rng.random() < 0.4 else None)


def _moved(rng: random.Random, vocabulary: Vocabulary) -> Moved:
    """Mostly within a group, which may be exclusive, and many of its tags: elsewhere two turn at one instant rarely."""
    name = "level" if rng.random() < 0.8 else rng.choice(GROUP_NAMES)
    group = [key for key in vocabulary.keys if key.startswith(f"{name}/")]
    one, other = rng.sample(("level/gold", "level/vip"), 2)

    def some(mostly: str) -> tuple[str, ...]:
        if rng.random() < 0.1:
            return _tags(rng, vocabulary)
        others = rng.sample(group, rng.randint(0, len(group)))
        return tuple(dict.fromkeys([mostly, *others] if name == "level" else others or group))

    dwelt = _lasting(rng) if rng.random() < 0.3 else None
    actor, source = _attribution(rng) if rng.random() < 0.5 else (None, None)
    return Moved(some(one), some(other), dwelt, actor, source, random_window(rng, vocabulary) if rng.random() < 0.5 else Ever())


def _trait_date(rng: random.Random, vocabulary: Vocabulary) -> TraitDate:
    name = rng.choice(("joined", "birthday", "birthday", "birthday", _name(rng, list(TRAITS))))
    anniversary, ahead = rng.random() < 0.5, rng.random() < 0.5
    unit = Unit.DAY if anniversary or ahead else rng.choice(CALENDAR_UNITS)
    return TraitDate(
        name, anniversary, ahead, Calendar(rng.choice((1, 1, 2, 7, 8, 13, 90)), unit, rng.choice(vocabulary.zones))
    )


def _steps(rng: random.Random, vocabulary: Vocabulary) -> tuple[Step, ...]:
    """Steps after the first; the last may be absent."""
    steps = []
    for left in reversed(range(rng.choice((1, 1, 2, 3)))):
        where = random_filter(rng, vocabulary) if rng.random() < 0.2 else None
        within = _lasting(rng) if rng.random() < 0.6 else None
        steps.append(Step(_name(rng, TYPES), where, within, absent=left == 0 and rng.random() < 0.4))
    return tuple(steps)


def _top(rng: random.Random, vocabulary: Vocabulary, name: str, where: Filter | None, window: Window) -> Top:
    percent = rng.random() < 0.5
    number = _percent(rng) if percent else Decimal(rng.choice((1, 1, 2, 3, 5, 1_000_000_000)))
    if rng.random() < 0.25:
        return Top(number, percent, None, name, "", where, window)
    like = _measure(rng, vocabulary, where, window)
    return Top(number, percent, like.function, name, like.property, like.where, window, like.zone)


def _measure(rng: random.Random, vocabulary: Vocabulary, where: Filter | None, window: Window) -> Measure:
    function = rng.choice(list(Function))
    name = _name(rng, TYPES)
    if function is Function.DAYS:
        return Measure(function, name, "", _count(rng), where, window, rng.choice(vocabulary.zones))
    property_ = "amount" if rng.random() < 0.4 else _name(rng, [*PROPERTIES, *RESERVED, "quantity"])
    if function is Function.DISTINCT:
        return Measure(function, name, property_, _count(rng), where, window)
    if property_ == "amount" and rng.random() < 0.5:
        where = Condition("currency", Op.EQ, (DEFAULT_CURRENCY,))
    return Measure(function, name, property_, Bound(rng.choice(NUMERIC_OPS), _number(rng)), where, window)


# Filters and comparisons


def random_filter(rng: random.Random, vocabulary: Vocabulary, depth: int = 2) -> Filter:
    """A filter; neither connective directly inside itself."""
    if depth == 0 or rng.random() < 0.6:
        if rng.random() < 0.2:
            return _clock_condition(rng, vocabulary)
        name = _name(rng, [*PROPERTIES, *RESERVED])
        return Condition(name, *_comparison(rng, (PROPERTIES | RESERVED).get(name), name))
    operands = tuple(random_filter(rng, vocabulary, depth - 1) for _ in range(2))
    which = rng.random()
    if which < 0.35:
        return FilterNot(operands[0])
    kind = FilterAll if which < 0.65 else FilterAny
    flat = tuple(inner for one in operands for inner in (one.operands if isinstance(one, kind) else [one]))
    return kind(flat)


def _clock_condition(rng: random.Random, vocabulary: Vocabulary) -> ClockCondition:
    part = rng.choice(list(ClockPart))
    pool = (0, 1, 2, 9, 12, 23) if part is ClockPart.HOUR else range(1, 8)
    op = Op.IN if rng.random() < 0.4 else rng.choice(NUMERIC_OPS)
    values = tuple(rng.choice(pool) for _ in range(rng.choice((1, 2, 3)) if op is Op.IN else 1))
    return ClockCondition(part, rng.choice(vocabulary.zones), op, values)


def _comparison(rng: random.Random, kind: ValueType | None, name: str = "") -> tuple[Op, tuple[Literal, ...]]:
    """An operator and its literals, mostly of the right type, so that they match now and then."""
    if kind is None or rng.random() < 0.1:
        kind = rng.choice(list(ValueType))
    which = rng.random()
    if which < (0.8 if kind is ValueType.PERSONAL else 0.1):
        return Op.EXISTS, ()
    if which < 0.25:
        return Op.IN, tuple(_literal(rng, kind, name) for _ in range(rng.randint(1, 3)))
    if kind is ValueType.STRING and which < 0.4:
        return Op.STARTS_WITH, (rng.choice(("t", "te", "", "caf", "S", "\U0001f375")),)
    return rng.choice(NUMERIC_OPS), (_literal(rng, kind, name),)


def _literal(rng: random.Random, kind: ValueType, name: str) -> Literal:
    if kind is ValueType.NUMBER:
        return _number(rng)
    if kind is ValueType.BOOL:
        return rng.random() < 0.5
    if kind is ValueType.DATE:
        return rng.choice(DATES)
    return rng.choice({"currency": CURRENCIES, "touchpoint": TOUCHPOINTS}.get(name, STRINGS))


# Windows


def random_window(rng: random.Random, vocabulary: Vocabulary) -> Window:
    """A window of any kind about the vocabulary's anchors; `between` may be empty."""
    kind = rng.choices((Last, Calendar, On, Between, Since, Before, Ever), weights=(6, 5, 3, 4, 2, 2, 1))[0]
    if kind is Last:
        return Last(rng.choice((1, 2, 3, 7, 30, 365)), rng.choice(ROLLING_UNITS))
    if kind is Calendar:
        return Calendar(rng.choice((1, 1, 2, 3, 8, 13)), rng.choice(CALENDAR_UNITS), rng.choice(vocabulary.zones))
    if kind is On:
        return On(_day(rng, vocabulary))
    if kind is Between:
        return Between(random_point(rng, vocabulary), random_point(rng, vocabulary))
    if kind is Since:
        return Since(random_point(rng, vocabulary))
    return Before(random_point(rng, vocabulary)) if kind is Before else Ever()


def random_point(rng: random.Random, vocabulary: Vocabulary) -> TimePoint:
    """An end of a window."""
    which = rng.random()
    if which < 0.35:
        return Instant(rng.choice(vocabulary.instants))
    if which < 0.7:
        return _day(rng, vocabulary)
    return Ago(rng.choice((1, 2, 3, 7, 30)), rng.choice(ROLLING_UNITS))


def _day(rng: random.Random, vocabulary: Vocabulary) -> Day:
    return Day(rng.choice(vocabulary.days), rng.choice(vocabulary.zones))
