"""Mistakes at the command line: the exit code of the table, one JSON object for programs, words for people, never a traceback.

Most run in this process against one real server; what depends on a process of its own (raw bytes among the arguments, `serve`)
starts one.
"""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import server.command  # noqa: F401 - adds `serve` and `demo`
from clients.cli import exits
from clients.cli.main import cli
from tests.harness import Store, running_server

TAGLEDGER = str(Path(sys.executable).with_name("tagledger"))
BAD_BYTE = b"\xff".decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Shell:
    """A server, and a folder of good and bad files."""

    target: str
    folder: Path

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command; {folder} in a word is the folder."""
        line = [word.replace("{folder}", str(self.folder)) for word in words]
        result = CliRunner(env={"TAGLEDGER_TARGET": self.target}).invoke(cli, line)
        return result.exit_code, result.stdout, result.stderr

    def refused(self, words: Sequence[str], code: int, reason: str) -> str:
        """Run it for people and for programs; both are told the same. Returns what people read."""
        returned, out, err = self.run(*words)
        assert (returned, out) == (code, ""), (returned, out, err)
        assert err.strip()
        assert "Traceback" not in err
        as_json, out, json_err = self.run(*words, "--json")
        assert as_json == code, (as_json, out, json_err)
        assert "Traceback" not in json_err
        error = only_object(out)["error"]
        assert error["reason"] == reason, error
        assert error["message"]
        return err


def only_object(out: str) -> dict[str, Any]:
    """The one JSON object, and the one line, of stdout."""
    assert out.endswith("\n")
    assert out.count("\n") == 1
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("errors")
    table = pa.table(
        {
            "who": [str(n % 50) for n in range(1_000)],
            "at": pa.array([1_500_000_000_000_000 + n for n in range(1_000)], pa.timestamp("us")),
            "amount": [n * 0.5 for n in range(1_000)],
            "list": [[n] for n in range(1_000)],
        }
    )
    pq.write_table(table, folder / "good.parquet")
    whole = (folder / "good.parquet").read_bytes()
    (folder / "truncated.parquet").write_bytes(whole[:-300])
    (folder / "damaged.parquet").write_bytes(whole[:200] + bytes(1_500) + whole[1_700:])
    (folder / "empty.parquet").write_bytes(b"")
    (folder / "text.parquet").write_text("who,at\n1,2017-01-01\n")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "header.csv").write_text("who,at\n")
    (folder / "twice.csv").write_text("who,at,who\n1,2017-01-01,2\n")
    (folder / "latin.csv").write_bytes("who,at\n\xe9,2017-01-01\nb,2017-01-01\n".encode("latin-1"))
    (folder / "header-latin.csv").write_bytes("who,at\xe9\nb,2017-01-01\n".encode("latin-1"))
    (folder / "bad-cells.csv").write_text("who,at,amount\na,10000-01-01,1\nb,never,1\nc,2017-01-01,nan\n,2017-01-01,1\nd\n")
    (folder / "no.jsonl").write_text('[1, 2]\n"x"\n{"who": \n')
    (folder / "unknown.docx").write_text("x")
    (folder / "folder").mkdir()
    with running_server(Store("sqlite", data=str(folder / "data")).config()) as address:
        made = Shell(address, folder)
        code, _, err = made.run("tag", "vip", "p1", "--reason", "a test", "--create-tags")
        assert code == 0, err
        yield made


IMPORT = ("import", "interactions")
MAPPED = ("--profile", "who", "--type", "purchase", "--at", "at")
USAGE, REFUSED, NOT_FOUND, UNAVAILABLE = exits.USAGE, exits.REFUSED, exits.NOT_FOUND, exits.UNAVAILABLE
NINES = "9" * 5_000


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        # The command line itself.
        (("nonsense",), USAGE, "USAGE"),
        (("count",), USAGE, "USAGE"),
        (("count", "everyone", "extra"), USAGE, "USAGE"),
        (("count", "everyone", "--nonsense"), USAGE, "USAGE"),
        (("count", "everyone", "--timeout", "0"), USAGE, "USAGE"),
        (("count", "everyone", "--timeout", "soon"), USAGE, "USAGE"),
        (("count", "everyone", "--timeout", "nan"), USAGE, "USAGE"),
        (("count", "everyone", "--timeout", "1e-9"), USAGE, "USAGE"),
        (("count", "everyone", "--target", ""), USAGE, "USAGE"),
        (("tag", "vip", "p1", "--reason", "r", "--actor", ""), USAGE, "USAGE"),
        (("catalogue", "define-tag", "x", "--reason", " "), USAGE, "USAGE"),
        (("members", "everyone", "--limit", "-1"), USAGE, "USAGE"),
        (("history", "profile", "p1", "--limit", "0"), USAGE, "USAGE"),
        (("history", "nonsense"), USAGE, "USAGE"),
        (("catalogue", "nonsense"), USAGE, "USAGE"),
        (("tag", "vip", "--reason", "r"), USAGE, "USAGE"),
        (("tag", "vip", "p1"), USAGE, "USAGE"),
        (("tag", "vip", "p1", "--reason", "r", "--value", "much"), USAGE, "USAGE"),
        # Times and zones.
        (("count", "everyone", "--as-of", "yesterday"), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", "10000-01-01"), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", "2017-02-30"), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", "0001-01-01", "--zone", "Asia/Shanghai"), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", "9999-12-31T23:00", "--zone", "America/New_York"), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", ""), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", BAD_BYTE), USAGE, "USAGE"),
        (("count", "everyone", "--zone", "Asia/Peking"), USAGE, "USAGE"),
        (("count", "everyone", "--zone", "../UTC"), USAGE, "USAGE"),
        (("count", "everyone", "--zone", "America"), USAGE, "USAGE"),
        (("count", "everyone", "--zone", ""), USAGE, "USAGE"),
        (("count", "everyone", "--zone", BAD_BYTE), USAGE, "USAGE"),
        (("count", "everyone", "--as-of", "0001-01-02"), REFUSED, "INVALID_FIELD"),
        (("count", "everyone", "--known-at", "2300-01-01"), REFUSED, "INVALID_FIELD"),
        (("count", "everyone", "--known-at", "1000000"), REFUSED, "POSITION_AHEAD"),
        (("count", "everyone", "--known-at", "9" * 30), REFUSED, "INVALID_FIELD"),
        (("count", "everyone", "--known-at", NINES), REFUSED, "INVALID_FIELD"),
        (("count", "everyone", "--known-at", "-1"), USAGE, "USAGE"),
        (("tag", "vip", "p1", "--reason", "r", "--effective-at", "2300-01-01"), REFUSED, "INVALID_FIELD"),
        (
            ("tag", "vip", "p1", "--reason", "r", "--effective-at", "2017-01-02", "--expires-at", "2017-01-01"),
            REFUSED,
            "INVALID_FIELD",
        ),
        # Expressions.
        (("count", ""), REFUSED, "INVALID_EXPRESSION"),
        (("count", "tagged vip and and x"), REFUSED, "INVALID_EXPRESSION"),
        (("members", "tagged"), REFUSED, "INVALID_EXPRESSION"),
        (("check", "((", "p1"), REFUSED, "INVALID_EXPRESSION"),
        (("explain", 'city = "x'), REFUSED, "INVALID_EXPRESSION"),
        (("validate", "did purchase in last 3 months"), REFUSED, "INVALID_EXPRESSION"),
        (("export", "nothing", "--output", "{folder}/x.csv"), REFUSED, "INVALID_EXPRESSION"),
        (("count", "x" * 1_000_000), REFUSED, "LIMIT_EXCEEDED"),
        (("count", "(" * 10_000), REFUSED, "LIMIT_EXCEEDED"),
        (("count", f"tagged {BAD_BYTE}"), REFUSED, "INVALID_FIELD"),
        # What does not exist.
        (("count", "everyone", "--workspace", "nobody"), NOT_FOUND, "UNKNOWN_WORKSPACE"),
        (("members", "everyone", "--workspace", "nobody"), NOT_FOUND, "UNKNOWN_WORKSPACE"),
        (("export", "everyone", "-o", "{folder}/x.csv", "--workspace", "nobody"), NOT_FOUND, "UNKNOWN_WORKSPACE"),
        (("catalogue", "tags", "--workspace", "nobody"), NOT_FOUND, "UNKNOWN_WORKSPACE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--workspace", "nobody"), NOT_FOUND, "UNKNOWN_WORKSPACE"),
        (("count", "everyone", "--workspace", "No Body"), REFUSED, "INVALID_FIELD"),
        (("count", "everyone", "--workspace", BAD_BYTE), REFUSED, "INVALID_FIELD"),
        (("tag", "nowhere", "p1", "--reason", "r"), NOT_FOUND, "UNKNOWN_TAG"),
        (("untag", "nowhere", "p1", "--reason", "r"), NOT_FOUND, "UNKNOWN_TAG"),
        (("catalogue", "tag", "nowhere"), NOT_FOUND, "UNKNOWN_TAG"),
        (("catalogue", "segment", "nowhere"), NOT_FOUND, "UNKNOWN_SEGMENT"),
        (("catalogue", "change-segment", "nowhere", "everyone"), NOT_FOUND, "UNKNOWN_SEGMENT"),
        (("catalogue", "rename-segment", "nowhere", "s"), NOT_FOUND, "UNKNOWN_SEGMENT"),
        (("catalogue", "retire-segment", "nowhere"), NOT_FOUND, "UNKNOWN_SEGMENT"),
        (("count", "in segment nowhere"), NOT_FOUND, "UNKNOWN_SEGMENT"),
        (("catalogue", "tags", "--group", "nowhere"), NOT_FOUND, "UNKNOWN_TAG_GROUP"),
        (("catalogue", "define-tag", "nowhere/x"), NOT_FOUND, "UNKNOWN_TAG_GROUP"),
        (("history", "profile", "nobody"), NOT_FOUND, "UNKNOWN_PROFILE"),
        (("history", "tag", "nowhere"), NOT_FOUND, "UNKNOWN_TAG"),
        (("history", "changeset", "1000000"), NOT_FOUND, "UNKNOWN_CHANGESET"),
        (("history", "changeset", "nonsense"), REFUSED, "INVALID_FIELD"),
        (("history", "changeset", NINES), REFUSED, "INVALID_FIELD"),
        (("export", "everyone", "-o", "{folder}/x.csv", "--column", "tag:nowhere"), NOT_FOUND, "UNKNOWN_TAG"),
        (("export", "everyone", "-o", "{folder}/x.csv", "--column", "trait:nowhere"), REFUSED, "INVALID_FIELD"),
        # Values.
        (("tag", "vip", "", "--reason", "r"), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", "p" * 257, "--reason", "r"), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", BAD_BYTE, "--reason", "r"), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", "p1", "--reason", "r" * 1_001), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", "p1", "--reason", "r", "--actor", "a" * 201), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", "p1", "--reason", "r", "--value", "nan"), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", "p1", "--reason", "r", "--value", "1e300"), REFUSED, "INVALID_FIELD"),
        (("tag", "vip", "p1", "--reason", "r", "--request-id", "nonsense"), REFUSED, "INVALID_FIELD"),
        (("check", "everyone", ""), REFUSED, "INVALID_FIELD"),
        (("catalogue", "define-tag", "vip"), REFUSED, "NAME_TAKEN"),
        (("catalogue", "define-segment", "s", "tagged and"), REFUSED, "INVALID_EXPRESSION"),
        (("catalogue", "define-segment", "s", "in segment s"), REFUSED, "SEGMENT_CYCLE"),
        (("catalogue", "define-segment", "", "everyone"), REFUSED, "INVALID_FIELD"),
        (("catalogue", "define-segment", "s"), USAGE, "USAGE"),
        (("catalogue", "create-workspace", "default"), REFUSED, "NAME_TAKEN"),
        (("catalogue", "create-workspace", "Not Good"), REFUSED, "INVALID_FIELD"),
        (("catalogue", "create-workspace", "other", "--currency", "yuan"), REFUSED, "INVALID_FIELD"),
        # No service.
        (("count", "everyone", "--target", "127.0.0.1:1"), UNAVAILABLE, "UNAVAILABLE"),
        (("tag", "vip", "p1", "--reason", "r", "--target", "127.0.0.1:1"), UNAVAILABLE, "UNAVAILABLE"),
        (
            (*IMPORT, "{folder}/good.parquet", *MAPPED, "--target", "127.0.0.1:1", "--timeout", "0.5"),
            UNAVAILABLE,
            "UNAVAILABLE",
        ),
        # Files to write.
        (("export", "everyone", "--output", "{folder}/x.docx"), USAGE, "USAGE"),
        (("export", "everyone", "--output", "{folder}/nowhere/x.csv"), USAGE, "USAGE"),
        (("export", "everyone", "--output", "{folder}/folder", "--format", "csv"), USAGE, "USAGE"),
        (("export", "everyone", "--output", "", "--format", "csv"), USAGE, "USAGE"),
        (("export", "everyone", "--output", "/", "--format", "csv"), USAGE, "USAGE"),
        (("export", "everyone", "--output", ".", "--format", "csv"), USAGE, "USAGE"),
        (("export", "everyone", "--output", "-", "--format", "parquet"), USAGE, "USAGE"),
        (("export", "everyone", "-o", "{folder}/x.csv", "--column", "nonsense"), USAGE, "USAGE"),
        (("export", "everyone", "-o", "{folder}/x.csv", "--column", "trait:"), USAGE, "USAGE"),
        # Files to read.
        ((*IMPORT, "{folder}/nowhere.csv", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/folder", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/unknown.docx", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/empty.csv", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/empty.parquet", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/truncated.parquet", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/damaged.parquet", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/text.parquet", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/twice.csv", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/header-latin.csv", *MAPPED), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", "--profile", "nobody", "--type", "x", "--at", "at"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--property", "list"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--property", "amount"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--property", "who=a", "--property", "at=a"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--property-type", "who=text"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--type-column", "who"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", "--profile", "who", "--at", "at"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--batch-rows", "0"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/good.parquet", *MAPPED, "--rejects", "{folder}/folder"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/bad-cells.csv", *MAPPED, "--rejects", "{folder}/nowhere/r.csv"), USAGE, "USAGE"),
        ((*IMPORT, "{folder}/bad-cells.csv", *MAPPED, "--rejects", "{folder}/rejects.xlsx"), USAGE, "USAGE"),
        ((*IMPORT, "-", *MAPPED), USAGE, "USAGE"),
        (("import", "tags", "{folder}/header.csv", "--profile", "who"), USAGE, "USAGE"),
        (("import", "traits", "{folder}/header.csv", "--profile", "who"), USAGE, "USAGE"),
        (
            (
                "import",
                "tags",
                "{folder}/header.csv",
                "--profile",
                "who",
                "--tag",
                "vip",
                "--at",
                "at",
                "--effective-at",
                "2017",
            ),
            USAGE,
            "USAGE",
        ),
    ],
    ids=lambda value: None if isinstance(value, int) else str(value)[:90],
)
def test_a_mistake_has_its_exit_code_and_changes_nothing(shell: Shell, words: tuple[str, ...], code: int, reason: str) -> None:
    before = shell.run("catalogue", "names", "--json")[1]
    shell.refused(words, code, reason)
    assert shell.run("catalogue", "names", "--json")[1] == before
    assert not list(shell.folder.glob(".*.part"))


@pytest.mark.parametrize("target", ["127.0.0.1:1", "nowhere.invalid:7420"])
def test_a_service_that_is_not_there_is_looked_for_where_the_message_says(shell: Shell, target: str) -> None:
    words = ("count", "everyone", "--target", target)
    err = shell.refused(words, UNAVAILABLE, "UNAVAILABLE")
    for told in (target, "--target", "TAGLEDGER_TARGET", "tagledger serve"):
        assert told in err
        assert told in only_object(shell.run(*words, "--json")[1])["error"]["message"]


def test_whoever_is_untagged_without_having_been_seen_is_told_of(shell: Shell) -> None:
    words = ("untag", "vip", "--reason", "a test")
    assert "warning" not in shell.run(*words, "p1")[2]
    code, _, err = shell.run(*words, "p1", "mispelt")
    assert (code, "1 of these profiles" in err) == (0, True)


def test_people_see_where_an_expression_goes_wrong(shell: Shell) -> None:
    _, _, err = shell.run("count", "tagged vip and and did purchase")
    assert err.splitlines()[0].startswith("error: line 1, column 16: ")
    line, caret = err.splitlines()[1:3]
    assert line.strip() == "tagged vip and and did purchase"
    assert line[caret.index("^") :].startswith("and did")


def test_a_question_of_json_gets_one_object_also_when_the_command_is_unknown(shell: Shell) -> None:
    code, out, err = shell.run("nonsense", "--json")
    assert code == USAGE
    assert only_object(out)["error"]["reason"] == "USAGE"
    assert "nonsense" in err


def test_rows_that_cannot_be_read_are_rejected_one_by_one(shell: Shell) -> None:
    rejects = shell.folder / "rejects.csv"
    words = (*IMPORT, "{folder}/bad-cells.csv", *MAPPED, "--amount", "amount", "--rejects", str(rejects))
    code, out, err = shell.run(*words, "--json")
    told = only_object(out)
    assert code == exits.PARTIAL
    assert "Traceback" not in err
    assert (told["accepted"], told["rejected"]) == (0, 5)
    assert len(rejects.read_text().splitlines()) == 6
    code, out, _ = shell.run(*IMPORT, "{folder}/latin.csv", *MAPPED, "--json")
    assert (code, only_object(out)["accepted"], only_object(out)["rejected"]) == (exits.PARTIAL, 1, 1)
    code, out, _ = shell.run(*IMPORT, "{folder}/no.jsonl", *MAPPED, "--json")
    assert code in (exits.PARTIAL, USAGE)
    only_object(out)


def test_an_export_replaces_files_only_and_leaves_what_they_are(shell: Shell, tmp_path: Path) -> None:
    kept, link, pipe = tmp_path / "kept.csv", tmp_path / "link.csv", tmp_path / "pipe.csv"
    kept.write_text("older")
    kept.chmod(0o600)
    link.symlink_to(kept)
    assert shell.run("export", "everyone", "--output", str(link))[0] == 0
    assert link.is_symlink()
    assert kept.read_text().startswith("profile_id")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
        assert shell.run("export", "everyone", "--output", str(pipe))[0] == 0
        assert reader.read() == kept.read_text()
    assert shell.run("export", "everyone", "--output", "/dev/null", "--format", "parquet")[0] == 0


@pytest.mark.parametrize(
    ("name", "content", "words", "told"),
    [
        ("short.csv", b"who,at\np1,1\np2\n", (), "row 2: 1 cells where the header has 2"),
        ("latin.csv", b"who,at\np1,1\n\xe9,1\n", (), "row 2: who: not UTF-8"),
        ("short.jsonl", b'{"who": "p1"}\n\n{"who": \n', (), "row 3: no JSON"),
        ("long.csv", b"who\np1\n" + b"p" * 257 + b"\n", (), "row 2: who: longer than 256 bytes"),
        ("list.parquet", b"", ("--profile", "list"), "column 'list' is list"),
        ("header.csv", b"who,at\n", (), "give --empty"),
        ("blank.jsonl", b'{"who": null}\n', (), "give --empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_half_a_list_or_an_empty_one_is_never_uploaded_by_mistake(
    shell: Shell, name: str, content: bytes, words: tuple[str, ...], told: str
) -> None:
    path = shell.folder / f"upload-{name}"
    path.write_bytes(content or (shell.folder / "good.parquet").read_bytes())
    (shell.folder / "one.csv").write_text("who\np1\n")
    assert shell.run("lists", "upload", "mailing", "{folder}/one.csv", "--profile", "who")[0] == 0
    before = shell.run("lists", "show", "mailing", "--json")[1]
    err = shell.refused(("lists", "upload", "mailing", str(path), "--profile", "who", *words), USAGE, "USAGE")
    assert told in err
    assert shell.run("lists", "show", "mailing", "--json")[1] == before


def test_a_list_is_emptied_when_that_is_said(shell: Shell) -> None:
    (shell.folder / "one.csv").write_text("who\np1\n")
    assert shell.run("lists", "upload", "emptied", "{folder}/one.csv", "--profile", "who")[0] == 0
    code, out, _ = shell.run("lists", "upload", "emptied", "{folder}/header.csv", "--profile", "who", "--empty", "--json")
    assert (code, only_object(out)["profiles"]) == (0, 0)


def test_the_file_of_rejected_rows_never_replaces_the_file_that_is_read(shell: Shell) -> None:
    path = shell.folder / "precious.csv"
    path.write_text("who,at\na,never\n")
    shell.refused((*IMPORT, str(path), *MAPPED, "--rejects", str(path)), USAGE, "USAGE")
    assert path.read_text() == "who,at\na,never\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((BAD_BYTE,), USAGE),
        (("count", "everyone", f"--{BAD_BYTE}"), USAGE),
        ((*IMPORT, f"{BAD_BYTE}.csv", *MAPPED), USAGE),
        (("catalogue", "tag", BAD_BYTE), REFUSED),
        (("export", "everyone", "--output", f"{BAD_BYTE}/x.csv"), USAGE),
        (("count", f"tagged {BAD_BYTE}"), REFUSED),
    ],
)
def test_arguments_that_are_no_text_are_refused_with_one_object(shell: Shell, words: tuple[str, ...], code: int) -> None:
    environment = {**os.environ, "TAGLEDGER_TARGET": shell.target, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([TAGLEDGER, *words, "--json"], capture_output=True, env=environment, cwd=shell.folder, timeout=60)
    assert done.returncode == code, done
    assert b"Traceback" not in done.stderr
    assert only_object(done.stdout.decode())["error"]["message"]


@pytest.mark.parametrize("words", [("members", "everyone"), ("members", "everyone", "--json"), ("catalogue", "tags")])
def test_a_full_disk_is_told_and_what_stdout_cannot_hold_is_spelled_out(shell: Shell, words: tuple[str, ...]) -> None:
    shell.run("tag", "vip", "甲", "--reason", "a test")
    shell.run("catalogue", "define-tag", "茶")
    environment = {**os.environ, "TAGLEDGER_TARGET": shell.target}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([TAGLEDGER, *words], stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert done.returncode == USAGE
    assert done.stderr == "error: cannot read or write: [Errno 28] No space left on device\n"
    line, environment = [TAGLEDGER, *words], {**environment, "PYTHONIOENCODING": "ascii"}
    printed = subprocess.run(line, capture_output=True, text=True, env=environment, check=True).stdout
    assert r"\u7532" in printed or r"\u8336" in printed
    assert "--json" not in words or "甲" in only_object(printed)["members"]


@pytest.mark.parametrize(
    "words",
    [
        ("--listen", "nonsense"),
        ("--listen", "127.0.0.1:70000"),
        ("--listen", "127.0.0.1:" + NINES),
        ("--database-url", "mysql://x"),
        ("--currency", "yuan"),
        ("--metrics", "nonsense"),
        ("--log-level", "loud"),
        ("--shutdown-grace-seconds", "-1"),
        ("--config", "{folder}/nowhere.toml"),
        ("--config", "{folder}/good.parquet"),
        ("--nonsense",),
    ],
    ids=lambda words: str(words)[:60],
)
def test_settings_that_cannot_be_meant_are_refused_before_a_server_starts(shell: Shell, words: tuple[str, ...]) -> None:
    code, out, err = shell.run("serve", "--data", "{folder}/never", *words)
    assert (code, out) == (USAGE, "")
    assert err.strip()
    assert "Traceback" not in err
    assert not (shell.folder / "never").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--listen", "256.1.1.1:0"),
        ("--listen", "{target}"),
        ("--data", "/dev/null/x"),
        ("--data", "{folder}/data"),
        ("--database-url", "postgresql://[nonsense"),
        ("--metrics", "{target}"),
        ("--shutdown-grace-seconds", "nan"),
    ],
    ids=str,
)
def test_a_server_that_cannot_have_its_place_says_so(shell: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    line = [word.replace("{folder}", str(shell.folder)).replace("{target}", shell.target) for word in words]
    for flag, good in (("--data", str(tmp_path / "data")), ("--listen", "127.0.0.1:0")):
        line += [] if flag in line else [flag, good]
    done = subprocess.run([TAGLEDGER, "serve", *line], capture_output=True, text=True, timeout=10)
    assert done.returncode == USAGE, done
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.stderr.strip()
