"""The crash campaign: `kill -9` of the server during ingest, again and again; what was acknowledged must be there, once.

    python -m tests.campaigns.crash --store sqlite --cycles 200 --seed 1

A cycle: start `tagledger serve` on the same data (in some cycles it is killed while it starts), audit the log and ask
questions, let clients write from several threads, and kill the process at a random moment (sometimes twice in quick
succession). The server takes snapshots all the time, so that it is killed while it writes them, and starts from them.
Writes without an answer are repeated in later cycles under their request_id, or abandoned; one client is patient, and repeats
by itself until the next server answers. What was acknowledged is kept here and compared with the log, which `log_audit` reads
by itself; answers are compared with the oracle over the decoded log.

The last line on standard output is one JSON object; the exit status is 1 when anything is wrong. The seed fixes what is sent
and when it is killed, as far as threads and clocks allow.
"""

import argparse
import json
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from clients.sdk import ApplyTag, Client, Interaction, RemoveTag, RetryPolicy, SetTrait, errors, replies
from clients.sdk.values import Change
from domain import instants
from domain.catalogue_changes import GroupDefined, TagDefined, WorkspaceCreated
from domain.language.parser import parse
from tests.campaigns.log_audit import (
    ID,
    Audit,
    LogReader,
    PostgresReader,
    Row,
    Sent,
    SqliteReader,
    catalogue_row,
    erased_row,
    interaction_row,
    retracted_row,
)
from tests.harness import STORES, Postgres, Store

_WORKERS: Final = 8
_CYCLES_PER_WORKSPACE: Final = 10
_QUESTIONS: Final = 4
_START_SECONDS_MAX: Final = 60.0
_ANSWER_SECONDS_MAX: Final = 30.0
_PAUSE_SECONDS_MAX: Final = 0.03
_AWAY_SECONDS: Final = 0.1
_SNAPSHOT_EVERY: Final = 20
_RETRACTED_SHARE: Final = 0.1
_ERASED_SHARE: Final = 0.03
_BASE: Final = datetime(2026, 6, 1, tzinfo=UTC)
_TAGS: Final = ("vip", "level/gold", "level/silver", "model/score")
_ONCE: Final = RetryPolicy(max_attempts=1)
_PATIENT: Final = RetryPolicy(first_seconds=0.02, most_seconds=0.1)
_EXPRESSIONS: Final = (
    "everyone",
    "tagged vip and did purchase in last 30 days",
    "not tagged vip",
    "tagged any of (level/gold, level/silver) and not tagged vip",
    "tagged model/score >= 0.5",
    "did purchase at least 3 times in last 20 days",
    'did visit where category = "tea" in last 40 days',
    "sum(purchase.amount) >= 50 in last 90 days",
    "sum(purchase.quantity) > 10",
    'did purchase where amount >= 20 or touchpoint = "小程序"',
    'city in ("Shanghai", "杭州") and age >= 40',
    "first purchase in last 30 days",
    "not (did visit in last 10 days) and member = true",
)


# --- the server's process -------------------------------------------------------------------------------------------------


