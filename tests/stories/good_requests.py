"""A good request of each method, with as many fields filled as go together, and a world in which it is answered."""

import uuid
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from tagledger.v1 import (
    catalogue_service_pb2,
    common_pb2,
    export_service_pb2,
    expression_pb2,
    history_service_pb2,
    ledger_service_pb2,
    list_service_pb2,
    profile_service_pb2,
    report_service_pb2,
    segment_service_pb2,
    staff_service_pb2,
)

from tests.stories.wire import WORKSPACE, Wire

UNDOABLE = 23
"""Position of a changeset in a world that can be taken back."""
ERASED = 25
"""And of one that erased somebody."""
_A_DAY = Duration(seconds=86_400)
_ROLE = common_pb2.STAFF_ROLE_DEPARTMENT
LINK = profile_service_pb2.ProfileLink(first_profile_id="p5", second_profile_id="p6")


# --- good requests --------------------------------------------------------------------------------------------------------


def write_context(reason: str = "a test", workspace: str = WORKSPACE) -> common_pb2.WriteContext:
    """A good one, with a new request id."""
    return common_pb2.WriteContext(
        workspace=workspace, request_id=str(uuid.uuid4()), actor="staff:li", reason=reason, source="test"
    )


def read_context() -> common_pb2.ReadContext:
    """A good one."""
    context = common_pb2.ReadContext(workspace=WORKSPACE)
    context.as_of.FromJsonString("2026-01-01T00:00:00Z")
    context.known_at.position = 1
    return context


def segment(text: str = "everyone") -> expression_pb2.Segment:
    """An expression as text."""
    return expression_pb2.Segment(text=text)


def columns(rows: int = 2) -> ledger_service_pb2.InteractionColumns:
    """A batch that uses every column."""
    return ledger_service_pb2.InteractionColumns(
        profile_ids=[f"p{n}" for n in range(rows)],
        type_names=["purchase", "visit"],
        type_index=[n % 2 for n in range(rows)],
        occurred_at_us=[1_500_000_000_000_000 + n for n in range(rows)],
        touchpoint_names=["mini_program"],
        touchpoint_index=[n % 2 for n in range(rows)],
        amounts=[10_000 * n for n in range(rows)],
        amount_present=[True] * rows,
        currency_names=["USD"],
        currency_index=[0] * rows,
        ids=[""] * rows,
        properties=[
            ledger_service_pb2.PropertyColumn(name="category", strings=["tea", "茶"], index=[1] * rows),
            ledger_service_pb2.PropertyColumn(name="quantity", numbers=[1.5], index=[1] * rows),
            ledger_service_pb2.PropertyColumn(name="gift", bools=[True], index=[0] * rows),
        ],
    )


