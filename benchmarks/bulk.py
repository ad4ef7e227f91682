"""A tag for a million profiles: looked at in a dry run, applied and seen in a count, and taken back; one of a million others
merged into it, and apart again; and a tag with a lifetime that the same million gets anew each night; on each store.

Each round takes another tenth of ten million profiles, so that nothing is so already. "Applied and visible" is from the call
to the reply of a count that comes after it. One segment depends on the tag, so that dry runs have something to ask.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.prepared_folder import write_population
from benchmarks.processes import postgres, tagledger_server
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings
from benchmarks.workload import make
from clients.sdk import Client
from server.eventlog.port import EventLog
from server.eventlog.postgres import PostgresEventLog
from server.eventlog.sqlite import SqliteEventLog

_ROUNDS, _SMALL_ROUNDS = 5, 2
_BAR_MS = 2_000.0
_DRY_RUN, _APPLIED, _UNDONE = "dry run", "applied and visible", "undone and visible"
_MERGED, _APART = "merged and visible", "apart again and visible"
_RENEWED = "renewed in a night, and visible"
_TAG, _NIGHTLY = "bulk", "nightly"
_NIGHTS, _LIFETIME = 14, timedelta(days=7)


def run(options: Options) -> Report:
    """Measure each store."""
    population = make(options.profiles, options.interactions, options.seed)
    times: dict[str, dict[str, Timings]] = {}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        for store in options.stores:

            def prepare(log: EventLog) -> None:
                write_population(log, population)
                log.close()

            if store == "sqlite":
                prepare(SqliteEventLog(folder / "ledger"))
                times[store], sizes[store] = _measured(["--data", str(folder / "ledger")], options)
                continue
            with postgres(folder) as server:
                url = server.new_database()
                prepare(PostgresEventLog(url))
                times[store], sizes[store] = _measured(["--database-url", url], options)
    return _report(options, times, sizes)


def _measured(arguments: list[str], options: Options) -> tuple[dict[str, Timings], int]:
    """Times of each step, and how many profiles the first round tagged."""
    calls: dict[str, list[float]] = {_DRY_RUN: [], _APPLIED: [], _MERGED: [], _APART: [], _UNDONE: [], _RENEWED: []}
    first = 0
    with tagledger_server(*arguments) as address, Client(address, actor="benchmark", timeout=600.0) as client:
        client.define_tag(_TAG, reason="benchmark")
        client.define_segment("tagged", f"tagged {_TAG}", reason="benchmark")
        for number in range(_SMALL_ROUNDS if options.small else _ROUNDS):
            expression = f'sample 10% by "{number}"'
            expected = client.count(expression).count
            first = first or expected

            def look(expression: str = expression, expected: int = expected) -> None:
                told = client.apply_tag_to_segment(expression, _TAG, reason="benchmark", dry_run=True)
                assert told.preview is not None
                _check(told.changed_count, expected)
                _check(told.preview.segments[0].entered_count, expected)

            def apply(expression: str = expression, expected: int = expected) -> str:
                done = client.apply_tag_to_segment(expression, _TAG, reason="benchmark")
                _check(client.count(f"tagged {_TAG}").count, expected)
                assert done.receipt is not None
                return done.receipt.changeset_id

            calls[_DRY_RUN].append(_timed(look)[0])
            applied_ms, changeset_id = _timed(apply)

            def undo(changeset_id: str = changeset_id) -> None:
                client.undo_changeset(changeset_id, reason="benchmark")
                _check(client.count(f"tagged {_TAG}").count, 0)

            other = f"other-{number}"
            client.define_tag(other, reason="benchmark")
            client.apply_tag_to_segment(f'sample 10% by "{other}"', other, reason="benchmark")
            either = client.count(f"tagged any of ({_TAG}, {other})").count

            def merge(other: str = other, either: int = either) -> int:
                done = client.merge_tags(other, _TAG, reason="benchmark")
                _check(client.count(f"tagged {_TAG}").count, either)
                return done.position

            merged_ms, position = _timed(merge)

            def part(position: int = position, expected: int = expected) -> None:
                client.undo_changeset(position, reason="benchmark")
                _check(client.count(f"tagged {_TAG}").count, expected)

            calls[_APPLIED].append(applied_ms)
            calls[_MERGED].append(merged_ms)
            calls[_APART].append(_timed(part)[0])
            calls[_UNDONE].append(_timed(undo)[0])
        calls[_RENEWED] = _renewed(client)
    return {step: Timings(taken) for step, taken in calls.items()}, first


def _renewed(client: Client) -> list[float]:
    """Night after night the same tenth is tagged, so that what was given the night before does not lapse."""
    client.define_tag(_NIGHTLY, lifetime=_LIFETIME, reason="benchmark")
    expression, now = f'sample 10% by "{_NIGHTLY}"', datetime.now(UTC)
    expected, taken = client.count(expression).count, []
    for night in range(_NIGHTS):
        at = now - timedelta(days=_NIGHTS - night)

        def renew(at: datetime = at) -> None:
            done = client.apply_tag_to_segment(expression, _NIGHTLY, effective_at=at, as_of=now, reason="benchmark")
            _check(done.changed_count, expected)
            _check(client.count(f"tagged {_NIGHTLY}", as_of=at).count, expected)

        taken.append(_timed(renew)[0])
    _check(client.count(f"tagged {_NIGHTLY}", as_of=at + _LIFETIME).count, 0)
    return taken


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter_ns()
    result = call()
    return (time.perf_counter_ns() - started) / 1e6, result


def _check(found: int, expected: int) -> None:
    if found != expected:
        raise AssertionError(f"{found} profiles, expected {expected}")


def _report(options: Options, times: dict[str, dict[str, Timings]], sizes: dict[str, int]) -> Report:
    rows = [
        (store, sizes[store], step, taken.p50_ms, taken.longest_ms)
        for store, steps in times.items()
        for step, taken in steps.items()
    ]
    figures = {
        "question": "bulk",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "tagged_profiles": sizes,
        "stores": {store: {step: taken.as_json() for step, taken in steps.items()} for store, steps in times.items()},
    }
    bars = [
        Bar.at_most(f"{store}: a million profiles durable and visible, longest ms", steps[_APPLIED].longest_ms, _BAR_MS)
        for store, steps in times.items()
    ]
    bars += [
        Bar.at_most(f"{store}: a million renewed, durable and visible, longest ms", steps[_RENEWED].longest_ms, _BAR_MS)
        for store, steps in times.items()
    ]
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions; a tenth of the profiles is tagged"
    return Report("bulk", figures, [Table(title, ("store", "profiles", "", "p50 ms", "longest ms"), rows)], bars)
