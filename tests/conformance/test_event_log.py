"""What EventLog promises, on SQLite and on PostgreSQL; and what the committer makes of a log that fails it."""

import ast
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import eventsourcing.persistence
import eventsourcing.utils
import pytest

import server.eventlog
from domain.changeset import Attribution, InteractionColumns
from domain.errors import SegmentCycle, StoreUnavailable, UnknownTag
from domain.language.syntax import Everyone, InSegment, Not
from server.eventlog import postgres as postgres_adapter
from server.eventlog import sqlite as sqlite_adapter
from server.eventlog.port import AppendConflict, EventLog, NewChangeset, PersonalRow, RecordedRequest, StoredChangeset
from server.eventlog.postgres import PostgresEventLog
from server.eventlog.sqlite import SqliteEventLog
from server.usecases.commands import ChangeSegment, CreateWorkspace, DefineSegment, DefineTag
from server.usecases.committer import Committer
from server.usecases.drafts import CatalogueDraft, ChangesDraft, Draft, InteractionsDraft, Receipt, Request, TagDraft
from server.usecases.state import WorkspaceState
from tests.campaigns.log_audit import PostgresReader, Sent, catalogue_row, interaction_row
from tests.campaigns.log_audit import audited as audited_log
from tests.harness import Postgres, Store, make_store, until

_SECONDS_MAX: Final = 20.0
_NOW: Final = 1_700_000_000_000_000


def open_log(store: Store) -> EventLog:
    return PostgresEventLog(store.database_url) if store.database_url else SqliteEventLog(Path(store.data))


@pytest.fixture
def log(store: Store) -> Iterator[EventLog]:
    opened = open_log(store)
    yield opened
    opened.close()


def event(
    version: int,
    *,
    workspace: str = "w",
    request_id: bytes | None = None,
    profile_ids: Sequence[str] = (),
    first_ordinal: int = 0,
    state: bytes = b"state",
    erased: Sequence[int] = (),
    personal: Sequence[PersonalRow] = (),
) -> NewChangeset:
    chosen = request_id or uuid.uuid4().bytes
    return NewChangeset(
        workspace, version, "topic", state, chosen, b"d" * 32, first_ordinal, profile_ids, b"c" * 32, erased, personal
    )


def stored(log: EventLog) -> list[tuple[str, int]]:
    return [(e.workspace, e.version) for e in log.read(after=0, limit=1_000)]


# --- reading and appending ------------------------------------------------------------------------------------------------


def test_a_new_log_holds_nothing(log: EventLog) -> None:
    assert list(log.read(after=0, limit=10)) == []
    assert log.read_version("w", 1) is None
    assert log.find_request("w", b"r" * 16) is None
    assert list(log.profiles("w")) == []


def test_events_are_read_in_the_order_and_at_the_positions_that_append_told(log: EventLog) -> None:
    told = [*log.append([event(1), event(1, workspace="v")]), *log.append([event(2), event(3)])]
    read = log.read(after=0, limit=100)
    assert [e.position for e in read] == told == sorted(set(told))
    assert [(e.workspace, e.version) for e in read] == [("w", 1), ("v", 1), ("w", 2), ("w", 3)]


def test_positions_are_above_zero_and_read_is_exclusive_of_after(log: EventLog) -> None:
    positions = log.append([event(n) for n in range(1, 6)])
    assert positions[0] > 0
    assert [e.position for e in log.read(after=positions[1], limit=2)] == list(positions[2:4])
    assert [e.position for e in log.read(after=positions[3], limit=2)] == list(positions[4:])
    assert list(log.read(after=positions[4], limit=2)) == []


def test_state_topic_and_names_come_back_as_they_were(log: EventLog) -> None:
    state = bytes(range(256)) * 300
    changed = event(1, workspace="w-1", state=state, profile_ids=["客户-一", "🍵", "e\u0301", "\u00e9", "a'b\"c\\"])
    [position] = log.append([changed])
    [read] = log.read(after=0, limit=1)
    assert read == StoredChangeset(position, "w-1", 1, "topic", state)
    assert log.read_version("w-1", 1) == StoredChangeset(0, "w-1", 1, "topic", state)
    assert list(log.profiles("w-1")) == list(enumerate(changed.profile_ids))


