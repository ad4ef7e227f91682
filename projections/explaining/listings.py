"""Why one profile is on a list, or is not: by the uploads that put it there and took it off."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.language.syntax import InList
from domain.tag_catalogue import Catalogue
from projections.explaining.world import Event
from projections.history.entries import ListEntry


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a profile stands with one version of a list."""

    on: bool
    last: Event | None
    """The upload that decided it; None when none ever spoke of the profile."""

    @classmethod
    def of(cls, leaf: InList, events: Sequence[Event], catalogue: Catalogue, known: int) -> "Listing":
        """From all events of the profile on lists, in the order of the log. Raises UnknownList."""
        entry, version = catalogue.lists.resolved(leaf, known)
        until = entry.versions[version - 1].stream_version
        last = None
        for event in events:
            if isinstance(event.entry, ListEntry) and event.entry.number == entry.number:
                last = event if event.recorded.changeset.version <= until else last
        return cls(last is not None and isinstance(last.entry, ListEntry) and last.entry.added, last)

    @property
    def evidence(self) -> tuple[Sequence[Event], str]:
        """The upload: uploads put on and take off in turn, so that without it the profile would stand as before."""
        return ((self.last,), "") if self.last else ((), "no upload has put it on the list")
