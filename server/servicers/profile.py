"""ProfileService."""

from collections.abc import Sequence
from typing import TypeAlias

import grpc
from tagledger.v1 import profile_service_pb2 as pb
from tagledger.v1 import profile_service_pb2_grpc as rpc

from domain import limits
from server.convert.contexts import changeset_named_in, read_in
from server.convert.fields import Checks
from server.convert.profiles import (
    erasure_in,
    erasure_out,
    erasure_preview_out,
    erasure_receipt_out,
    linked_out,
    links_in,
    profile_out,
    unlinked_out,
)
from server.servicers.running import Work, answered
from server.usecases.committer import Committer
from server.usecases.erasures import Erasures
from server.usecases.profiles import Profiles

Context: TypeAlias = grpc.aio.ServicerContext

_TIMELINE = 20
_RECENCY_HOURS = (48, 30 * 24, 90 * 24, 180 * 24)


class ProfileServicer(rpc.ProfileServiceServicer):
    """Questions about one profile, links, and erasures."""

    def __init__(self, committer: Committer, profiles: Profiles, erasures: Erasures, work: Work) -> None:
        self._committer, self._profiles, self._erasures, self._work = committer, profiles, erasures, work

    async def GetProfile(self, request: pb.GetProfileRequest, context: Context) -> pb.GetProfileResponse:
        """See the proto."""
        checks = Checks()
        reader, as_of, known_at = read_in(request.context, checks)
        profile_id = checks.profile_id("profile_id", request.profile_id)
        timeline = request.timeline_size if request.HasField("timeline_size") else _TIMELINE
        if not 0 <= timeline <= limits.MAX_TIMELINE:
            checks.add("timeline_size", f"0 to {limits.MAX_TIMELINE:,}; page with ListProfileHistory for more")
        bounds = _bounds(request.recency_hours, checks)
        checks.refuse()
        segments = not request.without_segments
        read = await self._work.in_thread(
            lambda: self._profiles.read(reader, profile_id, as_of, known_at, timeline, segments=segments)
        )
        return profile_out(read, profile_id, bounds)

    async def EraseProfiles(self, request: pb.EraseProfilesRequest, context: Context) -> pb.EraseProfilesResponse:
        """See the proto."""
        draft = erasure_in(request)
        if request.dry_run:
            return erasure_preview_out(*await self._work.in_thread(lambda: self._erasures.preview(draft)))
        return erasure_receipt_out(await answered(self._committer.submit(draft)))

    async def GetErasure(self, request: pb.GetErasureRequest, context: Context) -> pb.GetErasureResponse:
        """See the proto."""
        checks = Checks()
        workspace = checks.workspace("workspace", request.workspace)
        changeset_id, position = changeset_named_in(request, checks)
        checks.refuse()
        return erasure_out(await self._work.in_thread(lambda: self._erasures.certificate(workspace, changeset_id, position)))

    async def LinkProfiles(self, request: pb.LinkProfilesRequest, context: Context) -> pb.LinkProfilesResponse:
        """See the proto."""
        return linked_out(await answered(self._committer.submit(links_in(request, linked=True))))

    async def UnlinkProfiles(self, request: pb.UnlinkProfilesRequest, context: Context) -> pb.UnlinkProfilesResponse:
        """See the proto."""
        return unlinked_out(await answered(self._committer.submit(links_in(request, linked=False))))


def _bounds(given: Sequence[int], checks: Checks) -> Sequence[int]:
    """Of recency tiers, in hours."""
    bounds = tuple(given) or _RECENCY_HOURS
    if len(bounds) > limits.MAX_RECENCY_BOUNDS:
        checks.add("recency_hours", f"at most {limits.MAX_RECENCY_BOUNDS} bounds")
    for k, (before, bound) in enumerate(zip((0, *bounds), bounds, strict=False)):
        if bound <= before:
            checks.add(f"recency_hours[{k}]", f"bounds ascend, and are above 0: more than {before} is needed")
    return bounds
