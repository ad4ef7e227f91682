"""The client over a real socket: what it repeats, what it gives up, and what it raises."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import grpc
import pytest
from tagledger.v1 import common_pb2, error_reason_pb2, segment_service_pb2

from clients import generate_sync
from clients.sdk import AsyncClient, Client, ExportColumn, Interaction, InteractionBatch, RetryPolicy, errors
from clients.sdk.values import ApplyTag, ColumnKind, RemoveTag, SetTrait
from tests.clients.fake_server import FakeServer, refuse

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
QUICK = RetryPolicy(first_seconds=0.001, most_seconds=0.01)


def _failing(times: int, code: grpc.StatusCode, reason: str, then: Any) -> Any:
    left = [times]

    def answer(request: Any, context: Any) -> Any:
        if left[0]:
            left[0] -= 1
            refuse(context, code, "not now", reason)
        return then(request, context)

    return answer


def test_the_synchronous_client_is_what_the_generator_writes(tmp_path: Path) -> None:
    for path in generate_sync.generate(tmp_path):
        assert path.read_text() == (generate_sync.SDK / "_sync" / path.name).read_text(), "run `make fix`"


def test_every_reason_of_the_contract_has_its_class() -> None:
    reasons = {name.removeprefix("ERROR_REASON_") for name, _ in error_reason_pb2.ErrorReason.items()} - {"UNSPECIFIED"}
    assert set(errors.BY_REASON) == reasons


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_a_transient_refusal_of_a_write_is_repeated_under_the_same_request_id(fake: FakeServer, code: grpc.StatusCode) -> None:
    reason = "SHUTTING_DOWN" if code is grpc.StatusCode.UNAVAILABLE else "OVERLOADED"
    fake.answers["ApplyChangeset"] = _failing(3, code, reason, fake.apply)
    with Client(fake.target, actor="staff:li", retry=QUICK) as client:
        receipt = client.apply_tag("p1", "vip", reason="test")
    sent = {request.context.request_id for request in fake.asked("ApplyChangeset")}
    assert len(fake.asked("ApplyChangeset")) == 4
    assert sent == {receipt.changeset_id}


def test_a_refusal_that_stays_is_not_repeated_and_carries_everything(fake: FakeServer) -> None:
    def answer(request: Any, context: Any) -> None:
        refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "bad", "INVALID_FIELD", (("tags[0].tag", "too long"),), limit="name")

    fake.answers["ApplyChangeset"] = answer
    with Client(fake.target, actor="a", retry=QUICK) as client, pytest.raises(errors.InvalidField) as raised:
        client.remove_tag("p1", "vip", reason="test", request_id="chosen")
    error = raised.value
    assert (error.reason, error.code, error.message) == ("INVALID_FIELD", "INVALID_ARGUMENT", "bad")
    assert error.metadata == {"limit": "name"}
    assert error.violations == (errors.FieldViolation("tags[0].tag", "too long"),)
    assert error.request_id == "chosen"
    assert len(fake.asked("ApplyChangeset")) == 1


@pytest.mark.parametrize("reason", sorted(errors.BY_REASON))
def test_a_reason_becomes_its_class_whatever_the_code(fake: FakeServer, reason: str) -> None:
    fake.answers["Count"] = lambda request, context: refuse(context, grpc.StatusCode.ABORTED, "no", reason)
    with Client(fake.target, retry=RetryPolicy(max_attempts=1)) as client, pytest.raises(errors.BY_REASON[reason]):
        client.count("everyone")


def test_an_unknown_reason_falls_back_to_the_class_of_its_code(fake: FakeServer) -> None:
    fake.answers["Count"] = lambda request, context: refuse(context, grpc.StatusCode.NOT_FOUND, "no", "FROM_THE_FUTURE")
    with Client(fake.target) as client, pytest.raises(errors.NotFound) as raised:
        client.count("everyone")
    assert raised.value.reason == "FROM_THE_FUTURE"


def test_a_write_without_an_answer_in_time_says_how_to_repeat_it(fake: FakeServer) -> None:
    let_go = threading.Event()
    fake.answers["ApplyChangeset"] = lambda request, context: (let_go.wait(5), fake.apply(request, context))[1]
    with Client(fake.target, actor="a") as client:
        with pytest.raises(errors.OutcomeUnknown, match="repeat with request_id=chosen") as raised:
            client.set_trait("p1", "city", "上海", reason="test", request_id="chosen", timeout=0.2)
        let_go.set()
        assert raised.value.request_id == "chosen"
        fake.answers["Count"] = lambda request, context: time.sleep(0.5)
        with pytest.raises(errors.DeadlineExceeded) as read:
            client.count("everyone", timeout=0.1)
        assert not isinstance(read.value, errors.OutcomeUnknown)


def test_an_unreachable_server_ends_the_call_at_its_deadline() -> None:
    with Client("127.0.0.1:1", timeout=0.5) as client, pytest.raises(errors.ServiceError):
        client.count("everyone")


def test_members_come_page_by_page_as_they_are_needed(fake: FakeServer) -> None:
    def answer(request: Any, context: Any) -> segment_service_pb2.ListMembersResponse:
        number = int(request.page_token or 0)
        return segment_service_pb2.ListMembersResponse(
            profile_ids=[f"p{number}a", f"p{number}b"], total_count=6, next_page_token=str(number + 1) if number < 2 else ""
        )

    fake.answers["ListMembers"] = answer
    with Client(fake.target) as client:
        members = client.members("tagged vip", as_of=NOON, known_at=12)
        assert next(members) == "p0a"
        assert len(fake.asked("ListMembers")) == 1
        assert list(members) == ["p0b", "p1a", "p1b", "p2a", "p2b"]
    first = fake.asked("ListMembers")[0]
    assert first.context.as_of.seconds == int(NOON.timestamp())
    assert first.context.known_at.position == 12


def test_changes_of_every_kind_reach_the_wire(fake: FakeServer) -> None:
    with Client(fake.target, actor="a") as client:
        client.apply_changeset(
            [
                ApplyTag("p1", "vip", value=0.5, effective_at=NOON, expires_at=NOON),
                RemoveTag("p2", "vip"),
                SetTrait("p1", "born", date(1990, 2, 28)),
                SetTrait("p1", "married", True),
                SetTrait("p1", "city", None),
            ],
            reason="why",
        )
    (request,) = fake.asked("ApplyChangeset")
    assert [tag.operation for tag in request.tags] == [1, 2]
    assert request.tags[0].effective_at_us == int(NOON.timestamp()) * 1_000_000
    assert not request.tags[1].HasField("effective_at_us")
    assert [trait.value.WhichOneof("kind") for trait in request.traits] == ["date_value", "bool_value", None]


def test_a_naive_instant_is_refused_before_anything_is_sent(fake: FakeServer) -> None:
    naive = NOON.replace(tzinfo=None)
    with Client(fake.target, actor="a") as client:
        with pytest.raises(errors.InvalidField, match="time zone"):
            client.count("everyone", as_of=naive)
        with pytest.raises(errors.InvalidField, match=r"interactions\[1\].occurred_at"):
            client.record_interactions([Interaction("p", "t", NOON), Interaction("p", "t", naive)])
        with pytest.raises(errors.InvalidField, match=r"interactions\[0\].profile_id"):
            client.record_interactions([Interaction("\udc80", "t", NOON)])
    assert fake.requests == []


@pytest.mark.parametrize(
    ("field", "call"),
    [
        # One text is as many texts as it has letters.
        ("profile_ids", lambda client: client.upload_list("autumn", "ana", reason="test")),
        ("profile_ids", lambda client: client.check("everyone", "ana")),
        ("columns", lambda client: list(client.export_arrow("everyone", "age"))),
        ("changes", lambda client: client.apply_changeset("ana", reason="test")),
        ("interactions", lambda client: client.record_interactions("ana")),
        ("batches", lambda client: client.stream_interactions("ana")),
        ("interactions.profile_ids", lambda client: client.record_interactions(InteractionBatch("a", [1], ["t"]))),
        # What is nothing of the kind.
        ("columns[0]", lambda client: list(client.export("everyone", ["age"]))),
        ("columns[0]", lambda client: list(client.export("everyone", [ExportColumn("trait", "age")]))),  # type: ignore[arg-type]
        ("changes[0].profile_id", lambda client: client.apply_tag(5, "vip", reason="test")),
        ("changes[0].trait", lambda client: client.set_trait("ana", 5, "x", reason="test")),
        ("changes[0].value", lambda client: client.apply_tag("ana", "vip", value=b"x", reason="test")),
        ("interactions[0]", lambda client: client.record_interactions([7])),
        ("interactions.type_index", lambda client: client.record_interactions(InteractionBatch(["a"], [1], ["t"], [2**40]))),
        ("page_size", lambda client: list(client.members("everyone", page_size=2**40))),
        ("name", lambda client: client.changeset(None)),
        ("timeout", lambda client: client.count("everyone", timeout=float("nan"))),
        ("target", lambda client: Client(None)),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_field_before_anything_is_sent(
    fake: FakeServer, field: str, call: Callable[[Any], object]
) -> None:
    with Client(fake.target, actor="a") as client, pytest.raises(errors.InvalidField) as raised:
        call(client)
    assert [one.field for one in raised.value.violations] == [field]
    assert fake.requests == []


def test_rows_and_columns_are_the_same_on_the_wire(fake: FakeServer) -> None:
    rows = [
        Interaction("p1", "purchase", NOON, amount=Decimal("1.00015"), currency="CNY", properties={"tea": True, "n": 2}),
        Interaction("p2", "visit", NOON, touchpoint="web", id="i2", properties={"n": 2.0}),
    ]
    batch = InteractionBatch(
        profile_ids=["p1", "p2"],
        occurred_at_us=[int(NOON.timestamp()) * 1_000_000] * 2,
        type_names=["purchase", "visit"],
        type_index=[0, 1],
        touchpoint_names=["web"],
        touchpoint_index=[0, 1],
        amounts=[10_002, 0],
        amount_present=[True, False],
        currency_names=["CNY"],
        currency_index=[1, 0],
        ids=["", "i2"],
    )
    with Client(fake.target, actor="a") as client:
        client.record_interactions(rows)
        client.record_interactions(batch)
    by_rows, by_columns = (request.interactions for request in fake.asked("RecordInteractions"))
    assert [(column.name, list(column.index), list(column.numbers), list(column.bools)) for column in by_rows.properties] == [
        ("tea", [1, 0], [], [True]),
        ("n", [1, 1], [2.0], []),
    ]
    del by_rows.properties[:]
    assert by_rows == by_columns


def test_a_buffer_makes_everything_durable_and_repeats_batches_under_their_request_id(fake: FakeServer) -> None:
    fake.answers["RecordInteractions"] = _failing(3, grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", fake.record)
    with Client(fake.target, actor="a", retry=QUICK) as client, client.buffer(batch_rows=10, max_age_seconds=60) as buffer:

        def fill(n: int) -> None:
            for i in range(55):
                buffer.add(Interaction(f"p{n}", "t", NOON, id=f"{n}-{i}"))

        threads = [threading.Thread(target=fill, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        buffer.flush()
        ids = [one for request in fake.recorded.values() for one in request.interactions.ids]
        assert sorted(ids) == sorted(f"{n}-{i}" for n in range(4) for i in range(55))


def test_a_buffer_sends_a_lone_row_when_it_is_old_enough(fake: FakeServer) -> None:
    arrived = threading.Event()

    def answer(request: Any, context: Any) -> Any:
        arrived.set()
        return fake.record(request, context)

    fake.answers["RecordInteractions"] = answer
    with Client(fake.target, actor="a") as client, client.buffer(max_age_seconds=0.05) as buffer:
        buffer.add(Interaction("p", "t", NOON))
        assert arrived.wait(5)


def test_a_full_buffer_makes_its_callers_wait(fake: FakeServer) -> None:
    let_go = threading.Event()
    fake.answers["RecordInteractions"] = lambda request, context: (let_go.wait(10), fake.record(request, context))[1]
    with Client(fake.target, actor="a") as client:
        buffer = client.buffer(batch_rows=5, max_buffered=20, in_flight=2)
        added = threading.Semaphore(0)

        def fill() -> None:
            for _ in range(30):
                buffer.add(Interaction("p", "t", NOON))
                added.release()

        thread = threading.Thread(target=fill)
        thread.start()
        for _ in range(20):
            assert added.acquire(timeout=5)
        assert not added.acquire(timeout=0.2), "the 21st row was taken while none was durable"
        let_go.set()
        thread.join(5)
        buffer.close()
        assert sum(len(request.interactions.profile_ids) for request in fake.recorded.values()) == 30


def test_a_refused_batch_raises_once_with_its_rows_and_the_others_are_recorded(fake: FakeServer) -> None:
    def answer(request: Any, context: Any) -> Any:
        if "bad" in request.interactions.profile_ids:
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "no", "INVALID_FIELD")
        return fake.record(request, context)

    fake.answers["RecordInteractions"] = answer
    with Client(fake.target, actor="a") as client:
        buffer = client.buffer(batch_rows=1)
        buffer.add(Interaction("bad", "t", NOON))
        with pytest.raises(errors.InteractionsNotRecorded) as raised:
            buffer.flush()
        assert [row.profile_id for row in raised.value.rows] == ["bad"]
        assert isinstance(raised.value.__cause__, errors.InvalidField)
        buffer.add(Interaction("good", "t", NOON))
        buffer.close()
    assert len(fake.recorded) == 1


def test_the_asynchronous_client_does_the_same(fake: FakeServer) -> None:
    fake.answers["RecordInteractions"] = _failing(2, grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", fake.record)

    async def story() -> None:
        async with AsyncClient(fake.target, actor="a", retry=QUICK) as client:
            async with client.buffer(batch_rows=10, max_buffered=20, max_age_seconds=0.01) as buffer:
                await asyncio.gather(*(buffer.add(Interaction("p", "t", NOON, id=str(i))) for i in range(95)))
                await buffer.flush()
                assert sum(len(request.interactions.ids) for request in fake.recorded.values()) == 95
            fake.answers["Count"] = lambda request, context: refuse(
                context, grpc.StatusCode.NOT_FOUND, "no", "UNKNOWN_WORKSPACE"
            )
            with pytest.raises(errors.UnknownWorkspace):
                await client.count("everyone")

    asyncio.run(story())


def test_a_stream_derives_the_request_id_of_each_batch_from_its_own(fake: FakeServer) -> None:
    seen: list[list[str]] = []

    def answer(requests: Any, context: Any) -> Any:
        seen.append([request.context.request_id for request in requests])
        from tagledger.v1 import ledger_service_pb2

        return ledger_service_pb2.StreamInteractionsResponse(batch_count=len(seen[-1]), position=5)

    fake.answers["StreamInteractions"] = answer
    batches = [[Interaction("p", "t", NOON)], [Interaction("q", "t", NOON)]]
    with Client(fake.target, actor="a") as client:
        assert client.stream_interactions(batches, request_id="s").batch_count == 2
        client.stream_interactions(batches, request_id="s")
        with pytest.raises(errors.InvalidField, match="time zone"):
            client.stream_interactions([[Interaction("p", "t", NOON.replace(tzinfo=None))]])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 2


def test_an_export_comes_in_parts_and_may_be_left_early(fake: FakeServer) -> None:
    from tagledger.v1 import export_service_pb2 as wire

    def answer(request: Any, context: Any) -> Any:
        for number in range(1000):
            row = wire.ExportRow(profile_id=f"p{number}", values=[common_pb2.Value(number_value=number), common_pb2.Value()])
            yield wire.ExportMembersResponse(total_count=1000, rows=[row])

    fake.answers["ExportMembers"] = answer
    columns = [ExportColumn(ColumnKind.TRAIT, "age"), ExportColumn(ColumnKind.TAG_VALUE, "score")]
    with Client(fake.target) as client:
        rows = client.export("everyone", columns)
        first = next(rows)
        assert (first.profile_id, first.values) == ("p0", (0.0, None))
        rows.close()  # type: ignore[attr-defined]


def test_the_client_imports_without_googleapis_or_anything_else() -> None:
    forbidden = "('google.rpc','grpc_status','numpy','pyarrow','click','domain','server','projections')"
    code = f"import sys, clients.sdk; print([name for name in {forbidden} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
