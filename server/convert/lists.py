"""Uploads of lists from the wire, lists and their versions to it."""

from pyroaring import BitMap
from tagledger.v1 import list_service_pb2 as pb

from domain import limits
from domain.errors import LimitExceeded
from domain.list_catalogue import ListEntry
from server.convert.answers import version_attribution_out
from server.convert.contexts import request_in
from server.convert.fields import Checks
from server.usecases.drafts import UploadDraft, UploadMode
from server.usecases.state import WorkspaceState
from server.usecases.unknown_ids import UnknownIds

_MODES = {
    pb.UPLOAD_MODE_UNSPECIFIED: UploadMode.REPLACE,
    pb.UPLOAD_MODE_REPLACE: UploadMode.REPLACE,
    pb.UPLOAD_MODE_ADD: UploadMode.ADD,
    pb.UPLOAD_MODE_REMOVE: UploadMode.REMOVE,
}


def upload_in(first: pb.UploadListRequest) -> UploadDraft:
    """What the first part says of the upload; its profiles are read by `part_in`. Raises InvalidField."""
    checks = Checks()
    # Without profile_ids and last: how an upload is cut into parts does not tell one from another.
    header = pb.UploadListRequest(context=first.context, list=first.list, description=first.description, mode=first.mode)
    request = request_in(header, header.context, checks)
    name = checks.name("list", first.list)
    description = checks.text("description", first.description, limits.MAX_DESCRIPTION_CHARACTERS, required=False)
    if first.mode not in _MODES:
        checks.add("mode", "REPLACE, ADD or REMOVE")
    checks.refuse()
    return UploadDraft(request, name, description, _MODES[first.mode], BitMap(), UnknownIds.of([], 0))


def part_in(part: pb.UploadListRequest, number: int) -> list[str]:
    """The ids of a part, counted from 0. Raises InvalidField, LimitExceeded."""
    profile_ids = list(part.profile_ids)
    LimitExceeded.refuse(
        "list ids",
        field="profile_ids",
        maximum=limits.MAX_BATCH_ROWS,
        actual=len(profile_ids),
        remedy="send several parts",
    )
    checks = Checks()
    if number:
        for field in ("context", "list", "description", "mode"):
            if part.HasField("context") if field == "context" else getattr(part, field):
                checks.add(field, f"belongs into the first part of the stream; this is part {number + 1}")
    checks.profile_ids("profile_ids", profile_ids)
    checks.refuse()
    return profile_ids


def list_out(state: WorkspaceState, entry: ListEntry) -> pb.UploadedList:
    """A list as it is now."""
    return pb.UploadedList(
        name=entry.name,
        description=entry.description,
        retired=entry.retired,
        version=len(entry.versions),
        profile_count=state.index.list_members.count(entry.number, len(entry.versions)),
    )


def list_version_out(state: WorkspaceState, entry: ListEntry, version: int) -> pb.ListVersion:
    """One upload, and who made it."""
    made = entry.versions[version - 1]
    return pb.ListVersion(
        version=version,
        profile_count=state.index.list_members.count(entry.number, version),
        added_count=made.added_count,
        removed_count=made.removed_count,
        unknown_count=made.unknown_count,
        attribution=version_attribution_out(state, made),
    )
