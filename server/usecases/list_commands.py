"""Decides what is done to uploaded lists: how an upload differs from the list as it is, or why it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from domain.catalogue_changes import ListDefined, ListRetired
from domain.changeset import ListColumns
from domain.errors import LimitExceeded, UnknownList, UnknownProfile, Violation
from domain.errors import ListRetired as RetiredError
from domain.limits import MAX_LIST_VERSIONS, MAX_LISTS
from domain.list_catalogue import ListEntry, Lists
from projections.identity import ProfileMap
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.commands import RetireList
from server.usecases.drafts import UploadDraft, UploadMode


@dataclass(frozen=True, slots=True)
class Upload:
    """A decided upload: the list that it makes, if it makes one, and who comes and goes."""

    made: Sequence[ListDefined]
    columns: ListColumns
    already_so: int
    unknown: int


def decide_list_retirement(command: RetireList, lists: Lists) -> ListRetired:
    """The change. Raises UnknownList, ListRetired."""
    entry = lists.named(command.name, "list")
    _refuse_retired(entry, "was retired before; nothing was changed")
    return ListRetired(entry.number)


def decide_upload(draft: UploadDraft, index: WorkspaceIndex, profiles: ProfileMap) -> Upload:
    """How it differs from the newest version. Raises ListRetired, LimitExceeded, UnknownList, UnknownProfile."""
    lists = index.catalogue.lists
    entry = lists.find(draft.name)
    if entry is None:
        if draft.mode is UploadMode.REMOVE:
            raise UnknownList.of(draft.name, f"there is no list {draft.name!r} to remove profiles from", "list")
        remedy = "upload a new version of a list that is there"
        LimitExceeded.refuse("lists", field="list", maximum=MAX_LISTS, actual=len(lists.entries) + 1, remedy=remedy)
        number, made = len(lists.entries) + 1, [ListDefined(len(lists.entries) + 1, draft.name, draft.description)]
    else:
        _refuse_retired(entry, "takes no more uploads; upload under another name")
        remedy = "upload under another name, or use a tag for what changes often"
        versions = len(entry.versions) + 1
        LimitExceeded.refuse("list versions", field="list", maximum=MAX_LIST_VERSIONS, actual=versions, remedy=remedy)
        number, made = entry.number, []
    # Of the ids that were unknown when they came, some may have been seen since, here or by another server. Of those that were
    # known, some may have been erased.
    since, unknown = draft.unknown.seen_since(profiles, len(profiles))
    on, given = index.list_members.newest(number), (draft.known | since) - index.erased.now
    unknown_count = unknown.count + draft.known.intersection_cardinality(index.erased.now)
    match draft.mode:
        case UploadMode.REPLACE:
            if unknown_count and not given:
                _refuse_nobody(draft.name, unknown_count)
            added, removed = given - on, on - given
        case UploadMode.ADD:
            added, removed = given - on, BitMap()
        case UploadMode.REMOVE:
            added, removed = BitMap(), given & on
    already_so = len(given) - len(added) - given.intersection_cardinality(removed)
    return Upload(made, ListColumns(number, added.to_array(), removed.to_array()), already_so, unknown_count)


def _refuse_nobody(name: str, unknown: int) -> None:
    """An empty list, and with it `not in list`, would be everybody: a wrong column is far more likely."""
    message = (
        f"list {name!r}: none of the {unknown:,} ids is of a profile that the workspace has seen, so that nobody would be on "
        "it; upload the column of profile ids, or no ids at all to empty it"
    )
    raise UnknownProfile(message, metadata={"list": name}, violations=[Violation("profile_ids", message)])


def _refuse_retired(entry: ListEntry, remedy: str) -> None:
    if entry.retired:
        message = f"list {entry.name!r} is retired: it {remedy}"
        raise RetiredError(message, metadata={"list": entry.name}, violations=[Violation("list", message)])
