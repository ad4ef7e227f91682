"""`tagledger verify`: whatever is changed in a store behind the server's back is found, and named."""

import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import zstandard

from clients.sdk import ApplyTag, Client, Interaction, Personal, SetTrait
from domain.errors import InvalidField, StoreUnavailable
from projections.index.dictionary import Dictionary
from server.config import Config
from server.eventlog.port import EventLog
from server.snapshots.folder import SnapshotFolder
from server.verification import Found, verified
from tests.harness import Store, running_server

AT = datetime(2026, 1, 1, tzinfo=UTC)
TAGLEDGER = str(Path(sys.executable).with_name("tagledger"))


@pytest.fixture
def config(store: Store, tmp_path: Path) -> Config:
    """A store with changesets of every kind, and a snapshot of its index."""
    settings = store.config(snapshots=str(tmp_path / "snapshots"), snapshot_every=1)
    with running_server(settings) as address, Client(address, actor="staff:li", source="test") as client:
        client.define_tag("vip", reason="a test")
        client.apply_changeset(
            [ApplyTag("ana", "vip"), SetTrait("bo", "city", "Hangzhou"), SetTrait("bo", "email", Personal("bo@x"))],
            reason="a test",
        )
        client.record_interactions([Interaction(who, "purchase", AT, amount=5, id=who) for who in ("ana", "bo", "cy")])
        client.upload_list("autumn", ["ana"], reason="a test")
        client.define_segment("buyers", "did purchase", reason="a test")
        client.create_workspace("other", reason="a test")
    return settings


def execute(config: Config, statement: str, *given: object) -> None:
    """Change the store behind the server's back."""
    if config.database_url:
        with psycopg.connect(config.database_url) as database:
            database.execute(statement.replace("?", "%s").encode(), given)
    else:
        with closing(sqlite3.connect(Path(config.data) / "ledger.sqlite")) as file, file:
            file.execute(statement, given)


def states(config: Config) -> Iterator[tuple[int, bytes]]:
    """Version and stored bytes of each changeset of the first workspace."""
    query = "SELECT originator_version, state FROM tagledger_events WHERE originator_id = 'default' ORDER BY 1"
    if config.database_url:
        with psycopg.connect(config.database_url) as database:
            yield from [(version, bytes(state)) for version, state in database.execute(query.encode()).fetchall()]
    else:
        with closing(sqlite3.connect(Path(config.data) / "ledger.sqlite")) as file:
            yield from file.execute(query).fetchall()


def difference(config: Config, against: Path | None = None) -> str:
    return verified(config, None, against).difference


def test_what_nobody_touched_is_as_it_was_recorded(config: Config, tmp_path: Path) -> None:
    found = verified(config, tmp_path / "checkpoint.json", None)
    assert (found.difference, found.index_compared) == ("", True)
    assert [one.workspace for one in found.checkpoints] == ["default", "other"]
    assert found.changesets == sum(one.version for one in found.checkpoints)
    with running_server(config) as address, Client(address, actor="staff:li", source="test") as client:
        client.record_interactions([Interaction("dan", "purchase", AT)])
    assert difference(config, tmp_path / "checkpoint.json") == ""


def test_a_changed_changeset_is_named_whoever_changed_its_own_hash_too(config: Config) -> None:
    version, state = next((version, state) for version, state in states(config) if b"Hangzhou" in opened(state))
    raw = opened(state).replace(b"Hangzhou", b"Shanghai")
    changed = "UPDATE tagledger_events SET state = ? WHERE originator_id = 'default' AND originator_version = ?"
    execute(config, changed, zstandard.compress(raw), version)
    assert f"changeset {version} at" in difference(config)
    assert "content" in difference(config)
    # With hashes that fit its own content, the next one in the stream does not continue it.
    with_hash = rehashed(raw)
    execute(config, changed, zstandard.compress(with_hash), version)
    assert "chain hash does not continue" in difference(config)


