"""Personal traits: told of one customer and in exports that ask for them, asked for only whether they are there, and erased."""

import csv
import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import structlog

from clients.sdk import ApplyTag, Change, Client, ColumnKind, ExportColumn, Personal, SetTrait, TraitAxis, errors, replies
from domain import limits
from server import logs
from server.bootstrap import event_log
from server.config import Config
from server.eventlog.port import PersonalRow
from server.usecases import overlay
from server.usecases.drafts import PersonalText
from server.verification import verified
from tests.harness import running_server
from tests.stories.asking import AT, connected, members, position, refused

DAY = timedelta(days=1)
EMAIL = ExportColumn(ColumnKind.TRAIT, "email")


def put(client: Client, values: dict[str, str | None], after: timedelta = timedelta(0)) -> replies.ChangesetReceipt:
    changes: list[Change] = [
        SetTrait(who, "email", None if text is None else Personal(text), AT + after) for who, text in values.items()
    ]
    return client.apply_changeset(changes, reason="a test")


def email(client: Client, who: str, as_of: datetime | None = None, known_at: int | None = None) -> object:
    found = {one.name: one.value for one in client.profile(who, as_of=as_of, known_at=known_at).traits}
    return found.get("email")


def test_the_profile_tells_it_as_it_was_and_as_it_was_known(client: Client) -> None:
    put(client, {"ana": "ana@old.example", "bo": "博@example.com"})
    before = position(client)
    put(client, {"ana": "ana@new.example"}, DAY)
    assert [email(client, who) for who in ("ana", "bo")] == ["ana@new.example", "博@example.com"]
    assert isinstance(email(client, "ana"), Personal)
    assert email(client, "ana", as_of=AT + DAY / 2) == email(client, "ana", known_at=before) == "ana@old.example"
    put(client, {"ana": None}, 2 * DAY)
    assert email(client, "ana") is None
    assert email(client, "ana", as_of=AT + DAY) == "ana@new.example"
    (trait,) = client.profile("bo").traits
    assert (trait.effective_at, trait.attribution.actor, trait.attribution.reason) == (AT, "staff:li", "a test")


def test_a_segment_may_ask_whether_it_is_there_and_nothing_else(client: Client) -> None:
    put(client, {"ana": "ana@example.com", "bo": "bo@example.com"})
    client.apply_changeset([SetTrait("cy", "city", "ana")], reason="a test")
    assert members(client, "email exists") == {"ana", "bo"}
    assert members(client, "not email exists") == {"cy"}
    assert members(client, "email exists for at least 1 day", as_of=AT + 2 * DAY) == {"ana", "bo"}
    for expression in (
        'email = "ana@example.com"',
        'email != "ana@example.com"',
        'email starts with "ana"',
        'email in ("ana@example.com")',
        "email >= 0",
        "email in last 3 calendar days",
        "email among (everyone)",
    ):
        assert members(client, expression) == set(), expression
        (warning,) = client.validate(expression).warnings
        assert "personal" in warning.message, expression
    for expression in ('email = "a"', "email > 1"):
        assert client.validate(expression).warnings[0].suggestion == "email exists"
    with pytest.raises(errors.InvalidField) as told:
        client.crosstab([TraitAxis("email")])
    assert "personal" in str(told.value)
    assert client.check("email exists", ["ana", "cy"]).results[0].member
    assert client.names().traits == {"email": "personal", "city": "string"}


def test_history_and_explanations_tell_that_it_was_set_and_by_whom(client: Client) -> None:
    put(client, {"ana": "ana@example.com"})
    put(client, {"ana": None}, DAY)
    changes = [one.change for one in client.profile_history("ana")]
    assert changes == [replies.TraitEntry("email", Personal("")), replies.TraitEntry("email", None)]
    assert [one.change for one in client.profile("ana").timeline] == changes[::-1]
    explained = client.explain("email exists", profile_id="ana", as_of=AT + DAY / 2)
    assert "ana@" not in repr(explained)
    assert explained.profile
    assert explained.profile.member


def test_an_export_that_names_it_tells_it(client: Client) -> None:
    put(client, {"ana": "ana@example.com", "cy": "c@example.com"})
    client.apply_changeset([SetTrait(who, "city", "杭州") for who in ("ana", "bo")], reason="a test")
    columns = [EMAIL, ExportColumn(ColumnKind.TRAIT, "city")]
    rows = {row.profile_id: row.values for row in client.export("everyone", columns=columns)}
    assert rows == {"ana": ("ana@example.com", "杭州"), "bo": (None, "杭州"), "cy": ("c@example.com", None)}
    stream = b"".join(part.arrow for part in client.export_parts("everyone", columns=columns, arrow=True))
    table = pa.ipc.open_stream(stream).read_all()
    assert table.schema.field("trait:email").type == pa.string()
    assert table.to_pydict()["trait:email"] == ["ana@example.com", "c@example.com", None]
    assert [row.values for row in client.export("everyone", columns=[EMAIL], as_of=AT - DAY)] == []


