"""The bounds of the language, each once: the parser refuses with a place in the text, the checker for trees from the wire.

A `..._problem` function says what is wrong and what to do about it, or "" when nothing is. Beside them stands the flattening
of `and` and `or`, which both need too.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from domain.errors import LimitExceeded
from domain.instants import checked_instant, zone_exists, zones
from domain.language.parts import Node, children, listed
from domain.language.syntax import And, ClockPart, Expression, Filter, FilterAll, FilterAny, Literal, Or, Step, Unit
from domain.limits import (
    MAX_ATTRIBUTION_CHARACTERS,
    MAX_COUNT,
    MAX_EXPRESSION_CHARACTERS,
    MAX_EXPRESSION_DEPTH,
    MAX_EXPRESSION_NODES,
    MAX_NAME_CHARACTERS,
    MAX_NUMBER_DIGITS,
    MAX_NUMBER_MAGNITUDE,
    MAX_PERCENT_DECIMALS,
    MAX_PERIODS,
    MAX_SALT_CHARACTERS,
    MAX_SEQUENCE_STEPS,
    MAX_SPAN_DAYS,
    MAX_VALUE_BYTES,
)

UNIT_COUNT_MAX = {
    Unit.SECOND: MAX_SPAN_DAYS * 24 * 60 * 60,
    Unit.MINUTE: MAX_SPAN_DAYS * 24 * 60,
    Unit.HOUR: MAX_SPAN_DAYS * 24,
    Unit.DAY: MAX_SPAN_DAYS,
    Unit.WEEK: MAX_SPAN_DAYS // 7,
    Unit.MONTH: 1_200,
    Unit.YEAR: 100,
}
"""The most units in a span of 100 years."""

CLOCK_RANGES = {ClockPart.HOUR: (0, 23), ClockPart.WEEKDAY: (1, 7)}
"""What each part of a clock shows, both ends included."""

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_SMALLEST_EXPONENT = -330  # below every double


# --- one value --------------------------------------------------------------------------------------------------------------


def name_problem(name: str, what: str) -> str:
    """For a name after NFC; `what` names its kind with the article: "a trait"."""
    if not name:
        return f"the name of {what} is empty; names have 1 to {MAX_NAME_CHARACTERS} characters"
    if len(name) > MAX_NAME_CHARACTERS:
        return f"the name of {what} has {len(name):,} characters; names have at most {MAX_NAME_CHARACTERS}"
    if _has_surrogate(name):
        return f"the name of {what} holds half of a surrogate pair; write whole characters"
    if not unicodedata.is_normalized("NFC", name):
        return f"the name of {what} is not in the normal form NFC; normalise it"
    return ""


def tag_problem(key: str) -> str:
    """For the key of a tag: a name, or `group/name` with a name on each side of the first slash."""
    group, slash, name = key.partition("/")
    if not slash:
        return name_problem(key, "a tag")
    return name_problem(group, "a tag group") or name_problem(name, "a tag")


def literal_problem(value: Literal) -> str:
    """For a value that a trait or property is compared with."""
    if isinstance(value, str):
        return _string_problem(value)
    if isinstance(value, Decimal):
        return number_problem(value)
    return ""


def _string_problem(value: str) -> str:
    if _has_surrogate(value):
        return "the string holds half of a surrogate pair; write whole characters"
    size = len(value.encode())
    return f"the string has {size:,} bytes as UTF-8; values have at most {MAX_VALUE_BYTES:,}" if size > MAX_VALUE_BYTES else ""


def number_problem(number: Decimal) -> str:
    """For any number; zeros at either end are no significant digits."""
    if not number.is_finite():
        return "not a finite number; write one such as 12, -3 or 0.5"
    if number.copy_abs() > Decimal(MAX_NUMBER_MAGNITUDE):
        return "the number is too large; numbers lie between -100,000,000,000,000 and 100,000,000,000,000"
    digits = number.as_tuple().digits
    if len("".join(map(str, digits)).strip("0")) > MAX_NUMBER_DIGITS:
        return f"the number has too many digits; write at most {MAX_NUMBER_DIGITS} significant ones"
    if number and number.adjusted() < _SMALLEST_EXPONENT:
        return "the number is too close to zero; write 0"
    return ""


def count_problem(number: Decimal) -> str:
    """For the bound of a number of interactions, values or days."""
    if number.is_finite() and 0 <= number <= MAX_COUNT and number == number.to_integral_value():
        return ""
    return f"not a count; write a whole number from 0 to {MAX_COUNT:,}"


def clock_problem(part: ClockPart, number: Decimal | int) -> str:
    """For what the hour or weekday is compared with."""
    least, most = CLOCK_RANGES[part]
    if least <= number <= most and number == int(number):
        return ""
    name = "an hour" if part is ClockPart.HOUR else "a weekday"
    meaning = "" if part is ClockPart.HOUR else ", 1 for Monday"
    return f"not {name}; write a whole number from {least} to {most}{meaning}"


def top_problem(number: Decimal) -> str:
    """For the number of profiles of a `top`."""
    if number and not count_problem(number):
        return ""
    return f"not a number of profiles; write a whole number from 1 to {MAX_COUNT:,}, or a share such as 10%"


def percent_problem(number: Decimal) -> str:
    """For a share in per cent."""
    if not (number.is_finite() and 0 < number <= 100):
        return "not a share; write more than 0% and at most 100%"
    if number.scaleb(MAX_PERCENT_DECIMALS) % 1:
        return f"the share has too many decimals; write at most {MAX_PERCENT_DECIMALS}"
    return ""


def version_problem(version: int) -> str:
    """For the version of a segment."""
    return "" if 1 <= version <= MAX_COUNT else f"not a version; versions are whole numbers from 1 to {MAX_COUNT:,}"


def attribution_problem(text: str, what: str) -> str:
    """For an actor or source after NFC; `what` names it with the article."""
    if _has_surrogate(text):
        return f"{what} holds half of a surrogate pair; write whole characters"
    if not unicodedata.is_normalized("NFC", text):
        return f"{what} is not in the normal form NFC; normalise it"
    return _length_problem(text, what, MAX_ATTRIBUTION_CHARACTERS)


def salt_problem(salt: str) -> str:
    """For the text that a sample is taken by, as it is."""
    if _has_surrogate(salt):
        return "the salt of a sample holds half of a surrogate pair; write whole characters"
    return _length_problem(salt, "the salt of a sample", MAX_SALT_CHARACTERS)


def _length_problem(text: str, what: str, most: int) -> str:
    return "" if 1 <= len(text) <= most else f"{what} has 1 to {most} characters; this one has {len(text):,}"


def periods_problem(count: int) -> str:
    """For the number of periods that are looked at, which is held to the rule of spans too."""
    return "" if 1 <= count <= MAX_PERIODS else f"too many periods; at most {MAX_PERIODS:,} are looked at"


def step_problem(before: Sequence[Step]) -> str:
    """For one more step of a sequence after these, the first of all not among them."""
    if before and before[-1].absent:
        return "`then not` is the last step of a sequence; nothing follows it"
    too_many = len(before) + 2 > MAX_SEQUENCE_STEPS
    return f"too many steps; a sequence has at most {MAX_SEQUENCE_STEPS}, the first among them" if too_many else ""


def span_problem(count: int, unit: Unit) -> str:
    """For `N units`."""
    most = UNIT_COUNT_MAX[unit]
    if 1 <= count <= most:
        return ""
    return f"a span has 1 to {most:,} {unit.value}s (100 years)"


def zone_problem(zone: str) -> str:
    """For an IANA name, with the nearest ones."""
    if zone_exists(zone):
        return ""
    nearest = get_close_matches(zone[:64].lower(), {name.lower(): name for name in sorted(zones())}, n=1)
    hint = next((name for name in sorted(zones()) if nearest and name.lower() == nearest[0]), "")
    return f"unknown time zone; write an IANA name such as Asia/Shanghai or UTC{f', perhaps {hint}' if hint else ''}"


def day_problem(day: date) -> str:
    """For the day of a window."""
    return "" if _FIRST_DAY <= day <= _LAST_DAY else "the day lies outside 1900-01-01 to 2199-12-31, where all instants are"


def instant_problem(us: int) -> str:
    """For an instant of a window."""
    try:
        checked_instant(us)
    except ValueError as error:
        return str(error)
    return ""


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


# --- and, or ----------------------------------------------------------------------------------------------------------------


def conjunction(operands: Sequence[Expression]) -> Expression:
    """The operand itself when it is the only one, else an And without an And directly inside."""
    if len(operands) == 1:
        return operands[0]
    return And(tuple(inner for outer in operands for inner in (outer.operands if isinstance(outer, And) else (outer,))))


def disjunction(operands: Sequence[Expression]) -> Expression:
    """As conjunction, with Or."""
    if len(operands) == 1:
        return operands[0]
    return Or(tuple(inner for outer in operands for inner in (outer.operands if isinstance(outer, Or) else (outer,))))


def filter_conjunction(operands: Sequence[Filter]) -> Filter:
    """As conjunction, with FilterAll."""
    if len(operands) == 1:
        return operands[0]
    return FilterAll(
        tuple(inner for outer in operands for inner in (outer.operands if isinstance(outer, FilterAll) else (outer,)))
    )


def filter_disjunction(operands: Sequence[Filter]) -> Filter:
    """As conjunction, with FilterAny."""
    if len(operands) == 1:
        return operands[0]
    return FilterAny(
        tuple(inner for outer in operands for inner in (outer.operands if isinstance(outer, FilterAny) else (outer,)))
    )


# --- the whole tree ---------------------------------------------------------------------------------------------------------


def check_size(expression: Expression) -> None:
    """LimitExceeded for a tree that is too deep or has too many nodes; never recurses, and stops at the first excess.

    Each node of expressions and filters and each later step of a sequence counts one, each tag of `any of (…)` and value of
    `in (…)` one more.
    """
    count = 0
    waiting: list[tuple[Node, int]] = [(expression, 1)]
    while waiting:
        node, depth = waiting.pop()
        check_depth(depth)
        count += 1 + listed(node)
        LimitExceeded.refuse(
            "expression nodes",
            field="segment",
            maximum=MAX_EXPRESSION_NODES,
            actual=count,
            remedy="split the segment, or mark the listed profiles with a tag",
        )
        # A later step has no parentheses of its own in the text.
        waiting.extend((child, depth if isinstance(child, Step) else depth + 1) for child in children(node))


def check_depth(depth: int) -> None:
    """LimitExceeded beyond the deepest nesting."""
    LimitExceeded.refuse(
        "expression depth",
        field="segment",
        maximum=MAX_EXPRESSION_DEPTH,
        actual=depth,
        remedy="nest fewer parentheses, nots, ands and ors",
    )


def check_length(characters: int) -> None:
    """LimitExceeded for a text (given or canonical) that is too long."""
    LimitExceeded.refuse(
        "expression text",
        field="segment",
        maximum=MAX_EXPRESSION_CHARACTERS,
        actual=characters,
        remedy="split the segment, or mark the listed profiles with a tag",
    )
