"""Entries of history into plain values. Their readers import all of it from from_wire.py."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from tagledger.v1 import common_pb2, history_service_pb2, profile_service_pb2

from . import replies
from .instants import duration, from_timestamp
from .staff_from_wire import ROLES
from .values import Personal, TagValue, TagValues, TraitValue

_TAG_KINDS: Final = {
    history_service_pb2.TagEntry.KIND_APPLIED: "applied",
    history_service_pb2.TagEntry.KIND_REMOVED: "removed",
    history_service_pb2.TagEntry.KIND_EXPIRES: "expires",
}
_VALUE_KINDS: Final = {
    common_pb2.TagValues.KIND_UNSPECIFIED: "any",
    common_pb2.TagValues.KIND_NONE: "none",
    common_pb2.TagValues.KIND_NUMBER: "number",
    common_pb2.TagValues.KIND_CHOICE: "choice",
    common_pb2.TagValues.KIND_DATE: "date",
}
_LIST_KINDS: Final = {
    history_service_pb2.ListEntry.KIND_ADDED: "added",
    history_service_pb2.ListEntry.KIND_REMOVED: "removed",
}
_LINK_KINDS: Final = {
    history_service_pb2.LinkEntry.KIND_LINKED: "linked",
    history_service_pb2.LinkEntry.KIND_UNLINKED: "unlinked",
}
AMOUNT_UNIT: Final = Decimal("0.0001")


def value(message: common_pb2.Value) -> TraitValue | None:
    """Convert a typed value, None for an empty one."""
    match message.WhichOneof("kind"):
        case "string_value":
            return message.string_value
        case "number_value":
            return message.number_value
        case "bool_value":
            return message.bool_value
        case "date_value":
            return date.fromisoformat(message.date_value)
        case "personal_value":
            return Personal(message.personal_value)
        case _:
            return None


def tag_values(message: common_pb2.TagValues) -> TagValues:
    """Convert what goes with a tag; a kind that this client does not know is an empty text."""
    minimum, maximum = (getattr(message, name) if message.HasField(name) else None for name in ("minimum", "maximum"))
    return TagValues(_VALUE_KINDS.get(message.kind, ""), minimum, maximum, tuple(message.choices))


def tag_value(message: history_service_pb2.TagEntry | profile_service_pb2.ProfileTag) -> TagValue | None:
    """Convert what goes with an assignment."""
    if message.HasField("typed_value"):
        typed = message.typed_value
        return date.fromisoformat(typed.date_value) if typed.WhichOneof("kind") == "date_value" else typed.string_value
    return message.value if message.HasField("value") else None


def attribution(message: common_pb2.Attribution) -> replies.Attribution:
    """Convert who, why, from where and when."""
    return replies.Attribution(
        message.position,
        message.changeset_id,
        message.actor,
        message.reason,
        message.source,
        from_timestamp(message.recorded_at),
        message.selected,
        message.undoes_changeset_id,
        tuple(message.undone_by_changeset_ids),
    )


def _interaction(message: history_service_pb2.InteractionEntry) -> replies.InteractionEntry:
    return replies.InteractionEntry(
        message.type,
        message.touchpoint,
        message.amount * AMOUNT_UNIT if message.HasField("amount") else None,
        message.currency,
        message.id,
        {name: value(held) for name, held in message.properties.items()},
    )


def history_entry(message: history_service_pb2.HistoryEntry) -> replies.HistoryEntry:
    """Convert one change; a kind that this client does not know has no ``change``."""
    change: replies.HistoryChange | None = None
    match message.WhichOneof("change"):
        case "tag":
            tag = message.tag
            held = tag_value(tag)
            lapses_at = from_timestamp(tag.lapses_at) if tag.HasField("lapses_at") else None
            told = _TAG_KINDS.get(tag.kind, ""), held, tag.credited_actor, tag.credited_source, lapses_at
            change = replies.TagEntry(tag.tag, *told)
        case "trait":
            change = replies.TraitEntry(message.trait.trait, value(message.trait.value))
        case "interaction":
            change = _interaction(message.interaction)
        case "retraction":
            retraction = message.retraction
            change = replies.RetractionEntry(_interaction(retraction.interaction), retraction.recorded_position)
        case "catalogue":
            entry = message.catalogue
            change = replies.CatalogueEntry(
                entry.kind,
                entry.subject,
                entry.new_name,
                entry.expression,
                entry.into,
                entry.foreign_key,
                entry.description,
                tag_values(entry.values) if entry.HasField("values") else None,
                tuple(entry.order),
                entry.opt_out,
                entry.name,
                entry.department_id,
                ROLES.get(entry.role, ""),
                duration(entry, "lifetime"),
            )
        case "erasure":
            change = replies.ErasureEntry()
        case "link":
            change = replies.LinkEntry(message.link.other_profile_id, _LINK_KINDS.get(message.link.kind, ""))
        case "list":
            change = replies.ListEntry(message.list.list, _LIST_KINDS.get(message.list.kind, ""))
    return replies.HistoryEntry(
        attribution(message.attribution), from_timestamp(message.effective_at), message.profile_id, change
    )


def _instant(message: history_service_pb2.GetTagUseResponse | history_service_pb2.UnusedTag) -> datetime | None:
    return from_timestamp(message.last_changed_at) if message.HasField("last_changed_at") else None


def tag_use(message: history_service_pb2.GetTagUseResponse) -> replies.TagUse:
    """Convert what became of a tag."""
    return replies.TagUse(
        message.position,
        from_timestamp(message.clocks.as_of),
        message.clocks.known_at,
        message.tag,
        message.holder_count,
        tuple(replies.TagApplier(one.actor, one.source, one.holder_count) for one in message.appliers),
        message.other_applier_count,
        tuple(
            replies.TagDay(date.fromisoformat(one.day), one.holder_count, one.added_count, one.removed_count)
            for one in message.days
        ),
        tuple(message.segments),
        _instant(message),
    )


def tag_review(message: history_service_pb2.ReviewTagsResponse) -> replies.TagReview:
    """Convert which tags are worth a look."""
    alike = (
        replies.AlikeTags(one.tag, one.other_tag, one.holder_count, one.other_holder_count, one.common_count, one.names_alike)
        for one in message.alike
    )
    unused = (replies.UnusedTag(one.tag, _instant(one)) for one in message.unused)
    return replies.TagReview(message.position, tuple(unused), tuple(alike))