def test_an_export_of_long_texts_comes_in_parts_that_fit(client: Client) -> None:
    names = [f"long-{n}" for n in range(20)]
    people = [f"p{n:05}" for n in range(2_000)]
    for name in names:
        changes: list[Change] = [SetTrait(who, name, Personal("x" * limits.MAX_VALUE_BYTES), AT) for who in people]
        client.apply_changeset(changes, reason="a test", timeout=60)
    columns = [ExportColumn(ColumnKind.TRAIT, name) for name in names]
    told = [str(row.values[7]) for row in client.export("everyone", columns=columns)]
    assert sum(map(len, told)) == 2_000 * limits.MAX_VALUE_BYTES
    stream = b"".join(part.arrow for part in client.export_parts("everyone", columns=columns, arrow=True))
    assert pa.ipc.open_stream(stream).read_all().num_rows == 2_000


def test_undo_brings_the_former_text_back(client: Client) -> None:
    put(client, {"ana": "ana@old.example"})
    receipt = put(client, {"ana": "ana@wrong.example", "bo": "bo@example.com"})
    undone = client.undo_changeset(receipt.changeset_id, reason="wrong file")
    assert undone.receipt
    assert [email(client, who) for who in ("ana", "bo")] == ["ana@old.example", None]
    client.undo_changeset(undone.receipt.changeset_id, reason="it was right")
    assert [email(client, who) for who in ("ana", "bo")] == ["ana@wrong.example", "bo@example.com"]
    put(client, {"ana": "ana@new.example"}, DAY)
    assert email(client, "ana") == "ana@new.example"


def test_linked_profiles_have_it_together(client: Client) -> None:
    put(client, {"ana": "ana@old.example", "a2": "ana@new.example"})
    put(client, {"ana": "ana@newer.example"}, DAY)
    client.link([("ana", "a2")], reason="one person")
    assert email(client, "a2") == email(client, "ana") == "ana@newer.example"
    assert [row.values for row in client.export("email exists", columns=[EMAIL])] == [("ana@newer.example",)]
    client.unlink([("ana", "a2")], reason="two after all")
    assert [email(client, who) for who in ("ana", "a2")] == ["ana@newer.example", "ana@new.example"]


def test_what_it_is_not_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    put(client, {"ana": "x" * limits.MAX_VALUE_BYTES})
    client.apply_changeset([SetTrait("ana", "city", "杭州")], reason="a test")

    def refusal(kind: type[errors.TagledgerError], trait: str, value: str) -> str:
        return str(refused(kind, lambda: client.apply_changeset([SetTrait("bo", trait, value)], reason="a test"), client))

    assert "'email' is a personal text here" in refusal(errors.TypeConflict, "email", "bo@example.com")
    assert "'city' is a string here" in refusal(errors.TypeConflict, "city", Personal("杭州"))
    assert "not empty" in refusal(errors.InvalidField, "email", Personal(""))
    assert "U+0000" in refusal(errors.InvalidField, "email", Personal("a\0b"))
    asked = 'email = "bo@example.com"'
    client.define_tag("vip", reason="a test")
    for call in (
        lambda: client.define_segment("by name", f"not {asked}", reason="a test"),
        lambda: client.apply_tag_to_segment(asked, "vip", reason="a test"),
        lambda: client.undo_changeset(position(client), expression=asked, reason="a test"),
    ):
        assert "email exists" in str(refused(errors.InvalidField, call, client))
    assert "1,024 bytes" in refusal(errors.InvalidField, "email", Personal("x" * (limits.MAX_VALUE_BYTES + 1)))
    monkeypatch.setattr(overlay, "MAX_PERSONAL_TEXTS", 2)
    put(client, {"bo": "bo@example.com"})
    assert "personal texts" in refusal(errors.LimitExceeded, "email", Personal("one too many"))
    assert [email(client, who) for who in ("ana", "bo")] == ["x" * limits.MAX_VALUE_BYTES, "bo@example.com"]


