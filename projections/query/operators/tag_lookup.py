"""What the operators about tags share: from keys to the stored histories, and which states carry a tag."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from domain.catalogue_changes import Valued
from domain.language.syntax import Bound, Compared, Op
from domain.tag_values import ValueRule
from projections.index.history import NOTHING, Codes
from projections.index.tag_index import TagIndex
from projections.query.operators.comparing import Flags, value_predicate
from projections.query.view import View


def tags_of(view: View, keys: Sequence[str]) -> list[TagIndex]:
    """Those of the tags that have ever been applied or removed."""
    return list(numbered_tags(view, keys).values())


def numbered_tags(view: View, keys: Sequence[str]) -> dict[int, TagIndex]:
    """The same, by their numbers."""
    # Two keys may mean one tag.
    numbers = dict.fromkeys(view.index.catalogue.meant(key, view.version) for key in keys)
    found = ((number, view.index.tags.get(number)) for number in numbers if number is not None)
    return {number: tag for number, tag in found if tag is not None}


def change_estimate(view: View, keys: Sequence[str]) -> int:
    """How many changes the tags have."""
    return sum(len(tag.history) for tag in tags_of(view, keys))


def unknown_tags(view: View, keys: Sequence[str]) -> str:
    """For a note: which of the tags do not exist; "" if all do."""
    unknown = [key for key in keys if view.index.catalogue.meant(key) is None]
    return f"not in the catalogue: {', '.join(unknown)}" if unknown else ""


def carried(tag: TagIndex, rule: ValueRule, codes: Codes, said: Bound | Compared | None) -> Flags:
    """Flags of the states that carry the tag, with a value that compares so if there is a comparison.

    The states come first: every value that they speak of is then in the dictionary. `rule`: which values the tag has.
    """
    if said is None:
        present: Flags = codes != NOTHING
        return present
    by_code: Flags = tag.value_flags(tag.values.matching(_predicate(rule, said)))
    return by_code[codes]


def _predicate(rule: ValueRule, said: Bound | Compared) -> Callable[[float], bool]:
    """Does the value that a number stands for compare so? One of another type never does."""
    if isinstance(said, Bound):
        return (lambda _: False) if rule.spelled else value_predicate(said.op, [said.number])
    number = rule.number_of(said.value)
    if number is not None:
        return value_predicate(said.op, [Decimal(int(number))])
    unlike = said.op is Op.NE and rule.valued is Valued.CHOICE and isinstance(said.value, str)
    return lambda _: unlike  # every choice is another one than a text that is none
