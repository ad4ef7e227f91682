"""Decides what is done to uploaded lists: how an upload differs from the list as it is, or why it is refused."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from domain.changeset import ListColumns, ListDefined, ListRetired
from domain.errors import LimitExceeded, UnknownList, Violation
from domain.errors import ListRetired as RetiredError
from domain.limits import MAX_LIST_VERSIONS
from domain.list_catalogue import ListEntry, Lists
from projections.index.lists import ListMembers
from server.usecases.drafts import RetireList, UploadDraft, UploadMode


@dataclass(frozen=True, slots=True)
class Upload:
    """A decided upload: the list that it makes, if it makes one, and who comes and goes."""

    made: Sequence[ListDefined]
    columns: ListColumns
    already_so: int


def decide_retirement(command: RetireList, lists: Lists) -> ListRetired:
    """The change. Raises UnknownList, ListRetired."""
    entry = lists.named(command.name, "name")
    _refuse_retired(entry, "was retired before; nothing was changed")
    return ListRetired(entry.number)


def decide_upload(draft: UploadDraft, lists: Lists, members: ListMembers) -> Upload:
    """How it differs from the newest version. Raises ListRetired, LimitExceeded; UnknownList where none can be changed."""
    entry = lists.find(draft.name)
    if entry is None:
        if draft.mode is UploadMode.REMOVE:
            raise UnknownList.of(draft.name, f"there is no list {draft.name!r} to remove profiles from", "list")
        number, made = len(lists.entries) + 1, [ListDefined(len(lists.entries) + 1, draft.name, draft.description)]
    else:
        _refuse_retired(entry, "takes no more uploads; upload under another name")
        _refuse_many(entry)
        number, made = entry.number, []
    on, given = members.newest(number), BitMap(draft.ordinals)
    added = BitMap() if draft.mode is UploadMode.REMOVE else given - on
    removed = on & given if draft.mode is UploadMode.REMOVE else on - given if draft.mode is UploadMode.REPLACE else BitMap()
    named = len(removed) if draft.mode is UploadMode.REMOVE else len(added)
    return Upload(made, ListColumns(number, _ascending(added), _ascending(removed)), len(given) - named)


def _ascending(bitmap: BitMap) -> "array[int]":
    return bitmap.to_array()


def _refuse_retired(entry: ListEntry, remedy: str) -> None:
    if entry.retired:
        message = f"list {entry.name!r} is retired: it {remedy}"
        raise RetiredError(message, metadata={"list": entry.name}, violations=[Violation("list", message)])


def _refuse_many(entry: ListEntry) -> None:
    if len(entry.versions) >= MAX_LIST_VERSIONS:
        raise LimitExceeded.of(
            "list versions",
            field="list",
            maximum=MAX_LIST_VERSIONS,
            actual=len(entry.versions) + 1,
            remedy="upload under another name, or use a tag for what changes often",
        )
