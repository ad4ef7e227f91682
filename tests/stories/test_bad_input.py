"""Bad input at every rpc, over a real socket and as raw bytes: a clear refusal that names the field, and nothing changed."""

import base64
import json
import math
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from tagledger.v1 import (
    catalogue_service_pb2,
    common_pb2,
    export_service_pb2,
    expression_pb2,
    history_service_pb2,
    ledger_service_pb2,
    list_service_pb2,
    segment_service_pb2,
)

from domain import limits
from tests.harness import STORES, Postgres, Store, make_store, running_server
from tests.stories.bad_requests import (
    HUGE,
    KNOWN_AT_STAMPS,
    PAGE_TOKENS,
    BadRequestCase,
    bad_columns,
    bad_fields,
    bad_texts,
    bad_trees,
    fields_of,
    is_repeated,
    mutated,
    nested,
    nested_filter,
    parent_of,
)
from tests.stories.good_requests import changeset, good_request, seed, segment, write_context
from tests.stories.wire import METHODS, MODULES, OURS, REASONS, WORKSPACE, Refusal, Wire, stored

# --- the world ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """A server with some data of each kind, and its store."""

    wire: Wire
    store: Store

    def refused(self, method: str, *requests: bytes) -> Refusal:
        """Send what must be refused, as the caller's fault, with one known reason; the store must not change."""
        before = stored(self.store)
        answer = self.wire.send(method, *requests)
        assert isinstance(answer, Refusal), f"answered: {str(answer)[:300]}"
        _assert_caller_fault(answer)
        assert stored(self.store) == before
        return answer

    def assert_refused(self, method: str, case: BadRequestCase) -> None:
        """Send a bad request: the refusal has its reason and names its field."""
        try:
            answer = self.refused(method, case.request.SerializeToString())
            assert answer.reasons == [case.reason], answer
            # A refusal of a value may stop at the message around it: `traits[0].value` for its number.
            assert any(case.field.startswith(field) for field in answer.fields), answer
        except AssertionError as error:
            raise AssertionError(f"{case.what}: {str(error)[:1_000]}") from None

    def state(self) -> tuple[object, ...]:
        """All that a caller can see of the workspace, and what the store holds."""
        ask, catalogue = self.wire.ask, catalogue_service_pb2
        everybody = segment_service_pb2.CountRequest(segment=segment("everyone"))
        everybody.context.workspace = WORKSPACE
        return (
            stored(self.store),
            str(ask("CatalogueService.ListNames", catalogue.ListNamesRequest(workspace=WORKSPACE))),
            str(ask("CatalogueService.ListWorkspaces", catalogue.ListWorkspacesRequest())),
            str(ask("CatalogueService.ListTags", catalogue.ListTagsRequest(workspace=WORKSPACE, show_retired=True))),
            str(ask("CatalogueService.ListTagGroups", catalogue.ListTagGroupsRequest(workspace=WORKSPACE, show_retired=True))),
            str(ask("CatalogueService.ListSegments", catalogue.ListSegmentsRequest(workspace=WORKSPACE, show_retired=True))),
            str(ask("ListService.ListLists", list_service_pb2.ListListsRequest(workspace=WORKSPACE, show_retired=True))),
            ask("SegmentService.Count", everybody).count,
        )


def _assert_caller_fault(refusal: Refusal) -> None:
    code = grpc.StatusCode
    assert refusal.code in (
        code.INVALID_ARGUMENT,
        code.NOT_FOUND,
        code.ALREADY_EXISTS,
        code.FAILED_PRECONDITION,
        code.OUT_OF_RANGE,
    ), refusal
    assert len(refusal.reasons) == 1, refusal
    assert refusal.reasons[0] in REASONS - OURS, refusal
    assert refusal.message, refusal
    if refusal.code is code.INVALID_ARGUMENT:
        assert refusal.fields, refusal


@contextmanager
def _running(store: Store) -> Iterator[World]:
    with running_server(store.config()) as address:
        with grpc.insecure_channel(address, options=[("grpc.max_send_message_length", -1)]) as channel:
            wire = Wire(channel)
            seed(wire)
            yield World(wire, store)


