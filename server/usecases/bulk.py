"""Changes of many at once: everyone of a segment, or all that a changeset changed. Found and previewed beside the writer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyroaring import BitMap

from domain.changeset import Selected
from domain.errors import NotUndoable
from domain.language.checker import Warning as ExpressionWarning
from server.usecases.asking import Asked, Questions, Segment
from server.usecases.auditing import Auditing
from server.usecases.clocks import Clocks, KnownAt, Reader, Reading
from server.usecases.drafts import MergeDraft, Request, TagSegmentDraft, TransferDraft, UndoDraft
from server.usecases.personal_texts import refuse_texts_in
from server.usecases.previewing import Made, Preview, preview
from server.usecases.segment_tagging import decide_tagging
from server.usecases.tag_merging import decide_merge
from server.usecases.transferring import decide_transfer
from server.usecases.undoing import decide_undo


@dataclass(frozen=True, slots=True)
class Chosen:
    """Everyone of a segment, at these clocks."""

    segment: Segment
    as_of: int | None
    known_at: KnownAt


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """A changeset, by id (16 bytes) or position, that is to be taken back: for some, or None for all."""

    request: Request
    changeset_id: bytes | None
    position: int
    chosen: Chosen | None


class BulkChanges:
    """Makes drafts whole, and tells what they would do. Any thread may ask; blocks on the log."""

    def __init__(self, clocks: Clocks, questions: Questions, auditing: Auditing) -> None:
        self._clocks, self._questions, self._auditing = clocks, questions, auditing

    def tagging(self, draft: TagSegmentDraft, chosen: Chosen) -> tuple[TagSegmentDraft, Asked]:
        """The draft with the members. Raises what asking for them raises."""
        asked, members, selected = self._members(draft.request, chosen)
        members = asked.reading.view.index.persons.first_profiles(members)
        return replace(draft, members=members, selected=selected), asked

    def preview_tagging(self, draft: TagSegmentDraft) -> Preview:
        """What it would do. Raises what recording it would raise."""
        reading = self._clocks.now(draft.request.workspace)
        decided = decide_tagging(reading.view.index, draft, reading.view.as_of)
        return preview(reading, draft.request.attribution, decided.outcome, decided.changed, BitMap(), Made(tags=decided.tags))

    def transfer(self, draft: TransferDraft, segment: Segment | None) -> tuple[TransferDraft, Sequence[ExpressionWarning]]:
        """The draft with the members of the segment, if there is one. Raises what asking for them raises."""
        if segment is None:
            return draft, ()
        asked, members, selected = self._members(draft.request, Chosen(segment, None, KnownAt()))
        return replace(draft, members=members, selected=selected), asked.warnings

    def preview_transfer(self, draft: TransferDraft) -> tuple[Reading, Preview]:
        """What it would do. Raises what recording it would raise."""
        reading = self._clocks.now(draft.request.workspace)
        decided = decide_transfer(reading.view.index, draft, reading.view.as_of)
        by, made = draft.request.attribution, Made(tags=decided.tags, catalogue=decided.catalogue)
        return reading, preview(reading, by, decided.outcome, decided.changed, BitMap(), made)

    def preview_merge(self, draft: MergeDraft) -> tuple[Reading, Preview]:
        """What it would do. Raises what recording it would raise."""
        reading = self._clocks.now(draft.request.workspace)
        decided = decide_merge(reading.view.index, draft, reading.view.version)
        made = Made(tags=decided.tags, catalogue=(decided.made,))
        return reading, preview(reading, draft.request.attribution, decided.outcome, decided.changed, BitMap(), made)

    def undo(self, wanted: UndoRequest) -> tuple[UndoDraft, Sequence[ExpressionWarning]]:
        """The draft with the changeset, and with the members of the segment.

        Raises UnknownChangeset, NotUndoable where nobody is a member, or what asking raises.
        """
        state = self._clocks.state(wanted.request.workspace)
        undone = self._auditing.recorded(state, wanted.changeset_id, wanted.position).changeset
        if wanted.chosen is None:
            return UndoDraft(wanted.request, undone, None, None), ()
        asked, members, selected = self._members(wanted.request, wanted.chosen)
        if not members:
            told = "".join(f"; {warning.message}" for warning in asked.warnings)
            raise NotUndoable(
                f"segment: nobody is in it, so nothing of changeset {undone.changeset_id} is taken back{told}",
                metadata={"changeset_id": undone.changeset_id},
            )
        members = asked.reading.view.index.persons.all_profiles(members)
        return UndoDraft(wanted.request, undone, selected, members), asked.warnings

    def preview_undo(self, draft: UndoDraft) -> Preview:
        """What it would do. Raises NotUndoable, TagMerged."""
        reading = self._clocks.now(draft.request.workspace)
        decided = decide_undo(reading.state, draft)
        made = Made(decided.tags, decided.traits, decided.restored, decided.retracted, decided.catalogue, decided.links)
        return preview(reading, draft.request.attribution, decided.outcome, decided.changed, decided.conflicts, made)

    def _members(self, request: Request, chosen: Chosen) -> tuple[Asked, BitMap, Selected]:
        """As whoever acts sees them."""
        reader = Reader(request.workspace, request.attribution.actor)
        asked = self._questions.ask(reader, chosen.as_of, chosen.known_at, chosen.segment)
        refuse_texts_in(asked.expression.expression, asked.reading.state.index)
        members = self._questions.members(asked)
        return asked, members, Selected(asked.expression.text, asked.reading.view.as_of, asked.reading.known_at)