def good_request(method: str) -> Any:
    """A request that is answered, with as many fields filled as go together."""
    name = method.partition(".")[2]
    catalogue, history = catalogue_service_pb2, history_service_pb2
    unique = uuid.uuid4().hex
    known_at = common_pb2.KnownAt(position=1)
    match name:
        case "CreateWorkspace":
            return catalogue.CreateWorkspaceRequest(context=write_context(workspace=unique), currency="CNY")
        case "ListWorkspaces":
            return catalogue.ListWorkspacesRequest(page_size=10)
        case "DefineTagGroup":
            return catalogue.DefineTagGroupRequest(context=write_context(), name=unique, description="text")
        case "GetTagGroup":
            return catalogue.GetTagGroupRequest(workspace=WORKSPACE, name="等级")
        case "ListTagGroups":
            return catalogue.ListTagGroupsRequest(workspace=WORKSPACE, page_size=10)
        case "RenameTagGroup":
            return catalogue.RenameTagGroupRequest(context=write_context(), name="other", new_name=unique)
        case "RetireTagGroup":
            return catalogue.RetireTagGroupRequest(context=write_context(), name="unused")
        case "RestoreTagGroup":
            return catalogue.RestoreTagGroupRequest(context=write_context(), name="put away")
        case "RestoreTag":
            return catalogue.RestoreTagRequest(context=write_context(), key="retired")
        case "ChangeTagGroup":
            return catalogue.ChangeTagGroupRequest(context=write_context(), name="等级", description="text")
        case "OrderTags":
            return catalogue.OrderTagsRequest(context=write_context(), group="ordered", keys=["ordered/b", "ordered/a"])
        case "DefineTag":
            return catalogue.DefineTagRequest(
                context=write_context(), key=f"等级/{unique}", description="text", values=_some_values(), lifetime=_A_DAY
            )
        case "ChangeTag":
            described: dict[str, Any] = {"key": "等级/金", "description": "text", "values": _some_values(), "lifetime": _A_DAY}
            return catalogue.ChangeTagRequest(context=write_context(), **described)
        case "MapForeignTags":
            mapped = [catalogue.ForeignTag(foreign_key="wecom:et1", key="vip")]
            return catalogue.MapForeignTagsRequest(context=write_context(), foreign_tags=mapped)
        case "UnmapForeignTag":
            return catalogue.UnmapForeignTagRequest(context=write_context(), foreign_key="crm:4711")
        case "ListForeignTags":
            return catalogue.ListForeignTagsRequest(workspace=WORKSPACE, page_size=10)
        case "GetTag":
            return catalogue.GetTagRequest(workspace=WORKSPACE, key="等级/金")
        case "ListTags":
            return catalogue.ListTagsRequest(workspace=WORKSPACE, page_size=10, group="等级")
        case "RenameTag":
            return catalogue.RenameTagRequest(context=write_context(), key="renamed", new_name=unique)
        case "RetireTag":
            return catalogue.RetireTagRequest(context=write_context(), key="unwanted")
        case "DefineSegment":
            return catalogue.DefineSegmentRequest(
                context=write_context(), name=unique, description="text", segment=segment("in segment 买家")
            )
        case "ChangeSegment":
            return catalogue.ChangeSegmentRequest(context=write_context(), name="买家", segment=segment(f'tagged "{unique}"'))
        case "GetSegment":
            return catalogue.GetSegmentRequest(workspace=WORKSPACE, name="买家", page_size=10)
        case "ListSegments":
            return catalogue.ListSegmentsRequest(workspace=WORKSPACE, page_size=10)
        case "RenameSegment":
            return catalogue.RenameSegmentRequest(context=write_context(), name="other", new_name=unique)
        case "RetireSegment":
            return catalogue.RetireSegmentRequest(context=write_context(), name="unused")
        case "ListNames":
            return catalogue.ListNamesRequest(workspace=WORKSPACE)
        case "ApplyChangeset":
            return changeset()
        case "TagSegment":
            return tag_segment()
        case "MergeTags":
            return ledger_service_pb2.MergeTagsRequest(context=write_context(), key="ordered/a", into_key="vip", dry_run=True)
        case "UndoChangeset":
            undo = ledger_service_pb2.UndoChangesetRequest(
                context=write_context(), at_position=UNDOABLE, segment=segment(), dry_run=True
            )
            undo.known_at.position = UNDOABLE
            undo.as_of.FromJsonString("2026-01-01T00:00:00Z")
            return undo
        case "RecordInteractions":
            return ledger_service_pb2.RecordInteractionsRequest(context=write_context(), interactions=columns())
        case "RetractInteractions":
            return ledger_service_pb2.RetractInteractionsRequest(context=write_context(), ids=["r0", "r1"])
        case "ReplaceInteractions":
            replaced = ledger_service_pb2.ReplaceInteractionsRequest(context=write_context(), interactions=columns())
            replaced.interactions.ids[:] = [f"r{n}" for n in range(len(replaced.interactions.profile_ids))]
            return replaced
        case "StreamInteractions":
            return ledger_service_pb2.StreamInteractionsRequest(context=write_context(), interactions=columns())
        case "UploadList":
            return list_service_pb2.UploadListRequest(
                context=write_context(),
                list="秋季",
                description="text",
                mode=list_service_pb2.UPLOAD_MODE_ADD,
                profile_ids=["p1", "nobody"],
                last=True,
            )
        case "GetList":
            return list_service_pb2.GetListRequest(workspace=WORKSPACE, list="秋季", page_size=10)
        case "ListLists":
            return list_service_pb2.ListListsRequest(workspace=WORKSPACE, page_size=10)
        case "RetireList":
            return list_service_pb2.RetireListRequest(context=write_context(), list="unused")
        case "Count":
            return segment_service_pb2.CountRequest(context=read_context(), segment=segment())
        case "CompareSegment":
            before = segment_service_pb2.ClockPair(as_of=Timestamp(seconds=1), known_at=known_at)
            return segment_service_pb2.CompareSegmentRequest(
                context=read_context(), before=before, segment=segment(), page_size=10
            )
        case "CrossTabulate":
            return cross_tabulate()
        case "SegmentSeries":
            return report_service_pb2.SegmentSeriesRequest(
                context=common_pb2.ReadContext(workspace=WORKSPACE, known_at=known_at),
                segment=segment(),
                start=Timestamp(seconds=1),
                end=Timestamp(seconds=100_000),
                every=expression_pb2.Span(count=1, unit=expression_pb2.UNIT_DAY),
                zone="Asia/Shanghai",
            )
        case "ListMembers":
            return segment_service_pb2.ListMembersRequest(context=read_context(), segment=segment(), page_size=10)
        case "CheckProfiles":
            return segment_service_pb2.CheckProfilesRequest(
                context=read_context(), segment=segment(), profile_ids=["p1", "nobody"]
            )
        case "Explain":
            return segment_service_pb2.ExplainRequest(context=read_context(), segment=segment(), profile_id="p1")
        case "ValidateExpression":
            return segment_service_pb2.ValidateExpressionRequest(workspace=WORKSPACE, segment=segment())
        case "ExportMembers":
            exported = [export_service_pb2.ExportColumn(trait="age"), export_service_pb2.ExportColumn(tag="vip")]
            return export_service_pb2.ExportMembersRequest(context=read_context(), segment=segment(), columns=exported)
        case "ListProfileHistory":
            return history.ListProfileHistoryRequest(workspace=WORKSPACE, profile_id="p1", known_at=known_at, page_size=10)
        case "ListTagHistory":
            return history.ListTagHistoryRequest(workspace=WORKSPACE, tag="vip", known_at=known_at, page_size=10)
        case "ListHistory":
            period = history.Period(start=Timestamp(seconds=1), end=Timestamp(seconds=2))
            found = history.ListHistoryRequest(workspace=WORKSPACE, profile_id="p1", tag="vip", known_at=known_at, page_size=10)
            found.MergeFrom(history.ListHistoryRequest(recorded=period, effective=period, actor="ana", source="test"))
            return found
        case "GetProfile":
            return profile_service_pb2.GetProfileRequest(
                context=read_context(), profile_id="p1", timeline_size=10, recency_hours=[24, 720]
            )
        case "LinkProfiles":
            return profile_service_pb2.LinkProfilesRequest(context=write_context(), links=[LINK])
        case "UnlinkProfiles":
            return profile_service_pb2.UnlinkProfilesRequest(context=write_context(), links=[LINK])
        case "EraseProfiles":
            return profile_service_pb2.EraseProfilesRequest(context=write_context(), profile_ids=["p7", "p8"], dry_run=True)
        case "GetErasure":
            return profile_service_pb2.GetErasureRequest(workspace=WORKSPACE, at_position=ERASED)
        case "DefineDepartment":
            return staff_service_pb2.DefineDepartmentRequest(
                context=write_context(), department_id=unique, name="text", parent_id="east"
            )
        case "ChangeDepartment":
            return staff_service_pb2.ChangeDepartmentRequest(
                context=write_context(), department_id="east", name="text", parent_id=""
            )
        case "RetireDepartment":
            return staff_service_pb2.RetireDepartmentRequest(context=write_context(), department_id="unused")
        case "ListDepartments":
            return staff_service_pb2.ListDepartmentsRequest(workspace=WORKSPACE, page_size=10)
        case "DefineStaff":
            return staff_service_pb2.DefineStaffRequest(
                context=write_context(), staff_id=unique, name="text", department_id="east", role=_ROLE
            )
        case "ChangeStaff":
            return staff_service_pb2.ChangeStaffRequest(
                context=write_context(), staff_id="wang", name="text", department_id="east", role=_ROLE
            )
        case "RetireStaff":
            return staff_service_pb2.RetireStaffRequest(context=write_context(), staff_id="leaving")
        case "RestoreStaff":
            return staff_service_pb2.RestoreStaffRequest(context=write_context(), staff_id="left")
        case "GetStaff":
            return staff_service_pb2.GetStaffRequest(workspace=WORKSPACE, staff_id="wang")
        case "ListStaff":
            return staff_service_pb2.ListStaffRequest(workspace=WORKSPACE, page_size=10, department_id="east")
        case "TransferCustomers":
            return staff_service_pb2.TransferCustomersRequest(
                context=write_context(),
                from_staff_id="wang",
                to_staff_id="赵",
                segment=segment(),
                effective_at=Timestamp(seconds=1),
                dry_run=True,
            )
        case "GetTagUse":
            use = history.GetTagUseRequest(workspace=WORKSPACE, tag="vip", days=3, zone="Asia/Shanghai", known_at=known_at)
            use.as_of.FromJsonString("2026-01-01T00:00:00Z")
            return use
        case "ReviewTags":
            return history.ReviewTagsRequest(workspace=WORKSPACE)
        case "GetChangeset":
            return history.GetChangesetRequest(workspace=WORKSPACE, at_position=1, page_size=10)
    raise NotImplementedError(f"{method} needs a good request here")