@pytest.fixture(scope="module", params=STORES)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Callable[[], Postgres]
) -> Iterator[World]:
    with _running(make_store(request.param, tmp_path_factory.mktemp("world"), postgres)) as made:
        yield made


@pytest.fixture(scope="module")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _running(Store("sqlite", data=str(tmp_path_factory.mktemp("world")))) as made:
        yield made


each_method = pytest.mark.parametrize("method", METHODS)
PAGED = [name for name, method in METHODS.items() if "page_token" in method.input_type.fields_by_name]
SEGMENTED = [name for name, method in METHODS.items() if "segment" in method.input_type.fields_by_name]
_NOW_ONLY = ("ValidateExpression", "DefineSegment", "ChangeSegment", "TransferCustomers")
CUT = [name for name in SEGMENTED if not name.endswith(_NOW_ONLY)]
CUT += [
    "HistoryService.ListProfileHistory",
    "HistoryService.ListTagHistory",
    "HistoryService.ListHistory",
    "HistoryService.GetTagUse",
]
WRITES = [
    name for name in METHODS if type(good_request(name)).DESCRIPTOR.fields[0].message_type is common_pb2.WriteContext.DESCRIPTOR
]
BATCHED = ["LedgerService.RecordInteractions", "LedgerService.StreamInteractions"]


# --- every method ---------------------------------------------------------------------------------------------------------


def test_every_service_of_the_contract_is_tried_here() -> None:
    declared = {path.stem for path in (Path(__file__).parents[2] / "proto/tagledger/v1").glob("*_service.proto")}
    assert declared == {module.DESCRIPTOR.name.rpartition("/")[2].removesuffix(".proto") for module in MODULES}


def test_the_good_request_of_every_method_is_answered(tmp_path: Path) -> None:
    with _running(Store("sqlite", data=str(tmp_path / "data"))) as fresh:
        for method in METHODS:
            answer = fresh.wire.send(method, good_request(method).SerializeToString())
            assert not isinstance(answer, Refusal), (method, answer)


@each_method
def test_every_bad_field_is_named_and_nothing_changes(sqlite_world: World, method: str) -> None:
    before = sqlite_world.state()
    for case in bad_fields(method):
        sqlite_world.assert_refused(method, case)
    assert sqlite_world.state() == before


@pytest.mark.parametrize("method", WRITES)
def test_text_that_a_store_cannot_hold_never_reaches_it(world: World, method: str) -> None:
    before = world.state()
    for case in bad_fields(method):
        if case.what.endswith("U+0000"):
            world.assert_refused(method, case)
    assert world.state() == before


@each_method
def test_a_request_without_context_or_without_anything_is_refused(sqlite_world: World, method: str) -> None:
    empty = METHODS[method].name == "ListWorkspaces"
    if not empty:
        sqlite_world.refused(method, b"")
    without = good_request(method)
    for name in ("context", "workspace"):
        if name in without.DESCRIPTOR.fields_by_name:
            without.ClearField(name)
            sqlite_world.refused(method, without.SerializeToString())


@each_method
def test_an_unknown_workspace_is_refused(sqlite_world: World, method: str) -> None:
    request = good_request(method)
    if METHODS[method].name in ("CreateWorkspace", "ListWorkspaces"):
        return
    holder = request.context if "context" in request.DESCRIPTOR.fields_by_name else request
    holder.workspace = "nowhere"
    answer = sqlite_world.refused(method, request.SerializeToString())
    assert (answer.code, answer.reasons) == (grpc.StatusCode.NOT_FOUND, ["UNKNOWN_WORKSPACE"])


@each_method
@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\xff" * 11, id="no tag"),
        pytest.param(b"\x0a\x7f", id="cut off"),
        pytest.param(b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", id="a length beyond 64 bits"),
        pytest.param(b"\x07", id="no such wire type"),
        pytest.param(b"\x0b" * 20_000, id="groups without an end"),
    ],
)
def test_bytes_that_are_no_message_are_an_invalid_argument(sqlite_world: World, method: str, garbage: bytes) -> None:
    answer = sqlite_world.refused(method, garbage)
    assert (answer.code, answer.reasons) == (grpc.StatusCode.INVALID_ARGUMENT, ["INVALID_FIELD"])