class Server:
    """`tagledger serve` as a process, on one store and one port; started and killed many times."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.address = f"127.0.0.1:{_free_port()}"
        self.log = folder / "server.log"
        self.start_seconds = 1.0
        where = ["--database-url", store.database_url] if store.database_url else ["--data", store.data]
        where += ["--snapshots", str(folder / "snapshots"), "--snapshot-every", str(_SNAPSHOT_EVERY)]
        command = [str(Path(sys.executable).parent / "tagledger"), "serve", "--listen", self.address, *where]
        self._command = [*command, "--log-format", "json"]
        self._process: subprocess.Popen[str] | None = None

    def spawn(self) -> None:
        """Begin to start."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=log, text=True)

    def start(self) -> None:
        """Start, and wait until it answers."""
        begun = time.monotonic()
        self.spawn()
        process = self._process
        assert process is not None
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START_SECONDS_MAX)
        line = process.stdout.readline() if ready else "no announcement"
        if line.strip() != f"tagledger is serving on {self.address}":
            raise RuntimeError(f"the server did not start ({line!r}):\n{self.log.read_text()[-4000:]}")
        self.start_seconds = time.monotonic() - begun

    def logged(self) -> list[str]:
        """The lines of its log, from the first start on."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def kill(self) -> None:
        """SIGKILL, wherever it is."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is not None:
            raise RuntimeError(f"the server ended by itself, status {process.returncode}:\n{self.log.read_text()[-4000:]}")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _free_port() -> int:
    """Below the ports that outgoing connections take, so that nobody is there while the server is away."""
    while True:
        port = random.randint(20_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


# --- what is sent ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """What a write was answered with; position 0 where the reply names none."""

    position: int
    counts: tuple[int, ...]
    replayed: bool


@dataclass(slots=True)
class Traffic:
    """What clients have sent and heard. All threads share it."""

    sent: dict[str, Sent] = field(default_factory=dict)
    unanswered: list[Sent] = field(default_factory=list)
    """To be repeated."""
    acknowledged: list[Sent] = field(default_factory=list)
    """In order of acknowledgement."""
    highest: int = 0
    """The highest position that anybody was told."""
    abandoned_count: int = 0
    repeated_count: int = 0
    replayed_count: int = 0
    reordered: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, client: Client, sent: Sent) -> bool:
        """Send once, and note the answer; False when there was none."""
        with self.lock:
            highest, known = self.highest, sent.position
            self.repeated_count += sent.request_id in self.sent
            self.sent[sent.request_id] = sent
        try:
            reply: Reply = sent.call(client)
        except errors.UnknownProfile:
            return True  # somebody else has erased them all: nothing is recorded
        except (errors.Fault, errors.CallerError, errors.OutcomeUnknown, errors.StoreUnavailable, AssertionError) as error:
            # A server that is there, on a database that is there, has no reason to refuse.
            with self.lock:
                self.refused.append(f"{sent.kind} {sent.request_id}: {error!r}")
            return True
        except errors.TagledgerError:
            return False
        with self.lock:
            self._note(sent, reply, highest, known)
        return True

    def _note(self, sent: Sent, reply: Reply, highest: int, known: int | None) -> None:
        what = f"{sent.kind} {sent.request_id}"
        self.replayed_count += reply.replayed
        if known is not None and not (reply.replayed or sent.kind == "catalogue"):
            self.doubled.append(f"{what} was acknowledged at {known}, and is recorded again at {reply.position}")
        if not reply.replayed and 0 < reply.position <= highest:
            self.reordered.append(f"{what} is at {reply.position}, and was sent after {highest} had been acknowledged")
        if sent.position is None:
            sent.position, sent.counts = reply.position, reply.counts
            self.acknowledged.append(sent)
        elif (sent.position, sent.counts) != (reply.position, reply.counts):
            self.doubled.append(f"{what} was answered {sent.position} {sent.counts}, then {reply.position} {reply.counts}")
        self.highest = max(self.highest, reply.position)


def _interactions(rng: random.Random, workspace: str) -> Sent:
    request_id = _new_id(rng)
    size = rng.choice((1, 1, 2, 5, 20, rng.randint(1, 150)))
    with_ids = rng.random() < 0.5
    rows = [_interaction(rng, f"{request_id}#{i}" if with_ids else None) for i in range(size)]

    def call(client: Client) -> Reply:
        got = client.in_workspace(workspace).record_interactions(rows, request_id=request_id)
        return _interactions_reply(got, request_id)

    expected = [
        interaction_row(
            row.profile_id,
            row.type,
            instants.from_datetime(row.occurred_at),
            None if row.amount is None else int(row.amount) * 10_000,
            row.touchpoint,
            row.id or "",
            dict(row.properties),
        )
        for row in rows
    ]
    return Sent(request_id, workspace, expected, "interactions", call=call)


def _interaction(rng: random.Random, own_id: str | None) -> Interaction:
    shared = own_id is not None and rng.random() < 0.1
    properties: dict[str, str | float] = {}
    if rng.random() < 0.5:
        properties["category"] = rng.choice(("tea", "coffee", "茶"))
    if rng.random() < 0.3:
        properties["quantity"] = float(rng.randint(1, 9))
    return Interaction(
        profile_id=_profile(rng),
        type=rng.choice(("purchase", "purchase", "visit")),
        occurred_at=_instant(rng),
        amount=rng.choice((None, rng.randint(1, 60))),
        touchpoint=rng.choice((None, "小程序", "shop")),
        id=f"共享-{rng.randrange(3_000)}" if shared else own_id,
        properties=properties,
    )


