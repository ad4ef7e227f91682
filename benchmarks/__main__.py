"""`python -m benchmarks NAME [options]`: one benchmark; `python -m benchmarks all --small`: all of them in three minutes."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module

import orjson

from benchmarks.report import Options, Report

NAMES = ("headline", "ingest", "rpc", "replay")
FULL = Options()
SMALL_PROFILES, SMALL_INTERACTIONS = 50_000, 500_000


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when everything ran, whether bars were met or not."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Figures that the project claims, with its peers."
    )
    parser.add_argument("name", choices=(*NAMES, "all"), help="which benchmark")
    parser.add_argument("--profiles", type=int, metavar="N", help=f"default {FULL.profiles:,} ({SMALL_PROFILES:,} if small)")
    parser.add_argument(
        "--interactions", type=int, metavar="M", help=f"default {FULL.interactions:,} ({SMALL_INTERACTIONS:,} if small)"
    )
    parser.add_argument("--seed", type=int, default=FULL.seed, help="of the population (default 1)")
    parser.add_argument("--stores", nargs="+", choices=FULL.stores, default=FULL.stores, help="default: both")
    parser.add_argument("--small", action="store_true", help="small sizes and few repetitions; the bars are for full ones")
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    given = parser.parse_args(arguments)
    if given.name == "all":
        return _run_all([argument for argument in arguments if argument != "all"])
    options = Options(
        profiles=given.profiles or (SMALL_PROFILES if given.small else FULL.profiles),
        interactions=given.interactions or (SMALL_INTERACTIONS if given.small else FULL.interactions),
        seed=given.seed,
        stores=tuple(given.stores),
        small=given.small,
    )
    report: Report = import_module(f"benchmarks.{given.name}").run(options)
    file = report.save(options)
    print(orjson.dumps(report.figures).decode() if given.json else f"{report.text()}\n\n{file}\n", flush=True)
    return 0


def _run_all(arguments: Sequence[str]) -> int:
    """Each in a process of its own, so that none pays for the memory of another."""
    done = [subprocess.run([sys.executable, "-m", "benchmarks", name, *arguments], check=False) for name in NAMES]
    return max(one.returncode for one in done)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
