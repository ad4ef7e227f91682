"""The command line against a real server: what an operator does, in processes of their own."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.harness import until

TAGLEDGER = str(Path(sys.executable).with_name("tagledger"))
START = datetime(2017, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shell:
    """Runs `tagledger` against one server."""

    target: str
    folder: Path

    def start(self, *words: object) -> "subprocess.Popen[str]":
        """Start a command."""
        line = [TAGLEDGER, *map(str, words)]
        environment = {**os.environ, "TAGLEDGER_TARGET": self.target}
        return subprocess.Popen(
            line,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=self.folder,
            # A shell's background jobs ignore Ctrl-C, and their children inherit that.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *words: object) -> tuple[int, str, str]:
        """Run a command: exit code, stdout, stderr."""
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def json(self, *words: object, code: int = 0) -> dict[str, Any]:
        """Run a command with --json: one JSON object on stdout and nothing else."""
        returned, out, err = self.run(*words, "--json")
        assert returned == code, (out, err)
        assert out.endswith("\n")
        assert out.count("\n") == 1
        found: dict[str, Any] = json.loads(out)
        return found

    def count(self, expression: str, *words: object) -> int:
        """Return a count."""
        return int(self.json("count", expression, *words)["count"])


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("shell")
    line = [TAGLEDGER, "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data")]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
        assert server.stdout is not None
        target = server.stdout.readline().split()[-1]
        yield Shell(target, folder)
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        server.stdout.close()


@pytest.fixture
def workspace(shell: Shell, request: pytest.FixtureRequest) -> str:
    name = request.node.name.removeprefix("test_")[:63]
    shell.json("catalogue", "create-workspace", name)
    return str(name)


def _purchases(path: Path, row_count: int) -> Path:
    table = pa.table(
        {
            "who": pa.array(range(row_count), pa.int32()),
            "at": pa.array([START + timedelta(minutes=n) for n in range(row_count)], pa.timestamp("ms")),
            "amount": [n * 0.01 for n in range(row_count)],
            "product": pa.array([n % 97 for n in range(row_count)], pa.int32()),
        }
    )
    pq.write_table(table, path)
    return path


PURCHASES = ("--profile", "who", "--type", "purchase", "--at", "at", "--amount", "amount", "--property", "product")


def test_a_file_imported_twice_counts_once(shell: Shell, workspace: str) -> None:
    path, there = _purchases(shell.folder / "once.parquet", 2_500), ("--workspace", workspace)
    first = shell.json("import", "interactions", path, *PURCHASES, *there, "--batch-rows", 1_000)
    second = shell.json("import", "interactions", path, *PURCHASES, *there, "--batch-rows", 1_000)
    assert [first[name] for name in ("accepted", "duplicates", "rejected")] == [2_500, 0, 0]
    assert [second[name] for name in ("accepted", "duplicates", "rejected")] == [0, 2_500, 0]
    assert second["position"] >= first["position"] > 0
    assert len(first["positions"]) == 3
    assert second["positions"] == first["positions"]
    assert shell.count("did purchase exactly 1 times", *there) == 2_500
    assert shell.count("sum(purchase.amount) >= 20", *there) == 500
    assert shell.count("did purchase where product = 5", *there) == len(range(5, 2_500, 97))
    assert shell.count("did purchase", *there, "--as-of", "2017-01-01T00:59:59") == 60
    assert shell.count("everyone", *there, "--known-at", first["position"] - 1) < 2_500
    assert (
        f"positions {', '.join(map(str, first['positions']))};"
        in shell.run("import", "interactions", path, *PURCHASES, *there, "--batch-rows", 1_000)[1]
    )
    assert (
        "(25 changesets; --json lists them)"
        in shell.run("import", "interactions", path, *PURCHASES, *there, "--batch-rows", 100)[1]
    )
    for position in first["positions"]:
        shell.json("undo", position, *there, "--reason", "the wrong file")
    assert shell.count("sum(purchase.amount) >= 20", *there) == 500  # as the other import says
    assert shell.count("did purchase exactly 1 times", *there) == 2_500
    third = shell.json("import", "interactions", path, *PURCHASES, *there, "--again")
    assert third["accepted"] == 2_500
    assert shell.count("did purchase exactly 2 times", *there) == 2_500


def test_an_import_that_was_killed_is_finished_by_the_next(shell: Shell, workspace: str) -> None:
    path, there = _purchases(shell.folder / "killed.parquet", 200_000), ("--workspace", workspace)
    line = ("import", "interactions", path, *PURCHASES, *there, "--batch-rows", 1_000)
    process = shell.start(*line)
    deadline = time.monotonic() + 30
    while shell.count("everyone", *there) == 0:
        assert time.monotonic() < deadline
    process.kill()
    process.communicate()
    told = shell.json(*line)
    assert told["accepted"] + told["duplicates"] == 200_000
    assert told["duplicates"] > 0
    assert shell.count("did purchase exactly 1 times", *there) == 200_000


def test_an_import_that_is_interrupted_says_so(shell: Shell, workspace: str) -> None:
    path = _purchases(shell.folder / "interrupted.parquet", 300_000)
    process = shell.start("import", "interactions", path, *PURCHASES, "--workspace", workspace, "--batch-rows", 100)
    while shell.count("everyone", "--workspace", workspace) == 0:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (out, err)
    assert "Traceback" not in err


def test_interactions_are_retracted_and_replaced_by_their_ids(shell: Shell, workspace: str) -> None:
    there, named = ("--workspace", workspace), ("--profile", "who", "--type", "purchase", "--at", "at", "--id", "order")
    path, corrected = shell.folder / "orders.csv", shell.folder / "corrected.csv"
    path.write_text("who,at,order,paid\n甲,2020-01-01,o1,10\n乙,2020-01-01,o2,20\n丙,2020-01-01,o3,30\n")
    shell.json("import", "interactions", path, *named, "--amount", "paid", *there)
    ids = shell.folder / "voided.txt"
    ids.write_text("o1\no3\n")
    why = ("--reason", "voided", *there)
    told = shell.json("retract", "o3", "--ids-from", ids, *why)
    assert (told["retracted"], told["already_so"]) == (2, 0)
    assert shell.count("did purchase ever", *there) == 1
    assert shell.count("did purchase ever", *there, "--known-at", told["position"] - 1) == 3
    assert shell.json("retract", "o9", *why, code=4)["error"]["reason"] == "UNKNOWN_INTERACTION"
    assert shell.json("retract", *why, code=2)["error"]["reason"] == "USAGE"
    code, out, _ = shell.run("history", "profile", "甲", *there)
    assert code == 0
    assert f"retracted purchase 10 CNY, id o1, recorded at position {told['position'] - 1}" in out
    corrected.write_text("who,at,order,paid\n乙,2020-01-01,o2,21\n甲,2020-01-01,o1,1\n甲,2020-01-01,o1,11\n甲,2020-01-01,,9\n")
    again = ("import", "interactions", corrected, *named, "--amount", "paid", "--replace", *there)
    made = shell.json(*again, code=6)
    assert (made["accepted"], made["replaced"], made["rejected"]) == (2, 1, 2)
    assert [one["row"] for one in made["rejected_examples"]] == [2, 4]
    assert shell.count("sum(purchase.amount) = 21 ever or sum(purchase.amount) = 11 ever", *there) == 2
    assert shell.json(*again, code=6)["duplicates"] == 2
    assert shell.json(*again[:3], *PURCHASES, "--replace", *there, code=2)["error"]["reason"] == "USAGE"


def test_tags_and_traits_follow_their_own_clocks_and_tell_who_and_why(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    path = shell.folder / "tags.csv"
    path.write_text(
        "who,tag,since,until,score\n甲,等级/金,2020-01-01,2020-03-01,0.5\n乙,等级/银,2020-01-01,,\n丙,,2020-01-01,,\n"
    )
    mapping = ("--profile", "who", "--tag-column", "tag", "--at", "since", "--expires", "until", "--value", "score")
    line = ("import", "tags", path, *mapping, "--zone", "Asia/Shanghai", *there)
    refused = shell.json(*line, code=6)
    assert (refused["accepted"], refused["rejected"]) == (0, 3)
    told = shell.json(*line, "--create-tags", "--rejects", shell.folder / "rejects.csv", code=6)
    assert (told["accepted"], told["rejected"]) == (2, 1)
    with (shell.folder / "rejects.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["row"], row["reason"], row["who"]) for row in csv.DictReader(file)] == [("3", "tag: empty", "丙")]
    assert shell.json("members", "tagged 等级/金 >= 0.5", *there, "--as-of", "2019-12-31T16:00:00Z")["members"] == ["甲"]
    assert shell.count("tagged 等级/金", *there, "--as-of", "2019-12-31T15:59:59Z") == 0
    assert shell.count("tagged 等级/金", *there, "--as-of", "2020-03-01", "--zone", "Asia/Shanghai") == 0
    traits = shell.folder / "traits.jsonl"
    traits.write_text('{"who": "甲", "age": 30, "born": "1990-02-28"}\n{"who": "乙", "age": null, "vip": true}\n')
    words = ("--profile", "who", "--trait", "age", "--trait", "born=birthday", "--trait", "vip", "--trait-type", "born=date")
    assert shell.json("import", "traits", traits, *words, *there, "--effective-at", "2020-01-01")["accepted"] == 2
    assert shell.count("age >= 18 and birthday < 2000-01-01", *there) == 1
    shell.json("untag", "等级/银", "乙", "--reason", "moved away", "--actor", "staff:li", *there)
    entries = shell.json("history", "profile", "乙", *there)["entries"]
    assert [(one["attribution"]["actor"], one["change"].get("kind")) for one in entries][-1] == ("staff:li", "removed")
    code, out, _ = shell.run("history", "tag", "等级/银", *there)
    assert code == 0
    assert "moved away" in out


def test_a_tier_that_excludes_others_who_did_what_and_who_came_and_went(shell: Shell, workspace: str) -> None:
    there, li = ("--workspace", workspace), ("--actor", "staff:li", "--reason", "a call")
    assert shell.json("catalogue", "define-group", "tier", "--exclusive", *there)["group"]["exclusive"] is True
    for key in ("tier/silver", "tier/gold"):
        shell.json("catalogue", "define-tag", key, *there)
    shell.json("tag", "tier/silver", "a", "b", "--effective-at", "2026-01-01", *li, *there)
    shell.json("tag", "tier/gold", "a", "--effective-at", "2026-02-01", "--reason", "a gift", *there)
    assert shell.json("members", "tagged tier/silver", *there)["members"] == ["b"]
    found = shell.json("history", "search", "--group", "tier", "--actor", "staff:li", *there)["entries"]
    assert [(one["profile_id"], one["change"]["tag"]) for one in found] == [("a", "tier/silver"), ("b", "tier/silver")]
    late = ("--effective-from", "2026-02-01", "--effective-to", "2026-02-02", "--recorded-from", "2026-01-01")
    (entry,) = shell.json("history", "search", "--tag", "tier/silver", *late, *there)["entries"]
    assert (entry["profile_id"], entry["change"]["tag"]) == ("a", "tier/gold")
    changed = ("compare", "tagged tier/silver", "--before-as-of", "2026-01-15", "--as-of", "2026-02-15", *there)
    assert shell.run(*changed) == (0, "- a\n", "0 entered, 1 left, 1 stayed\n")
    told = shell.json(*changed)
    assert (told["entered"], told["left"], told["stayed_count"]) == ([], ["a"], 1)
    code, _, err = shell.run("history", "search", "--recorded-from", "yesterday", *there)
    assert (code, "--recorded-from: cannot read 'yesterday' as a time" in err) == (2, True)
    code, _, err = shell.run("compare", "everyone", "--before-known-at", "x", *there)
    assert (code, "--before-known-at" in err) == (2, True)


def test_a_profile_is_shown_whole(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    shell.json("catalogue", "define-tag", "vip", *there)
    shell.json("tag", "vip", "甲", "--reason", "met at the fair", "--actor", "staff:wang", *there)
    shell.json("catalogue", "define-segment", "important", "tagged vip", *there)
    found = shell.json("profile", "甲", *there)
    assert [(tag["key"], tag["attribution"]["reason"]) for tag in found["tags"]] == [("vip", "met at the fair")]
    assert (found["segments"], found["recency_tier"], found["timeline"][0]["kind"]) == (["important"], 0, "tag")
    code, out, _ = shell.run("profile", "甲", "--timeline", 0, "--without-segments", *there)
    assert code == 0
    assert "staff:wang" in out
    assert "applied vip" not in out
    assert shell.json("profile", "乙", *there, code=4)["error"]["reason"] == "UNKNOWN_PROFILE"


def test_tags_that_have_ended_before_they_are_imported_are_rejected_by_row(shell: Shell, workspace: str) -> None:
    path, there = shell.folder / "ended.csv", ("--workspace", workspace)
    path.write_text("who,until\na,2020-03-01\nb,2199-01-01\nc,\nd,2020-03-01\n")
    line = ("import", "tags", path, "--profile", "who", "--tag", "vip", "--expires", "until", "--create-tags", *there)
    first, second = (shell.json(*line, "--batch-rows", 3, code=6) for _ in range(2))
    assert [first[name] for name in ("accepted", "duplicates", "rejected")] == [2, 0, 2]
    assert [second[name] for name in ("accepted", "duplicates", "rejected")] == [0, 2, 2]
    assert [(one["row"], "over" in one["reason"]) for one in first["rejected_examples"]] == [(1, True), (4, True)]
    assert shell.json("members", "tagged vip", *there)["members"] == ["b", "c"]
    assert shell.json(*line, "--effective-at", "2020-01-01")["accepted"] == 4
    assert shell.count("tagged vip", *there, "--as-of", "2020-02-01") == 4


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "arrow"])
def test_an_export_has_every_member_once(shell: Shell, form: str) -> None:
    path = _purchases(shell.folder / f"{form}.parquet", 2_000)
    shell.json("catalogue", "create-workspace", f"export-{form}")
    there = ("--workspace", f"export-{form}")
    shell.json("import", "interactions", path, *PURCHASES, *there)
    shell.json("import", "traits", path, "--profile", "who", "--trait", "product", *there)
    output = shell.folder / f"out.{form}"
    words = ("export", "product >= 50", "--output", output, "--format", form, "--column", "trait:product", *there)
    told = shell.json(*words)
    if form == "csv":
        rows = [(one[0], float(one[1])) for one in list(csv.reader(output.open(encoding="utf-8")))[1:]]
    elif form == "jsonl":
        rows = [tuple(json.loads(one).values()) for one in output.read_text().splitlines()]
    else:
        table = pq.read_table(output) if form == "parquet" else pa.ipc.open_stream(output).read_all()
        rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    assert sorted(rows) == sorted((str(n), float(n % 97)) for n in range(2_000) if n % 97 >= 50)
    assert told["rows"] == len(rows) == shell.count("product >= 50", *there)
    assert not list(shell.folder.glob(".*.part"))


def test_tags_are_retired_and_restored(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    shell.json("catalogue", "define-tag", "level/gold", "--create-group", *there)
    shell.json("catalogue", "retire-group", "level", *there)
    assert shell.json("tag", "level/gold", "甲", "--reason", "a test", *there, code=3)["error"]["reason"] == "TAG_RETIRED"
    assert shell.json("catalogue", "restore-tag", "level/gold", *there, code=3)["error"]["reason"] == "TAG_RETIRED"
    assert not shell.json("catalogue", "restore-group", "level", *there)["group"]["retired"]
    assert shell.json("tag", "level/gold", "甲", "--reason", "a test", *there)["changed"] == 1
    shell.json("catalogue", "retire-tag", "level/gold", *there)
    assert not shell.json("catalogue", "restore-tag", "level/gold", *there)["tag"]["retired"]
    use = shell.json("catalogue", "tag-use", "level/gold", "--days", 2, *there)["tag_use"]
    assert (use["holder_count"], [one["holder_count"] for one in use["days"]]) == (1, [0, 1])
    shell.json("catalogue", "define-tag", "level/gould", *there)
    review = shell.json("catalogue", "review-tags", *there)
    assert [one["tag"] for one in review["unused"]] == ["level/gould"]
    assert [(one["tag"], one["other_tag"]) for one in review["alike"]] == [("level/gold", "level/gould")]


def test_staff_have_customers_hand_them_over_and_see_their_own(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    shell.json("staff", "define-department", "east", *there)
    made = shell.json("staff", "define-department", "shop", "--parent", "east", "--name", "Nanjing Road", *there)
    assert made["department"]["parent_id"] == "east"
    assert shell.json("staff", "define", "wang", "--name", "小王", "--department", "shop", *there)["staff"]["role"] == "member"
    shell.json("staff", "define", "li", "--department", "east", "--role", "department", *there)
    why = ("--reason", "a test", "--actor", "job:crm")
    shell.json("tag", "staff:wang", "ana", "bo", *why, *there)
    shell.json("tag", "staff:li", "cy", *why, *there)
    assert shell.count("in department east", *there) == 3
    assert shell.count("everyone", "--reader", "staff:wang", *there) == 2
    assert shell.json("staff", "show", "wang", *there)["staff"]["customer_count"] == 2
    code, _, told = shell.run("tag", "staff:wang", "cy", "--reason", "mine", "--actor", "staff:wang", *there)
    assert code != 0
    assert "'cy'" in told
    code, out, _ = shell.run("staff", "transfer", "wang", "li", "--dry-run", *why, *there)
    assert (code, out.splitlines()[0]) == (0, "2 would be transferred; nothing was recorded")
    done = shell.json("staff", "transfer", "wang", "li", "--segment", "tagged staff:wang", *why, *there)
    assert (done["changed"], done["already_so"]) == (2, 0)
    code, out, _ = shell.run("profile", "ana", *there)
    assert "li" in out
    assert shell.json("profile", "ana", *there)["staff"][0]["staff_id"] == "li"
    shell.json("staff", "retire", "wang", *why, *there)
    assert [one["staff_id"] for one in shell.json("staff", "list", "--department", "east", *there)["staff"]] == ["li"]
    shell.json("staff", "restore", "wang", *why, *there)
    shell.json("staff", "change", "wang", "--department", "east", "--role", "headquarters", *there)
    assert shell.count("everyone", "--reader", "staff:wang", *there) == 3
    shell.json("staff", "change-department", "shop", "--parent", "", *there)
    assert shell.json("staff", "retire-department", "shop", *there)["department"]["retired"]
    assert [one["department_id"] for one in shell.json("staff", "departments", *there)["departments"]] == ["east"]


def test_tags_are_ordered_valued_mapped_and_merged(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    for key in ("level/gold", "level/silver", "vip"):
        shell.json("catalogue", "define-tag", key, "--create-group", *there)
    ordered = shell.json("catalogue", "order-tags", "level", "level/silver", "level/gold", *there)["tags"]
    assert [(tag["key"], tag["rank"]) for tag in ordered] == [("level/silver", 1), ("level/gold", 2)]
    scored = ("--values", "number", "--minimum", 0, "--maximum", 1)
    assert shell.json("catalogue", "define-tag", "score", *scored, *there)["tag"]["values"]["maximum"] == 1.0
    told = shell.json("tag", "score", "甲", "--value", 2, "--reason", "a test", *there, code=3)["error"]
    assert told["violations"][0]["field"] == "tags[0].value"
    assert "number from 0 to 1" in shell.run("catalogue", "tag", "score", *there)[1]
    assert shell.json("catalogue", "change-tag", "score", "--values", "none", *there)["tag"]["values"]["kind"] == "none"
    assert shell.json("catalogue", "change-group", "level", "--description", "of members", *there)["group"]["name"] == "level"
    assert shell.json("catalogue", "map-foreign", "wecom:金=level/gold", "crm:a=b=vip", *there)["changed"] == 2
    assert shell.run("catalogue", "map-foreign", "wecom:金", *there)[0] == 2
    assert shell.json("tag", "wecom:金", "甲", "--reason", "a test", *there)["changed"] == 1
    path = shell.folder / "foreign.csv"
    path.write_text("who,tag\n甲,wecom:金\n乙,wecom:铜\n", encoding="utf-8")
    told = shell.json("import", "tags", path, "--profile", "who", "--tag-column", "tag", *there, code=6)
    assert (told["accepted"], told["rejected"], told["rejected_examples"][0]["row"]) == (1, 1, 2)
    named = shell.json("catalogue", "foreign-tags", "--namespace", "crm", *there)["foreign_tags"]
    assert named == [{"foreign_key": "crm:a=b", "key": "vip"}]
    assert shell.json("catalogue", "unmap-foreign", "crm:a=b", *there)["foreign_tag"]["key"] == "vip"
    looked_at = shell.json("catalogue", "merge-tags", "level/gold", "vip", "--dry-run", "--reason", "a test", *there)
    assert (looked_at["changed"], looked_at["position"], looked_at["changeset_id"]) == (1, looked_at["position"], None)
    merged = shell.json("catalogue", "merge-tags", "level/gold", "vip", "--reason", "they are one", *there)
    assert shell.count("tagged vip", *there) == shell.count("tagged level/gold", *there) == 1
    assert "tag_merged level/gold -> vip" in shell.run("history", "tag", "vip", *there)[1]
    shell.json("undo", merged["position"], "--reason", "they are not", *there)
    assert shell.count("tagged vip", *there) == 0
    assert "also carry vip" in shell.run("catalogue", "merge-tags", "level/silver", "vip", "--reason", "too", *there)[1]


def test_segments_are_crossed_and_followed_over_time(shell: Shell, workspace: str) -> None:
    there, why = ("--workspace", workspace), ("--reason", "a test")
    shell.json("catalogue", "define-group", "stage", "--exclusive", *there)
    for key in ("stage/interest", "stage/purchase"):
        shell.json("catalogue", "define-tag", key, *there)
    shell.json("tag", "stage/interest", "ana", "bo", "cy", "--effective-at", "2026-03-01", *there, *why)
    shell.json("tag", "stage/purchase", "ana", "--effective-at", "2026-03-03", *there, *why)
    part = ("--part", "who", "not bo", 'not sample 0.000001% by "x"')
    crossed = shell.json("crosstab", *part, "--group", "stage", "--as-of", "2026-03-04", *there)
    assert [axis["name"] for axis in crossed["axes"]] == ["who", "stage"]
    assert (crossed["total_count"], crossed["cells"]) == (3, [2, 1, 0, 0, 0, 0])
    moved = ("crosstab", "--group-before", "stage", "2026-03-02", "--group", "stage", "--as-of", "2026-03-04", *there)
    code, out, _ = shell.run(*moved)
    assert code == 0
    assert [line.split() for line in out.splitlines()][2] == ["interest", "purchase", "1"]
    assert shell.run("crosstab", *there)[0] == 2
    days = ("--start", "2026-03-01", "--end", "2026-03-04", "--every", "1 day")
    points = shell.json("series", "tagged stage/interest", *days, *there)["points"]
    assert [(one["count"], one["entered_count"], one["left_count"]) for one in points] == [
        (3, 3, 0),
        (3, 0, 0),
        (2, 0, 1),
        (2, 0, 0),
    ]
    code, out, _ = shell.run("series", "tagged stage/interest", *days, *there)
    assert (code, out.splitlines()[3]) == (0, "2026-03-03T00:00:00+00:00\t2\t0\t1")


def test_profiles_are_linked_and_taken_apart(shell: Shell, workspace: str) -> None:
    there, why = ("--workspace", workspace), ("--reason", "one telephone")
    shell.json("catalogue", "define-tag", "vip", *there)
    shell.json("tag", "vip", "ana", "cookie-1", "cookie-2", "bo", *there, *why)
    (shell.folder / "pairs.csv").write_text("cookie-2,ana\n")
    done = shell.json("link", "ana", "cookie-1", "--pairs-from", shell.folder / "pairs.csv", *there, *why)
    assert (done["linked"], done["already_so"]) == (2, 0)
    assert shell.json("members", "tagged vip", *there)["members"] == ["bo", "ana"]
    assert shell.json("profile", "cookie-2", *there)["linked_profile_ids"] == ["ana", "cookie-1", "cookie-2"]
    assert "ana, cookie-1, cookie-2" in shell.run("profile", "ana", *there)[1]
    assert "linked with cookie-1" in shell.run("history", "profile", "ana", *there)[1]
    code, out, _ = shell.run("unlink", "ana", "cookie-1", *there, *why)
    assert (code, "1 unlinked" in out) == (0, True)
    assert shell.count("tagged vip", *there) == 3
    code, _, err = shell.run("link", "ana", "a typo", *there, *why)
    assert (code, "never been seen" in err) == (0, True)
    code, _, err = shell.run("link", "ana", *there, *why)
    assert (code, "two ids" in err) == (2, True)


def test_persons_are_erased_and_opt_out(shell: Shell, workspace: str) -> None:
    there, why = ("--workspace", workspace), ("--reason", "asked for it")
    shell.json("catalogue", "define-tag", "vip", *there)
    shell.json("catalogue", "define-tag", "privacy/no-profiling", "--create-group", "--opt-out", *there)
    shell.json("tag", "vip", "ana", "bo", "cy", "dan", *there, *why)
    shell.json("tag", "privacy/no-profiling", "dan", *there, *why)
    assert shell.json("members", "tagged vip", *there)["members"] == ["ana", "bo", "cy"]
    code, _, err = shell.run("count", "tagged privacy/no-profiling", *there)
    assert (code, "in no segment" in err) == (0, True)
    shell.json("catalogue", "change-tag", "privacy/no-profiling", "--no-opt-out", *there)
    assert shell.count("tagged vip", *there) == 4
    assert "opt out" in shell.run("catalogue", "tags", *there)[1]

    (shell.folder / "gone.txt").write_text("bo\nnobody\n")
    asked = ("erase", "ana", "--ids-from", shell.folder / "gone.txt", *there, *why)
    assert shell.json(*asked, "--dry-run")["erased"] == 2
    code, out, err = shell.run(*asked)  # nobody is there to say yes
    assert (code, out, "say --yes" in err) == (2, "", True)
    assert shell.count("tagged vip", *there) == 4
    done = shell.json(*asked, "--yes")
    assert (done["erased"], done["unknown"]) == (2, 1)
    assert shell.json("members", "tagged vip", *there)["members"] == ["cy", "dan"]
    until(lambda: shell.run("erasure", done["changeset_id"], *there)[0] == 0)
    found = shell.json("erasure", done["position"], *there)
    assert (found["complete"], found["files_scrubbed"], found["profile_count"]) == (True, True, 2)
    assert "no trace" in shell.run("erasure", done["position"], *there)[1]
    assert "erased" in shell.run("history", "changeset", done["changeset_id"], *there)[1]
    assert shell.run("profile", "ana", *there)[0] == 4  # not found
    code, _, err = shell.run("erase", "--yes", *there, *why)
    assert (code, "--ids-from" in err) == (2, True)
    code, _, err = shell.run("scrub", "--data", shell.folder / "data")
    assert (code, "another" in err or "in use" in err or "uses" in err) == (2, True), err


def test_segments_are_defined_asked_for_changed_renamed_and_retired(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    shell.json("import", "interactions", _purchases(shell.folder / "segments.parquet", 100), *PURCHASES, *there)
    made = shell.json("catalogue", "define-segment", "big", "sum(purchase.amount)  >= 0.9", "--description", "spends", *there)
    assert (made["segment"]["expression"], made["segment"]["version"]) == ("sum(purchase.amount) >= 0.9", 1)
    assert made["warnings"] == []
    assert shell.count("in segment big", *there) == 10
    code, out, err = shell.run("catalogue", "change-segment", "big", "did porchase", "--reason", "a slip", *there)
    assert (code, "purchase" in err, "did porchase" in out) == (0, True, True)
    shell.json("catalogue", "change-segment", "big", "did purchase where amount >= 0.95", *there, "--actor", "li")
    shell.json("catalogue", "rename-segment", "big", "large", *there)
    assert [shell.count(f"in segment large version {n}", *there) for n in (1, 2, 3)] == [10, 0, 5]
    told = shell.json("catalogue", "segment", "large", *there)["segment"]
    assert [(one["version"], one["attribution"]["actor"]) for one in told["versions"]][2] == (3, "li")
    assert told["versions"][1]["attribution"]["reason"] == "a slip"
    _, out, _ = shell.run("catalogue", "segment", "large", *there)
    assert "did porchase" in out
    assert [row["name"] for row in shell.json("catalogue", "segments", *there)["segments"]] == ["large"]
    assert shell.json("catalogue", "retire-segment", "large", *there)["segment"]["retired"]
    assert shell.json("catalogue", "segments", *there)["segments"] == []
    assert [row["name"] for row in shell.json("catalogue", "segments", "--retired", *there)["segments"]] == ["large"]
    position = told["versions"][2]["attribution"]["position"]
    (entry,) = shell.json("history", "changeset", position, *there)["entries"]
    assert (entry["change"]["kind"], entry["change"]["expression"]) == (
        "segment_changed",
        "did purchase where amount >= 0.95 ever",
    )
    _, out, _ = shell.run("history", "changeset", position, *there)
    assert "did purchase where amount >= 0.95" in out


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("count", "tagged vip and and x"), 3, "INVALID_EXPRESSION"),
        (("count", ""), 3, ""),
        (("count", "everyone", "--workspace", "nobody"), 4, "UNKNOWN_WORKSPACE"),
        (("count", "everyone", "--as-of", "10000-01-01"), 2, "USAGE"),
        (("count", "everyone", "--as-of", "0001-01-01"), 3, "INVALID_FIELD"),
        (("count", "everyone", "--known-at", "99999999"), 3, "POSITION_AHEAD"),
        (("count", "everyone", "--known-at", "99999999999999999999"), 3, "INVALID_FIELD"),
        (("count", "everyone", "--target", "127.0.0.1:1"), 5, "UNAVAILABLE"),
        (("count", "x" * 100_000), 3, ""),
        (("count", b"tagged \xff".decode("utf-8", "surrogateescape")), 3, "INVALID_FIELD"),
        (("tag", "nowhere", "p", "--reason", "r"), 4, "UNKNOWN_TAG"),
        (("tag", "nowhere", "p"), 2, "USAGE"),
        (("tag", "nowhere", "p", "--reason", "r", "--value", "nan"), 4, "UNKNOWN_TAG"),
        (("history", "profile", "nobody"), 4, "UNKNOWN_PROFILE"),
        (("history", "changeset", "0"), 3, "INVALID_FIELD"),
        (("history", "changeset", "99999999"), 4, "UNKNOWN_CHANGESET"),
        (("check", "everyone", ""), 3, ""),
        (("import", "traits", "/nonexistent.csv", "--profile", "a", "--trait", "b"), 2, "USAGE"),
        (("export", "everyone", "--output", "x.docx"), 2, "USAGE"),
    ],
)
def test_bad_input_is_refused_with_a_reason(shell: Shell, words: tuple[str, ...], code: int, reason: str) -> None:
    error = shell.json(*words, code=code)["error"]
    assert error["message"]
    assert reason in error["reason"]


def test_unknown_names_are_warnings_and_reading_half_is_no_error(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    path = _purchases(shell.folder / "half.parquet", 30_000)
    shell.json("import", "interactions", path, *PURCHASES, *there)
    code, out, err = shell.run("count", "did purchas", *there)
    assert (code, out) == (0, "0\n")
    assert "did you mean purchase?" in err
    assert shell.json("count", "did purchas", *there)["warnings"][0]["suggestion"] == "purchase"
    line = f"{TAGLEDGER} members everyone --workspace {workspace} --target {shell.target} | head -1; echo ${{PIPESTATUS[0]}}"
    printed = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert printed.stdout.splitlines() == ["0", "0"]
    assert printed.stderr == ""


def test_explain_tells_why_a_profile_is_no_member_what_is_cited_and_until_when(shell: Shell, workspace: str) -> None:
    there = ("--workspace", workspace)
    by = ("--actor", "staff:li", "--create-tags", *there)
    shell.json("tag", "vip", "bob", "--reason", "the spring list", "--effective-at", "2026-01-19T12:00:00Z", *by)
    risk = ("risk/churn", "bob", "--effective-at", "2026-03-09T12:00:00Z", "--expires-at", "2026-03-11T12:00:00Z")
    shell.json("tag", *risk, "--reason", "quiet", *by)
    (shell.folder / "bob.csv").write_text("who,at\nbob,2026-03-01T12:00:00Z\n")
    shell.json("import", "interactions", "bob.csv", "--profile", "who", "--at", "at", "--type", "purchase", *there)
    question = "tagged vip and did purchase at least 2 times in last 30 days and not tagged risk/churn"
    words = ("explain", question, "--profile", "bob", "--as-of", "2026-03-10T12:00:00Z", *there)
    why = shell.json(*words)["why"]
    assert [(one["holds"], one["missing"]) for one in why["leaves"]] == [
        (True, ""),
        (False, "must hold"),
        (True, "must not hold"),
    ]
    assert why["flips_at"] is None
    (cited,) = why["leaves"][2]["evidence"]
    assert (cited["kind"], cited["change"]["kind"], cited["attribution"]["reason"], cited["row"]) == (
        "tag",
        "applied",
        "quiet",
        0,
    )
    code, out, _ = shell.run(*words)
    assert code == 0
    assert "bob is no member, and time alone will not change that" in out
    assert "2026-03-11T12:00:00Z" in out
    assert "applied risk/churn" in out
    _, out, _ = shell.run("explain", "tagged risk/churn", *words[2:])
    assert "bob is a member, until 2026-03-11T12:00:00Z if nothing new is recorded" in out
    assert shell.json("explain", question, *there)["why"] is None


def test_a_segment_is_tagged_looked_at_before_and_taken_back(shell: Shell) -> None:
    why = ("--workspace", "bulk", "--reason", "the spring mailing")
    shell.run("catalogue", "create-workspace", "bulk")
    shell.json("tag", "known", "ana", "bo", "--create-tags", *why)
    shell.json("catalogue", "define-tag", "letter", "--workspace", "bulk")
    shell.json("catalogue", "define-segment", "written to", "tagged letter", "--workspace", "bulk")
    code, out, err = shell.run("tag-segment", "letter", "tagged known", *why, "--dry-run")
    assert (code, err) == (0, "")
    assert out.startswith("2 would be tagged; nothing was recorded\namong them ana, bo\n")
    assert [word for word in out.split("\n")[-2].split("  ") if word] == ["written to", "0", "2", "0"]
    made = shell.json("tag-segment", "letter", "tagged known", *why)
    assert (made["changed"], made["already_so"], made["preview"]) == (2, 0, None)
    assert shell.count("tagged letter", "--workspace", "bulk") == 2
    removed = shell.json("untag-segment", "letter", "everyone", *why)
    shell.json("tag", "letter", "bo", *why)
    code, out, err = shell.run("undo", removed["position"], *why)
    assert (code, out) == (0, f"2 taken back, at position {removed['position'] + 2}\n")
    assert err == "warning: 1 profiles were changed since, and keep what that says: bo\n"
    told = shell.run("history", "changeset", removed["changeset_id"], "--workspace", "bulk")[1]
    assert "for everyone in  everyone" in told
    assert "taken back by" in told
    part = shell.json("undo", made["changeset_id"], "--segment", "tagged known", "--dry-run", *why)
    # The removal was taken back, and is no newer change; that bo was tagged since is one.
    assert (part["changed"], part["conflicts"], part["changeset_id"]) == (2, 1, None)
