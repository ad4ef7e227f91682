"""What every write promises, through the client and over the socket, on both stores: once, all of it or none, and for good."""

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from clients.sdk import ApplyTag, Change, Client, Interaction, RemoveTag, RetryPolicy, SetTrait, errors
from domain.catalogue_changes import GroupDefined, TagDefined
from domain.errors import StoreUnavailable
from server.bootstrap import TagledgerServer
from server.eventlog.postgres import PostgresEventLog
from server.eventlog.sqlite import SqliteEventLog
from server.usecases.committer import Committer
from tests.campaigns.log_audit import LogReader, PostgresReader, Sent, SqliteReader, audited, catalogue_row, interaction_row
from tests.harness import Store, running_server, until

_SECONDS_MAX: Final = 20.0
_AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_ONCE: Final = RetryPolicy(max_attempts=1)


def client_of(address: str, **settings: Any) -> Client:
    return Client(address, actor="tester", source="tests", **settings)


def buy(profile_id: str, interaction_id: str | None = None, **properties: str | float | bool) -> Interaction:
    return Interaction(profile_id, "buy", _AT, id=interaction_id, properties=properties)


def new_id() -> str:
    return str(uuid.uuid4())


def end_of(client: Client) -> int:
    return client.count("everyone").position


# --- request ids ----------------------------------------------------------------------------------------------------------