def _retraction(rng: random.Random, workspace: str, acknowledged: Sequence[Sent]) -> Sent | None:
    """Of some interactions that were acknowledged; None where there are none with ids."""
    with_ids = [one for one in acknowledged if one.kind == "interactions" and one.workspace == workspace and one.rows[0][ID]]
    if not with_ids:
        return None
    rows = rng.choice(with_ids).rows
    ids = sorted({str(row[ID]) for row in rng.sample(rows, min(len(rows), rng.choice((1, 1, 3, 20))))})
    request_id = _new_id(rng)

    def call(client: Client) -> Reply:
        got = client.in_workspace(workspace).retract_interactions(ids, reason="campaign", request_id=request_id)
        assert got.changeset_id == request_id
        return Reply(got.position, (got.retracted_count, got.already_so_count, 0), got.replayed)

    return Sent(request_id, workspace, list(map(retracted_row, ids)), "retraction", call=call)


def _erasure(rng: random.Random, workspace: str, acknowledged: Sequence[Sent]) -> Sent | None:
    """Of some profiles whose interactions were acknowledged; None where there are none."""
    recorded = [one for one in acknowledged if one.kind == "interactions" and one.workspace == workspace]
    if not recorded:
        return None
    ids = sorted({str(row[1]) for row in rng.choice(recorded).rows[: rng.choice((1, 1, 3))]})
    request_id = _new_id(rng)

    def call(client: Client) -> Reply:
        got = client.in_workspace(workspace).erase_profiles(ids, reason="campaign", request_id=request_id)
        assert got.receipt is not None
        assert got.receipt.changeset_id == request_id
        return Reply(got.receipt.position, (got.erased_count, got.unknown_count, 0), got.receipt.replayed)

    return Sent(request_id, workspace, list(map(erased_row, ids)), "erasure", call=call)


def _changes(rng: random.Random, workspace: str) -> Sent:
    made = [_trait_change(rng) if rng.random() < 0.3 else _tag_change(rng) for _ in range(rng.choice((1, 1, 1, 3, 30)))]
    # The contract keeps tags and traits apart, each in the order given.
    changes = [c for c in made if not isinstance(c, SetTrait)] + [c for c in made if isinstance(c, SetTrait)]
    return _changeset(_new_id(rng), workspace, changes)


def _changeset(request_id: str, workspace: str, changes: Sequence[Change]) -> Sent:
    def call(client: Client) -> Reply:
        got = client.in_workspace(workspace).apply_changeset(changes, reason="campaign", request_id=request_id)
        assert got.changeset_id == request_id
        return Reply(got.position, (got.changed_count, got.already_so_count, got.new_profile_count), got.replayed)

    return Sent(request_id, workspace, [row for change in changes for row in _change_rows(change)], "changes", call=call)


def _tag_change(rng: random.Random) -> Change:
    tag, at = rng.choice(_TAGS), rng.choice((None, _instant(rng)))
    if rng.random() < 0.3:
        return RemoveTag(_profile(rng), tag, at)
    value = rng.randint(0, 10) / 10 if tag == "model/score" else None
    expires = at + timedelta(days=rng.randint(1, 40)) if at and rng.random() < 0.3 else None
    return ApplyTag(_profile(rng), tag, value, at, expires)


def _trait_change(rng: random.Random) -> Change:
    at = rng.choice((None, _instant(rng)))
    name, value = rng.choice(
        (("city", rng.choice(("Shanghai", "杭州", None))), ("age", float(rng.randint(18, 80))), ("member", rng.random() < 0.5))
    )
    return SetTrait(_profile(rng), name, value, at)


def _change_rows(change: Change) -> Iterator[Row]:
    at = None if change.effective_at is None else instants.from_datetime(change.effective_at)
    if isinstance(change, SetTrait):
        yield ("trait", change.profile_id, change.trait, change.value, at)
    elif isinstance(change, RemoveTag):
        yield ("tag", change.profile_id, change.tag, False, at, None)
    else:
        yield ("tag", change.profile_id, change.tag, True, at, change.value)
        if change.expires_at is not None:
            yield ("expiry", change.profile_id, change.tag, False, instants.from_datetime(change.expires_at), None)


