"""A profile to the wire; links and erasures from it, and what became of them."""

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from tagledger.v1 import profile_service_pb2 as pb

from domain.changeset import Outcome
from domain.errors import LimitExceeded
from domain.limits import MAX_ERASED_PROFILES, MAX_LINKED_PAIRS
from domain.staff_catalogue import StaffEntry
from projections.query.profile import Activity, CarriedTag, HeldTrait
from server.convert.answers import attribution_out, entries_out
from server.convert.contexts import clocks_out, receipt_out, request_in
from server.convert.fields import Checks, to_timestamp, value_out
from server.convert.tags import tag_value_out
from server.usecases.clocks import Reading
from server.usecases.drafts import EraseDraft, LinkDraft, Receipt
from server.usecases.erasures import Certificate
from server.usecases.profiles import ReadProfile

_HOUR_US = 3_600_000_000
_LARGEST = (1 << 63) - 1


def profile_out(read: ReadProfile, profile_id: str, recency_hours: Sequence[int]) -> pb.GetProfileResponse:
    """What holds of it, and its recency tier by these bounds."""
    state, staff = read.state, read.reading.view.index.catalogue.staff
    last = max((one.last_at for one in state.activities), default=None)
    passed = 0 if last is None else sum(read.reading.view.as_of - last > hours * _HOUR_US for hours in recency_hours)
    return pb.GetProfileResponse(
        position=read.reading.position,
        clocks=clocks_out(read.reading),
        profile_id=profile_id,
        first_seen_at=_instant(state.first_seen_at),
        tags=[_tag_out(read, one) for one in state.tags if not staff.of_tag(one.number) and read.reading.sees_tag(one.number)],
        traits=[_trait_out(read, one) for one in state.traits],
        activities=map(_activity_out, state.activities),
        last_interaction_at=_instant(last),
        recency_tier=0 if last is None else passed + 1,
        segments=read.segments.within,
        unanswered_segments=read.segments.unanswered,
        lists=state.lists,
        timeline=entries_out(read.reading.state, read.timeline),
        linked_profile_ids=read.linked_ids,
        channels=[pb.ProfileChannel(channel=name, reachable=holds) for name, holds in read.segments.reachable.items()],
        staff=[_staff_out(read, one, member) for one in state.tags if (member := staff.of_tag(one.number))],
    )


def _instant(at: int | None) -> Timestamp | None:
    return None if at is None else to_timestamp(at)


def _tag_out(read: ReadProfile, tag: CarriedTag) -> pb.ProfileTag:
    index = read.reading.view.index
    return pb.ProfileTag(
        key=index.catalogue.key(tag.number),
        **tag_value_out(index.catalogue.tags[tag.number].values, tag.value),
        carried_since=to_timestamp(tag.since),
        effective_at=to_timestamp(tag.effective_at),
        carried_until=_instant(tag.until),
        attribution=attribution_out(index, read.recorded[tag.version]),
        credited_actor=tag.credit.actor if tag.credit else "",
        credited_source=tag.credit.source if tag.credit else "",
    )


def _staff_out(read: ReadProfile, tag: CarriedTag, member: StaffEntry) -> pb.ProfileStaff:
    index = read.reading.view.index
    return pb.ProfileStaff(
        staff_id=member.staff_id,
        name=member.name,
        department_id=index.catalogue.staff.department_id(member.department),
        customer_since=to_timestamp(tag.since),
        customer_until=_instant(tag.until),
        attribution=attribution_out(index, read.recorded[tag.version]),
    )


def _trait_out(read: ReadProfile, trait: HeldTrait) -> pb.ProfileTrait:
    return pb.ProfileTrait(
        name=trait.name,
        value=value_out(trait.value, read.texts),
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


def links_in(request: pb.LinkProfilesRequest | pb.UnlinkProfilesRequest, *, linked: bool) -> LinkDraft:
    """Which pairs are to be linked, or taken apart. Raises InvalidField naming every offending field, LimitExceeded."""
    LimitExceeded.refuse(
        "linked pairs",
        field="links",
        maximum=MAX_LINKED_PAIRS,
        actual=len(request.links),
        remedy="send several requests",
    )
    checks = Checks()
    context = request_in(request, request.context, checks)
    if not request.links:
        checks.add("links", "name at least one pair")
    for i, link in enumerate(request.links):
        first = checks.profile_id(f"links[{i}].first_profile_id", link.first_profile_id)
        if checks.profile_id(f"links[{i}].second_profile_id", link.second_profile_id) == first:
            checks.add(f"links[{i}].second_profile_id", "a profile is one person with itself already; name another one")
    checks.refuse()
    pairs = request.links
    return LinkDraft(context, linked, [one.first_profile_id for one in pairs], [one.second_profile_id for one in pairs])


def linked_out(receipt: Receipt) -> pb.LinkProfilesResponse:
    """What was recorded."""
    return pb.LinkProfilesResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        changed_count=receipt.changed,
        already_so_count=receipt.already_so,
        new_profile_count=receipt.unknown,  # persons have numbers too, which are none of the caller's business
    )


def unlinked_out(receipt: Receipt) -> pb.UnlinkProfilesResponse:
    """What was recorded."""
    return pb.UnlinkProfilesResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        changed_count=receipt.changed,
        already_so_count=receipt.already_so,
    )


def erasure_in(request: pb.EraseProfilesRequest) -> EraseDraft:
    """Who is to be erased. Raises InvalidField, LimitExceeded."""
    LimitExceeded.refuse(
        "erased profiles",
        field="profile_ids",
        maximum=MAX_ERASED_PROFILES,
        actual=len(request.profile_ids),
        remedy="send several requests",
    )
    checks = Checks()
    context = request_in(request, request.context, checks)
    checks.profile_ids("profile_ids", request.profile_ids)
    if not request.profile_ids:
        checks.add("profile_ids", "name at least one")
    checks.refuse()
    return EraseDraft(context, list(request.profile_ids))


def erasure_receipt_out(receipt: Receipt) -> pb.EraseProfilesResponse:
    """What was recorded."""
    return pb.EraseProfilesResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        erased_count=receipt.changed,
        unknown_count=receipt.unknown,
    )


def erasure_preview_out(reading: Reading, outcome: Outcome) -> pb.EraseProfilesResponse:
    """What would be."""
    return pb.EraseProfilesResponse(position=reading.position, erased_count=outcome.changed, unknown_count=outcome.unknown)


def erasure_out(found: Certificate) -> pb.GetErasureResponse:
    """What it was, and what is left."""
    certificate = pb.ErasureCertificate(
        attribution=attribution_out(found.reading.state.index, found.recorded),
        profile_count=found.count,
        content_sha256=found.recorded.content_sha256,
        chain_sha256=found.recorded.chain_sha256,
        vault_cleared=found.vault_cleared,
        index_cleared=found.index_cleared,
        snapshots_cleared=found.snapshots_cleared,
        files_scrubbed=found.files_scrubbed,
    )
    return pb.GetErasureResponse(position=found.reading.position, certificate=certificate)
