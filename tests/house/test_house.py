"""The rules of the house that a machine can hold: who may import whom, generated files, the size of files."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor import EnumDescriptor
from tagledger.v1 import error_reason_pb2

from domain import errors
from server.errors import CODES
from tests.house.limits_table import rendered

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("domain", "projections", "server", "clients", "benchmarks", "tests")
OURS = {*ROOMS, "tagledger"}

# Room: which of our rooms it may import, and which libraries it must not.
MAY_IMPORT = {
    "domain": (
        {"domain"},
        {"grpc", "google", "numpy", "eventsourcing", "psycopg", "orjson", "pyroaring", "pyarrow", "structlog"},
    ),
    "projections": ({"domain", "projections"}, {"grpc", "google", "eventsourcing", "psycopg", "structlog"}),
    "server": ({"domain", "projections", "server", "tagledger"}, set()),
    "clients": ({"clients", "tagledger"}, {"eventsourcing", "psycopg", "pyroaring"}),
}
# The command line and the server meet in one place.
EXCEPTIONS = {("server/command.py", "clients")}
SDK_LIBRARIES = {"grpc", "google", "tagledger"}


def sources(room: str) -> Iterator[Path]:
    return (path for path in (ROOT / room).rglob("*.py") if "_pb2" not in path.name)


def imported(path: Path) -> set[str]:
    """Top-level names of the absolute imports of a file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_only_what_stands_below_them(room: str) -> None:
    allowed, banned = MAY_IMPORT[room]
    for path in sources(room):
        name = str(path.relative_to(ROOT))
        excepted = {what for where, what in EXCEPTIONS if where == name}
        names = imported(path)
        assert names & OURS <= allowed | excepted, f"{name} imports {names & OURS - allowed}"
        assert not names & banned, f"{name} imports {names & banned}"


def test_the_client_needs_grpcio_and_protobuf_only() -> None:
    for path in sources("clients/sdk"):
        foreign = imported(path) - set(sys.stdlib_module_names) - SDK_LIBRARIES
        assert not foreign, f"{path.relative_to(ROOT)} imports {foreign}"


def test_no_file_is_crowded() -> None:
    crowded = {
        str(path.relative_to(ROOT)): lines
        for room in ROOMS
        for path in sources(room)
        if (lines := len(path.read_text().splitlines())) > (700 if room == "tests" else 400)
    }
    assert not crowded


def test_every_module_says_why_it_exists() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in sources(room)
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_stubs_are_generated_from_the_protos_as_they_are(tmp_path: Path) -> None:
    protos = sorted(str(path.relative_to(ROOT / "proto")) for path in (ROOT / "proto").rglob("*.proto"))
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}", *outputs, *protos]
    subprocess.run(command, check=True, cwd=ROOT / "proto")
    for path in tmp_path.rglob("*_pb2*"):
        committed = ROOT / "proto" / path.relative_to(tmp_path)
        assert committed.read_text() == path.read_text(), f"{committed.name} is stale: run `make proto`"


def test_the_protos_pass_buf_lint() -> None:
    buf = Path(sys.executable).parent / "buf"
    done = subprocess.run([buf, "lint"], cwd=ROOT / "proto", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_limits_page_is_the_table_in_the_code() -> None:
    assert (ROOT / "docs/limits.md").read_text() == rendered(), "docs/limits.md is stale: run `make fix`"


def all_errors(kind: type[errors.TagledgerError] = errors.TagledgerError) -> Iterator[type[errors.TagledgerError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from all_errors(below)


def test_every_error_has_a_code_and_a_reason_of_the_proto() -> None:
    reasons: EnumDescriptor = error_reason_pb2.ErrorReason.DESCRIPTOR
    known = {name.removeprefix("ERROR_REASON_") for name in reasons.values_by_name}
    for kind in all_errors():
        assert any(parent in CODES for parent in kind.__mro__)
        assert kind.reason in known, f"{kind.__name__}.reason {kind.reason} is not in error_reason.proto"
    used = {kind.reason for kind in all_errors()}
    assert known - used == {"UNSPECIFIED"}, "reasons that nothing raises"


def test_lock_file_has_no_registry_address() -> None:
    assert not re.search(r"https?://|file:|@ ", (ROOT / "requirements.lock").read_text())


def names_in(path: str) -> set[str]:
    """Every attribute and name of a file."""
    nodes = list(ast.walk(ast.parse((ROOT / path).read_text())))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        node.id for node in nodes if isinstance(node, ast.Name)
    }


def test_the_planner_holds_no_bitmap_and_the_executor_no_rule_of_cost() -> None:
    planning, running = (names_in(f"projections/query/{room}.py") for room in ("planner", "executor"))
    assert not planning & {"BitMap", "bitmaps", "members", "universe"}
    assert not running & {"cost", "estimate", "size", "row_estimate"}