@each_method
def test_text_that_is_no_utf8_is_an_invalid_argument(sqlite_world: World, method: str) -> None:
    texts = [
        (path, field)
        for path, _, field in fields_of(good_request(method))
        if field.type == field.TYPE_STRING and len(path) <= 3
    ]
    for path, field in texts:
        request = good_request(method)
        mark = "broken-utf8"
        parent = parent_of(request, path)
        if is_repeated(field):
            getattr(parent, field.name)[0] = mark
        else:
            setattr(parent, field.name, mark)
        for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
            sent = request.SerializeToString().replace(mark.encode(), bad.ljust(len(mark), b"x"))
            answer = sqlite_world.refused(method, sent)
            assert answer.code is grpc.StatusCode.INVALID_ARGUMENT, (path, bad)


@each_method
def test_accidents_to_the_bytes_are_never_our_fault(sqlite_world: World, method: str) -> None:
    rng = random.Random(f"accidents/{method}")
    for _ in range(120):
        good = good_request(method)
        if "context" in good.DESCRIPTOR.fields_by_name and "request_id" in good.context.DESCRIPTOR.fields_by_name:
            # Accidents may be answered; let them not be repeats of each other.
            good.context.request_id = str(uuid.UUID(int=rng.getrandbits(128)))
        sent = mutated(good.SerializeToString(), rng)
        before = stored(sqlite_world.store)
        answer = sqlite_world.wire.send(method, sent)
        if isinstance(answer, Refusal):
            try:
                _assert_caller_fault(answer)
                assert stored(sqlite_world.store) == before
            except AssertionError as error:
                raise AssertionError(f"{sent!r}: {error}") from None


def test_a_message_above_the_limit_is_refused_by_grpc_and_one_at_it_is_read(sqlite_world: World) -> None:
    before = sqlite_world.state()
    limit = limits.MAX_MESSAGE_BYTES
    for method in ("LedgerService.RecordInteractions", "LedgerService.StreamInteractions", "ExportService.ExportMembers"):
        answer = sqlite_world.wire.send(method, bytes(limit + 1))
        assert isinstance(answer, Refusal)
        assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED, method
    good = good_request("CatalogueService.ListNames").SerializeToString()
    padding = limit - len(good) - 6
    padded = good + b"\xfa\x7f" + _varint(padding) + bytes(padding)
    assert len(padded) == limit
    assert not isinstance(sqlite_world.wire.send("CatalogueService.ListNames", padded), Refusal)
    assert sqlite_world.state() == before


def _varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


# --- clocks and pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", CUT)
def test_a_cut_of_the_log_outside_its_bounds_is_refused(sqlite_world: World, method: str) -> None:
    for what, (seconds, nanos) in KNOWN_AT_STAMPS.items():
        request = good_request(method)
        holder = request if "known_at" in request.DESCRIPTOR.fields_by_name else request.context
        holder.known_at.instant.seconds, holder.known_at.instant.nanos = seconds, nanos
        field = "context.known_at.instant" if holder is not request else "known_at.instant"
        sqlite_world.assert_refused(method, BadRequestCase(what, request, field))
    for position in (10**6, 2**63 - 1):
        request = good_request(method)
        holder = request if "known_at" in request.DESCRIPTOR.fields_by_name else request.context
        holder.known_at.position = position
        answer = sqlite_world.refused(method, request.SerializeToString())
        assert (answer.code, answer.reasons) == (grpc.StatusCode.OUT_OF_RANGE, ["POSITION_AHEAD"])


@pytest.mark.parametrize("method", PAGED)
def test_a_page_token_that_is_not_ours_is_refused(sqlite_world: World, method: str) -> None:
    for what, token in PAGE_TOKENS.items():
        request = good_request(method)
        request.page_token = token
        sqlite_world.assert_refused(method, BadRequestCase(what, request, "page_token", "INVALID_PAGE_TOKEN"))


