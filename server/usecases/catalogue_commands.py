"""Decides commands on the catalogue: which changes they make, or why they are refused."""

from domain.catalogue_changes import (
    CatalogueChange,
    GroupDefined,
    GroupRedefined,
    GroupRenamed,
    GroupRestored,
    GroupRetired,
    TagDefined,
    TagRedefined,
    TagRenamed,
    TagRestored,
    TagRetired,
    TagsOrdered,
    Valued,
    WorkspaceCreated,
)
from domain.errors import InvalidField, LimitExceeded, NotRetired, UnknownTag, UnknownTagGroup, Violation
from domain.errors import TagMerged as MergedError
from domain.errors import TagRetired as RetiredError
from domain.limits import MAX_EXCLUSIVE_TAGS, MAX_PERSONAL_TAGS
from domain.names import KnownNames
from domain.staff_catalogue import STAFF_PREFIX
from domain.tag_catalogue import Catalogue, GroupEntry, TagEntry
from domain.tag_values import ANY_VALUES, ValueRule, redefined
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.commands import (
    ChangeGroup,
    ChangeSegment,
    ChangeTag,
    Command,
    CreateWorkspace,
    DefineGroup,
    DefineSegment,
    DefineTag,
    GroupCommand,
    MapForeignTags,
    OrderTags,
    RenameGroup,
    RenameSegment,
    RenameTag,
    RestoreGroup,
    RestoreTag,
    RetireGroup,
    RetireList,
    RetireSegment,
    RetireTag,
    TagCommand,
    UnmapForeignTag,
)
from server.usecases.foreign_tags import decide_mapping, decide_unmapping
from server.usecases.list_commands import decide_list_retirement
from server.usecases.personal_texts import refuse_texts_in
from server.usecases.segment_commands import decide_segment_command, name_taken
from server.usecases.staff_commands import decide_staff_command, refuse_left, staff_with_id
from server.usecases.state import WorkspaceState


def decide_command(command: Command, state: WorkspaceState) -> list[CatalogueChange]:
    """The changes, in order. Raises a CallerError when the command cannot be carried out."""
    catalogue = state.index.catalogue
    match command:
        case CreateWorkspace():
            if state.version:
                raise name_taken("workspace", state.name)
            return [WorkspaceCreated(command.currency)]
        case DefineGroup() | RenameGroup() | RetireGroup() | RestoreGroup() | ChangeGroup() | OrderTags():
            return _decide_group(command, catalogue)
        case DefineTag() | RenameTag() | RetireTag() | RestoreTag() | ChangeTag():
            return _decide_tag(command, state.index)
        case MapForeignTags():
            return [*decide_mapping(catalogue, command)]
        case UnmapForeignTag():
            return [decide_unmapping(catalogue, command)]
        case DefineSegment() | ChangeSegment() | RenameSegment() | RetireSegment():
            if isinstance(command, DefineSegment | ChangeSegment):
                refuse_texts_in(command.expression, state.index)
            return [decide_segment_command(command, catalogue.segments)]
        case RetireList():
            return [decide_list_retirement(command, catalogue.lists)]
        case _:
            return decide_staff_command(command, catalogue)


def _decide_group(command: GroupCommand, catalogue: Catalogue) -> list[CatalogueChange]:
    match command:
        case DefineGroup():
            _refuse_prefix("name", command.name)
            _refuse_taken_group(catalogue, command.name)
            return [GroupDefined(_next(catalogue.groups), command.name, command.description, command.exclusive)]
        case RenameGroup():
            group = group_named(catalogue, command.name)
            _refuse_owned(group)
            _refuse_prefix("new_name", command.new_name)
            _refuse_taken_group(catalogue, command.new_name)
            for tag in catalogue.tags_of(group.number):
                _refuse_taken_tag(catalogue, _key(command.new_name, tag.name))
            return [GroupRenamed(group.number, command.new_name)]
        case RetireGroup():
            group = group_named(catalogue, command.name)
            _refuse_owned(group)
            _refuse_retired(group.retired, f"group {group.name!r}")
            tags = [TagRetired(tag.number) for tag in catalogue.tags_of(group.number) if not tag.retired]
            return [GroupRetired(group.number), *tags]
        case RestoreGroup():
            group = group_named(catalogue, command.name)
            _refuse_in_use(group.retired, f"group {group.name!r}")
            return [GroupRestored(group.number), *(TagRestored(tag.number) for tag in catalogue.retired_with(group.number))]
        case ChangeGroup():
            return [GroupRedefined(group_named(catalogue, command.name).number, command.description)]
        case OrderTags():
            return [_ordered(catalogue, command)]