def _definition(rng: random.Random, workspace: str) -> Sent:
    return _define(workspace, f"extra-{rng.getrandbits(64):x}", _new_id(rng), (TagDefined,))


def _define(workspace: str, key: str, request_id: str, kinds: tuple[type[GroupDefined | TagDefined], ...]) -> Sent:
    def call(client: Client) -> Reply:
        tag = client.in_workspace(workspace).define_tag(key, reason="campaign", create_group=True, request_id=request_id)
        assert tag.key == key
        return Reply(0, (), False)

    return Sent(request_id, workspace, [catalogue_row(*kinds)], "catalogue", call=call)


def _workspace(rng: random.Random, name: str) -> list[Sent]:
    request_id = _new_id(rng)

    def call(client: Client) -> Reply:
        client.create_workspace(name, reason="campaign", request_id=request_id)
        return Reply(0, (), False)

    made = [Sent(request_id, name, [catalogue_row(WorkspaceCreated)], "catalogue", call=call)]
    groups = set[str]()
    for key in _TAGS:
        group = key.rpartition("/")[0]
        new_group = bool(group) and group not in groups
        groups.add(group)
        made.append(_define(name, key, _new_id(rng), (GroupDefined, TagDefined) if new_group else (TagDefined,)))
    # A trait can be cleared once it has had a value.
    return [*made, _changeset(_new_id(rng), name, [SetTrait("客户-0", "city", "杭州")])]


def _interactions_reply(got: replies.InteractionsReceipt, request_id: str) -> Reply:
    assert got.changeset_id == request_id
    return Reply(got.position, (got.accepted_count, got.duplicate_count, got.new_profile_count), got.replayed)


def _new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _profile(rng: random.Random) -> str:
    return f"客户-{int(rng.triangular(0, 900, 0))}"


def _instant(rng: random.Random) -> datetime:
    return _BASE - timedelta(microseconds=rng.randrange(60 * 86_400_000_000))


# --- the clients' threads -------------------------------------------------------------------------------------------------


class Worker(threading.Thread):
    """One client. It repeats what has no answer, or writes something new, until told to end."""

    def __init__(self, rng: random.Random, address: str, traffic: Traffic, workspaces: list[str], *, patient: bool) -> None:
        super().__init__(name="client", daemon=True)
        self._rng, self._address, self._traffic, self._workspaces, self._patient = rng, address, traffic, workspaces, patient
        self.end = threading.Event()

    def run(self) -> None:
        """Until told to end. A patient client brings its last write to an answer, whatever happens to the server."""
        retry = _PATIENT if self._patient else _ONCE
        with Client(self._address, actor="tester", source="campaign", timeout=_ANSWER_SECONDS_MAX, retry=retry) as client:
            while not self.end.is_set():
                sent = self._next()
                answered = self._traffic.send(client, sent)
                if not answered:
                    self._leave(sent)
                self.end.wait(self._rng.uniform(0, _PAUSE_SECONDS_MAX) if answered else _AWAY_SECONDS)

    def _next(self) -> Sent:
        with self._traffic.lock:
            if self._traffic.unanswered and self._rng.random() < 0.5:
                # Sometimes it stays in the list: two clients then repeat the same write at the same time.
                place = self._rng.randrange(len(self._traffic.unanswered))
                keep = self._rng.random() < 0.2
                return self._traffic.unanswered[place] if keep else self._traffic.unanswered.pop(place)
            if self._traffic.acknowledged and self._rng.random() < 0.03:
                return self._rng.choice(self._traffic.acknowledged)
        older = self._rng.random() < 0.1
        workspace = self._rng.choice(self._workspaces) if older else self._workspaces[-1]
        for share, take_back in ((_RETRACTED_SHARE, _retraction), (_ERASED_SHARE, _erasure)):
            if self._rng.random() < share:
                with self._traffic.lock:
                    acknowledged = list(self._traffic.acknowledged)
                found = take_back(self._rng, workspace, acknowledged)
                if found:
                    return found
        make: Callable[[random.Random, str], Sent] = self._rng.choices((_interactions, _changes, _definition), (60, 38, 2))[0]
        return make(self._rng, workspace)

    def _leave(self, sent: Sent) -> None:
        """No answer: to be repeated, or abandoned."""
        with self._traffic.lock:
            if sent.position is None and self._rng.random() < 0.6:
                self._traffic.unanswered.append(sent)
            else:
                self._traffic.abandoned_count += 1


