"""Replies into plain values: total functions; with history_from_wire.py the only place that reads protobuf messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from google.protobuf.json_format import MessageToDict
from tagledger.v1 import (
    catalogue_service_pb2,
    common_pb2,
    export_service_pb2,
    expression_pb2,
    ledger_service_pb2,
    list_service_pb2,
    profile_service_pb2,
    segment_service_pb2,
    staff_service_pb2,
)

from . import replies
from .history_from_wire import attribution as attribution
from .history_from_wire import history_entry as history_entry
from .history_from_wire import tag_review as tag_review
from .history_from_wire import tag_use as tag_use
from .history_from_wire import tag_values as tag_values
from .history_from_wire import value as value
from .instants import duration, from_timestamp
from .profile_from_wire import erasure_certificate as erasure_certificate
from .profile_from_wire import profile as profile
from .report_from_wire import cross_table as cross_table
from .report_from_wire import series_point as series_point
from .report_from_wire import warning as _warning
from .staff_from_wire import department as department
from .staff_from_wire import staff as staff

_TYPES: Final = {
    common_pb2.VALUE_TYPE_STRING: "string",
    common_pb2.VALUE_TYPE_NUMBER: "number",
    common_pb2.VALUE_TYPE_BOOL: "bool",
    common_pb2.VALUE_TYPE_DATE: "date",
    common_pb2.VALUE_TYPE_PERSONAL: "personal",
}
_MISSING: Final = {
    segment_service_pb2.LeafExplanation.MISSING_MUST_HOLD: "must hold",
    segment_service_pb2.LeafExplanation.MISSING_MUST_NOT_HOLD: "must not hold",
}


def receipt(message: common_pb2.WriteReceipt) -> replies.Receipt:
    """Convert a receipt."""
    return replies.Receipt(*_receipt(message))


def _receipt(message: common_pb2.WriteReceipt) -> tuple[int, str, datetime, bool]:
    """The fields of every receipt, in their order."""
    return message.position, message.changeset_id, from_timestamp(message.recorded_at), message.replayed


def changeset_receipt(message: ledger_service_pb2.ApplyChangesetResponse) -> replies.ChangesetReceipt:
    """Convert the reply to a changeset."""
    return replies.ChangesetReceipt(
        *_receipt(message.receipt),
        message.changed_count,
        message.already_so_count,
        message.new_profile_count,
    )


def segment_tagging(message: ledger_service_pb2.TagSegmentResponse) -> replies.SegmentTagging:
    """Convert the reply to a tag for everyone in a segment."""
    return replies.SegmentTagging(
        message.position,
        receipt(message.receipt) if message.HasField("receipt") else None,
        clocks(message.clocks),
        message.changed_count,
        message.already_so_count,
        tuple(map(_warning, message.warnings)),
        _preview(message.preview) if message.HasField("preview") else None,
    )


def merge(message: ledger_service_pb2.MergeTagsResponse) -> replies.Merge:
    """Convert the reply to a merge of tags."""
    return replies.Merge(
        message.position,
        receipt(message.receipt) if message.HasField("receipt") else None,
        message.changed_count,
        message.already_so_count,
        _preview(message.preview) if message.HasField("preview") else None,
    )


def transfer(message: staff_service_pb2.TransferCustomersResponse) -> replies.Transfer:
    """Convert the reply to a transfer of customers."""
    return replies.Transfer(
        message.position,
        receipt(message.receipt) if message.HasField("receipt") else None,
        message.changed_count,
        message.already_so_count,
        _preview(message.preview) if message.HasField("preview") else None,
        tuple(map(_warning, message.warnings)),
    )


def linking(message: profile_service_pb2.LinkProfilesResponse) -> replies.Linking:
    """Convert the reply to links."""
    counts = message.changed_count, message.already_so_count, message.new_profile_count
    return replies.Linking(*_receipt(message.receipt), *counts)


def unlinking(message: profile_service_pb2.UnlinkProfilesResponse) -> replies.Unlinking:
    """Convert the reply to links taken away."""
    return replies.Unlinking(*_receipt(message.receipt), message.changed_count, message.already_so_count)


def erasure(message: profile_service_pb2.EraseProfilesResponse) -> replies.Erasure:
    """Convert the reply to an erasure."""
    made = receipt(message.receipt) if message.HasField("receipt") else None
    return replies.Erasure(message.position, made, message.erased_count, message.unknown_count)


def undo(message: ledger_service_pb2.UndoChangesetResponse) -> replies.Undo:
    """Convert the reply to an undo."""
    return replies.Undo(
        message.position,
        receipt(message.receipt) if message.HasField("receipt") else None,
        message.changed_count,
        message.already_so_count,
        message.conflict_count,
        tuple(message.conflict_profile_ids),
        tuple(map(_warning, message.warnings)),
        _preview(message.preview) if message.HasField("preview") else None,
    )


def _preview(message: ledger_service_pb2.Preview) -> replies.Preview:
    effects = (
        replies.SegmentEffect(one.segment, one.count, one.entered_count, one.left_count, one.refusal)
        for one in message.segments
    )
    return replies.Preview(tuple(message.changed_profile_ids), tuple(effects), message.dependent_segment_count)


def retraction_receipt(message: ledger_service_pb2.RetractInteractionsResponse) -> replies.RetractionReceipt:
    """Convert the reply to a retraction."""
    return replies.RetractionReceipt(*_receipt(message.receipt), message.retracted_count, message.already_so_count)


def replacement_receipt(message: ledger_service_pb2.ReplaceInteractionsResponse) -> replies.ReplacementReceipt:
    """Convert the reply to a replacement."""
    return replies.ReplacementReceipt(
        *_receipt(message.receipt),
        message.accepted_count,
        message.replaced_count,
        message.new_profile_count,
    )


def interactions_receipt(message: ledger_service_pb2.RecordInteractionsResponse) -> replies.InteractionsReceipt:
    """Convert the reply to a batch of interactions."""
    return replies.InteractionsReceipt(
        *_receipt(message.receipt),
        message.accepted_count,
        message.duplicate_count,
        message.new_profile_count,
    )


def clocks(message: common_pb2.ReadClocks) -> replies.Clocks:
    """Convert the clocks of a read."""
    return replies.Clocks(from_timestamp(message.as_of), message.known_at)


def count(message: segment_service_pb2.CountResponse) -> replies.Count:
    """Convert a count."""
    warnings = tuple(map(_warning, message.warnings))
    return replies.Count(message.position, clocks(message.clocks), message.count, warnings, message.engine_us)


def comparison(message: segment_service_pb2.CompareSegmentResponse) -> replies.Comparison:
    """Convert one page of who entered and left."""
    return replies.Comparison(
        message.position,
        clocks(message.clocks),
        clocks(message.before_clocks),
        message.entered_count,
        message.left_count,
        message.stayed_count,
        tuple(change.profile_id for change in message.changes if change.entered),
        tuple(change.profile_id for change in message.changes if not change.entered),
        tuple(map(_warning, message.warnings)),
    )


def members_page(message: segment_service_pb2.ListMembersResponse) -> replies.MembersPage:
    """Convert one page of members."""
    warnings = tuple(map(_warning, message.warnings))
    return replies.MembersPage(
        message.position, clocks(message.clocks), tuple(message.profile_ids), message.total_count, warnings
    )


def _check(message: segment_service_pb2.ProfileCheck) -> replies.ProfileCheck:
    return replies.ProfileCheck(message.profile_id, message.member, message.known)


def checks(message: segment_service_pb2.CheckProfilesResponse) -> replies.Checks:
    """Convert the answers for profiles."""
    warnings = tuple(map(_warning, message.warnings))
    return replies.Checks(message.position, clocks(message.clocks), tuple(map(_check, message.results)), warnings)


def _step(message: segment_service_pb2.PlanStep) -> replies.PlanStep:
    return replies.PlanStep(
        message.depth,
        message.operator,
        message.expression,
        message.note,
        message.estimated_count,
        message.actual_count if message.actual_count >= 0 else None,
        message.elapsed_us,
        message.holds if message.HasField("holds") else None,
    )


def validation(message: segment_service_pb2.ValidateExpressionResponse) -> replies.Validation:
    """Convert a read expression."""
    tree = MessageToDict(message.tree)
    return replies.Validation(message.position, message.canonical_text, tree, tuple(map(_warning, message.warnings)))


def _evidence(message: segment_service_pb2.Evidence) -> replies.Evidence:
    return replies.Evidence(history_entry(message.entry), message.version, message.row)


def _leaf(message: segment_service_pb2.LeafExplanation) -> replies.LeafExplanation:
    return replies.LeafExplanation(
        message.expression,
        message.segment,
        message.holds,
        tuple(map(_evidence, message.evidence)),
        message.evidence_count,
        from_timestamp(message.flips_at) if message.HasField("flips_at") else None,
        from_timestamp(message.flips_told_until) if message.HasField("flips_told_until") else None,
        _MISSING.get(message.missing, ""),
        message.note,
    )


def _why(message: segment_service_pb2.ProfileExplanation) -> replies.ProfileExplanation:
    return replies.ProfileExplanation(
        tuple(map(_leaf, message.leaves)),
        from_timestamp(message.flips_at) if message.HasField("flips_at") else None,
        from_timestamp(message.flips_told_until) if message.HasField("flips_told_until") else None,
        message.note,
        message.event_count,
    )


def explanation(message: segment_service_pb2.ExplainResponse) -> replies.Explanation:
    """Convert a plan, and what a profile's answer hangs on."""
    return replies.Explanation(
        message.position,
        clocks(message.clocks),
        message.canonical_text,
        tuple(map(_step, message.steps)),
        message.count,
        _check(message.profile) if message.HasField("profile") else None,
        tuple(map(_warning, message.warnings)),
        message.engine_us,
        _why(message.why) if message.HasField("why") else None,
    )


