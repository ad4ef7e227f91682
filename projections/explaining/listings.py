"""Why one profile is on a list, or is not: by the uploads that put it there and took it off."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.language.syntax import InList
from projections.explaining.world import Event
from projections.history.entries import ListEntry
from projections.history.timeline import turns_on_list
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a profile stands with one version of a list."""

    on: bool
    decided_by: int | None
    """The version of the stream whose upload put it on the list or took it off last; None when none ever spoke of it."""

    @classmethod
    def of(cls, leaf: InList, view: View, ordinal: int | None) -> "Listing":
        """Of the profile with this ordinal, None for one never seen. Raises UnknownList."""
        entry, version = view.index.catalogue.lists.resolved(leaf, view.version)
        if ordinal is None:
            return cls(False, None)
        until = entry.versions[version - 1].stream_version
        turns = [turn for turn in turns_on_list(view.index, entry, ordinal) if turn <= until]
        return cls(ordinal in view.index.list_members.members(entry.number, version), turns[-1] if turns else None)

    def evidence(self, uploads: Sequence[Event]) -> tuple[Sequence[Event], str]:
        """The one of the uploads that decided: they put on and take off in turn, so that without it all would be as before."""
        for event in uploads:
            if isinstance(event.entry, ListEntry) and event.recorded.changeset.version == self.decided_by:
                return (event,), ""
        return (), "no upload has put it on the list"