def cross_tabulate() -> report_service_pb2.CrossTabulateRequest:
    clocks = segment_service_pb2.ClockPair(as_of=Timestamp(seconds=1), known_at=common_pb2.KnownAt(position=1))
    bought = report_service_pb2.AxisPart(label="bought", segment=segment("did purchase"))
    return report_service_pb2.CrossTabulateRequest(
        context=read_context(),
        segment=segment(),
        axes=[
            report_service_pb2.Axis(name="lately", parts=report_service_pb2.AxisParts(parts=[bought])),
            report_service_pb2.Axis(tag_group="ordered", clocks=clocks),
            report_service_pb2.Axis(trait=report_service_pb2.AxisTrait(trait="city", values_max=3)),
        ],
    )


def _some_values() -> common_pb2.TagValues:
    return common_pb2.TagValues(kind=common_pb2.TagValues.KIND_NUMBER, minimum=0.0, maximum=1.0)


def changeset() -> ledger_service_pb2.ApplyChangesetRequest:
    apply = ledger_service_pb2.TagChange.OPERATION_APPLY
    tags = [
        ledger_service_pb2.TagChange(
            profile_id="p1", tag="vip", operation=apply, value=0.5, effective_at_us=1_000, expires_at_us=2_000
        )
    ]
    age = common_pb2.Value(number_value=30.0)
    traits = [ledger_service_pb2.TraitChange(profile_id="p1", trait="age", value=age, effective_at_us=1_000)]
    return ledger_service_pb2.ApplyChangesetRequest(context=write_context(), tags=tags, traits=traits)