def _first_page(world: World, method: str) -> tuple[Any, str]:
    """A listing of several pages, and the token of its second one."""
    request = good_request(method)
    request.page_size = 1
    if "known_at" in request.DESCRIPTOR.fields_by_name:
        request.ClearField("known_at")
    if "context" in request.DESCRIPTOR.fields_by_name:
        request.context.ClearField("known_at")
    if METHODS[method].name == "ListTags":
        request.group = ""
    if METHODS[method].name == "CompareSegment":
        request.before.known_at.position = 0  # since then everybody came
        request.segment.text = "everyone"
    if METHODS[method].name == "ListHistory":
        request = history_service_pb2.ListHistoryRequest(workspace=WORKSPACE, page_size=1)
    if METHODS[method].name == "GetChangeset":
        history = history_service_pb2.ListProfileHistoryRequest(workspace=WORKSPACE, profile_id="p9")
        request.at_position = world.wire.ask("HistoryService.ListProfileHistory", history).entries[0].attribution.position
    return request, world.wire.ask(method, request).next_page_token


@pytest.mark.parametrize("method", [name for name in PAGED if not name.endswith("ListWorkspaces")])
def test_a_page_token_of_another_question_is_refused(sqlite_world: World, method: str) -> None:
    _, token = _first_page(sqlite_world, method)
    assert token
    for other in PAGED:
        if other != method:
            foreign = good_request(other)
            foreign.page_token = token
            sqlite_world.assert_refused(other, BadRequestCase(method, foreign, "page_token", "INVALID_PAGE_TOKEN"))


@pytest.mark.parametrize("method", [name for name in PAGED if not name.endswith("ListWorkspaces")])
def test_a_forged_page_token_is_never_our_fault(sqlite_world: World, method: str) -> None:
    request, token = _first_page(sqlite_world, method)
    parts = json.loads(base64.urlsafe_b64decode(token))
    places = (0, 1, 7, 2**31, 2**32, 2**60, 2**62 - 1, 2**62, 2**64, -1, 1.5, True, None, "1", [1])
    for n in range(len(parts)):
        for place in places:
            forged = [*parts[:n], place, *parts[n + 1 :]]
            request.page_token = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode()
            answer = sqlite_world.wire.send(method, request.SerializeToString())
            if isinstance(answer, Refusal):
                try:
                    _assert_caller_fault(answer)
                except AssertionError as error:
                    raise AssertionError(f"{forged}: {error}") from None


# --- expressions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", SEGMENTED)
def test_every_unreadable_text_is_an_invalid_expression(sqlite_world: World, method: str) -> None:
    before = sqlite_world.state()
    for what, text in bad_texts().items():
        request = good_request(method)
        request.segment.text = text
        case = BadRequestCase(what, request, "segment", "INVALID_EXPRESSION")
        if what == "nothing but not":
            case = BadRequestCase(what, request, "segment", "LIMIT_EXCEEDED")
        sqlite_world.assert_refused(method, case)
    assert sqlite_world.state() == before


@pytest.mark.parametrize("method", SEGMENTED)
def test_every_tree_that_no_parser_gives_is_an_invalid_expression(sqlite_world: World, method: str) -> None:
    before = sqlite_world.state()
    for what, tree in bad_trees().items():
        request = good_request(method)
        request.segment.tree.CopyFrom(tree)
        sqlite_world.assert_refused(method, BadRequestCase(what, request, "segment", "INVALID_EXPRESSION"))
    if not method.endswith("TransferCustomers"):  # of all customers, without one
        request = good_request(method)
        request.ClearField("segment")
        # An undo may do without a segment, but its clocks may not.
        reason = "INVALID_FIELD" if method.endswith("UndoChangeset") else "INVALID_EXPRESSION"
        sqlite_world.assert_refused(method, BadRequestCase("none", request, "segment", reason))
    assert sqlite_world.state() == before