def test_what_is_missing_in_the_log_is_named(config: Config) -> None:
    version = list(states(config))[-2][0]
    execute(config, "DELETE FROM tagledger_events WHERE originator_id = 'default' AND originator_version = ?", version)
    assert f"changeset {version} is missing" in difference(config)


def test_an_end_that_was_cut_off_shows_against_a_checkpoint(config: Config, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.json"
    assert verified(config, checkpoint, None).difference == ""
    version = list(states(config))[-1][0]
    execute(config, "DELETE FROM tagledger_events WHERE originator_id = 'default' AND originator_version = ?", version)
    assert difference(config) == "", "nothing tells that there ever was more"
    assert "not there any more" in difference(config, checkpoint)
    told = json.loads(checkpoint.read_text())
    told[0]["version"], told[0]["chain_sha256"] = version - 1, "0" * 64
    checkpoint.write_text(json.dumps(told))
    assert "not what it was" in difference(config, checkpoint)


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("DELETE FROM tagledger_profiles WHERE workspace = 'default' AND ordinal = 1", "lacks the profile_id of ordinal 1"),
        ("UPDATE tagledger_profiles SET profile_id = 'ana' WHERE workspace = 'default' AND ordinal = 2", "'ana' twice"),
        ("INSERT INTO tagledger_profiles VALUES ('default', 3, 'eve')", "the vault has ordinal 3"),
        ("DELETE FROM tagledger_requests WHERE workspace = 'default'", "request id is not noted"),
        ("DELETE FROM tagledger_personal", "the vault lacks personal text 1, of ordinal 1, which is set here"),
        ("UPDATE tagledger_personal SET ordinal = 0", "the vault lacks personal text 1, of ordinal 1"),
        ("UPDATE tagledger_personal SET value = ''", "lacks a personal text of ordinal 1, which nobody erased"),
        ("INSERT INTO tagledger_personal VALUES ('default', 2, 0, 'x')", "personal text 2, which no changeset has set"),
    ],
)
def test_vault_and_request_ids_are_held_against_the_log(config: Config, statement: str, part: str) -> None:
    execute(config, statement)
    assert part in difference(config)