def _decide_tag(command: TagCommand, index: WorkspaceIndex) -> list[CatalogueChange]:
    catalogue = index.catalogue
    match command:
        case DefineTag():
            return _define_tag(catalogue, command)
        case RenameTag():
            tag = tag_with_key(catalogue, command.key)
            _refuse_of_staff(catalogue, tag)
            _refuse_prefix("new_name", command.new_name if tag.group is None else "")
            if tag.group is None and "/" in command.new_name:
                problem = "must not contain '/', which separates group and name: the tag is in no group"
                raise InvalidField.of([Violation("new_name", problem)])
            group_name = "" if tag.group is None else catalogue.groups[tag.group].name
            _refuse_taken_tag(catalogue, _key(group_name, command.new_name))
            return [TagRenamed(tag.number, command.new_name)]
        case RetireTag():
            tag = own_tag(catalogue, command.key)
            _refuse_retired(tag.retired, f"tag {command.key!r}")
            return [TagRetired(tag.number)]
        case RestoreTag():
            return [_restored(catalogue, own_tag(catalogue, command.key))]
        case ChangeTag():
            tag = own_tag(catalogue, command.key)
            _refuse_opting_out(command.opt_out if catalogue.owner(tag.number) else None)
            if command.values is not None:
                _refuse_other_values(index, tag, command.values)
            return [_changed(tag, command)]


def tag_with_key(catalogue: Catalogue, key: str) -> TagEntry:
    """The tag that has this key now, or this name in another system: itself, even if it is merged. Or UnknownTag."""
    number = catalogue.named(key)
    if number is None:
        hint = catalogue.suggestion(key)
        told = f"; did you mean {hint!r}?" if hint else "; define it with DefineTag (tagledger catalogue define-tag KEY)"
        raise UnknownTag(f"there is no tag {key!r}{told}", metadata={"tags": key})
    return catalogue.tags[number]


def tag_meant(catalogue: Catalogue, key: str, version: int) -> TagEntry:
    """The tag that a question at a version means by a key, which is that of a merged one since its merge. Or UnknownTag."""
    return catalogue.tags[catalogue.meant(key, version) or tag_with_key(catalogue, key).number]


def own_tag(catalogue: Catalogue, key: str) -> TagEntry:
    """The same; TagMerged if it is merged."""
    tag = tag_with_key(catalogue, key)
    _refuse_of_staff(catalogue, tag)
    if tag.merged_into is not None:
        into = catalogue.key(catalogue.meant(key) or tag.merged_into)
        raise MergedError(
            f"tag {key!r} is merged into {into!r}; speak of that, or take the merge back with UndoChangeset (tagledger undo)",
            metadata={"tag": key, "into": into},
        )
    return tag


def group_named(catalogue: Catalogue, name: str) -> GroupEntry:
    """The group that has this name now, or UnknownTagGroup."""
    number = catalogue.group_number(name)
    if number is None:
        hint = KnownNames([group.name for group in catalogue.groups.values()]).nearest(name)
        told = (
            f"; did you mean {hint!r}?" if hint else "; define it with DefineTagGroup (tagledger catalogue define-group NAME)"
        )
        raise UnknownTagGroup(f"there is no tag group {name!r}{told}", metadata={"group": name})
    return catalogue.groups[number]


def _refuse_of_staff(catalogue: Catalogue, tag: TagEntry) -> None:
    member = catalogue.staff.of_tag(tag.number)
    if member:
        told = f"tag {tag.name!r} says whose customers are those of staff member {member.staff_id!r}, and stays as it is"
        remedy = "change the staff member (ChangeStaff, RetireStaff; tagledger staff change, retire)"
        raise InvalidField.of([Violation("key", f"{told}; {remedy}")])


def _refuse_prefix(field: str, key: str) -> None:
    if key.startswith(STAFF_PREFIX):
        told = f"keys that begin with `{STAFF_PREFIX}` are those of staff: of their customers, and of tags of their own"
        remedy = f"define `{STAFF_PREFIX}ID/NAME` for one of these, or take another key"
        raise InvalidField.of([Violation(field, f"{told}; {remedy}")])


def _define_tag(catalogue: Catalogue, command: DefineTag) -> list[CatalogueChange]:
    if not command.group:
        _refuse_prefix("key", command.name)
    _refuse_taken_tag(catalogue, _key(command.group, command.name))
    group, made = _group_of_new(catalogue, command)
    number = _next(catalogue.tags)
    made.append(TagDefined(number, group, command.name, command.description))
    if command.values is not None or command.opt_out or command.lifetime:
        values, lifetime = command.values or ANY_VALUES, command.lifetime
        made.append(redefined(number, command.description, values, opt_out=command.opt_out, lifetime=lifetime))
    return made


def _group_of_new(catalogue: Catalogue, command: DefineTag) -> tuple[int | None, list[CatalogueChange]]:
    """The group of a tag that is to be defined, None for none, and the change that makes it, where it has to be made."""
    if not command.group:
        return None, []
    number, owner = catalogue.group_number(command.group), None
    if command.group.startswith(STAFF_PREFIX):
        owner = staff_with_id(catalogue.staff, command.group.removeprefix(STAFF_PREFIX))
        refuse_left(owner, "they take no tags of their own any more")
        _refuse_opting_out(command.opt_out)
    if number is None and (owner or command.create_group):
        number = _next(catalogue.groups)
        return number, [GroupDefined(number, command.group, "", owner=owner.number if owner else None)]
    group = group_named(catalogue, command.group)
    _refuse_retired(group.retired, f"group {group.name!r}")
    _refuse_full(catalogue, group)
    return group.number, []