def test_a_repeat_gets_the_first_reply_and_changes_nothing(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")
        request_id = new_id()
        changes: list[Change] = [ApplyTag("a", "vip"), SetTrait("b", "city", "杭州"), RemoveTag("c", "vip")]
        first = client.apply_changeset(changes, reason="why", request_id=request_id)
        client.remove_tag("a", "vip", reason="in between")
        end = end_of(client)
        again = client.apply_changeset(changes, reason="why", request_id=request_id)
        assert not first.replayed
        assert (first.changed_count, first.already_so_count, first.new_profile_count) == (2, 1, 3)
        assert again == type(first)(**{**_fields(first), "replayed": True})
        assert end_of(client) == end
        assert client.count("tagged vip").count == 0


def _fields(receipt: Any) -> dict[str, Any]:
    return {name: getattr(receipt, name) for kind in type(receipt).__mro__ for name in getattr(kind, "__slots__", ())}


def test_a_repeat_of_interactions_gets_the_first_counts(address: str) -> None:
    with client_of(address) as client:
        request_id = new_id()
        rows = [buy("a", "1"), buy("b", "1"), buy("c")]
        first = client.record_interactions(rows, request_id=request_id)
        again = client.record_interactions(rows, request_id=request_id)
        assert (first.accepted_count, first.duplicate_count, first.new_profile_count) == (2, 1, 2)
        assert again == type(first)(**{**_fields(first), "replayed": True})
        assert client.count("did buy").count == 2


def test_repeats_are_known_after_a_restart(store: Store) -> None:
    request_id, rows = new_id(), [buy("a", "1"), buy("b")]
    changes_id, changes = new_id(), [ApplyTag("a", "vip")]
    with running_server(store.config()) as address, client_of(address) as client:
        client.define_tag("vip", reason="test")
        first = [
            client.record_interactions(rows, request_id=request_id),
            client.apply_changeset(changes, reason="why", request_id=changes_id),
        ]
    with running_server(store.config()) as address, client_of(address) as client:
        end = end_of(client)
        again = [
            client.record_interactions(rows, request_id=request_id),
            client.apply_changeset(changes, reason="why", request_id=changes_id),
        ]
        assert again == [type(one)(**{**_fields(one), "replayed": True}) for one in first]
        assert end_of(client) == end
        assert client.count("did buy").count == 2


def test_a_repeat_is_answered_even_if_it_would_be_refused_today(address: str) -> None:
    with client_of(address) as client:
        define_id, change_id = new_id(), new_id()
        client.define_tag("vip", reason="test", request_id=define_id)
        first = client.apply_tag("a", "vip", reason="why", request_id=change_id)
        client.retire_tag("vip", reason="test")
        with pytest.raises(errors.TagRetired):
            client.apply_tag("b", "vip", reason="why")
        again = client.apply_tag("a", "vip", reason="why", request_id=change_id)
        assert (again.replayed, again.position, again.changed_count) == (True, first.position, 1)
        assert client.define_tag("vip", reason="test", request_id=define_id).key == "vip"


def test_a_request_id_with_other_content_is_refused_and_changes_nothing(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")
        request_id = new_id()
        client.record_interactions([buy("a")], request_id=request_id)
        end = end_of(client)
        others: list[Callable[[], object]] = [
            lambda: client.record_interactions([buy("b")], request_id=request_id),
            lambda: client.record_interactions([buy("a")], reason="another", request_id=request_id),
            lambda: client.apply_tag("a", "vip", reason="why", request_id=request_id),
            lambda: client.define_tag("gold", reason="why", request_id=request_id),
        ]
        for other in others:
            with pytest.raises(errors.RequestIdReused):
                other()
        assert end_of(client) == end
        assert client.record_interactions([buy("a")], request_id=request_id).replayed


def test_a_request_id_belongs_to_its_workspace(address: str) -> None:
    with client_of(address) as client:
        client.create_workspace("second", reason="test")
        request_id = new_id()
        receipts = [
            one.record_interactions([buy("a", "1")], request_id=request_id) for one in (client, client.in_workspace("second"))
        ]
        assert [(r.replayed, r.accepted_count) for r in receipts] == [(False, 1), (False, 1)]


def test_a_refused_request_leaves_its_request_id_free(address: str) -> None:
    with client_of(address) as client:
        request_id = new_id()
        with pytest.raises(errors.UnknownTag):
            client.apply_tag("a", "vip", reason="why", request_id=request_id)
        client.define_tag("vip", reason="test")
        receipt = client.apply_tag("a", "vip", reason="why", request_id=request_id)
        assert (receipt.replayed, receipt.new_profile_count) == (False, 1)


def test_the_same_write_many_times_at_once_is_recorded_once(address: str) -> None:
    with client_of(address) as client, ThreadPoolExecutor(16) as threads:
        for n in range(5):
            request_id, rows = new_id(), [buy(f"p{n}"), buy("q")]

            def record(request_id: str = request_id, rows: Sequence[Interaction] = rows) -> Any:
                return client.record_interactions(rows, request_id=request_id)

            receipts = [one.result() for one in [threads.submit(record) for _ in range(16)]]
            assert sorted(r.replayed for r in receipts) == [False] + [True] * 15
            assert len({(r.position, r.accepted_count, r.new_profile_count) for r in receipts}) == 1
        assert client.count("did buy at least 5 times").count == 1
        assert client.count("did buy at least 6 times").count == 0


# --- interaction ids ------------------------------------------------------------------------------------------------------


def test_an_interaction_id_counts_once_in_a_batch_across_batches_and_across_restarts(store: Store) -> None:
    with running_server(store.config()) as address, client_of(address) as client:
        inside = client.record_interactions([buy("a", "1"), buy("b", "1"), buy("c", "2"), buy("d"), buy("d")])
        across = client.record_interactions([buy("e", "2"), buy("f", "3")])
    with running_server(store.config()) as address, client_of(address) as client:
        after = client.record_interactions([buy("g", "1"), buy("h", "2"), buy("i", "3"), buy("j", "4")])
        counts = [(r.accepted_count, r.duplicate_count, r.new_profile_count) for r in (inside, across, after)]
        assert counts == [(4, 1, 3), (1, 1, 1), (1, 3, 1)]
        assert sorted(client.members("did buy")) == ["a", "c", "d", "f", "j"]


def test_ids_are_compared_byte_by_byte(address: str) -> None:
    with client_of(address) as client:
        rows = [buy("a", one) for one in ("\u00e9", "e\u0301", "E", "e", " e")]
        receipt = client.record_interactions(rows)
        assert (receipt.accepted_count, receipt.duplicate_count) == (5, 0)


def test_a_batch_of_nothing_but_duplicates_is_recorded_and_counts_nothing(address: str) -> None:
    with client_of(address) as client:
        first = client.record_interactions([buy("a", "1"), buy("b", "2")])
        request_id = new_id()
        rows = [buy("new", "2"), buy("newer", "1", surprise=True)]
        receipt = client.record_interactions(rows, request_id=request_id)
        assert (receipt.accepted_count, receipt.duplicate_count, receipt.new_profile_count) == (0, 2, 0)
        assert receipt.position > first.position
        assert client.record_interactions(rows, request_id=request_id).replayed
        names = client.names()
        assert (names.profile_count, dict(names.properties)) == (2, {})


# --- all or none ----------------------------------------------------------------------------------------------------------


def test_an_unknown_tag_in_one_row_keeps_all_rows_out(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")
        end = end_of(client)
        known, unknown = ApplyTag("a", "vip"), [ApplyTag("b", "vipp"), ApplyTag("c", "nobody")]
        with pytest.raises(errors.UnknownTag) as refused:
            client.apply_changeset([known, *unknown, SetTrait("d", "city", "x")], reason="why")
        assert [v.field for v in refused.value.violations] == ["tags[1].tag", "tags[2].tag"]
        assert end_of(client) == end
        assert (client.names().profile_count, dict(client.names().traits)) == (0, {})


def test_a_value_of_another_type_keeps_the_whole_write_out(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")
        client.record_interactions([buy("a", sku="tea", quantity=1)])
        client.set_trait("a", "age", 41, reason="why")
        end = end_of(client)
        with pytest.raises(errors.TypeConflict):
            client.record_interactions([buy("b", "id-1", sku="tea", quantity="two")])
        with pytest.raises(errors.TypeConflict):
            client.apply_changeset([ApplyTag("b", "vip"), SetTrait("b", "age", "young")], reason="why")
        with pytest.raises(errors.TypeConflict):
            client.apply_changeset([SetTrait("b", "new", 1), SetTrait("c", "new", True)], reason="why")
        assert end_of(client) == end
        assert (client.names().profile_count, set(client.names().traits)) == (1, {"age"})
        # Nothing of the refused batch is remembered: neither its interaction id nor its profile.
        receipt = client.record_interactions([buy("b", "id-1", quantity=2)])
        assert (receipt.accepted_count, receipt.new_profile_count) == (1, 1)


# --- what was already so --------------------------------------------------------------------------------------------------


def test_already_so_is_told_from_the_state_at_the_instant_of_the_change(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")

        def outcome(*changes: ApplyTag | RemoveTag | SetTrait) -> tuple[int, int]:
            receipt = client.apply_changeset(changes, reason="why")
            return receipt.changed_count, receipt.already_so_count

        assert outcome(ApplyTag("a", "vip", effective_at=_AT)) == (1, 0)
        assert outcome(ApplyTag("a", "vip", effective_at=_AT)) == (0, 1)
        assert outcome(ApplyTag("a", "vip", effective_at=_AT + _DAY)) == (0, 1), "later, and still so"
        assert outcome(ApplyTag("a", "vip", effective_at=_AT - _DAY)) == (1, 0), "back-dated: it was not so then"
        assert outcome(RemoveTag("a", "vip", effective_at=_AT - 2 * _DAY)) == (0, 1), "before the first assignment"
        assert outcome(ApplyTag("a", "vip", 0.5, effective_at=_AT)) == (1, 0), "another value"
        assert outcome(ApplyTag("a", "vip", 0.5, effective_at=_AT)) == (0, 1)
        assert outcome(RemoveTag("b", "vip")) == (0, 1), "never seen"
        assert outcome(SetTrait("a", "age", 41, _AT), SetTrait("b", "age", 41, _AT)) == (2, 0)
        assert outcome(SetTrait("a", "age", 41, _AT + _DAY), SetTrait("b", "age", 42, _AT)) == (1, 1)
        assert outcome(SetTrait("c", "age", None), SetTrait("a", "age", None, _AT - _DAY)) == (0, 2)


def test_an_expiry_ends_an_assignment_and_is_no_change_of_its_own(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")
        made = client.apply_tag("a", "vip", effective_at=_AT, expires_at=_AT + 2 * _DAY, reason="why")
        assert (made.changed_count, made.already_so_count) == (1, 0)
        held = [client.count("tagged vip", as_of=_AT + k * _DAY).count for k in (-1, 0, 1, 2, 3)]
        assert held == [0, 1, 1, 0, 0]
        while_held = client.apply_tag("a", "vip", effective_at=_AT + _DAY, reason="why")
        expired = client.remove_tag("a", "vip", effective_at=_AT + 2 * _DAY, reason="why")
        again = client.apply_tag("a", "vip", effective_at=_AT + 3 * _DAY, reason="why")
        assert [r.already_so_count for r in (while_held, expired, again)] == [1, 1, 0]


def test_another_expiry_is_a_change_and_the_same_one_is_not(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")

        def changed(end: datetime, value: float | None = None) -> int:
            return client.apply_tag("a", "vip", value=value, effective_at=_AT, expires_at=end, reason="why").changed_count

        client.apply_tag("a", "vip", effective_at=_AT, reason="why")
        assert [changed(_AT + 3 * _DAY), changed(_AT + 3 * _DAY)] == [1, 0]
        assert [changed(_AT + 2 * _DAY), changed(_AT + 2 * _DAY)] == [1, 0]
        assert [changed(_AT + 2 * _DAY, 0.5), changed(_AT + 2 * _DAY, 0.5)] == [1, 0]


def test_a_tag_that_would_have_ended_before_it_is_recorded_is_refused(address: str) -> None:
    with client_of(address) as client:
        client.define_tag("vip", reason="test")
        with pytest.raises(errors.InvalidField, match="give effective_at_us") as refused:
            client.apply_changeset([ApplyTag("b", "vip"), ApplyTag("b", "vip", expires_at=_AT)], reason="why")
        assert [one.field for one in refused.value.violations] == ["tags[1].expires_at_us"]
        client.apply_tag("b", "vip", expires_at=datetime.now(UTC) + _DAY, reason="why")
        assert client.count("everyone").count == 1


# --- many at once ---------------------------------------------------------------------------------------------------------


def test_writes_that_wait_at_the_same_moment_share_a_transaction(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first commit is held up until all others wait behind it."""
    writes = 40
    submitted: list[object] = []
    batches: list[int] = []
    gate = threading.Event()
    adapter = PostgresEventLog if store.database_url else SqliteEventLog
    append, submit = adapter.append, Committer.submit

    def counted(self: Committer, draft: Any) -> "Future[Any]":
        answer = submit(self, draft)
        submitted.append(draft)
        return answer

    def gated(self: Any, batch: Sequence[Any]) -> Sequence[int]:
        gate.wait(_SECONDS_MAX)
        batches.append(len(batch))
        return append(self, batch)

    with running_server(store.config()) as address, client_of(address) as client, ThreadPoolExecutor(writes) as threads:
        monkeypatch.setattr(adapter, "append", gated)
        monkeypatch.setattr(Committer, "submit", counted)
        answers = [threads.submit(client.record_interactions, [buy(f"p{i}", f"{i}")]) for i in range(writes)]
        until(lambda: len(submitted) == writes)
        gate.set()
        receipts = [answer.result() for answer in answers]
        assert len({receipt.position for receipt in receipts}) == sum(batches) == writes
        assert len(batches) <= 3
        assert client.count("did buy").count == writes


def test_a_read_that_follows_an_acknowledgement_sees_the_write(address: str) -> None:
    def write_and_look(client: Client, k: int) -> None:
        highest = 0
        for i in range(15):
            receipt = client.record_interactions([buy(f"p-{k}-{i}")])
            seen = client.count("did buy")
            [checked] = client.check("did buy", [f"p-{k}-{i}"]).results
            assert receipt.position > highest
            assert seen.position >= receipt.position
            assert checked.member
            highest = receipt.position

    with client_of(address) as client, ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(write_and_look, client, k) for k in range(8)]:
            done.result()
        assert client.count("did buy").count == 8 * 15


# --- stopping -------------------------------------------------------------------------------------------------------------


def reader_of(store: Store) -> LogReader:
    return PostgresReader(store.database_url) if store.database_url else SqliteReader(Path(store.data))


def test_a_graceful_stop_loses_nothing_acknowledged_and_refuses_the_rest(store: Store) -> None:
    sent: dict[str, Sent] = {}
    refusals: list[errors.TagledgerError] = []

    def write(address: str, k: int) -> None:
        with client_of(address, retry=_ONCE) as client:
            for i in range(100_000):
                one = Sent(new_id(), "default", [_row(f"p-{k}-{i}")], "interactions")
                sent[one.request_id] = one
                try:
                    receipt = client.record_interactions([buy(f"p-{k}-{i}")], request_id=one.request_id)
                except errors.TagledgerError as error:
                    refusals.append(error)
                    return
                one.position = receipt.position
                one.counts = (receipt.accepted_count, receipt.duplicate_count, receipt.new_profile_count)

    with ThreadPoolExecutor(6) as threads:
        with running_server(store.config()) as address:
            writers = [threads.submit(write, address, k) for k in range(6)]
            until(lambda: len(sent) > 60)
        for writer in writers:
            writer.result(_SECONDS_MAX)
    assert [repr(error) for error in refusals if not isinstance(error, errors.Unavailable)] == []
    assert len(refusals) == 6
    with running_server(store.config()) as address, client_of(address) as client:
        with audited(reader_of(store), sent) as audit:
            acknowledged = [one for one in sent.values() if one.position is not None]
            assert len(acknowledged) >= 54
            # What was refused was not begun: only a cut connection leaves the outcome open.
            assert audit.interaction_count <= len(sent)
        assert client.count("did buy").count == audit.interaction_count


def _row(profile_id: str) -> tuple[object, ...]:
    return interaction_row(profile_id, "buy", int(_AT.timestamp()) * 1_000_000, None, None, "", {})


def test_a_second_server_on_the_same_folder_does_not_start(tmp_path: Path) -> None:
    config = Store("sqlite", data=str(tmp_path / "data")).config()
    with running_server(config) as address, client_of(address) as client:
        with pytest.raises(StoreUnavailable, match="in use by another tagledger server"):
            TagledgerServer(config)
        assert client.record_interactions([buy("a")]).accepted_count == 1


def test_what_is_recorded_reads_back_row_by_row(store: Store) -> None:
    """Through the audit, which knows neither the index nor the committer."""
    sent: dict[str, Sent] = {}
    with running_server(store.config()) as address, client_of(address) as client:
        define = Sent(new_id(), "default", [catalogue_row(GroupDefined, TagDefined)], "catalogue", position=0)
        client.define_tag("level/金", reason="test", create_group=True, request_id=define.request_id)
        change = Sent(new_id(), "default", _change_rows(), "changes")
        changes: list[Change] = [ApplyTag("客户", "level/金", 0.25, _AT, _AT + _DAY)]
        changes += [SetTrait("客户", "城市", "杭州"), SetTrait("b", "vip", True)]
        receipt = client.apply_changeset(changes, reason="why", request_id=change.request_id)
        change.position, change.counts = receipt.position, (3, 0, 2)
        sent |= {one.request_id: one for one in (define, change)}
        with audited(reader_of(store), sent) as audit:
            assert audit.position == receipt.position


def _change_rows() -> list[tuple[object, ...]]:
    at = int(_AT.timestamp()) * 1_000_000
    return [
        ("tag", "客户", "level/金", True, at, 0.25),
        ("expiry", "客户", "level/金", False, at + 86_400_000_000, None),
        ("trait", "客户", "城市", "杭州", None),
        ("trait", "b", "vip", True, None),
    ]
