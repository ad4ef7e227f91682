"""Why one profile is on a list, or is not: by the uploads that put it there and took it off."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import InList
from projections.explaining.world import Event
from projections.history.entries import ListEntry
from projections.history.timeline import turns_on_list
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a profile stands with one version of a list."""

    on: bool
    decided_by: frozenset[int]
    """The versions of the stream whose uploads put it on the list, or took it off, last; none when none ever spoke of it.

    Of a person, those of each of its profiles that say the same.
    """

    @classmethod
    def of(cls, leaf: InList, view: View, ordinal: int | None) -> "Listing":
        """Of the profile with this ordinal, None for one never seen. Raises UnknownList."""
        entry, version = view.index.catalogue.lists.resolved(leaf, view.version)
        if ordinal is None:
            return cls(False, frozenset())
        until, members = entry.versions[version - 1].stream_version, view.index.list_members.members(entry.number, version)
        last: dict[bool, set[int]] = {True: set(), False: set()}
        for profile in view.index.persons.profiles_of(ordinal):
            turns = [turn for turn in turns_on_list(view.index, entry, profile) if turn <= until]
            last[profile in members].update(turns[-1:])
        on = not members.isdisjoint(BitMap(view.index.persons.profiles_of(ordinal)))
        return cls(on, frozenset(last[on]))

    def evidence(self, uploads: Sequence[Event]) -> tuple[Sequence[Event], str]:
        """Those of the uploads that decided: they put on and take off in turn, so that without them all would be as before."""
        found = [
            event
            for event in uploads
            if isinstance(event.entry, ListEntry)
            and event.recorded.changeset.version in self.decided_by
            and event.entry.added == self.on
        ]
        return found, "" if found else "no upload has put it on the list"
