"""Decides what names of other systems mean: `wecom:etAbc` is a tag of the catalogue, wherever a tag's key can stand."""

from collections.abc import Sequence

from domain.catalogue_changes import ForeignTagMapped, ForeignTagUnmapped
from domain.errors import NameTaken, TagRetired, UnknownForeignTag, Violation
from domain.names import KnownNames
from domain.tag_catalogue import Catalogue
from server.usecases.commands import MapForeignTags, UnmapForeignTag
from server.usecases.tag_decisions import unknown_tags


def decide_mapping(catalogue: Catalogue, command: MapForeignTags) -> Sequence[ForeignTagMapped]:
    """The names that do not mean their tags yet. Raises UnknownTag, NameTaken, TagRetired, naming every offender."""
    numbers = {key: catalogue.tag_number(key) for key in command.keys.values()}
    pairs = list(enumerate(command.keys.items()))
    unknown = [Violation(f"foreign_tags[{i}].key", f"unknown tag {key!r}") for i, (_, key) in pairs if numbers[key] is None]
    if unknown:
        raise unknown_tags(catalogue, {key for key, number in numbers.items() if number is None}, unknown)
    taken = [
        Violation(f"foreign_tags[{i}].foreign_key", f"{foreign_key!r} is the key of a tag of the catalogue")
        for i, (foreign_key, _) in pairs
        if catalogue.tag_number(foreign_key) is not None
    ]
    if taken:
        raise NameTaken(f"{taken[0].description}; rename the tag first", violations=taken[:100])
    found = {foreign_key: number for foreign_key, key in command.keys.items() if (number := numbers[key]) is not None}
    known = catalogue.foreign_tags()
    retired = [
        Violation(f"foreign_tags[{i}].key", f"tag {key!r} is retired: map another one, or restore it first")
        for i, (foreign_key, key) in pairs
        if catalogue.tags[catalogue.meant(key) or found[foreign_key]].retired and known.get(foreign_key) != found[foreign_key]
    ]
    if retired:
        raise TagRetired(retired[0].description, violations=retired[:100])
    return [ForeignTagMapped(number, name) for name, number in found.items() if known.get(name) != number]


def decide_unmapping(catalogue: Catalogue, command: UnmapForeignTag) -> ForeignTagUnmapped:
    """Raises UnknownForeignTag."""
    known = catalogue.foreign_tags()
    if command.foreign_key not in known:
        hint = KnownNames(known).nearest(command.foreign_key)
        told = f"; did you mean {hint!r}?" if hint else "; see ListForeignTags (tagledger catalogue foreign-tags)"
        raise UnknownForeignTag(
            f"no tag is called {command.foreign_key!r} elsewhere{told}", metadata={"foreign_key": command.foreign_key}
        )
    return ForeignTagUnmapped(known[command.foreign_key], command.foreign_key)