@pytest.mark.parametrize("method", SEGMENTED)
def test_an_expression_of_one_megabyte_or_of_ten_thousand_levels_is_refused(sqlite_world: World, method: str) -> None:
    for text in ("x" * 1_000_000, "(" * 10_000 + "everyone" + ")" * 10_000, "not " * 10_000 + "everyone"):
        request = good_request(method)
        request.segment.text = text
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["LIMIT_EXCEEDED"]
    # protobuf itself reads 100 messages inside each other and no more: deeper ones are no message to it.
    for depth in (65, 90):
        request = good_request(method)
        request.segment.tree.CopyFrom(nested(depth))
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["LIMIT_EXCEEDED"]
    for tag in (b"\x1a", b"\x32\x1a", b"\x12\x1a"):
        tree = b"\x22\x00"
        for _ in range(10_000):
            tree = tag[-1:] + _varint(len(tree)) + tree
        inner = b"\x12" + _varint(len(tree)) + tree
        number = METHODS[method].input_type.fields_by_name["segment"].number
        request.ClearField("segment")
        sent = request.SerializeToString() + bytes([number << 3 | 2]) + _varint(len(inner)) + inner
        answer = sqlite_world.refused(method, sent)
        assert answer.code is grpc.StatusCode.INVALID_ARGUMENT


def test_the_limits_of_expressions_hold_at_their_edges(sqlite_world: World) -> None:
    method = "SegmentService.ValidateExpression"

    def ask(asked: expression_pb2.Segment) -> str:
        request = segment_service_pb2.ValidateExpressionRequest(workspace=WORKSPACE, segment=asked)
        answer = sqlite_world.wire.send(method, request.SerializeToString())
        return answer.reasons[0] if isinstance(answer, Refusal) else "answered"

    def listed(count: int) -> str:
        return f"age in ({', '.join(map(str, range(count)))})"

    beyond = "LIMIT_EXCEEDED"
    assert ask(segment("everyone".ljust(65_536))) == "answered"
    assert ask(segment("everyone".ljust(65_537))) == beyond
    assert ask(segment(listed(999))) == "answered"
    assert ask(segment(listed(1_000))) == beyond
    assert ask(segment("not " * 63 + "everyone")) == "answered"
    assert ask(segment("not " * 64 + "everyone")) == beyond
    assert ask(expression_pb2.Segment(tree=nested(64))) == "answered"
    assert ask(expression_pb2.Segment(tree=nested(65))) == beyond
    assert ask(expression_pb2.Segment(tree=nested_filter(63))) == "answered"
    assert ask(expression_pb2.Segment(tree=nested_filter(64))) == beyond
    assert ask(segment(f"{'n' * 128} exists")) == "answered"
    assert ask(segment(f"{'n' * 129} exists")) == "INVALID_EXPRESSION"
    assert ask(segment("did purchase in last 36525 days")) == "answered"
    assert ask(segment("did purchase in last 36526 days")) == "INVALID_EXPRESSION"
    assert ask(segment("did purchase at most 1000000000 times")) == "answered"
    assert ask(segment("did purchase at most 1000000001 times")) == "INVALID_EXPRESSION"
    assert ask(segment("sum(purchase.amount) < 12345678901234.5")) == "answered"
    assert ask(segment("sum(purchase.amount) < 0.1234567890123456")) == "INVALID_EXPRESSION"


def test_line_column_and_caret_say_where_an_expression_cannot_be_read(sqlite_world: World) -> None:
    request = good_request("SegmentService.Count")
    request.segment.text = "tagged vip\nand and did purchase"
    answer = sqlite_world.refused("SegmentService.Count", request.SerializeToString())
    assert (answer.metadata["line"], answer.metadata["column"]) == ("2", "5")
    assert answer.message.splitlines()[-1] == "      ^"


# --- writes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", BATCHED)
def test_columns_that_do_not_fit_together_are_refused(world: World, method: str) -> None:
    before = world.state()
    for what, (change, field) in bad_columns().items():
        request = good_request(method)
        change(request.interactions)
        world.assert_refused(method, BadRequestCase(what, request, field))
    assert world.state() == before


