"""Which changesets were taken back, and by which."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.changeset import Changeset


@dataclass(slots=True)
class Undone:
    """Filled in the order of the stream."""

    by: dict[int, list[str]] = field(default_factory=dict)
    """By version, the ids of the changesets that took it back, or a part of it."""
    wholly: dict[int, int] = field(default_factory=dict)
    """By the version of an undo for everybody, the version that it took back; ascending."""
    undos: list[int] = field(default_factory=list)
    """The versions that took others back, or a part of them, ascending."""

    def apply(self, changeset: Changeset) -> None:
        """Take in a changeset."""
        if changeset.undoes:
            self.by.setdefault(changeset.undoes.version, []).append(changeset.changeset_id)
            self.undos.append(changeset.version)
            if changeset.selected is None:
                self.wholly[changeset.version] = changeset.undoes.version

    def ids(self, version: int) -> Sequence[str]:
        """Of the changesets that took a version back, or a part of it."""
        return self.by.get(version, ())

    def since(self, version: int) -> dict[int, int]:
        """Later versions that were wholly taken back, and those that did so: as if neither had been recorded.

        To each, the version that it took back; 0 for one that took none back.
        """
        gone: dict[int, int] = {}
        for undo, undone in reversed(self.wholly.items()):
            if undone > version and undo not in gone:
                gone[undo] = undone
                gone.setdefault(undone, self.wholly.get(undone, 0))
        return gone

    def copy(self) -> "Undone":
        """One of its own that goes on from here."""
        return Undone({version: list(ids) for version, ids in list(self.by.items())}, dict(self.wholly), list(self.undos))