def test_an_index_that_is_not_what_the_log_says_is_named(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    load = SnapshotFolder.load

    def with_another(what: str) -> Found:
        def loaded(self: SnapshotFolder, log: object) -> object:
            found = load(self, log)  # type: ignore[arg-type]
            assert found is not None
            index = found.states["default"].index
            match what:
                case "tag":
                    index.tags[1].history.columns()["ordinals"][0] ^= 1
                case "trait":
                    index.traits["city"].history.columns()["codes"][0] += 1
                case "rows":
                    index.interactions["purchase"]._state.tail.columns["amount"][0] += 1
                case "universe":
                    index.universe.columns()["instants"][0] += 1
                case "values":
                    index.traits["city"].values = Dictionary.over(["Shanghai"])
                case "ids":
                    ids = found.states["default"].interaction_ids
                    ids.add(ids.keys(["never recorded"]), 1)
                case "list":
                    index.list_members.newest(1).clear()
            return found

        monkeypatch.setattr(SnapshotFolder, "load", loaded)
        return verified(config, None, None)

    for what, part in (
        ("tag", "tag 'vip' (column ordinals)"),
        ("trait", "trait 'city' (column codes)"),
        ("rows", "interactions of type 'purchase'"),
        ("universe", "who exists since when"),
        ("values", "the values of trait 'city'"),
        ("ids", "what is known of interaction ids"),
        ("list", "version 1 of list 'autumn'"),
    ):
        assert part in with_another(what).difference


def test_the_command_tells_people_and_programs(config: Config, tmp_path: Path) -> None:
    where = ["--database-url", config.database_url] if config.database_url else ["--data", config.data]
    line = [TAGLEDGER, "verify", *where, "--snapshots", config.snapshots]
    done = subprocess.run([*line, "--json", "--checkpoint", tmp_path / "c.json"], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["index_compared"]) == (0, True, True)
    assert told["checkpoints"] == json.loads((tmp_path / "c.json").read_text())
    execute(config, "DELETE FROM tagledger_requests")
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "request id is not noted" in done.stdout


def test_what_was_recorded_after_the_snapshot_is_compared_too(config: Config) -> None:
    with running_server(Config(**{**asdict(config), "snapshots": "none"})) as address, Client(address, actor="li") as client:
        client.record_interactions([Interaction("eve", "purchase", AT)])
    found = verified(config, None, None)
    assert (found.difference, found.index_compared) == ("", True)


def test_a_server_beside_us_may_go_on_recording(
    config: Config, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not config.database_url:
        pytest.skip("the embedded log is one server's")
    load = SnapshotFolder.load

    def loaded(self: SnapshotFolder, log: EventLog) -> object:
        monkeypatch.undo()  # for the server beside us
        beside = store.config(snapshots=str(tmp_path / "beside"))
        with running_server(beside) as address, Client(address, actor="li", source="test") as client:
            client.record_interactions([Interaction("eve", "purchase", AT)])
        return load(self, log)

    monkeypatch.setattr(SnapshotFolder, "load", loaded)
    found = verified(config, None, None)
    assert (found.difference, found.index_compared) == ("", True)


def test_a_changeset_that_can_be_read_but_not_applied_is_named(config: Config) -> None:
    version, state = max((version, state) for version, state in states(config) if b'"recorded_at"' in opened(state))
    raw = re.sub(rb'"changeset_id":"[^"]*"', b'"changeset_id":"no uuid"', opened(state))
    previous = [
        json.loads(opened(one).split(b"\n", 1)[0])["chain_sha256"] for before, one in states(config) if before < version
    ]
    changed = "UPDATE tagledger_events SET state = ? WHERE originator_id = 'default' AND originator_version = ?"
    execute(config, changed, zstandard.compress(rehashed(raw, bytes.fromhex(previous[-1]))), version)
    assert f"changeset {version} at" in difference(config)
    assert "cannot be applied" in difference(config)


def test_a_snapshot_that_cannot_be_trusted_is_told(config: Config) -> None:
    for manifest in Path(config.snapshots).glob("*.json"):
        manifest.write_bytes(manifest.read_bytes().replace(b"position", b"Position", 1))
    found = verified(config, None, None)
    assert not found.index_compared
    assert "manifest" in found.snapshots_refused[0]


def test_what_cannot_be_verified_is_refused_and_left_as_it_was(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidField, match="no embedded log"):
        verified(Config(data=str(tmp_path / "nothing")), None, None)
    foreign = tmp_path / "foreign" / "ledger.sqlite"
    for content, why in ((b"", "no table"), (b"not a database at all" * 100, "cannot be read as a log")):
        foreign.parent.mkdir(exist_ok=True)
        foreign.write_bytes(content)
        with pytest.raises(StoreUnavailable, match=why):
            verified(Config(data=str(foreign.parent)), None, None)
        assert foreign.read_bytes() == content
        assert not (foreign.parent / "snapshots").exists()
    (tmp_path / "text").write_text("[{}]")
    if store.config().database_url:
        with pytest.raises(StoreUnavailable, match="no table"):
            verified(store.config(), None, None)
    with running_server(store.config()):
        pass
    with pytest.raises(InvalidField, match="no checkpoint"):
        verified(store.config(), None, tmp_path / "text")
    with pytest.raises(InvalidField, match="no folder"):
        verified(store.config(), tmp_path / "nowhere" / "checkpoint.json", None)


def opened(state: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(state)


def rehashed(raw: bytes, previous_chain: bytes | None = None) -> bytes:
    """The content with an envelope whose content hash fits it, and the chain hash too if the one before is given."""
    envelope, content = raw.split(b"\n", 1)
    content_hash = hashlib.sha256(content)
    made = json.loads(envelope) | {"content_sha256": content_hash.hexdigest()}
    if previous_chain is not None:
        made["chain_sha256"] = hashlib.sha256(previous_chain + content_hash.digest()).hexdigest()
    return json.dumps(made, separators=(",", ":")).encode() + b"\n" + content