def test_a_repeat_is_recorded_once_and_others_in_between_get_numbers_of_their_own(client: Client) -> None:
    request_id = "4b7fdc36-0000-4000-8000-000000000001"
    changes: list[Change] = [SetTrait("ana", "email", Personal("ana@example.com"), AT), ApplyTag("ana", "vip", effective_at=AT)]
    client.define_tag("vip", reason="a test")
    for _ in range(2):
        client.apply_changeset(changes, reason="a test", request_id=request_id)
    # Sent at once, some share a transaction.
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: put(client, {f"p{n}": f"p{n}@example.com"}), range(40)))
    assert [email(client, f"p{n}") for n in range(40)] == [f"p{n}@example.com" for n in range(40)]
    assert email(client, "ana") == "ana@example.com"


def test_after_a_restart_everything_is_told_as_before(config: Config) -> None:
    with running_server(config) as address, connected(address) as client:
        for n in range(6):
            put(client, {"ana": f"ana{n}@example.com", f"p{n}": f"{n}@example.com"}, n * DAY)
        client.erase_profiles(["p1"], reason="asked for it")
        asked = list(client.export("everyone", columns=[EMAIL]))
    for snapshots in (config.snapshots, "none"):
        with running_server(Config(config.listen, config.data, config.database_url, snapshots=snapshots)) as address:
            with connected(address) as client:
                assert list(client.export("everyone", columns=[EMAIL])) == asked
                assert email(client, "ana", as_of=AT + 3 * DAY) == "ana3@example.com"
                put(client, {"new": "new@example.com"})
                assert email(client, "new") == "new@example.com"
                client.erase_profiles(["new"], reason="asked for it")
    assert verified(config, None, None).difference == ""


def test_who_is_erased_has_none_any_more(client: Client, config: Config) -> None:
    put(client, {"ana": "ana@example.com", "bo": "bo@example.com"})
    before = position(client)
    receipt = client.erase_profiles(["ana"], reason="asked for it").receipt
    assert receipt
    assert members(client, "email exists") == {"bo"}
    assert client.count("email exists", known_at=before).count == 2
    assert [row.values for row in client.export("email exists", columns=[EMAIL], known_at=before)] == [("bo@example.com",)]
    put(client, {"ana": "ana@second.example"})
    assert email(client, "ana") == "ana@second.example"
    if config.database_url:
        with closing(event_log(config)) as log:
            texts = [one.text for one in log.personal("default")]
        assert texts == ["", "bo@example.com", "ana@second.example"]


def test_from_a_file_and_back_on_the_command_line(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("id,mail,city\nana,ana@example.com,杭州\nbo,,杭州\ncy,100,\n")

    def run(*words: str) -> str:
        line = [str(Path(sys.executable).with_name("tagledger")), *words, "--target", address]
        done = subprocess.run(line, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with running_server(config) as address, connected(address) as client:
        mapping = ("--profile", "id", "--trait", "mail=email", "--trait", "city", "--reason", "a test")
        run("import", "traits", str(file), *mapping, "--trait-type", "mail=personal")
        assert members(client, "email exists") == {"ana", "cy"}
        # The workspace knows by now which of them are personal.
        file.write_text("id,mail,city\nana,7,杭州\n")
        run("import", "traits", str(file), *mapping)
        assert email(client, "ana") == "7"
        file = tmp_path / "members.jsonl"
        file.write_text('{"id": "ana", "mail": "seven"}\n')
        run("import", "traits", str(file), *mapping[:4], *mapping[-2:])
        assert (email(client, "ana"), members(client, "email exists")) == ("seven", {"ana", "cy"})
        file = tmp_path / "members.csv"
        run("import", "traits", str(file), *mapping, "--again")
        told = json.loads(run("profile", "ana", "--json"))
        assert [one["value"] for one in told["traits"] if one["name"] == "email"] == ["7"]
        assert "email (personal)" in run("history", "profile", "ana")
        rows = list(
            csv.reader(io.StringIO(run("export", "everyone", "--column", "trait:email", "--output", "-", "--format", "csv")))
        )
        assert rows == [["profile_id", "trait:email"], ["ana", "7"], ["bo", ""], ["cy", "100"]]
        assert "personal" in run("catalogue", "names")


def test_the_log_of_the_server_does_not_tell_them(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        for log_format in ("text", "json"):
            logs.configure(Config(log_format=log_format))
            batch = [PersonalRow(1, 0, "ana@example.com"), PersonalText("ana@example.com"), "ana@example.com"]
            try:
                raise OSError(28, f"no space left for {len(batch)} rows")
            except OSError:
                structlog.get_logger("tagledger.committer").exception("commit failed", rows=batch[:2])
            told = capsys.readouterr().err
            assert "no space left for 3 rows" in told
            assert "ana@" not in told
    finally:
        structlog.reset_defaults()
