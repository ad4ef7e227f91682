"""A profile, to the wire."""

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from tagledger.v1 import profile_service_pb2 as pb

from projections.query.profile import Activity, CarriedTag, HeldTrait
from server.convert.answers import attribution_out, entries_out
from server.convert.contexts import clocks_out
from server.convert.fields import to_timestamp, value_out
from server.usecases.profiles import ReadProfile

_HOUR_US = 3_600_000_000
_LARGEST = (1 << 63) - 1


def profile_out(read: ReadProfile, profile_id: str, recency_hours: Sequence[int]) -> pb.GetProfileResponse:
    """What holds of it, and its recency tier by these bounds."""
    state = read.state
    last = max((one.last_at for one in state.activities), default=None)
    passed = 0 if last is None else sum(read.reading.view.as_of - last > hours * _HOUR_US for hours in recency_hours)
    return pb.GetProfileResponse(
        position=read.reading.position,
        clocks=clocks_out(read.reading),
        profile_id=profile_id,
        first_seen_at=_instant(state.first_seen_at),
        tags=[_tag_out(read, one) for one in state.tags],
        traits=[_trait_out(read, one) for one in state.traits],
        activities=map(_activity_out, state.activities),
        last_interaction_at=_instant(last),
        recency_tier=0 if last is None else passed + 1,
        segments=read.segments,
        unanswered_segments=read.unanswered,
        lists=state.lists,
        timeline=entries_out(read.reading.state, read.timeline),
    )


def _instant(at: int | None) -> Timestamp | None:
    return None if at is None else to_timestamp(at)


def _tag_out(read: ReadProfile, tag: CarriedTag) -> pb.ProfileTag:
    index = read.reading.view.index
    return pb.ProfileTag(
        key=index.catalogue.key(tag.number),
        value=tag.value,
        carried_since=to_timestamp(tag.since),
        effective_at=to_timestamp(tag.effective_at),
        carried_until=_instant(tag.until),
        attribution=attribution_out(index, read.recorded[tag.version]),
        credited_actor=tag.credit.actor if tag.credit else "",
        credited_source=tag.credit.source if tag.credit else "",
    )


def _trait_out(read: ReadProfile, trait: HeldTrait) -> pb.ProfileTrait:
    return pb.ProfileTrait(
        name=trait.name,
        value=value_out(trait.value),
        effective_at=to_timestamp(trait.effective_at),
        attribution=attribution_out(read.reading.view.index, read.recorded[trait.version]),
    )


def _activity_out(activity: Activity) -> pb.ProfileActivity:
    return pb.ProfileActivity(
        type=activity.type,
        count=activity.count,
        first_at=to_timestamp(activity.first_at),
        last_at=to_timestamp(activity.last_at),
        amounts={code: max(-_LARGEST, min(amount, _LARGEST)) for code, amount in activity.amounts.items()},
    )
