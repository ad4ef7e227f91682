"""One profile, whole."""

from collections.abc import Sequence
from datetime import datetime

from tagledger.v1 import profile_service_pb2

from .. import from_wire, replies, to_wire
from ..to_wire import KnownAt
from .caller import AsyncCaller


class AsyncProfileCalls(AsyncCaller):
    """The rpcs of ProfileService."""

    async def profile(
        self,
        profile_id: str,
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        timeline_size: int = 20,
        without_segments: bool = False,
        recency_hours: Sequence[int] = (),
        timeout: float | None = None,
    ) -> replies.Profile:
        """Return what holds of a profile and who made it so: tags, traits, activity, segments, lists, the recent history.

        ``recency_hours`` are the bounds of recency tiers, ascending; 48, 720, 2160 and 4320 unless given.
        """
        request = profile_service_pb2.GetProfileRequest(
            context=to_wire.read_context(self.workspace, as_of, known_at),
            profile_id=to_wire.text(profile_id, "profile_id"),
            timeline_size=to_wire.whole(timeline_size, "timeline_size"),
            without_segments=without_segments,
            recency_hours=[to_wire.whole(bound, "recency_hours") for bound in to_wire.several(recency_hours, "recency_hours")],
        )
        return from_wire.profile(await self._read(self._profiles.GetProfile, request, timeout))
