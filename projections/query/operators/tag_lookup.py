"""What the operators about tags share: from keys to the stored histories, and which states carry a tag."""

from collections.abc import Sequence

from domain.language.syntax import Bound
from projections.index.history import NOTHING, Codes
from projections.index.tag_index import TagIndex
from projections.query.operators.comparing import Flags, value_predicate
from projections.query.view import View


def tags_of(view: View, keys: Sequence[str]) -> list[TagIndex]:
    """Those of the tags that have ever been applied or removed."""
    # Two keys may mean one tag.
    numbers = dict.fromkeys(view.index.catalogue.meant(key, view.version) for key in keys)
    found = (view.index.tags.get(number) for number in numbers if number is not None)
    return [tag for tag in found if tag is not None]


def change_estimate(view: View, keys: Sequence[str]) -> int:
    """How many changes the tags have."""
    return sum(len(tag.history) for tag in tags_of(view, keys))


def unknown_tags(view: View, keys: Sequence[str]) -> str:
    """For a note: which of the tags do not exist; "" if all do."""
    unknown = [key for key in keys if view.index.catalogue.meant(key) is None]
    return f"not in the catalogue: {', '.join(unknown)}" if unknown else ""


def carried(tag: TagIndex, codes: Codes, bound: Bound | None) -> Flags:
    """Flags of the states that carry the tag, with a value that compares so if there is a bound.

    The states come first: every value that they speak of is then in the dictionary.
    """
    if bound is None:
        present: Flags = codes != NOTHING
        return present
    by_code: Flags = tag.value_flags(tag.values.matching(value_predicate(bound.op, [bound.number])))
    return by_code[codes]
