"""Catalogue objects, warnings, explanations and history entries, to the wire."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from tagledger.v1 import catalogue_service_pb2 as catalogue_pb
from tagledger.v1 import common_pb2, expression_pb2, segment_service_pb2
from tagledger.v1 import history_service_pb2 as history_pb

from domain.changeset import NEVER, Recorded, ValueType
from domain.language.checker import Warning as ExpressionWarning
from domain.list_catalogue import ListVersion
from domain.segment_catalogue import SegmentEntry, SegmentVersion
from domain.tag_catalogue import Catalogue, GroupEntry
from domain.tag_catalogue import TagEntry as CatalogueTag
from projections.history.entries import (
    CatalogueEntry,
    Entry,
    ErasureEntry,
    InteractionEntry,
    LinkEntry,
    ListEntry,
    RetractionEntry,
    TagEntry,
    TraitEntry,
)
from projections.index.workspace_index import WorkspaceIndex
from projections.query.evaluator import Explanation
from server.convert.catalogue_history import catalogue_entry_out
from server.convert.fields import duration_out, to_timestamp, value_out
from server.convert.tags import tag_value_out, tag_values_out
from server.usecases.state import WorkspaceState

VALUE_TYPES = {
    ValueType.STRING: common_pb2.VALUE_TYPE_STRING,
    ValueType.NUMBER: common_pb2.VALUE_TYPE_NUMBER,
    ValueType.BOOL: common_pb2.VALUE_TYPE_BOOL,
    ValueType.DATE: common_pb2.VALUE_TYPE_DATE,
    ValueType.PERSONAL: common_pb2.VALUE_TYPE_PERSONAL,
}


def workspace_out(state: WorkspaceState) -> catalogue_pb.Workspace:
    """A workspace."""
    catalogue = state.index.catalogue
    return catalogue_pb.Workspace(name=state.name, currency=catalogue.currency, created_at=to_timestamp(catalogue.created_at))


def group_out(catalogue: Catalogue, group: GroupEntry) -> catalogue_pb.TagGroup:
    """A tag group."""
    return catalogue_pb.TagGroup(
        name=group.name,
        description=group.description,
        retired=group.retired,
        tag_count=len(catalogue.tags_of(group.number)),
        exclusive=group.exclusive,
        created_at=to_timestamp(group.created_at),
        owner_staff_id="" if group.owner is None else catalogue.staff.members[group.owner].staff_id,
    )


def tag_out(catalogue: Catalogue, tag: CatalogueTag) -> catalogue_pb.Tag:
    """A tag."""
    return catalogue_pb.Tag(
        key=catalogue.key(tag.number),
        group="" if tag.group is None else catalogue.groups[tag.group].name,
        name=tag.name,
        description=tag.description,
        retired=tag.retired,
        created_at=to_timestamp(tag.created_at),
        created_by=tag.created_by,
        number=tag.number,
        values=tag_values_out(tag.values),
        merged_into="" if tag.merged_into is None else catalogue.key(tag.merged_into),
        rank=catalogue.rank(tag.number),
        opt_out=tag.opt_out,
        lifetime=duration_out(tag.lifetime),
    )


def segment_out(catalogue: Catalogue, segment: SegmentEntry) -> catalogue_pb.NamedSegment:
    """A segment with a name."""
    first, newest = segment.versions[0], len(segment.versions)
    return catalogue_pb.NamedSegment(
        name=segment.name,
        description=segment.description,
        retired=segment.retired,
        version=newest,
        expression=catalogue.segments.text(segment.number, newest),
        created_at=to_timestamp(first.recorded_at),
        created_by=first.attribution.actor,
        number=segment.number,
    )


def segment_version_out(state: WorkspaceState, segment: SegmentEntry, version: int) -> catalogue_pb.SegmentVersion:
    """One version of a segment, and who made it."""
    made = segment.versions[version - 1]
    return catalogue_pb.SegmentVersion(
        version=version,
        expression=state.index.catalogue.segments.text(segment.number, version),
        attribution=version_attribution_out(state, made),
    )


def version_attribution_out(state: WorkspaceState, made: SegmentVersion | ListVersion) -> common_pb2.Attribution:
    """Who made a version of a segment or a list, why, from where and when."""
    return common_pb2.Attribution(
        position=state.index.position_of(made.stream_version),
        changeset_id=made.changeset_id,
        actor=made.attribution.actor,
        reason=made.attribution.reason,
        source=made.attribution.source,
        recorded_at=to_timestamp(made.recorded_at),
    )


def warnings_out(warnings: Iterable[ExpressionWarning]) -> list[expression_pb2.Warning]:
    """Warnings about an expression."""
    return [
        expression_pb2.Warning(line=w.span.line, column=w.span.column, message=w.message, suggestion=w.suggestion)
        for w in warnings
    ]


def steps_out(explanation: Explanation) -> list[segment_service_pb2.PlanStep]:
    """The plan as it ran."""
    return [
        segment_service_pb2.PlanStep(
            depth=step.depth,
            operator=step.operator,
            expression=step.expression,
            note=step.note,
            estimated_count=step.estimated_count,
            actual_count=step.actual_count,
            elapsed_us=step.elapsed_us,
            holds=step.holds,
        )
        for step in explanation.steps
    ]


def attribution_out(index: WorkspaceIndex, recorded: Recorded) -> common_pb2.Attribution:
    """Who, why, from where and when; for whom, and whether it took something back or was taken back."""
    changeset = recorded.changeset
    return common_pb2.Attribution(
        selected=changeset.selected.expression if changeset.selected else "",
        undoes_changeset_id=changeset.undoes.changeset_id if changeset.undoes else "",
        undone_by_changeset_ids=index.undone.ids(changeset.version),
        position=recorded.position,
        changeset_id=changeset.changeset_id,
        actor=changeset.attribution.actor,
        reason=changeset.attribution.reason,
        source=changeset.attribution.source,
        recorded_at=to_timestamp(changeset.recorded_at),
    )


def entries_out(state: WorkspaceState, entries: Sequence[tuple[Recorded, Entry]]) -> list[history_pb.HistoryEntry]:
    """History entries, with the ids of their profiles; "" of those who were erased."""
    ordinals = {entry.ordinal for _, entry in entries if not isinstance(entry, CatalogueEntry)}
    ordinals |= {entry.other for _, entry in entries if isinstance(entry, LinkEntry)}
    names = dict(zip(sorted(ordinals), state.profiles.names(sorted(ordinals)), strict=True))
    return [_entry_out(state.index, recorded, entry, names) for recorded, entry in entries]


def _entry_out(index: WorkspaceIndex, recorded: Recorded, entry: Entry, names: dict[int, str]) -> history_pb.HistoryEntry:
    catalogue = index.catalogue
    made = history_pb.HistoryEntry(attribution=attribution_out(index, recorded))
    if isinstance(entry, CatalogueEntry):
        made.effective_at.CopyFrom(to_timestamp(recorded.changeset.recorded_at))
        made.catalogue.CopyFrom(catalogue_entry_out(catalogue, entry.change))
        return made
    made.effective_at.CopyFrom(to_timestamp(entry.effective_at))
    made.profile_id = names[entry.ordinal]
    match entry:
        case TagEntry():
            kinds = history_pb.TagEntry
            kind = kinds.KIND_APPLIED if entry.applied else kinds.KIND_EXPIRES if entry.expiry else kinds.KIND_REMOVED
            actor, source = (entry.credit.actor, entry.credit.source) if entry.credit else ("", "")
            value = tag_value_out(catalogue.tags[entry.tag].values, entry.value)
            tag = kinds(tag=catalogue.key(entry.tag), kind=kind, credited_actor=actor, credited_source=source, **value)
            if entry.lapses_at != NEVER:
                tag.lapses_at.CopyFrom(to_timestamp(entry.lapses_at))
            made.tag.CopyFrom(tag)
        case TraitEntry():
            held = None if entry.value is None else value_out(entry.value)
            made.trait.CopyFrom(history_pb.TraitEntry(trait=entry.trait, value=held))
        case InteractionEntry():
            made.interaction.CopyFrom(_interaction_entry(catalogue, entry))
        case RetractionEntry():
            interaction, position = _interaction_entry(catalogue, entry.interaction), index.position_of(entry.version)
            made.retraction.CopyFrom(history_pb.RetractionEntry(interaction=interaction, recorded_position=position))
        case ListEntry():
            turn = history_pb.ListEntry.KIND_ADDED if entry.added else history_pb.ListEntry.KIND_REMOVED
            made.list.CopyFrom(history_pb.ListEntry(list=catalogue.lists.entries[entry.number].name, kind=turn))
        case ErasureEntry():
            made.erasure.CopyFrom(history_pb.ErasureEntry())
        case LinkEntry():
            linked = history_pb.LinkEntry.KIND_LINKED if entry.linked else history_pb.LinkEntry.KIND_UNLINKED
            made.link.CopyFrom(history_pb.LinkEntry(other_profile_id=names[entry.other], kind=linked))
        case _:
            assert_never(entry)
    return made


def _interaction_entry(catalogue: Catalogue, entry: InteractionEntry) -> history_pb.InteractionEntry:
    return history_pb.InteractionEntry(
        type=entry.type,
        touchpoint=entry.touchpoint,
        amount=entry.amount,
        currency="" if entry.amount is None else entry.currency or catalogue.currency,
        id=entry.id,
        properties={name: value_out(value) for name, value in entry.properties.items()},
    )