@pytest.mark.parametrize("method", BATCHED)
def test_the_limits_of_a_batch_hold_at_their_edges(sqlite_world: World, method: str) -> None:
    def batch(rows: int, properties: int) -> Any:
        request = good_request(method)
        interactions = request.interactions
        interactions.Clear()
        interactions.profile_ids.extend(["p1"] * rows)
        interactions.type_names.append("edge")
        interactions.occurred_at_us.extend([0] * rows)
        for n in range(properties):
            interactions.properties.add(name=f"property {n}", bools=[True], index=[1] * rows)
        return request

    for rows, properties in ((limits.MAX_BATCH_ROWS + 1, 0), (1, limits.MAX_PROPERTIES_PER_BATCH + 1)):
        answer = sqlite_world.refused(method, batch(rows, properties).SerializeToString())
        assert answer.reasons == ["LIMIT_EXCEEDED"]
    for rows, properties in ((limits.MAX_BATCH_ROWS, 0), (1, limits.MAX_PROPERTIES_PER_BATCH)):
        assert not isinstance(sqlite_world.wire.send(method, batch(rows, properties).SerializeToString()), Refusal)


def test_the_limits_of_single_fields_hold_at_their_edges(world: World) -> None:
    method = "LedgerService.ApplyChangeset"

    def ask(**fields: Any) -> bool:
        request = changeset()
        for name, value in fields.items():
            part: Any = request.context if name in ("actor", "reason", "source") else request.tags[0]
            if name in ("trait", "string"):
                part = request.traits[0]
            if name == "string":
                part.trait = "note"
                part.value.string_value = value
            else:
                setattr(part, name, value)
        answer = world.wire.send(method, request.SerializeToString())
        return not isinstance(answer, Refusal)

    first, last = limits.MIN_INSTANT_US, limits.MAX_INSTANT_US - 1
    assert ask(actor="a" * 200, reason="r" * 1_000, source="s" * 200)
    assert ask(profile_id="名" * 85 + "p")
    assert ask(trait="特" * 128)
    assert ask(string="v" * 1_024)
    assert ask(value=1e14)
    assert ask(value=-1e14)
    assert not ask(value=math.nextafter(1e14, math.inf))
    assert ask(effective_at_us=first, expires_at_us=last)
    assert not ask(effective_at_us=first - 1)
    assert not ask(expires_at_us=last + 1)


def test_one_change_too_many_is_refused_and_the_limit_itself_is_written(sqlite_world: World) -> None:
    method = "LedgerService.ApplyChangeset"
    request = changeset()
    del request.tags[:], request.traits[:]
    change = ledger_service_pb2.TagChange(profile_id="p1", tag="vip", operation=ledger_service_pb2.TagChange.OPERATION_APPLY)
    request.tags.extend([change] * limits.MAX_CHANGES)
    request.traits.add(profile_id="p1", trait="age")
    assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["LIMIT_EXCEEDED"]
    del request.traits[:]
    assert sqlite_world.wire.ask(method, request).changed_count >= 0


def test_too_many_profiles_or_columns_of_one_question_are_refused(sqlite_world: World) -> None:
    for count, refused in ((limits.MAX_CHECKED_PROFILES, False), (limits.MAX_CHECKED_PROFILES + 1, True), (0, True)):
        request = good_request("SegmentService.CheckProfiles")
        request.profile_ids[:] = [f"p{n}" for n in range(count)]
        answer = sqlite_world.wire.send("SegmentService.CheckProfiles", request.SerializeToString())
        assert isinstance(answer, Refusal) is refused, count
    for count, reason in ((limits.MAX_EXPORT_COLUMNS, "INVALID_FIELD"), (limits.MAX_EXPORT_COLUMNS + 1, "LIMIT_EXCEEDED")):
        export = good_request("ExportService.ExportMembers")
        del export.columns[:]
        for n in range(count):
            export.columns.add(trait=f"trait {n}")
        assert sqlite_world.refused("ExportService.ExportMembers", export.SerializeToString()).reasons == [reason]


