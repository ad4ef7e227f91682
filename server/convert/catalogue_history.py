"""Changes of the catalogue as entries of history, to the wire."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

from tagledger.v1 import common_pb2
from tagledger.v1 import history_service_pb2 as history_pb

from domain.catalogue_changes import (
    CatalogueChange,
    DepartmentChanged,
    DepartmentDefined,
    DepartmentRetired,
    ForeignTagMapped,
    ForeignTagUnmapped,
    GroupDefined,
    GroupRedefined,
    GroupRenamed,
    GroupRestored,
    GroupRetired,
    ListDefined,
    ListRetired,
    Role,
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    SegmentRetired,
    StaffChanged,
    StaffDefined,
    StaffRestored,
    StaffRetired,
    TagDefined,
    TagMerged,
    TagRedefined,
    TagRenamed,
    TagRestored,
    TagRetired,
    TagsOrdered,
    TagUnmerged,
    WorkspaceCreated,
)
from domain.tag_catalogue import Catalogue
from domain.tag_values import rule_of
from server.convert.fields import duration_out
from server.convert.tags import tag_values_out
from server.eventlog.catalogue_kinds import CATALOGUE_KINDS

ROLES: Final[Mapping[Role, common_pb2.StaffRole]] = {
    Role.MEMBER: common_pb2.STAFF_ROLE_MEMBER,
    Role.DEPARTMENT: common_pb2.STAFF_ROLE_DEPARTMENT,
    Role.HEADQUARTERS: common_pb2.STAFF_ROLE_HEADQUARTERS,
}


def catalogue_entry_out(catalogue: Catalogue, change: CatalogueChange) -> history_pb.CatalogueEntry:
    """A change of the catalogue, with the names that things have now."""
    kind, subject = CATALOGUE_KINDS[type(change)], _subject(catalogue, change)
    return history_pb.CatalogueEntry(kind=kind, subject=subject, **_details(catalogue, change))


def _subject(catalogue: Catalogue, change: CatalogueChange) -> str:
    """What it was done to; of a definition, the name that it gave."""
    match change:
        case WorkspaceCreated():
            return ""
        case GroupDefined() | SegmentDefined():
            return change.name
        case TagDefined():
            return change.name if change.group is None else f"{catalogue.groups[change.group].name}/{change.name}"
        case GroupRenamed() | GroupRetired() | GroupRestored() | GroupRedefined() | TagsOrdered():
            return catalogue.groups[change.number].name
        case TagRenamed() | TagRetired() | TagRestored() | TagRedefined() | TagMerged() | TagUnmerged():
            return catalogue.key(change.number)
        case ForeignTagMapped() | ForeignTagUnmapped():
            return catalogue.key(change.number)
        case SegmentChanged() | SegmentRenamed() | SegmentRetired():
            return catalogue.segments.entries[change.number].name
        case ListDefined() | ListRetired():
            return catalogue.lists.entries[change.number].name
        case DepartmentDefined() | DepartmentChanged() | DepartmentRetired():
            return catalogue.staff.departments[change.number].department_id
        case StaffDefined() | StaffChanged() | StaffRetired() | StaffRestored():
            return catalogue.staff.members[change.number].staff_id
        case _:
            assert_never(change)


def _details(catalogue: Catalogue, change: CatalogueChange) -> dict[str, Any]:
    """The other fields of the entry."""
    match change:
        case GroupDefined() | TagDefined() | GroupRedefined():
            return {"description": change.description}
        case GroupRenamed() | TagRenamed() | SegmentRenamed():
            return {"new_name": change.name}
        case TagsOrdered():
            return {"order": [catalogue.key(number) for number in change.tags]}
        case TagRedefined():
            values = tag_values_out(rule_of(change))
            told = {"description": change.description, "values": values, "opt_out": change.opt_out}
            return told | {"lifetime": duration_out(change.lifetime)}
        case TagMerged() | TagUnmerged():
            return {"into": catalogue.key(change.into)}
        case ForeignTagMapped() | ForeignTagUnmapped():
            return {"foreign_key": change.foreign_key}
        case SegmentDefined() | SegmentChanged():
            return {"expression": change.expression}
        case DepartmentDefined() | DepartmentChanged():
            return {"name": change.name, "department_id": catalogue.staff.department_id(change.parent)}
        case StaffDefined() | StaffChanged():
            department_id = catalogue.staff.department_id(change.department)
            return {"name": change.name, "department_id": department_id, "role": ROLES[Role(change.role)]}
        case _:
            return {}