# --- the campaign ---------------------------------------------------------------------------------------------------------


class Campaign:
    """All cycles on one store."""

    def __init__(self, store: Store, reader: LogReader, folder: Path, seed: int) -> None:
        self.traffic = Traffic()
        self.reader = reader
        self.audit = Audit(reader, self.traffic.sent)
        self.wrong_answers: list[str] = []
        self.kill_count = 0
        self.server = Server(store, folder)
        self._seed = seed
        self._rng = random.Random(f"crash/{seed}")
        self._workspaces: list[str] = []
        self._checked = 0
        self._done = 0
        self._workers: list[Worker] = []

    def cycle(self, number: int) -> None:
        """Start, look, write, kill."""
        if self._rng.random() < 0.15:
            self._kill_while_starting()
        self.server.start()
        self._settle()
        self._look(self._workspaces[-1:] + self._rng.sample(self._workspaces, min(1, len(self._workspaces))))
        if number % _CYCLES_PER_WORKSPACE == 0:
            self._new_workspace(f"crash-{number}")
        self._write(number)
        time.sleep(0.05 + 0.95 * self._rng.random() ** 2)
        self._kill()
        if self._rng.random() < 0.15:
            # Again, with clients that are still there.
            self.server.start()
            time.sleep(self._rng.uniform(0, 0.1))
            self._kill()
        for worker in self._workers:
            worker.end.set()
        self._done += 1

    def finish(self) -> None:
        """Start once more; read the whole log anew, and ask about every workspace."""
        self.server.start()
        self._settle()
        self._look(self._workspaces)
        whole = Audit(self.reader, self.traffic.sent)
        whole.advance()
        whole.check_acknowledged(self.traffic.acknowledged)
        self.audit.faults = whole.faults
        if whole.position != self.audit.position:
            self.audit.faults.damaged.append(f"the log ends at {whole.position}; read bit by bit, at {self.audit.position}")
        self.server.kill()

    def _kill(self) -> None:
        self.server.kill()
        self.kill_count += 1

    def _kill_while_starting(self) -> None:
        for _ in range(self._rng.choice((1, 1, 2))):
            self.server.spawn()
            time.sleep(self._rng.uniform(0, 1.1 * self.server.start_seconds))
            self._kill()

    def _settle(self) -> None:
        """The patient clients get their answers from the new server; then nobody writes."""
        deadline = time.monotonic() + 2 * _ANSWER_SECONDS_MAX
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
            if worker.is_alive():
                raise RuntimeError("a client got no answer from the new server")
        self._workers = []

    def _new_workspace(self, name: str) -> None:
        with Client(self.server.address, actor="tester", source="campaign") as client:
            for sent in _workspace(self._rng, name):
                self.traffic.send(client, sent)
        self._workspaces.append(name)

    def _write(self, number: int) -> None:
        self._workers = [
            Worker(
                random.Random(f"crash/{self._seed}/{number}/{place}"),
                self.server.address,
                self.traffic,
                self._workspaces,
                patient=place == 0,
            )
            for place in range(_WORKERS)
        ]
        for worker in self._workers:
            worker.start()

    # --- looking ----------------------------------------------------------------------------------------------------------

    def _look(self, workspaces: list[str]) -> None:
        """What was acknowledged is there, and the server answers from it."""
        self.audit.advance()
        self.audit.check_acknowledged(self.traffic.acknowledged[self._checked :])
        self._checked = len(self.traffic.acknowledged)
        with Client(self.server.address) as client:
            for workspace in dict.fromkeys(workspaces):
                for _ in range(_QUESTIONS):
                    self._ask(client.in_workspace(workspace), workspace)

    def _ask(self, client: Client, workspace: str) -> None:
        stream = self.audit.streams[workspace]
        text = self._rng.choice(_EXPRESSIONS)
        as_of = self._rng.choice((None, _BASE, _instant(self._rng)))
        cut = self._rng.choice((None, self._rng.choice(stream.oracle.recorded)[0]))
        expression = parse(text)
        got = client.count(text, as_of=as_of, known_at=cut)
        end = stream.oracle.recorded[-1][0]
        instant = instants.from_datetime(got.clocks.as_of)
        expected = stream.oracle.members(expression, instant, end if cut is None else cut)
        if got.count != len(expected) or got.position < end:
            message = (
                f"{workspace}: {text} at {as_of}, known at {cut}: {got.count} at {got.position}; due {len(expected)} at {end}"
            )
            self.wrong_answers.append(message)
        elif self._rng.random() < 0.3:
            members = list(client.members(text, as_of=got.clocks.as_of, known_at=got.clocks.known_at))
            if members != [stream.names[ordinal] for ordinal in sorted(expected) if stream.names[ordinal]]:
                self.wrong_answers.append(f"{workspace}: members of {text} at {as_of}, known at {cut}: not those of the oracle")

    # --- telling ----------------------------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        """All that is wrong."""
        ours = [*self.traffic.doubled, *self.traffic.reordered, *self.traffic.refused, *self.wrong_answers]
        return [*self.audit.faults.all(), *ours, *self.logged()]

    def logged(self) -> list[str]:
        """What the server found worth a warning: nothing, for nothing but the server itself is killed."""
        return [line for line in self.server.logged() if '"level":"info"' not in line.replace(" ", "")]

    def snapshots_loaded(self) -> int:
        """How many starts had a snapshot to begin with."""
        return sum('"snapshot loaded"' in line for line in self.server.logged())

    def summary(self) -> dict[str, int]:
        """The counts that are told."""
        found, traffic = self.audit.faults, self.traffic
        return {
            "cycles": self._done,
            "acknowledged": len(traffic.acknowledged),
            "lost": len(found.lost),
            "doubled": len(found.doubled) + len(traffic.doubled),
            "reordered": len(found.reordered) + len(traffic.reordered),
            "wrong_answers": len(self.wrong_answers),
            "damaged": len(found.damaged),
            "refused": len(traffic.refused),
            "logged": len(self.logged()),
            "kills": self.kill_count,
            "snapshots_loaded": self.snapshots_loaded(),
            "repeated": traffic.repeated_count,
            "replayed": traffic.replayed_count,
            "abandoned": traffic.abandoned_count,
            "events": self.audit.event_count,
            "interactions": self.audit.interaction_count,
        }


