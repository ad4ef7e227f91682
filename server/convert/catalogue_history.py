"""Changes of the catalogue as entries of history, to the wire."""

from collections.abc import Mapping
from typing import Final, assert_never

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
    Valued,
    WorkspaceCreated,
)
from domain.tag_catalogue import Catalogue, ValueRule
from server.convert.tags import tag_values_out
from server.eventlog.catalogue_kinds import CATALOGUE_KINDS

ROLES: Final[Mapping[Role, common_pb2.StaffRole]] = {
    Role.MEMBER: common_pb2.STAFF_ROLE_MEMBER,
    Role.DEPARTMENT: common_pb2.STAFF_ROLE_DEPARTMENT,
    Role.HEADQUARTERS: common_pb2.STAFF_ROLE_HEADQUARTERS,
}


def catalogue_entry_out(catalogue: Catalogue, change: CatalogueChange) -> history_pb.CatalogueEntry:
    """A change of the catalogue, with the names that things have now."""
    kind = CATALOGUE_KINDS[type(change)]
    match change:
        case WorkspaceCreated():
            return history_pb.CatalogueEntry(kind=kind)
        case GroupDefined():
            return history_pb.CatalogueEntry(kind=kind, subject=change.name, description=change.description)
        case TagDefined():
            group = "" if change.group is None else f"{catalogue.groups[change.group].name}/"
            return history_pb.CatalogueEntry(kind=kind, subject=group + change.name, description=change.description)
        case GroupRenamed():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.groups[change.number].name, new_name=change.name)
        case TagRenamed():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.key(change.number), new_name=change.name)
        case GroupRetired() | GroupRestored():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.groups[change.number].name)
        case TagRetired() | TagRestored():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.key(change.number))
        case GroupRedefined():
            name = catalogue.groups[change.number].name
            return history_pb.CatalogueEntry(kind=kind, subject=name, description=change.description)
        case TagsOrdered():
            order = [catalogue.key(number) for number in change.tags]
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.groups[change.number].name, order=order)
        case TagRedefined():
            values = tag_values_out(ValueRule(Valued(change.valued), change.minimum, change.maximum))
            return history_pb.CatalogueEntry(
                kind=kind,
                subject=catalogue.key(change.number),
                description=change.description,
                values=values,
                opt_out=change.opt_out,
            )
        case TagMerged() | TagUnmerged():
            subject, into = catalogue.key(change.number), catalogue.key(change.into)
            return history_pb.CatalogueEntry(kind=kind, subject=subject, into=into)
        case ForeignTagMapped() | ForeignTagUnmapped():
            subject = catalogue.key(change.number)
            return history_pb.CatalogueEntry(kind=kind, subject=subject, foreign_key=change.foreign_key)
        case SegmentDefined():
            return history_pb.CatalogueEntry(kind=kind, subject=change.name, expression=change.expression)
        case SegmentChanged():
            name = catalogue.segments.entries[change.number].name
            return history_pb.CatalogueEntry(kind=kind, subject=name, expression=change.expression)
        case SegmentRenamed():
            name = catalogue.segments.entries[change.number].name
            return history_pb.CatalogueEntry(kind=kind, subject=name, new_name=change.name)
        case SegmentRetired():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.segments.entries[change.number].name)
        case ListDefined() | ListRetired():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.lists.entries[change.number].name)
        case DepartmentDefined() | DepartmentChanged():
            return history_pb.CatalogueEntry(
                kind=kind,
                subject=catalogue.staff.departments[change.number].department_id,
                name=change.name,
                department_id=catalogue.staff.department_id(change.parent),
            )
        case DepartmentRetired():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.staff.departments[change.number].department_id)
        case StaffDefined() | StaffChanged():
            return history_pb.CatalogueEntry(
                kind=kind,
                subject=catalogue.staff.members[change.number].staff_id,
                name=change.name,
                department_id=catalogue.staff.department_id(change.department),
                role=ROLES[Role(change.role)],
            )
        case StaffRetired() | StaffRestored():
            return history_pb.CatalogueEntry(kind=kind, subject=catalogue.staff.members[change.number].staff_id)
        case _:
            assert_never(change)
