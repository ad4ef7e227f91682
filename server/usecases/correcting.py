"""Decides corrections of interactions: what does not count any more, and what counts in its place.

What an id stands for has been read from the log beside the writer (corrections.py). The writer only holds it against what is
known now: where somebody corrected the same interactions meanwhile, it is looked up again.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import InteractionColumns, Outcome, RetractedColumns
from domain.errors import CorrectedMeanwhile, UnknownInteraction, Violation
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.key_map import MISSING, Int64s
from projections.index.keys import Keys, as_bytes
from projections.interaction_ids import InteractionIds, Latest
from server.usecases.drafts import Found, UndoDraft
from server.usecases.interaction_rows import NO_ROWS, picked, with_origins

Flags = npt.NDArray[np.bool_]


def decide_retraction(ids: InteractionIds, wanted: Sequence[str], found: Found | None) -> tuple[RetractedColumns, Outcome]:
    """Which rows do not count any more, and how many did not before. Raises UnknownInteraction, CorrectedMeanwhile."""
    latest = ids.latest(ids.named(wanted))
    unknown = np.flatnonzero(latest.steps == MISSING).tolist()
    if unknown:
        remedy = "no interaction with this id was ever recorded; record it first, or leave it out"
        raise UnknownInteraction(
            f"ids[{unknown[0]}] ({wanted[unknown[0]]!r}): {remedy}",
            metadata={"id": wanted[unknown[0]]},
            violations=[Violation(f"ids[{i}]", remedy) for i in unknown[:100]],
        )
    found = _up_to_date(latest, found)
    count = len(found.retracted.versions)
    return found.retracted, Outcome(changed=count, already_so=len(wanted) - count)


def decide_replacement(ids: InteractionIds, columns: InteractionColumns, found: Found | None) -> RetractedColumns:
    """Which rows do not count any more. Raises CorrectedMeanwhile."""
    return _up_to_date(ids.latest(ids.named(columns.ids)), found).retracted


def _up_to_date(now: Latest, found: Found | None) -> Found:
    if found is not None:
        then = found.latest
        if np.array_equal(now.steps, then.steps) and np.array_equal(now.versions, then.versions):
            return found
    raise CorrectedMeanwhile("others correct the same interactions just now; repeat with the same request_id")


@dataclass(frozen=True, slots=True)
class CorrectionsBack:
    """What an undo does to interactions."""

    retracted: RetractedColumns
    restored: InteractionColumns | None
    changed: BitMap
    conflicts: BitMap
    already_so: int
    """Interactions that it recorded and that do not count any more."""

    @property
    def count(self) -> int:
        """Interactions that count now and did not, or the other way round."""
        return len(self.retracted.versions) + (len(self.restored.ordinals) if self.restored else 0)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows that the undone changeset recorded, or retracted."""

    columns: InteractionColumns
    keys: Keys
    wanted: Flags
    versions: Int64s
    """That recorded or retracted them last."""
    untouched: Flags
    """Nobody corrected them since, or that was taken back."""
    counts: Flags
    """Something counts under what they are known by."""

    def ordinals(self, flags: Flags) -> Ordinals:
        """Profiles of some rows."""
        return np.asarray(self.columns.ordinals, np.uint32)[flags]


def corrections_back(ids: InteractionIds, draft: UndoDraft, taken_back: Mapping[int, int]) -> CorrectionsBack | None:
    """What the undone changeset recorded does not count any more, and what it retracted counts again; None if it did neither.

    What somebody corrected since stays as they left it, and its profile is a conflict; but for what was `taken_back` itself.
    """
    undone = draft.undone
    if undone.interactions is None and undone.retracted is None:
        return None
    recorded = _part(ids, draft, undone.interactions or NO_ROWS, taken_back)
    gone = _part(ids, draft, undone.retracted.rows if undone.retracted else NO_ROWS, taken_back)
    if draft.members is not None:
        _want_together(recorded, gone)
    mine, back = recorded.wanted & recorded.untouched, gone.wanted & gone.untouched
    already = recorded.wanted & ~recorded.counts
    rows = with_origins(recorded.columns, undone.version, np.flatnonzero(mine))
    changed = np.concatenate([recorded.ordinals(mine), gone.ordinals(back)])
    others = np.concatenate([recorded.ordinals(recorded.wanted & recorded.counts & ~mine), gone.ordinals(gone.wanted & ~back)])
    return CorrectionsBack(
        # What was corrected, and is as it was again, counts by the version that brought it back.
        RetractedColumns(rows, array("I", recorded.versions[mine].astype(np.uint32).tobytes())),
        picked(gone.columns, np.flatnonzero(back)) if back.any() else None,
        bitmaps.from_ordinals(changed),
        bitmaps.from_ordinals(others),
        int(np.count_nonzero(already)),
    )


def _part(ids: InteractionIds, draft: UndoDraft, columns: InteractionColumns, taken_back: Mapping[int, int]) -> _Part:
    known_by = ids.of(columns, draft.undone.version)
    ordinals = np.asarray(columns.ordinals, np.uint32)
    everybody = np.ones(len(ordinals), np.bool_)
    wanted = everybody if draft.members is None else bitmaps.among(ordinals, bitmaps.to_ordinals(draft.members))
    latest = ids.latest(known_by)
    untouched = ids.as_left_by(draft.undone.version, known_by, latest, taken_back)
    return _Part(columns, known_by.keys, wanted, latest.versions, untouched, latest.counts)


def _want_together(recorded: _Part, gone: _Part) -> None:
    """A replacement may be of another profile than what it replaced: neither is taken back without the other."""
    places = {key: k for k, key in enumerate(as_bytes(gone.keys))}
    for k, key in enumerate(as_bytes(recorded.keys)):
        if key in places:
            recorded.wanted[k] = gone.wanted[places[key]] = recorded.wanted[k] or gone.wanted[places[key]]