def workspace(message: catalogue_service_pb2.Workspace) -> replies.Workspace:
    """Convert a tenant."""
    return replies.Workspace(message.name, message.currency, from_timestamp(message.created_at))


def tag_group(message: catalogue_service_pb2.TagGroup) -> replies.TagGroup:
    """Convert a tag group."""
    described, created_at = (message.name, message.description, message.retired), from_timestamp(message.created_at)
    return replies.TagGroup(*described, message.tag_count, created_at, message.exclusive, message.owner_staff_id)


def tag(message: catalogue_service_pb2.Tag, holder_count: int | None = None) -> replies.Tag:
    """Convert a tag."""
    return replies.Tag(
        message.key,
        message.group,
        message.name,
        message.description,
        message.retired,
        from_timestamp(message.created_at),
        message.created_by,
        holder_count,
        tag_values(message.values),
        message.merged_into,
        message.rank,
        message.opt_out,
        duration(message, "lifetime"),
    )


def foreign_tag(message: catalogue_service_pb2.ForeignTag) -> replies.ForeignTag:
    """Convert what another system calls a tag."""
    return replies.ForeignTag(message.foreign_key, message.key)


def foreign_tags_receipt(message: catalogue_service_pb2.MapForeignTagsResponse) -> replies.ForeignTagsReceipt:
    """Convert the reply to names that were mapped."""
    return replies.ForeignTagsReceipt(*_receipt(message.receipt), message.changed_count, message.already_so_count)


