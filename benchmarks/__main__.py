"""`python -m benchmarks NAME [options]`: one benchmark; `python -m benchmarks all --small`: all of them in a few minutes."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

import orjson

from benchmarks.question_table import QUESTIONS
from benchmarks.report import Options, Report

NAMES = (
    "headline",
    "ingest",
    "rpc",
    "replay",
    "restart",
    "growth",
    "tail",
    "listing",
    "bulk",
    "history",
    "corrections",
    "leaving",
    "linking",
    "reports",
    "staff",
    "lock",
    "questions",
)
SINGLE = tuple(question.name for question in QUESTIONS)
FULL = Options()
_LARGE = (10_000_000, 100_000_000)
SIZES = {
    **dict.fromkeys(("questions", "restart", "tail", "corrections", "linking", *SINGLE), _LARGE),
    "listing": (2_000_000, 100_000),
    "bulk": (10_000_000, 100_000),
    "history": (10_000_000, 100_000),
    "leaving": (10_000_000, 100_000),
    "staff": (10_000_000, 100_000),
    "lock": (10_000_000, 100_000_000),
}
"""Profiles and interactions at full size, where they are others than those of FULL."""
SMALL_SIZES = (50_000, 500_000)


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when everything ran, whether bars were met or not."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Figures that the project claims, with its peers.",
        epilog=f"One question of `questions`: {', '.join(SINGLE)}.",
    )
    parser.add_argument("name", choices=(*NAMES, *SINGLE, "all"), metavar="NAME", help=f"{', '.join(NAMES)}, a question or all")
    parser.add_argument("--profiles", type=int, metavar="N", help="default: those of the claim; 50,000 if small")
    parser.add_argument("--interactions", type=int, metavar="M", help="default: those of the claim; 500,000 if small")
    parser.add_argument("--seed", type=int, default=FULL.seed, help="of the population (default 1)")
    parser.add_argument("--stores", nargs="+", choices=FULL.stores, default=FULL.stores, help="default: both")
    parser.add_argument("--peers", nargs="*", choices=FULL.peers, default=FULL.peers, help="of headline and questions")
    parser.add_argument("--small", action="store_true", help="small sizes and few repetitions; the bars are for full ones")
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    given = parser.parse_args(arguments)
    if given.name == "all":
        return _run_all([argument for argument in arguments if argument != "all"])
    options = _options(given)
    report = _report(given.name, options)
    file = report.save(options)
    print(orjson.dumps(report.figures).decode() if given.json else f"{report.text()}\n\n{file}\n", flush=True)
    return 0


def _options(given: argparse.Namespace) -> Options:
    full = SIZES.get(given.name, (FULL.profiles, FULL.interactions))
    sizes = SMALL_SIZES if given.small else full
    options = Options(
        profiles=given.profiles or sizes[0],
        interactions=given.interactions or sizes[1],
        seed=given.seed,
        stores=tuple(given.stores),
        peers=tuple(given.peers),
        small=given.small,
    )
    return replace(options, is_full=options == Options(*full, seed=options.seed))


def _report(name: str, options: Options) -> Report:
    # Imported when asked for: not every benchmark needs the peers' libraries.
    if name in SINGLE:
        one: Report = import_module("benchmarks.questions").run_one(options, name)
        return one
    report: Report = import_module(f"benchmarks.{name}").run(options)
    return report


def _run_all(arguments: Sequence[str]) -> int:
    """Each in a process of its own, so that none pays for the memory of another."""
    done = [subprocess.run([sys.executable, "-m", "benchmarks", name, *arguments], check=False) for name in NAMES]
    return max(one.returncode for one in done)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