@contextmanager
def _store(name: str, folder: Path) -> Iterator[tuple[Store, LogReader]]:
    if name == "sqlite":
        data = folder / "data"
        yield Store(name, data=str(data)), SqliteReader(data)
        return
    postgres = Postgres(folder / "postgres")
    try:
        url = postgres.new_database()
        yield Store(name, database_url=url), PostgresReader(url)
    finally:
        postgres.stop()


def _run(campaign: Campaign, cycles: int) -> None:
    begun = time.monotonic()
    for number in range(cycles):
        campaign.cycle(number)
        if (number + 1) % 10 == 0 or campaign.faults():
            told = f"{campaign.audit.event_count:,} events, start {campaign.server.start_seconds:.2f} s"
            print(f"{number + 1} cycles, {time.monotonic() - begun:.0f} s, {told}", file=sys.stderr)
        if campaign.faults():
            break
    campaign.finish()


def main() -> int:
    """Run from the command line; exit status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and its data go with us
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="tagledger-crash-") as folder,
        _store(arguments.store, Path(folder)) as (at, reader),
    ):
        campaign = Campaign(at, reader, Path(folder), arguments.seed)
        try:
            _run(campaign, arguments.cycles)
        finally:
            campaign.server.kill()
        faults, counts = campaign.faults(), campaign.summary()
    for line in faults[:20]:
        print(line[:2_000], file=sys.stderr)
    summary = {"store": arguments.store, **counts, "seed": arguments.seed}
    print(json.dumps(summary | {"elapsed_s": round(time.monotonic() - begun, 1)}))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
