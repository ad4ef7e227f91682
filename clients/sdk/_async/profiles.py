"""One profile, whole; which profiles are one person; and erasures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from tagledger.v1 import profile_service_pb2

from .. import from_wire, replies, to_wire
from ..settings import WriteOptions
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
            context=self._read_context(as_of, known_at),
            profile_id=to_wire.text(profile_id, "profile_id"),
            timeline_size=to_wire.whole(timeline_size, "timeline_size"),
            without_segments=without_segments,
            recency_hours=[to_wire.whole(bound, "recency_hours") for bound in to_wire.several(recency_hours, "recency_hours")],
        )
        return from_wire.profile(await self._read(self._profiles.GetProfile, request, timeout))

    async def link(self, pairs: Sequence[tuple[str, str]], *, reason: str, **options: Unpack[WriteOptions]) -> replies.Linking:
        """Say that pairs of profiles are one person: from then on they are answered about as one.

        ``unlink``, or an undo, leaves each of them with what was recorded of it.
        """
        request = profile_service_pb2.LinkProfilesRequest(context=self._context_of(reason, options), links=to_wire.links(pairs))
        return from_wire.linking(await self._write(self._profiles.LinkProfiles, request, options.get("timeout")))

    async def unlink(
        self, pairs: Sequence[tuple[str, str]], *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.Unlinking:
        """Take pairs of profiles apart that were linked."""
        request = profile_service_pb2.UnlinkProfilesRequest(
            context=self._context_of(reason, options), links=to_wire.links(pairs)
        )
        return from_wire.unlinking(await self._write(self._profiles.UnlinkProfiles, request, options.get("timeout")))

    async def erase_profiles(
        self, profile_ids: Sequence[str], *, reason: str, dry_run: bool = False, **options: Unpack[WriteOptions]
    ) -> replies.Erasure:
        """Forget who profiles are, for ever: their ids leave the vault, the index and the snapshots, and no segment has them.

        Profiles that are linked with them are erased too.

        ``erasure`` tells afterwards what is left of them. With ``dry_run`` nothing is recorded. The reason is kept: do not name
        the person in it.
        """
        request = profile_service_pb2.EraseProfilesRequest(
            context=self._context_of(reason, options),
            profile_ids=to_wire.texts(profile_ids, "profile_ids"),
            dry_run=dry_run,
        )
        return from_wire.erasure(await self._write(self._profiles.EraseProfiles, request, options.get("timeout")))

    async def erasure(self, name: str | int, *, timeout: float | None = None) -> replies.ErasureCertificate:
        """Return the certificate of an erasure, by the id or the position of its changeset: what it was, and what is left."""
        request = profile_service_pb2.GetErasureRequest(workspace=to_wire.text(self.workspace, "workspace"))
        to_wire.name_changeset(request, name)
        return from_wire.erasure_certificate(await self._read(self._profiles.GetErasure, request, timeout))
