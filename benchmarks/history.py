"""One customer in a large workspace: pages of history, changes of tags that many carry, and of a tier that excludes others.

Everybody is in a tier of an exclusive group before. Customers are drawn at random; one has 100,000 entries. Calls go over gRPC,
and are durable where they write.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np

from benchmarks.prepared_folder import population_folder
from benchmarks.processes import tagledger_server
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings, measure
from benchmarks.workload import profile_id, tag_key
from clients.sdk import ApplyTag, Client

_CALLS, _SMALL_CALLS = 300, 50
_PAGE = 100
_BUSY_BATCHES, _SMALL_BUSY_BATCHES = 100, 10
_BUSY_ROWS = 1_000
_BUSY = 7
_EVEN_FACTOR = 1.5
_WIDE_TAG = tag_key(0.6)
_WHY = "benchmark"
_A_YEAR = datetime.now(UTC) - timedelta(days=364), datetime.now(UTC) + timedelta(days=1)


def run(options: Options) -> Report:
    """Measure, on the embedded store."""
    with population_folder(options) as data, tagledger_server("--data", data) as address:
        with Client(address, actor="benchmark", timeout=600.0) as client:
            _prepare(client, options)
            times = _measured(client, options)
    return _report(options, times)


def _prepare(client: Client, options: Options) -> None:
    client.define_tag_group("tier", exclusive=True, reason=_WHY)
    for tier in ("silver", "gold"):
        client.define_tag(f"tier/{tier}", reason=_WHY)
    client.apply_tag_to_segment("everyone", "tier/silver", reason=_WHY)
    busy = profile_id(_BUSY)
    for batch in range(_SMALL_BUSY_BATCHES if options.small else _BUSY_BATCHES):
        changes = [ApplyTag(busy, _WIDE_TAG, value=float(batch * _BUSY_ROWS + k)) for k in range(_BUSY_ROWS)]
        client.apply_changeset(changes, reason=_WHY)


def _measured(client: Client, options: Options) -> dict[str, Timings]:
    calls = _SMALL_CALLS if options.small else _CALLS
    drawn = np.random.default_rng([options.seed, 5]).choice(options.profiles, (4, calls), replace=False)
    ordinary, tagged, tiered, explained = ([profile_id(one) for one in row] for row in drawn.tolist())

    def page(of: str, skip: int = 0, newest_first: bool = False) -> int:
        entries = client.profile_history(of, newest_first=newest_first, without_interactions=True, page_size=_PAGE)
        return sum(1 for _ in islice(entries, skip, skip + _PAGE))

    steps: dict[str, tuple[Callable[[str], object], list[str]]] = {
        "a page of history": (page, ordinary),
        "a page of history of the busy one": (page, [profile_id(_BUSY)] * calls),
        "the newest page of the busy one": (lambda of: page(of, newest_first=True), [profile_id(_BUSY)] * calls),
        "a change of a tag that 60% carry": (lambda of: client.apply_tag(of, _WIDE_TAG, value=1.0, reason=_WHY), tagged),
        "a change of tier, everybody having one": (lambda of: client.apply_tag(of, "tier/gold", reason=_WHY), tiered),
        "a page of what an actor recorded in a year": (
            lambda of: sum(1 for _ in islice(client.history(actor="benchmark", recorded=_A_YEAR, page_size=_PAGE), _PAGE)),
            ordinary,
        ),
        "a profile, whole, but for its history": (lambda of: client.profile(of, timeline_size=0), ordinary),
        "a profile, whole, with 20 entries": (client.profile, ordinary),
        "explain": (lambda of: client.explain(f"tagged {_WIDE_TAG} and tagged tier/silver", profile_id=of), explained),
    }
    return {name: measure(call, arguments) for name, (call, arguments) in steps.items()}


def _report(options: Options, times: dict[str, Timings]) -> Report:
    rows = [(name, len(one.calls_ms), one.p50_ms, one.p99_ms, one.longest_ms) for name, one in times.items()]
    figures = {
        "question": "history",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "steps": {name: one.as_json() for name, one in times.items()},
    }
    first, newest = times["a page of history of the busy one"].p50_ms, times["the newest page of the busy one"].p50_ms
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions"
    bars = [Bar.at_most("newest page of the busy one over its first", newest / first, _EVEN_FACTOR)]
    return Report("history", figures, [Table(title, ("", "calls", "p50 ms", "p99 ms", "longest ms"), rows)], bars)