def segment(
    message: catalogue_service_pb2.NamedSegment,
    *,
    versions: Iterable[catalogue_service_pb2.SegmentVersion] = (),
    warnings: Iterable[expression_pb2.Warning] = (),
) -> replies.Segment:
    """Convert a segment with a name."""
    return replies.Segment(
        message.name,
        message.description,
        message.retired,
        message.version,
        message.expression,
        from_timestamp(message.created_at),
        message.created_by,
        tuple(replies.SegmentVersion(made.version, made.expression, attribution(made.attribution)) for made in versions),
        tuple(map(_warning, warnings)),
    )


def uploaded_list(
    message: list_service_pb2.UploadedList, versions: Iterable[list_service_pb2.ListVersion] = ()
) -> replies.UploadedList:
    """Convert a list."""
    made = tuple(
        replies.ListVersion(
            one.version,
            one.profile_count,
            one.added_count,
            one.removed_count,
            one.unknown_count,
            attribution(one.attribution),
        )
        for one in versions
    )
    return replies.UploadedList(
        message.name, message.description, message.retired, message.version, message.profile_count, made
    )


def list_receipt(message: list_service_pb2.UploadListResponse) -> replies.ListReceipt:
    """Convert the reply to an upload."""
    return replies.ListReceipt(
        *_receipt(message.receipt),
        uploaded_list(message.list),
        message.changed_count,
        message.already_so_count,
        message.unknown_count,
        tuple(message.unknown_profile_ids),
    )


def names(message: catalogue_service_pb2.ListNamesResponse) -> replies.Names:
    """Convert what the log has seen."""
    return replies.Names(
        message.position,
        tuple(message.interaction_types),
        tuple(message.touchpoints),
        {named.name: _TYPES.get(named.type, "") for named in message.properties},
        {named.name: _TYPES.get(named.type, "") for named in message.traits},
        message.profile_count,
    )


def export_part(message: export_service_pb2.ExportMembersResponse) -> replies.ExportPart:
    """Convert one part of an export."""
    rows = tuple(replies.ExportRow(row.profile_id, tuple(map(value, row.values))) for row in message.rows)
    return replies.ExportPart(
        message.position,
        clocks(message.clocks),
        message.total_count,
        tuple(message.column_names),
        rows,
        message.arrow,
        tuple(map(_warning, message.warnings)),
    )
