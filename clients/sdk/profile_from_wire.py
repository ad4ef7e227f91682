"""A profile, and the certificate of an erasure, into plain values. Their readers import them from from_wire.py."""

from datetime import datetime
from typing import Any

from tagledger.v1 import profile_service_pb2

from . import replies
from .history_from_wire import AMOUNT_UNIT, attribution, history_entry, tag_value, value
from .instants import from_timestamp


def profile(message: profile_service_pb2.GetProfileResponse) -> replies.Profile:
    """Convert a profile."""
    return replies.Profile(
        message.position,
        from_timestamp(message.clocks.as_of),
        message.clocks.known_at,
        message.profile_id,
        _instant(message, "first_seen_at"),
        tuple(map(_tag, message.tags)),
        tuple(
            replies.ProfileTrait(one.name, value(one.value), from_timestamp(one.effective_at), attribution(one.attribution))
            for one in message.traits
        ),
        tuple(map(_activity, message.activities)),
        _instant(message, "last_interaction_at"),
        message.recency_tier,
        tuple(message.segments),
        tuple(message.unanswered_segments),
        tuple(message.lists),
        tuple(map(history_entry, message.timeline)),
        tuple(message.linked_profile_ids),
        tuple(map(_staff, message.staff)),
        {one.channel: one.reachable for one in message.channels},
    )


def _tag(message: profile_service_pb2.ProfileTag) -> replies.ProfileTag:
    return replies.ProfileTag(
        message.key,
        tag_value(message),
        from_timestamp(message.carried_since),
        from_timestamp(message.effective_at),
        _instant(message, "carried_until"),
        attribution(message.attribution),
        message.credited_actor,
        message.credited_source,
    )


def _staff(message: profile_service_pb2.ProfileStaff) -> replies.ProfileStaff:
    return replies.ProfileStaff(
        message.staff_id,
        message.name,
        message.department_id,
        from_timestamp(message.customer_since),
        _instant(message, "customer_until"),
        attribution(message.attribution),
    )


def _activity(message: profile_service_pb2.ProfileActivity) -> replies.ProfileActivity:
    amounts = {currency: amount * AMOUNT_UNIT for currency, amount in sorted(message.amounts.items())}
    first, last = from_timestamp(message.first_at), from_timestamp(message.last_at)
    return replies.ProfileActivity(message.type, message.count, first, last, amounts)


def _instant(message: Any, field: str) -> datetime | None:
    return from_timestamp(getattr(message, field)) if message.HasField(field) else None


def erasure_certificate(message: profile_service_pb2.GetErasureResponse) -> replies.ErasureCertificate:
    """Convert the certificate of an erasure."""
    found = message.certificate
    return replies.ErasureCertificate(
        message.position,
        attribution(found.attribution),
        found.profile_count,
        found.content_sha256,
        found.chain_sha256,
        found.vault_cleared,
        found.index_cleared,
        found.snapshots_cleared,
        found.files_scrubbed if found.HasField("files_scrubbed") else None,
    )