def test_read_version_finds_one_event_of_one_workspace(log: EventLog) -> None:
    log.append([event(1, state=b"1"), event(2, state=b"2"), event(1, workspace="v", state=b"3")])
    found = [log.read_version("w", 2), log.read_version("v", 1)]
    assert [one.state for one in found if one] == [b"2", b"3"]
    assert log.read_version("v", 2) is None


def test_a_large_event_is_appended(log: EventLog) -> None:
    """Beyond a megabyte, psycopg's pipeline mode leaves the message half sent, and waits for ever."""
    log.append([event(1, state=b"x" * 5_000_000)])
    assert [len(one.state) for one in log.read(after=0, limit=10)] == [5_000_000]


def test_a_request_id_is_found_in_its_workspace_only(log: EventLog) -> None:
    request_id = uuid.uuid4().bytes
    log.append([event(1), event(2, request_id=request_id)])
    assert log.find_request("w", request_id) == RecordedRequest(2, b"d" * 32)
    assert log.find_request("v", request_id) is None
    log.append([event(1, workspace="v", request_id=request_id)])
    assert log.find_request("v", request_id) == RecordedRequest(1, b"d" * 32)


def test_the_vault_is_read_by_ordinal_from_any_place_in_pages(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    for adapter in (sqlite_adapter, postgres_adapter):
        monkeypatch.setattr(adapter, "_VAULT_PAGE_ROWS", 2)
    log.append([event(1, profile_ids=["a", "b", "c"]), event(1, workspace="v", profile_ids=["z"])])
    log.append([event(2, profile_ids=["d"], first_ordinal=3)])
    assert list(log.profiles("w")) == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]
    assert list(log.profiles("w", first_ordinal=2)) == [(2, "c"), (3, "d")]
    assert list(log.profiles("w", first_ordinal=4)) == []


def test_an_erased_profile_keeps_its_row_and_loses_its_id(log: EventLog) -> None:
    log.append([event(1, profile_ids=["a", "b", "c"]), event(1, workspace="v", profile_ids=["a", "b"])])
    log.append([event(2, profile_ids=["d"], first_ordinal=3, erased=[0, 2])])
    assert list(log.profiles("w")) == [(0, ""), (1, "b"), (2, ""), (3, "d")]
    assert log.profile_ids("w", [0, 1, 3, 9]) == {0: "", 1: "b", 3: "d"}
    assert list(log.profiles("v")) == [(0, "a"), (1, "b")]
    taken = event(2, erased=[1])
    with pytest.raises(AppendConflict):
        log.append([taken])
    assert log.profile_ids("w", [1]) == {1: "b"}, "all or nothing"
    assert log.scrub()
    assert list(log.profiles("w")) == [(0, ""), (1, "b"), (2, ""), (3, "d")]