def tag_segment() -> ledger_service_pb2.TagSegmentRequest:
    made = ledger_service_pb2.TagSegmentRequest(
        context=write_context(),
        segment=segment(),
        known_at=common_pb2.KnownAt(position=UNDOABLE),
        tag="vip",
        operation=ledger_service_pb2.TagChange.OPERATION_APPLY,
        value=0.5,
        effective_at_us=1_000,
        expires_at_us=2_000,
    )
    made.as_of.FromJsonString("2026-01-01T00:00:00Z")
    return made


# --- a world for them ---------------------------------------------------------------------------------------------------------


def seed(wire: Wire) -> None:
    """Some data of each kind."""
    catalogue, ledger = catalogue_service_pb2, ledger_service_pb2
    for name in ("等级", "other", "unused", "put away", "ordered"):
        wire.ask("CatalogueService.DefineTagGroup", catalogue.DefineTagGroupRequest(context=write_context(), name=name))
    wire.ask("CatalogueService.RetireTagGroup", catalogue.RetireTagGroupRequest(context=write_context(), name="put away"))
    for key in ("等级/金", "vip", "renamed", "unwanted", "retired", "ordered/a", "ordered/b"):
        wire.ask("CatalogueService.DefineTag", catalogue.DefineTagRequest(context=write_context(), key=key))
    wire.ask("CatalogueService.RetireTag", catalogue.RetireTagRequest(context=write_context(), key="retired"))
    names = [catalogue.ForeignTag(foreign_key=name, key="vip") for name in ("crm:4711", "oa:first", "oa:second")]
    mapping = catalogue.MapForeignTagsRequest(context=write_context(), foreign_tags=names)
    wire.ask("CatalogueService.MapForeignTags", mapping)
    for name in ("买家", "other", "unused"):
        define = catalogue.DefineSegmentRequest(context=write_context(), name=name, segment=segment("did purchase"))
        wire.ask("CatalogueService.DefineSegment", define)
    wire.ask("CatalogueService.ChangeSegment", good_request("CatalogueService.ChangeSegment"))
    for name in ("秋季", "unused"):
        wire.ask("ListService.UploadList", list_service_pb2.UploadListRequest(context=write_context(), list=name, last=True))
    city = ledger.TraitChange(profile_id="p1", trait="city", value=common_pb2.Value(string_value="Xi'an"), effective_at_us=1)
    undoable = wire.ask("LedgerService.ApplyChangeset", ledger.ApplyChangesetRequest(context=write_context(), traits=[city]))
    assert undoable.position == UNDOABLE
    leaving = ledger.TraitChange(profile_id="leaving", trait="city", value=common_pb2.Value(string_value="Xi'an"))
    wire.ask("LedgerService.ApplyChangeset", ledger.ApplyChangesetRequest(context=write_context(), traits=[leaving]))
    erase = profile_service_pb2.EraseProfilesRequest(context=write_context(), profile_ids=["leaving"])
    assert wire.ask("ProfileService.EraseProfiles", erase).position == ERASED
    for _ in range(3):
        wire.ask("LedgerService.ApplyChangeset", changeset())
    batch = ledger.RecordInteractionsRequest(context=write_context(), interactions=columns(300))
    batch.interactions.ids[:] = [f"r{n}" for n in range(300)]
    wire.ask("LedgerService.RecordInteractions", batch)
    again = list_service_pb2.UploadListRequest(context=write_context(), list="秋季", last=True)
    wire.ask("ListService.UploadList", again)  # two versions: a page of one is not the last
    for name in ("east", "unused"):
        department = staff_service_pb2.DefineDepartmentRequest(context=write_context(), department_id=name)
        wire.ask("StaffService.DefineDepartment", department)
    for name in ("wang", "赵", "leaving", "left"):
        staff = staff_service_pb2.DefineStaffRequest(context=write_context(), staff_id=name, department_id="east")
        wire.ask("StaffService.DefineStaff", staff)
    wire.ask("StaffService.RetireStaff", staff_service_pb2.RetireStaffRequest(context=write_context(), staff_id="left"))
