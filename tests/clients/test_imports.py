"""Imports: three formats give the same writes, bad rows are left out with a reason, and nothing counts twice."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import grpc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from tagledger.v1 import catalogue_service_pb2, common_pb2

from clients.cli import exits
from clients.cli.imports import cells
from clients.cli.main import cli
from tests.clients.fake_server import FakeServer, refuse


def _words(text: str) -> list[str]:
    return text.split()


MAPPING = _words(
    "--profile who --type-column what --at at --amount amount --currency-column cur --id id --touchpoint via "
    "--property sku --property size=groesse --property gift"
)
ROWS: list[dict[str, Any]] = [
    {"who": "1", "what": "purchase", "at": "2017-06-01T10:00:00.5Z", "amount": 1.25, "cur": "CNY", "id": "a", "via": "web",
     "sku": "007", "size": 2.5, "gift": True},
    {"who": "2", "what": "visit", "at": "2017-06-01T11:00:00Z", "amount": None, "cur": None, "id": "b", "via": None,
     "sku": "茶", "size": None, "gift": False},
    {"who": "1", "what": "purchase", "at": "2017-06-02T10:00:00Z", "amount": 3.0, "cur": None, "id": "c", "via": "店",
     "sku": None, "size": 7.0, "gift": None},
]  # fmt: skip


def _csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    def text(value: object) -> object:
        return str(value).lower() if isinstance(value, bool) else value

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: text(value) for name, value in row.items()} for row in rows)
    return path


def _jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    typed = [{**row, "at": datetime.fromisoformat(row["at"]), "who": int(row["who"])} for row in rows]
    pq.write_table(pa.Table.from_pylist(typed), path)
    return path


@pytest.fixture
def run(fake: FakeServer) -> Callable[..., Result]:
    def call(*words: object) -> Result:
        return CliRunner().invoke(cli, [*map(str, words), "--target", fake.target])

    return call


Run = Callable[..., Result]


def _result(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("batch_rows", [2, 10_000])
def test_csv_jsonl_and_parquet_give_the_same_columns(fake: FakeServer, run: Run, tmp_path: Path, batch_rows: int) -> None:
    sent = []
    for path in (_csv(tmp_path / "a.csv", ROWS), _jsonl(tmp_path / "a.jsonl", ROWS), _parquet(tmp_path / "a.parquet", ROWS)):
        fake.requests.clear()
        result = run("import", "interactions", path, *MAPPING, "--json", "--batch-rows", batch_rows)
        assert result.exit_code == exits.DONE, result.output
        assert _result(result)["accepted"] == 3
        sent.append(sorted((str(one.interactions) for one in fake.asked("RecordInteractions")), reverse=True))
    assert sent[0] == sent[1] == sent[2]
    if batch_rows > 3:
        columns = fake.asked("RecordInteractions")[0].interactions
        assert list(columns.amounts) == [12_500, 0, 30_000]
        assert list(columns.amount_present) == [True, False, True]
        assert list(columns.currency_index) == [1, 0, 0]
        assert [(one.name, list(one.index)) for one in columns.properties] == [
            ("sku", [1, 2, 0]),
            ("groesse", [1, 0, 2]),
            ("gift", [1, 2, 0]),
        ]
        assert list(columns.properties[0].strings) == ["007", "茶"]


def test_the_same_file_counts_once_and_again_counts_once_more(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", ROWS)
    words = ["import", "interactions", path, *MAPPING, "--json", "--batch-rows", 2]
    assert _result(run(*words))["accepted"] == 3
    moved = path.rename(tmp_path / "b.csv")
    words[2] = moved
    assert {name: _result(run(*words, "--actor", "x"))[name] for name in ("accepted", "duplicates")} == {
        "accepted": 0,
        "duplicates": 3,
    }
    assert _result(run(*words, "--again"))["accepted"] == 3
    assert _result(run(*words, "--zone", "Asia/Shanghai"))["accepted"] == 3
    assert len(fake.recorded) == 6


def test_an_import_that_broke_in_the_middle_adds_only_what_is_missing(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", ROWS)
    words = ["import", "interactions", path, *MAPPING, "--json", "--batch-rows", 1]
    refused = [True]

    def answer(request: Any, context: Any) -> Any:
        if refused[0] and "c" in request.interactions.ids:
            refuse(context, grpc.StatusCode.INTERNAL, "broken", "INTERNAL")
        return fake.record(request, context)

    fake.answers["RecordInteractions"] = answer
    broken = run(*words)
    assert broken.exit_code == exits.FAULT
    assert _result(broken)["error"]["reason"] == "INTERNAL"
    refused[0] = False
    result = _result(run(*words))
    assert (result["accepted"], result["duplicates"]) == (1, 2)


def test_bad_rows_are_left_out_with_row_number_and_reason(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(
        b"who,at,amount,n\n"
        b"ok,2017-06-01,1.00005,1\n"
        b",2017-06-01,1,2\n"
        b"p,2017-02-30,1,2\n"
        b"p,2017-06-01,nan,2\n"
        b"p,2017-06-01\n"
        b"p\xff,2017-06-01,1,2\n"
        b"p,10000-06-01,1,2\n"
        b"p,1850-06-01,1,2\n"
        b"p,2017-06-01,1e30,2\n"
        b"p,2017-06-01,1,x\n"
        b'"ok\n2",2017-06-01 08:00+08:00,,3\n' + b"x" * 257 + b",2017-06-01,1,2\n"
    )
    rejects = tmp_path / "rejects.csv"
    mapping = _words("--profile who --type t --at at --amount amount --property n --property-type n=number")
    result = run("import", "interactions", path, *mapping, "--rejects", rejects, "--json")
    assert result.exit_code == exits.PARTIAL, result.output
    told = _result(result)
    assert (told["accepted"], told["rejected"], told["rows"], told["rejects_file"]) == (2, 10, 12, str(rejects))
    with rejects.open(newline="", encoding="utf-8") as file:
        reasons = {int(row["row"]): row["reason"] for row in csv.DictReader(file)}
    assert sorted(reasons) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 12]
    assert "empty" in reasons[2]
    assert "cannot read '2017-02-30'" in reasons[3]
    assert "2 cells where the header has 4" in reasons[5]
    assert "UTF-8" in reasons[6]
    assert "outside 1900" in reasons[8]
    assert "'x' is no number" in reasons[10]
    (request,) = fake.asked("RecordInteractions")
    assert list(request.interactions.profile_ids) == ["ok", "ok\n2"]
    assert list(request.interactions.amounts) == [10_000, 0]
    assert datetime.fromtimestamp(request.interactions.occurred_at_us[1] / 1e6, UTC) == datetime(2017, 6, 1, tzinfo=UTC)


def test_broken_json_lines_are_rejected_by_line(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"who": 1, "at": "2017-06-01"}\n\n{"who": 2\n[1]\n{"who": 3, "at": "2017-06-01"}\n{"at": "2017-06-01"}\n')
    result = run("import", "interactions", path, *_words("--profile who --type t --at at --json"))
    told = _result(result)
    assert (told["accepted"], told["rejected"]) == (2, 3)
    assert sorted(one["row"] for one in told["rejected_examples"]) == [3, 4, 6]
    assert list(fake.asked("RecordInteractions")[0].interactions.profile_ids) == ["1", "3"]


def test_a_batch_that_the_service_refuses_is_rejected_and_the_import_goes_on(
    fake: FakeServer, run: Run, tmp_path: Path
) -> None:
    def answer(request: Any, context: Any) -> Any:
        if "a" in request.interactions.ids:
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "no such thing", "INVALID_FIELD")
        return fake.record(request, context)

    fake.answers["RecordInteractions"] = answer
    result = run("import", "interactions", _csv(tmp_path / "a.csv", ROWS), *MAPPING, "--json", "--batch-rows", 1)
    told = _result(result)
    assert (told["accepted"], told["rejected"]) == (2, 1)
    assert "no such thing" in told["rejected_examples"][0]["reason"]


def test_tags_need_the_catalogue_unless_told_to_make_them(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    path = _csv(tmp_path / "tags.csv", [{"who": "1", "tag": "a/b"}, {"who": "2", "tag": "old"}, {"who": "3", "tag": "new"}])
    known = [catalogue_service_pb2.Tag(key="a/b"), catalogue_service_pb2.Tag(key="old", retired=True)]
    fake.answers["ListTags"] = lambda request, context: catalogue_service_pb2.ListTagsResponse(tags=known)
    fake.answers["ListForeignTags"] = lambda request, context: catalogue_service_pb2.ListForeignTagsResponse()
    fake.answers["DefineTag"] = lambda request, context: catalogue_service_pb2.DefineTagResponse(
        tag=catalogue_service_pb2.Tag(key=request.key)
    )
    words = ["import", "tags", path, *_words("--profile who --tag-column tag --json")]
    told = _result(run(*words))
    assert (told["accepted"], told["rejected"]) == (1, 2)
    assert "--create-tags" in told["rejected_examples"][1]["reason"]
    told = _result(run(*words, "--create-tags"))
    assert (told["accepted"], told["rejected"]) == (2, 1), "the batch is another write, now that one more row is allowed"
    assert [request.key for request in fake.asked("DefineTag")] == ["new"]
    assert fake.asked("DefineTag")[0].create_group
    change = fake.asked("ApplyChangeset")[-1].tags[1]
    assert (change.profile_id, change.tag, change.HasField("effective_at_us")) == ("3", "new", False)


def test_traits_take_their_kinds_from_the_whole_column(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    rows = [
        {"who": "1", "age": "30", "zip": "01234", "born": "1990-02-28", "big": "1", "mixed": "1"},
        {"who": "2", "age": "", "zip": "99999", "born": "", "big": "99999999999999999", "mixed": "x"},
    ]
    path = _csv(tmp_path / "traits.csv", rows)
    words = _words("--profile who --trait age --trait zip=postcode --trait born --trait big --trait mixed --json")
    assert _result(run("import", "traits", path, *words))["accepted"] == 2
    (request,) = fake.asked("ApplyChangeset")
    assert [(one.profile_id, one.trait, one.value.WhichOneof("kind")) for one in request.traits] == [
        ("1", "age", "number_value"),
        ("1", "postcode", "string_value"),
        ("1", "born", "date_value"),
        ("1", "big", "string_value"),
        ("1", "mixed", "string_value"),
        ("2", "postcode", "string_value"),
        ("2", "big", "string_value"),
        ("2", "mixed", "string_value"),
    ]


def test_a_type_that_the_workspace_knows_otherwise_stops_with_the_remedy(fake: FakeServer, run: Run, tmp_path: Path) -> None:
    traits = [catalogue_service_pb2.TypedName(name="age", type=common_pb2.VALUE_TYPE_STRING)]
    fake.answers["ListNames"] = lambda request, context: catalogue_service_pb2.ListNamesResponse(traits=traits)
    typed = _jsonl(tmp_path / "t.jsonl", [{"who": "1", "age": 30}])
    refused = run("import", "traits", typed, *_words("--profile who --trait age --json"))
    assert refused.exit_code == exits.REFUSED
    assert "--trait-type age=string" in _result(refused)["error"]["message"]
    text = _csv(tmp_path / "t.csv", [{"who": "1", "age": "30"}])
    assert _result(run("import", "traits", text, *_words("--profile who --trait age --json")))["accepted"] == 1
    assert fake.asked("ApplyChangeset")[0].traits[0].value.string_value == "30"


def test_what_cannot_be_read_at_all_stops_with_a_clear_message(run: Run, tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", ROWS)
    missing = run("import", "traits", path, *_words("--profile nobody --trait sku --json"))
    assert missing.exit_code == exits.USAGE
    assert "the file has: who, what, at" in _result(missing)["error"]["message"]
    whole = _parquet(tmp_path / "a.parquet", ROWS * 1000).read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "holed.parquet").write_bytes(whole[:10] + bytes(len(whole) // 4) + whole[10 + len(whole) // 4 :])
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("cut.parquet", "holed.parquet", "empty.csv"):
        result = run("import", "interactions", tmp_path / name, *MAPPING, "--json")
        assert result.exit_code == exits.USAGE, (name, result.output)
        assert name in _result(result)["error"]["message"]


def _rejecting(convert: Callable[..., Any], array: pa.Array, *given: Any) -> tuple[Any, dict[int, str]]:
    rejects = cells.Rejects()
    return convert(array, *given, "column", rejects), rejects.reasons


def test_amounts_of_every_type_round_half_even() -> None:
    def units(array: pa.Array) -> list[int]:
        (found, _), reasons = _rejecting(cells.amounts, array)
        assert reasons == {}
        return list(found.tolist())

    assert units(pa.array([3, None])) == [30_000, 0]
    assert units(pa.array([0.00005, 0.00025, -2.5])) == [0, 2, -25_000]
    assert units(pa.array(["0.00005", "0.00015", "1.00015", "12345678901.2345"])) == [0, 2, 10_002, 123_456_789_012_345]
    assert units(pa.array([Decimal("1.00015"), Decimal("0.00005")])) == [10_002, 0]
    _, reasons = _rejecting(cells.amounts, pa.array(["1,5", "", "inf", "1e99", "100000000000.0001"]))
    assert sorted(reasons) == [0, 1, 2, 3, 4]


def test_times_of_every_type_become_the_same_microseconds() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("America/New_York")
    expected = int(datetime(2017, 3, 12, 6, 30, tzinfo=UTC).timestamp()) * 10**6
    local = datetime(2017, 3, 12, 1, 30)
    for array in (
        pa.array([local], pa.timestamp("ms")),
        pa.array([local], pa.timestamp("ns")),
        pa.array([datetime(2017, 3, 12, 6, 30, tzinfo=UTC)], pa.timestamp("s", "UTC")),
        pa.array(["2017-03-12T01:30:00"]),
        pa.array(["2017-03-12T06:30:00Z"]),
        pa.array(["2017-03-12T07:30:00.000000123+01:00"]),
    ):
        (us, _), reasons = _rejecting(cells.instants, array, zone)
        assert (us.tolist(), reasons) == ([expected], {}), array.type
    skipped = pa.array(["2017-03-12T02:30:00"])
    (us, _), _ = _rejecting(cells.instants, skipped, zone)
    assert us.tolist() == [expected + 3_600_000_000]
    far = pa.array([2**62, -(2**62)], pa.timestamp("s"))
    _, reasons = _rejecting(cells.instants, far, zone)
    assert sorted(reasons) == [0, 1]


def test_profile_ids_come_from_text_and_whole_numbers() -> None:
    for array in (pa.array([7, 8]), pa.array([7.0, 8.0]), pa.array(["7", "8"]), pa.array(["7", "8"]).dictionary_encode()):
        ids, reasons = _rejecting(cells.profile_ids, cells.plain(array))
        assert (ids.to_pylist(), reasons) == (["7", "8"], {})
    _, reasons = _rejecting(cells.profile_ids, pa.array([1.5, None, float("nan")]))
    assert sorted(reasons) == [0, 1, 2]


def test_times_as_text_lose_trailing_zeros_only() -> None:
    stamps = pa.array([datetime(2017, 1, 1, 10), datetime(2017, 1, 1, 10, 0, 0, 120_000)], pa.timestamp("us"))
    text, _ = _rejecting(cells.texts, stamps)
    assert text.to_pylist() == ["2017-01-01T10:00:00", "2017-01-01T10:00:00.12"]


def test_numbers_too_large_for_a_double_are_rejected_with_the_remedy() -> None:
    _, reasons = _rejecting(cells.numbers, pa.array([1, 2**60]))
    assert list(reasons) == [1]
    assert "column=string" in reasons[1]