def test_personal_texts_are_found_by_number_and_go_with_their_profiles(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    for adapter in (sqlite_adapter, postgres_adapter):
        monkeypatch.setattr(adapter, "_VAULT_PAGE_ROWS", 2)
    rows = [PersonalRow(1, 0, "a@x"), PersonalRow(2, 1, "博"), PersonalRow(3, 0, "a@y")]
    log.append([event(1, personal=rows), event(1, workspace="v", personal=[PersonalRow(1, 0, "other")])])
    assert list(log.personal("w")) == rows
    assert list(log.personal("w", first_number=3)) == rows[2:]
    assert log.personal_texts("w", [3, 2, 9]) == {2: "博", 3: "a@y"}
    assert log.personal_texts("w", []) == {}
    assert (log.keeps_personal("w", [7, 0]), log.keeps_personal("w", [7])) == (True, False)
    log.append([event(2, erased=[0, 5])])
    assert list(log.personal("w")) == [PersonalRow(1, 0, ""), rows[1], PersonalRow(3, 0, "")]
    assert log.personal_texts("w", [1, 2, 3]) == {2: "博"}
    assert (log.keeps_personal("w", [0]), log.keeps_personal("w", [0, 1])) == (False, True)
    assert log.personal_texts("v", [1]) == {1: "other"}
    with pytest.raises(AppendConflict):
        log.append([event(3, personal=[PersonalRow(4, 0, "new"), PersonalRow(2, 0, "taken")])])
    assert log.personal_texts("w", [2, 4]) == {2: "博"}, "all or nothing"
    assert log.scrub()
    assert log.personal_texts("w", [2]) == {2: "博"}


def test_a_log_that_is_opened_again_goes_on_where_it_was(store: Store) -> None:
    first = open_log(store)
    told = list(first.append([event(1, profile_ids=["a"]), event(2)]))
    first.close()
    second = open_log(store)
    assert [e.position for e in second.read(after=0, limit=10)] == told
    [position] = second.append([event(3, profile_ids=["b"], first_ordinal=1)])
    assert position > told[-1]
    assert list(second.profiles("w")) == [(0, "a"), (1, "b")]
    second.close()


# --- all or nothing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["version", "request id", "request id inside the batch", "ordinal"])
def test_a_batch_with_a_conflict_leaves_nothing_behind(log: EventLog, reason: str) -> None:
    taken = uuid.uuid4().bytes
    log.append([event(1, request_id=taken, profile_ids=["a"])])
    fresh = uuid.uuid4().bytes
    bad = {
        "version": event(1),
        "request id": event(3, request_id=taken),
        "request id inside the batch": event(3, request_id=fresh),
        "ordinal": event(3, profile_ids=["x"], first_ordinal=0),
    }[reason]
    with pytest.raises(AppendConflict):
        log.append([event(2, request_id=fresh, profile_ids=["b"], first_ordinal=1), bad])
    assert stored(log) == [("w", 1)]
    assert list(log.profiles("w")) == [(0, "a")]
    assert log.find_request("w", fresh) is None
    log.append([event(2, request_id=fresh, profile_ids=["b"], first_ordinal=1)])
    assert stored(log) == [("w", 1), ("w", 2)]


def test_repeats_are_refused_at_once_and_hinder_nobody(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL each of these pipelines fails: the library must not take that for a lost connection and wait, and psycopg
    not believe that statements were prepared which the server never saw."""
    waits: list[float] = []
    monkeypatch.setattr(eventsourcing.utils, "sleep", waits.append)
    taken = uuid.uuid4().bytes
    log.append([event(1, request_id=taken)])
    for version in range(2, 40):
        with pytest.raises(AppendConflict):
            log.append([event(version, request_id=taken, profile_ids=["p"], first_ordinal=version)])
        log.append([event(version, profile_ids=["p"], first_ordinal=version)])
    assert len(stored(log)) == 39
    assert waits == []


def test_a_store_that_cannot_be_read_is_said_to_be_unavailable(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise eventsourcing.persistence.OperationalError("driver's text")

    recorder, datastore = log._recorder, log._datastore  # type: ignore[attr-defined]
    for name in ("select_notifications", "select_events"):
        monkeypatch.setattr(recorder, name, gone)
    monkeypatch.setattr(datastore, "get_connection", gone)
    asked: list[Callable[[], object]] = [
        lambda: log.read(after=0, limit=1),
        lambda: log.read_version("w", 1),
        lambda: log.find_request("w", b"r" * 16),
        lambda: list(log.profiles("w")),
        lambda: log.append([event(1)]),
    ]
    monkeypatch.setattr(eventsourcing.utils, "sleep", lambda _: None)
    for ask in asked:
        with pytest.raises(StoreUnavailable) as refused:
            ask()
        assert "driver's text" not in refused.value.message


# --- SQLite only ----------------------------------------------------------------------------------------------------------


def test_a_second_server_on_the_same_folder_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = SqliteEventLog(folder)
    with pytest.raises(StoreUnavailable, match=re.escape(f"the data folder {folder} is in use by another tagledger server")):
        SqliteEventLog(folder)
    first.append([event(1)])
    first.close()
    SqliteEventLog(folder).close()


def test_sqlite_writes_ahead_and_syncs_each_commit(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path)
    with log._datastore.transaction(commit=True) as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
    log.close()
    assert (mode, synchronous) == ("wal", 2)  # 2 is FULL


def test_what_append_returned_can_be_read_beside_the_server(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path)
    [position] = log.append([event(1)])
    with sqlite3.connect(f"file:{tmp_path / 'ledger.sqlite'}?mode=ro", uri=True) as other:
        assert other.execute("SELECT rowid FROM tagledger_events").fetchall() == [(position,)]
    other.close()
    log.close()


_OF_THE_VAULT: Final = {
    "sqlite.py": ["PRAGMA wal_checkpoint(TRUNCATE)", "UPDATE ", "UPDATE "],
    "postgres.py": [
        "UPDATE {} SET profile_id = '' WHERE workspace = %s AND ordinal = ANY (%s::bigint[])",
        "UPDATE {} SET value = '' WHERE workspace = %s AND ordinal = ANY (%s::bigint[])",
        "VACUUM (FULL) {}",
    ],
}
"""What an erasure needs: ids and personal texts are overwritten, and what they left in files."""


def test_our_sql_never_takes_anything_out_of_the_log() -> None:
    """Positions in SQLite are implicit rowids: VACUUM may number them anew, DELETE lets the last be given again."""
    forbidden = re.compile(r"\b(VACUUM|DELETE|REPLACE|UPDATE|DROP|TRUNCATE)\b", re.IGNORECASE)
    for file in Path(server.eventlog.__path__[0]).glob("*.py"):
        tree = ast.parse(file.read_text())
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        found = [text for text in texts if text not in docstrings and forbidden.search(text)]
        assert sorted(found) == _OF_THE_VAULT.get(file.name, []), file.name


# --- the committer over a log that fails ----------------------------------------------------------------------------------


class Unsteady:
    """A log that fails when told to: `after_commit` are raised once each after an append that did commit."""

    def __init__(self, inner: EventLog) -> None:
        self._inner = inner
        self.after_commit: list[Exception] = []
        self.instead_of_commit: list[Exception] = []
        self.instead_of_read: list[Exception] = []
        self.batches: list[int] = []

    def append(self, batch: Sequence[NewChangeset]) -> Sequence[int]:
        if self.instead_of_commit:
            raise self.instead_of_commit.pop(0)
        positions = self._inner.append(batch)
        self.batches.append(len(batch))
        if self.after_commit:
            raise self.after_commit.pop(0)
        return positions

    def read(self, *, after: int, limit: int) -> Sequence[StoredChangeset]:
        if self.instead_of_read:
            raise self.instead_of_read.pop(0)
        return self._inner.read(after=after, limit=limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def request(workspace: str = "w", request_id: bytes | None = None) -> Request:
    return Request(workspace, request_id or uuid.uuid4().bytes, b"d" * 32, Attribution("tester", "why", "tests"), 100)


def batch(profile_ids: Sequence[str], ids: Sequence[str] = (), request_id: bytes | None = None) -> InteractionsDraft:
    columns = InteractionColumns(
        ordinals=(),
        types=["buy"],
        type_index=(),
        occurred_at=[_NOW] * len(profile_ids),
        touchpoints=(),
        touchpoint_index=(),
        amounts=(),
        currencies=(),
        currency_index=(),
        ids=ids,
        properties=(),
    )
    return InteractionsDraft(request(request_id=request_id), profile_ids, columns)


def tagging(profile_id: str, tag: str = "vip") -> ChangesDraft:
    return ChangesDraft(request(), [TagDraft(profile_id, tag, True, None, None, None)], [])


@contextmanager
def committing(log: Any, *, follow_seconds: float | None = None) -> Iterator[Committer]:
    """A committer that has caught up and runs."""
    committer = Committer(log, lambda: time.time_ns() // 1_000, follow_seconds=follow_seconds)
    committer.catch_up()
    committer.start()
    yield committer
    committer.stop()


def done(committer: Committer, draft: Draft) -> Receipt:
    return committer.submit(draft).result(_SECONDS_MAX)


def with_workspace(committer: Committer) -> None:
    done(committer, CatalogueDraft(request(), CreateWorkspace("CNY")))


def test_what_is_recorded_but_cannot_be_applied_ends_the_process(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half applied index would answer wrongly; the next start reads everything from the log."""
    ended: list[int] = []
    committer = Committer(log, lambda: time.time_ns() // 1_000, follow_seconds=None, end_process=lambda: ended.append(1))
    committer.start()
    with_workspace(committer)
    with monkeypatch.context() as broken:
        broken.setattr(WorkspaceState, "apply", lambda *_: 1 / 0)
        done(committer, batch(["a"]))
    committer.stop()
    assert ended == [1]
    with committing(log) as restarted:
        assert restarted.states["w"].index.interaction_count == 1


@pytest.mark.parametrize("error", [AppendConflict(), StoreUnavailable("the reply was lost")])
def test_a_commit_whose_reply_was_lost_is_answered_from_the_log(log: EventLog, error: Exception) -> None:
    """As AppendConflict (the library tried again by itself) at once; as StoreUnavailable when the caller repeats."""
    unsteady = Unsteady(log)
    with committing(unsteady) as committer:
        with_workspace(committer)
        lost = batch(["a", "b"], ["1", "2"])
        unsteady.after_commit = [error]
        if isinstance(error, StoreUnavailable):
            with pytest.raises(StoreUnavailable):
                done(committer, lost)
        answer = done(committer, lost)
        assert (answer.replayed, answer.accepted, answer.duplicates, answer.new_profiles) == (True, 2, 0, 2)
        assert stored(log) == [("w", 1), ("w", 2)]
        assert answer.position == log.read(after=0, limit=2)[1].position == committer.position
        assert done(committer, batch(["a", "c"], ["1", "3"])).duplicates == 1
    assert list(log.profiles("w")) == [(0, "a"), (1, "b"), (2, "c")]


def test_a_whole_group_whose_reply_was_lost_is_answered_from_the_log(log: EventLog) -> None:
    unsteady = Unsteady(log)
    committer = Committer(unsteady, lambda: _NOW, follow_seconds=None)
    made = committer.submit(CatalogueDraft(request(), CreateWorkspace("CNY")))
    committer.start()
    made.result(_SECONDS_MAX)
    committer.stop()
    again = Committer(unsteady, lambda: _NOW, follow_seconds=None)
    again.catch_up()
    answers = [again.submit(batch([f"p{i}"], [f"{i}"])) for i in range(5)]
    unsteady.after_commit = [AppendConflict()]
    again.start()
    receipts = [answer.result(_SECONDS_MAX) for answer in answers]
    again.stop()
    assert unsteady.batches[-1] == 5
    assert [receipt.replayed for receipt in receipts] == [True] * 5
    assert [receipt.position for receipt in receipts] == [e.position for e in log.read(after=1, limit=10)]


def test_callers_hear_of_a_store_that_fails_while_a_conflict_is_resolved(log: EventLog) -> None:
    unsteady = Unsteady(log)
    with committing(unsteady) as committer:
        with_workspace(committer)
        unsteady.instead_of_commit = [AppendConflict()]
        unsteady.instead_of_read = [StoreUnavailable("gone")]
        with pytest.raises(StoreUnavailable):
            done(committer, batch(["a"]))
        assert done(committer, batch(["a"])).accepted == 1


def test_callers_hear_of_a_store_that_fails_while_a_refusal_is_looked_up(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with committing(log) as committer:
        with_workspace(committer)

        def gone(*_: object) -> None:
            raise StoreUnavailable("gone")

        with monkeypatch.context() as patched:
            patched.setattr(log, "find_request", gone)
            with pytest.raises(StoreUnavailable):
                done(committer, tagging("a", "unknown"))
        with pytest.raises(UnknownTag):
            done(committer, tagging("a", "unknown"))
        assert done(committer, batch(["a"])).accepted == 1


def test_the_writer_survives_any_failure_to_follow(log: EventLog) -> None:
    unsteady = Unsteady(log)
    with committing(unsteady, follow_seconds=0.001) as committer:
        with_workspace(committer)
        unsteady.instead_of_read = [RuntimeError("no error of ours"), eventsourcing.persistence.OperationalError("nor this")]
        until(lambda: not unsteady.instead_of_read)
        assert done(committer, batch(["a"])).accepted == 1


def test_repeats_of_others_do_not_use_up_the_patience_with_a_write(log: EventLog) -> None:
    """After an outage, many repeats for one profile stand one behind the other; each is a conflict of its transaction."""
    with committing(log) as committer:
        with_workspace(committer)
        done(committer, CatalogueDraft(request(), DefineTag("", "vip", "", False)))
        recorded = [tagging("p") for _ in range(30)]
        first = [done(committer, draft) for draft in recorded]
    again = Committer(log, lambda: _NOW, follow_seconds=None)
    again.catch_up()
    fresh = again.submit(tagging("q"))
    repeats = [again.submit(draft) for draft in recorded]
    again.start()
    assert fresh.result(_SECONDS_MAX).changed == 1
    assert [answer.result(_SECONDS_MAX).position for answer in repeats] == [receipt.position for receipt in first]
    again.stop()


def test_a_database_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/nowhere"):
        PostgresEventLog("postgresql://postgres@127.0.0.1:1/nowhere")


# --- two servers on one database ------------------------------------------------------------------------------------------


@pytest.fixture
def shared(postgres: Callable[[], Postgres], tmp_path: Path) -> Store:
    return make_store("postgresql", tmp_path, postgres)


def test_two_servers_that_write_at_the_same_time_count_each_id_once_and_leave_no_gap(shared: Store) -> None:
    one, other = PostgresEventLog(shared.database_url), PostgresEventLog(shared.database_url)
    sent: dict[str, Sent] = {}
    with committing(one, follow_seconds=0.01) as a, committing(other, follow_seconds=0.01) as b:
        made = done(a, CatalogueDraft(request(), CreateWorkspace("CNY")))
        sent[made.changeset_id] = Sent(made.changeset_id, "w", [catalogue_row(*map(type, made.catalogue))], "catalogue")
        until(lambda: "w" in b.states)
        receipts: list[Receipt] = []
        threads = [threading.Thread(target=_write, args=(server, k, sent, receipts)) for k, server in enumerate((a, b, a, b))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: a.position == b.position == max(receipt.position for receipt in receipts))
        views = [(s.version, len(s.profiles), s.chain, s.profiles.names(range(len(s.profiles)))) for s in _states(a, b)]
        assert views[0] == views[1]
    with audited_log(PostgresReader(shared.database_url), sent) as audit:
        assert audit.interaction_count == sum(receipt.accepted for receipt in receipts) == 20 + 4 * 20 + 2 * 20
    assert len(receipts) == 4 * 20
    one.close()
    other.close()


def _states(a: Committer, b: Committer) -> list[Any]:
    return [a.states["w"], b.states["w"]]


def _write(server: Committer, k: int, sent: dict[str, Sent], receipts: list[Receipt]) -> None:
    """Twenty batches of three: an id that all writers send, one that is ours, and one that two of the four send."""
    for i in range(20):
        ids = [f"all-{i}", f"own-{k}-{i}", f"pair-{k // 2}-{i}"]
        profile_ids = [f"p{i % 7}", f"p-{k}-{i}", "e\u0301"]
        draft = batch(profile_ids, ids)
        rows = [interaction_row(p, "buy", _NOW, None, None, one, {}) for p, one in zip(profile_ids, ids, strict=True)]
        one = Sent(str(uuid.UUID(bytes=draft.request.request_id)), "w", rows, "interactions")
        sent[one.request_id] = one
        receipt = done(server, draft)
        one.position, one.counts = receipt.position, (receipt.accepted, receipt.duplicates, receipt.new_profiles)
        receipts.append(receipt)


def test_one_write_sent_to_two_servers_is_recorded_once_and_answered_alike(shared: Store) -> None:
    one, other = PostgresEventLog(shared.database_url), PostgresEventLog(shared.database_url)
    with committing(one, follow_seconds=0.01) as a, committing(other, follow_seconds=0.01) as b:
        with_workspace(a)
        until(lambda: "w" in b.states)
        for i in range(30):
            draft = batch([f"p{i}"], [f"{i}"])
            answers = [server.submit(draft) for server in (a, b)]
            receipts = [answer.result(_SECONDS_MAX) for answer in answers]
            assert len({(r.position, r.accepted, r.new_profiles) for r in receipts}) == 1
            assert sorted(r.replayed for r in receipts) == [False, True]
    assert [version for _, version in stored(one)] == list(range(1, 32))
    one.close()
    other.close()


def test_names_of_profiles_are_right_whichever_server_saw_them_first(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of the vault stands at the end of a full page while this server commits profiles of its own."""
    monkeypatch.setattr(postgres_adapter, "_VAULT_PAGE_ROWS", 2)
    one, other = PostgresEventLog(shared.database_url), PostgresEventLog(shared.database_url)
    with committing(one, follow_seconds=0.001) as a, committing(other, follow_seconds=0.001) as b:
        with_workspace(b)
        names = [f"p{i}" for i in range(12)]
        done(b, batch(names[:2]))
        for i, server in enumerate((a, b, a, a, b, b, b, a, a, b), start=2):
            until(lambda: a.position == b.position)
            done(server, batch([names[i]]))
        until(lambda: a.position == b.position)
        for state in _states(a, b):
            assert state.profiles.names(range(12)) == names
    one.close()
    other.close()


def test_nothing_is_refused_for_want_of_what_another_server_has_just_made(shared: Store) -> None:
    one, other = PostgresEventLog(shared.database_url), PostgresEventLog(shared.database_url)
    # They look at each other's commits so rarely that only the refusal itself can be the occasion.
    with committing(one, follow_seconds=600) as a, committing(other, follow_seconds=600) as b:
        with_workspace(b)
        for i, (first, second) in enumerate([(a, b), (b, a)] * 3):
            done(first, CatalogueDraft(request(), DefineTag("", f"tag-{i}", "", False)))
            assert done(second, tagging(f"p{i}", f"tag-{i}")).changed == 1
        with pytest.raises(UnknownTag):
            done(a, tagging("p", "nobody-made-this"))
    one.close()
    other.close()


def test_two_servers_cannot_close_a_circle_of_segments_between_them(shared: Store) -> None:
    one, other = PostgresEventLog(shared.database_url), PostgresEventLog(shared.database_url)
    with committing(one, follow_seconds=600) as a, committing(other, follow_seconds=600) as b:
        with_workspace(b)
        for name in ("left", "right"):
            done(b, CatalogueDraft(request(), DefineSegment(name, "", Everyone())))
        for left, right in [(a, b), (b, a)] * 5:
            answers = [
                left.submit(CatalogueDraft(request(), ChangeSegment("left", InSegment("right")))),
                right.submit(CatalogueDraft(request(), ChangeSegment("right", Not(InSegment("left", 1))))),
            ]
            failures = [answer.exception(_SECONDS_MAX) for answer in answers]
            assert [type(failure) for failure in failures if failure] == [SegmentCycle]
            winner = ("left", "right")[failures.index(None)]
            done(left, CatalogueDraft(request(), ChangeSegment(winner, Everyone())))
    one.close()
    other.close()


def test_many_servers_may_start_on_a_new_database_at_once(shared: Store) -> None:
    logs: list[EventLog] = []
    failures: list[BaseException] = []

    def start() -> None:
        try:
            logs.append(PostgresEventLog(shared.database_url))
        except StoreUnavailable as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for log in logs:
        log.close()
    assert failures == []


def test_readers_do_not_wait_for_writers_nor_hinder_each_other(shared: Store) -> None:
    log = PostgresEventLog(shared.database_url)
    log.append([event(1)])
    with log._datastore.transaction() as held:
        held.execute("SELECT 1")
        answers: list[object] = []
        threads = [threading.Thread(target=lambda: answers.append(log.read_version("w", 1))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_SECONDS_MAX)
    assert answers == [StoredChangeset(0, "w", 1, "topic", b"state")] * 8
    log.close()