def _refuse_full(catalogue: Catalogue, group: GroupEntry) -> None:
    actual = len(catalogue.members(group.number)) + 1
    if group.exclusive:
        LimitExceeded.refuse(
            "exclusive tags",
            field="key",
            maximum=MAX_EXCLUSIVE_TAGS,
            actual=actual,
            remedy="each apply has to look at all of them; split the group, or use a trait for one value of many",
        )
    if group.owner is not None:
        LimitExceeded.refuse(
            "personal tags",
            field="key",
            maximum=MAX_PERSONAL_TAGS,
            actual=actual,
            remedy="use tags that are everybody's, or rename those that are not needed any more",
        )


def _refuse_opting_out(opt_out: bool | None) -> None:
    if opt_out:
        told = "a tag of a staff member's own keeps nobody out of segments: that is for a tag that is everybody's"
        raise InvalidField.of([Violation("opt_out", told)])


def _refuse_owned(group: GroupEntry) -> None:
    if group.owner is not None:
        told = f"group {group.name!r} has the tags of a staff member's own, and stays as it is"
        raise InvalidField.of([Violation("name", f"{told}; retire or rename its tags one by one")])


def _changed(tag: TagEntry, command: ChangeTag) -> TagRedefined:
    description = tag.description if command.description is None else command.description
    values = tag.values if command.values is None else command.values
    opt_out = tag.opt_out if command.opt_out is None else command.opt_out
    lifetime = tag.lifetime if command.lifetime is None else command.lifetime
    return redefined(tag.number, description, values, opt_out=opt_out, lifetime=lifetime)


def _refuse_other_values(index: WorkspaceIndex, tag: TagEntry, values: ValueRule) -> None:
    """What was recorded is to mean what it meant."""
    before = tag.values
    if before.valued is Valued.CHOICE and values.valued is Valued.CHOICE:
        if values.choices[: len(before.choices)] != before.choices:
            told = f"begin with the present ones in their order ({', '.join(before.choices)}), and add others behind them"
            raise InvalidField.of([Violation("values.choices", f"{told}: what was recorded names its choice by its place")])
        return
    history = index.tags.get(tag.number)
    if before.valued is not values.valued and (before.spelled or values.spelled) and history and len(history.history):
        told = f"tag {tag.name!r} has been applied, and its values ({before.valued.value}) cannot become {values.valued.value}"
        raise InvalidField.of([Violation("values.kind", f"{told}; define another tag for them")])


def _ordered(catalogue: Catalogue, command: OrderTags) -> TagsOrdered:
    group = group_named(catalogue, command.group)
    before = catalogue.tags_of(group.number)
    numbers, members = [catalogue.tag_number(key) for key in command.keys], {tag.number for tag in before}
    named = set(numbers)
    left_out = [tag for tag in before if tag.number not in named]
    missing = [tag for tag in left_out if not tag.retired and tag.merged_into is None]
    violations = [
        Violation(f"keys[{i}]", f"{key!r} is no tag of group {group.name!r}")
        for i, (key, number) in enumerate(zip(command.keys, numbers, strict=True))
        if number not in members
    ]
    if missing:
        told = ", ".join(repr(catalogue.key(tag.number)) for tag in missing[:20])
        violations.append(Violation("keys", f"all tags in use of group {group.name!r} are needed; missing: {told}"))
    if violations:
        raise InvalidField.of(violations[:100])
    ordered = [number for number in numbers if number is not None]
    return TagsOrdered(group.number, (*ordered, *(tag.number for tag in left_out)))


def _restored(catalogue: Catalogue, tag: TagEntry) -> TagRestored:
    _refuse_in_use(tag.retired, f"tag {catalogue.key(tag.number)!r}")
    if tag.group is not None and catalogue.groups[tag.group].retired:
        name = catalogue.groups[tag.group].name
        raise RetiredError(f"group {name!r} is retired; restore it first (RestoreTagGroup, tagledger catalogue restore-group)")
    return TagRestored(tag.number)


def _refuse_in_use(retired: bool, what: str) -> None:
    if not retired:
        raise NotRetired(f"{what} is in use: there is nothing to restore")


def _next(numbered: dict[int, GroupEntry] | dict[int, TagEntry]) -> int:
    return len(numbered) + 1


def _key(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


def _refuse_taken_tag(catalogue: Catalogue, key: str) -> None:
    if catalogue.named(key) is not None:
        raise name_taken("tag" if catalogue.tag_number(key) is not None else "tag of another system", key)


def _refuse_taken_group(catalogue: Catalogue, name: str) -> None:
    if catalogue.group_number(name) is not None:
        raise name_taken("tag group", name)


def _refuse_retired(retired: bool, what: str) -> None:
    if retired:
        raise RetiredError(f"{what} is retired already; nothing was changed")
