"""Writes the synchronous client from the asynchronous one, so that there are no twins to keep by hand.

Run by `make fix` as `python -m clients.generate_sync`; a test generates again and compares.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import unasync

SDK: Final = Path(__file__).parent / "sdk"
HAND_WRITTEN: Final = ("__init__.py", "primitives.py")
NAMES: Final = {
    "_async": "_sync",
    "AsyncBulkCalls": "BulkCalls",
    "AsyncCaller": "Caller",
    "AsyncCatalogueCalls": "CatalogueCalls",
    "AsyncClient": "Client",
    "AsyncHistoryCalls": "HistoryCalls",
    "AsyncInteractionBuffer": "InteractionBuffer",
    "AsyncLedgerCalls": "LedgerCalls",
    "AsyncListCalls": "ListCalls",
    "AsyncReportCalls": "ReportCalls",
    "AsyncSegmentCalls": "SegmentCalls",
    "AsyncStaffCalls": "StaffCalls",
}
HEADER: Final = "# Generated from ../_async/{name} by clients/generate_sync.py. Do not edit.\n"


def _without_awaitables(text: str) -> str:
    """Write `Awaitable[X]`, which unasync leaves, as `X`, and drop what became a repetition."""
    text = text.replace("Awaitable[None]", "None").replace("import Awaitable, ", "import ")
    repeated = "Iterable[InteractionBatch | Sequence[Interaction]]"
    return text.replace(f"{repeated} | {repeated}", repeated).replace("Iterable, Iterator, Iterable,", "Iterable, Iterator,")


def generate(target: Path) -> list[Path]:
    """Write the synchronous modules into the folder ``target``; returns their paths."""
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(SDK.parents[1] / "pyproject.toml"), "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "_async", Path(folder) / "_sync"
        shutil.copytree(SDK / "_async", source, ignore=shutil.ignore_patterns("__pycache__", *HAND_WRITTEN))
        rule = unasync.Rule(f"{source}/", f"{made}/", additional_replacements=NAMES)
        unasync.unasync_files([str(path) for path in sorted(source.glob("*.py"))], [rule])
        for path in made.glob("*.py"):
            path.write_text(HEADER.format(name=path.name) + _without_awaitables(path.read_text()))
        subprocess.run([*ruff, "check", "--fix", "--unsafe-fixes", "--select", "I,F401,UP028", *config, str(made)], check=True)
        subprocess.run([*ruff, "format", *config, str(made)], check=True)
        target.mkdir(exist_ok=True)
        return [Path(shutil.copy(path, target / path.name)) for path in sorted(made.glob("*.py"))]


if __name__ == "__main__":
    for written in generate(SDK / "_sync"):
        print(written)