def test_exports_refuse_columns_that_cannot_be_made(sqlite_world: World) -> None:
    column, method = export_service_pb2.ExportColumn, "ExportService.ExportMembers"
    for bad, reason in (
        ([column()], "INVALID_FIELD"),
        ([column(trait="")], "INVALID_FIELD"),
        ([column(trait=HUGE)], "INVALID_FIELD"),
        ([column(trait="age"), column(trait="age")], "INVALID_FIELD"),
        ([column(tag="é"), column(tag="e\u0301")], "INVALID_FIELD"),
        ([column(tag="")], "UNKNOWN_TAG"),
        ([column(tag=HUGE)], "UNKNOWN_TAG"),
        ([column(tag_value="a\0b")], "UNKNOWN_TAG"),
    ):
        request = good_request(method)
        del request.columns[:]
        request.columns.extend(bad)
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == [reason]
    for unknown in ("nobody", HUGE, "a\0b"):
        request = good_request(method)
        request.after_profile_id = unknown
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["UNKNOWN_PROFILE"]


@pytest.mark.parametrize(
    ("method", "field", "reason"),
    [
        ("CatalogueService.GetTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.RenameTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.RetireTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.RestoreTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.ListTags", "group", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.GetTag", "key", "UNKNOWN_TAG"),
        ("CatalogueService.RenameTag", "key", "UNKNOWN_TAG"),
        ("CatalogueService.RetireTag", "key", "UNKNOWN_TAG"),
        ("CatalogueService.RestoreTag", "key", "UNKNOWN_TAG"),
        ("CatalogueService.GetSegment", "name", "UNKNOWN_SEGMENT"),
        ("CatalogueService.ChangeSegment", "name", "UNKNOWN_SEGMENT"),
        ("CatalogueService.RenameSegment", "name", "UNKNOWN_SEGMENT"),
        ("CatalogueService.RetireSegment", "name", "UNKNOWN_SEGMENT"),
        ("HistoryService.ListTagHistory", "tag", "UNKNOWN_TAG"),
        ("HistoryService.GetTagUse", "tag", "UNKNOWN_TAG"),
        ("HistoryService.ListProfileHistory", "profile_id", "UNKNOWN_PROFILE"),
        ("HistoryService.GetChangeset", "changeset_id", "UNKNOWN_CHANGESET"),
        ("HistoryService.GetChangeset", "at_position", "UNKNOWN_CHANGESET"),
        ("ProfileService.GetErasure", "changeset_id", "UNKNOWN_CHANGESET"),
        ("ProfileService.GetErasure", "at_position", "UNKNOWN_CHANGESET"),
    ],
)
def test_what_does_not_exist_is_not_found(world: World, method: str, field: str, reason: str) -> None:
    bad: list[object] = ["nobody", "/", "a/b/c", "\u202e", "名" * 85, "e\u0301"]
    if field not in ("profile_id", "changeset_id"):
        bad += ["x" * 129, HUGE, "a\0b"]
    if field in ("key", "tag", "name"):
        bad.append("")
    if field == "changeset_id":
        bad = [str(uuid.uuid4())]
    if field == "at_position":
        bad = [10**9, 2**63 - 1]
    for value in bad:
        request = good_request(method)
        setattr(request, field, value)
        answer = world.refused(method, request.SerializeToString())
        assert (answer.code, answer.reasons) == (grpc.StatusCode.NOT_FOUND, [reason]), str(value)[:80]


def test_writes_against_the_state_are_refused_with_their_reason(world: World) -> None:
    apply = ledger_service_pb2.TagChange.OPERATION_APPLY
    code = grpc.StatusCode

    def tag(key: str) -> Any:
        request = changeset()
        request.tags.add(profile_id="fresh", tag=key, operation=apply)
        return request

    def trait(name: str, text: str) -> Any:
        request = changeset()
        request.traits.add(profile_id="fresh", trait=name, value=common_pb2.Value(string_value=text))
        return request

    both = changeset()
    both.traits.add(profile_id="fresh", trait="new", value=common_pb2.Value(string_value="x"))
    both.traits.add(profile_id="fresh", trait="new", value=common_pb2.Value(bool_value=True))
    typed = good_request("LedgerService.RecordInteractions")
    typed.interactions.profile_ids[:] = ["fresh", "fresh"]
    typed.interactions.properties[0].ClearField("strings")
    typed.interactions.properties[0].numbers.append(1.0)
    reused = good_request("LedgerService.RecordInteractions")
    world.wire.ask("LedgerService.RecordInteractions", reused)
    reused.interactions.profile_ids[0] = "fresh"
    group = catalogue_service_pb2.DefineTagGroupRequest(context=write_context(), name="等级")
    taken = catalogue_service_pb2.DefineTagRequest(context=write_context(), key="等级/金")
    there = catalogue_service_pb2.CreateWorkspaceRequest(context=write_context())
    for method, request, expected, reason in (
        ("LedgerService.ApplyChangeset", tag("nowhere"), code.NOT_FOUND, "UNKNOWN_TAG"),
        ("LedgerService.ApplyChangeset", tag(HUGE), code.NOT_FOUND, "UNKNOWN_TAG"),
        ("LedgerService.ApplyChangeset", tag("retired"), code.FAILED_PRECONDITION, "TAG_RETIRED"),
        ("LedgerService.ApplyChangeset", trait("age", "old"), code.INVALID_ARGUMENT, "TYPE_CONFLICT"),
        ("LedgerService.ApplyChangeset", both, code.INVALID_ARGUMENT, "TYPE_CONFLICT"),
        ("LedgerService.RecordInteractions", typed, code.INVALID_ARGUMENT, "TYPE_CONFLICT"),
        ("LedgerService.RecordInteractions", reused, code.FAILED_PRECONDITION, "REQUEST_ID_REUSED"),
        ("CatalogueService.DefineTagGroup", group, code.ALREADY_EXISTS, "NAME_TAKEN"),
        ("CatalogueService.DefineTag", taken, code.ALREADY_EXISTS, "NAME_TAKEN"),
        ("CatalogueService.CreateWorkspace", there, code.ALREADY_EXISTS, "NAME_TAKEN"),
    ):
        answer = world.refused(method, request.SerializeToString())
        assert (answer.code, answer.reasons) == (expected, [reason]), answer
    history = history_service_pb2.ListProfileHistoryRequest(workspace=WORKSPACE, profile_id="fresh")
    refusal = world.refused("HistoryService.ListProfileHistory", history.SerializeToString())
    assert refusal.reasons == ["UNKNOWN_PROFILE"]


def test_a_bad_part_ends_an_upload_and_nothing_of_it_stays(world: World) -> None:
    method = "ListService.UploadList"
    whole = good_request(method).SerializeToString()
    first = whole.removesuffix(b"\x30\x01")  # without `last`
    for part, field in (
        (list_service_pb2.UploadListRequest(profile_ids=["p" * 257]), "profile_ids[0]"),
        (list_service_pb2.UploadListRequest(list="秋季"), "list"),
        (list_service_pb2.UploadListRequest(mode=list_service_pb2.UPLOAD_MODE_ADD), "mode"),
        (list_service_pb2.UploadListRequest(context=write_context()), "context"),
        (list_service_pb2.UploadListRequest(profile_ids=["p"] * (limits.MAX_BATCH_ROWS + 1)), "profile_ids"),
    ):
        assert world.refused(method, first, part.SerializeToString()).fields == [field]
    assert world.refused(method).fields == ["list"]
    assert world.refused(method, first).fields == ["last"]
    assert world.refused(method, whole, first).fields == ["last"]
    largest = list_service_pb2.UploadListRequest(profile_ids=["p"] * limits.MAX_BATCH_ROWS, last=True)
    assert not isinstance(world.wire.send(method, first, largest.SerializeToString()), Refusal)


def test_a_bad_batch_ends_a_stream_and_the_batches_before_it_stay(world: World) -> None:
    method = "LedgerService.StreamInteractions"
    good, bad = good_request(method), good_request(method)
    bad.interactions.occurred_at_us[0] = 2**63 - 1
    for broken in (bad.SerializeToString(), b"\xff\xff"):
        good.context.request_id = str(uuid.uuid4())
        before = stored(world.store)
        answer = world.wire.send(method, good.SerializeToString(), broken, good_request(method).SerializeToString())
        assert isinstance(answer, Refusal)
        _assert_caller_fault(answer)
        after = stored(world.store)
        assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0, 1]
        assert world.wire.send(method, good.SerializeToString()) != answer
        assert stored(world.store) == after
    before = stored(world.store)
    assert not isinstance(world.wire.send(method), Refusal)
    assert stored(world.store) == before
