"""Changes of everyone in a segment, and of all that a changeset changed: from the wire to drafts, and what they do to it."""

from collections.abc import Iterable

from pyroaring import BitMap
from tagledger.v1 import common_pb2
from tagledger.v1 import ledger_service_pb2 as pb

from domain.changeset import Selected
from domain.language.checker import Warning as ExpressionWarning
from domain.names import normalized
from server.convert.answers import warnings_out
from server.convert.contexts import changeset_named_in, clocks_out, known_at_in, receipt_out, request_in
from server.convert.expressions import segment_in
from server.convert.fields import Checks, to_timestamp
from server.convert.writes import tagging_in
from server.usecases.asking import Asked
from server.usecases.bulk import Chosen, UndoRequest
from server.usecases.clocks import KnownAt
from server.usecases.drafts import MergeDraft, Receipt, TagSegmentDraft
from server.usecases.previewing import Preview
from server.usecases.state import WorkspaceState


def tag_segment_in(request: pb.TagSegmentRequest) -> tuple[TagSegmentDraft, Chosen]:
    """The draft without its members, and whose they are. Raises InvalidField, InvalidExpression, LimitExceeded."""
    checks = Checks()
    context = request_in(request, request.context, checks)
    asked = tagging_in("", request, checks)
    as_of, known_at = _clocks_in(request, checks)
    checks.refuse()
    chosen = Chosen(segment_in(request.segment), as_of, known_at)
    return TagSegmentDraft(context, *asked, Selected("", 0, 0), BitMap()), chosen


def merge_in(request: pb.MergeTagsRequest) -> MergeDraft:
    """Which tag is to be another name of which. Raises InvalidField."""
    checks = Checks()
    context = request_in(request, request.context, checks)
    for field in ("key", "into_key"):
        if not getattr(request, field):
            checks.add(field, "a tag's key is needed, `name` or `group/name`")
    checks.refuse()
    return MergeDraft(context, normalized(request.key), normalized(request.into_key))


def undo_in(request: pb.UndoChangesetRequest) -> UndoRequest:
    """Which changeset is to be taken back, and for whom. Raises as tag_segment_in."""
    checks = Checks()
    context = request_in(request, request.context, checks)
    changeset_id, position = changeset_named_in(request, checks)
    as_of, known_at = _clocks_in(request, checks)
    of_part = request.HasField("segment")
    if not of_part and (request.HasField("as_of") or request.HasField("known_at")):
        checks.add("segment", "as_of and known_at are the clocks of a segment; name one, or leave them out")
    checks.refuse()
    chosen = Chosen(segment_in(request.segment), as_of, known_at) if of_part else None
    return UndoRequest(context, changeset_id, position, chosen)


def _clocks_in(request: pb.TagSegmentRequest | pb.UndoChangesetRequest, checks: Checks) -> tuple[int | None, KnownAt]:
    as_of = checks.timestamp("as_of", request.as_of) if request.HasField("as_of") else None
    return as_of, known_at_in(request.known_at, checks)


def tag_segment_out(receipt: Receipt, warnings: Iterable[ExpressionWarning]) -> pb.TagSegmentResponse:
    """What was recorded."""
    selected = receipt.selected
    assert selected is not None, "a changeset of a segment says so"
    return pb.TagSegmentResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        clocks=common_pb2.ReadClocks(as_of=to_timestamp(selected.as_of), known_at=selected.known_at),
        changed_count=receipt.changed,
        already_so_count=receipt.already_so,
        warnings=warnings_out(warnings),
    )


def tag_segment_preview_out(asked: Asked, preview: Preview) -> pb.TagSegmentResponse:
    """What would be."""
    return pb.TagSegmentResponse(
        position=asked.reading.position,
        clocks=clocks_out(asked.reading),
        changed_count=preview.outcome.changed,
        already_so_count=preview.outcome.already_so,
        warnings=warnings_out(asked.warnings),
        preview=preview_out(preview),
    )


def merge_out(receipt: Receipt) -> pb.MergeTagsResponse:
    """What was recorded."""
    return pb.MergeTagsResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        changed_count=receipt.changed,
        already_so_count=receipt.already_so,
    )


def merge_preview_out(position: int, preview: Preview) -> pb.MergeTagsResponse:
    """What would be."""
    return pb.MergeTagsResponse(
        position=position,
        changed_count=preview.outcome.changed,
        already_so_count=preview.outcome.already_so,
        preview=preview_out(preview),
    )


def undo_out(state: WorkspaceState, receipt: Receipt, warnings: Iterable[ExpressionWarning]) -> pb.UndoChangesetResponse:
    """What was recorded."""
    return pb.UndoChangesetResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        changed_count=receipt.changed,
        already_so_count=receipt.already_so,
        conflict_count=receipt.conflicts,
        conflict_profile_ids=state.profiles.names(receipt.conflicting),
        warnings=warnings_out(warnings),
    )


def undo_preview_out(position: int, warnings: Iterable[ExpressionWarning], preview: Preview) -> pb.UndoChangesetResponse:
    """What would be."""
    return pb.UndoChangesetResponse(
        position=position,
        changed_count=preview.outcome.changed,
        already_so_count=preview.outcome.already_so,
        conflict_count=preview.outcome.conflicts,
        conflict_profile_ids=preview.conflict_ids,
        warnings=warnings_out(warnings),
        preview=preview_out(preview),
    )


def preview_out(preview: Preview) -> pb.Preview:
    """What a dry run tells."""
    effects = [
        pb.SegmentEffect(
            segment=one.segment, count=one.count, entered_count=one.entered, left_count=one.left, refusal=one.refusal
        )
        for one in preview.effects
    ]
    return pb.Preview(changed_profile_ids=preview.changed_ids, segments=effects, dependent_segment_count=preview.dependents)
