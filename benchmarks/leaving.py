"""What it costs to erase persons, and to have many who were erased or have opted out: over the wire, on the embedded store.

A certificate is complete when the upkeep has scrubbed the store's file and written a snapshot that knows nobody who was erased.
"""

import time
from collections.abc import Mapping

import numpy as np

from benchmarks.prepared_folder import population_folder
from benchmarks.processes import tagledger_server
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings, measure
from benchmarks.workload import profile_id, tag_key
from clients.sdk import Client

_WHY = "benchmark"
_ROUNDS, _SMALL_ROUNDS = 5, 2
_MANY = 10_000
_OPTED_OUT_PERCENT = 1
_CALLS, _SMALL_CALLS = 300, 20
_OPT_OUT = "privacy/no-profiling"
_QUESTION = f'tagged "{tag_key(0.6)}" and tagged "{tag_key(0.3)}"'
_POLL_SECONDS = 0.02
_FACTOR_MAX = 3.0
"""Of a count with many who left to one with nobody who did."""
_ONE, _TEN_THOUSAND, _COMPLETE = "erased: one", f"erased: {_MANY:,}", "certificate complete after"
_NOBODY, _LEFT = "count: nobody left", f"count: {_OPTED_OUT_PERCENT}% opted out, some erased"


def run(options: Options) -> Report:
    """Measure."""
    with population_folder(options) as data, tagledger_server("--data", data) as address:
        with Client(address, actor="benchmark", timeout=600.0) as client:
            times = _measured(client, options)
    return _report(options, times)


def _measured(client: Client, options: Options) -> dict[str, Timings]:
    rounds, calls = (_SMALL_ROUNDS, _SMALL_CALLS) if options.small else (_ROUNDS, _CALLS)
    many = min(_MANY, options.profiles // 10)
    drawn = np.random.default_rng([options.seed, 6]).choice(options.profiles, rounds * (many + 1), replace=False)
    times = {_NOBODY: measure(lambda _: client.count(_QUESTION), range(calls))}
    before = client.count("everyone").count
    singly: list[float] = []
    together: list[float] = []
    complete: list[float] = []
    for ordinals in np.split(drawn, rounds):
        ids = [profile_id(one) for one in ordinals.tolist()]
        singly.append(_erased(client, ids[:1])[0])
        taken, position = _erased(client, ids[1:])
        together.append(taken)
        started = time.perf_counter()
        while not client.erasure(position).complete:
            time.sleep(_POLL_SECONDS)
        complete.append((time.perf_counter() - started) * 1e3)
    if client.count("everyone").count != before - len(drawn):
        raise AssertionError("an erased profile is counted")
    client.define_tag(_OPT_OUT, opt_out=True, create_group=True, reason=_WHY)
    done = client.apply_tag_to_segment(f'sample {_OPTED_OUT_PERCENT}% by "opt out"', _OPT_OUT, reason=_WHY)
    if client.count("everyone").count != before - len(drawn) - done.changed_count:
        raise AssertionError("who opted out is counted")
    times[_LEFT] = measure(lambda _: client.count(_QUESTION), range(calls))
    return times | {_ONE: Timings(singly), _TEN_THOUSAND: Timings(together), _COMPLETE: Timings(complete)}


def _erased(client: Client, ids: list[str]) -> tuple[float, int]:
    """Milliseconds, and the position."""
    started = time.perf_counter()
    done = client.erase_profiles(ids, reason=_WHY)
    taken = (time.perf_counter() - started) * 1e3
    if done.erased_count != len(ids):
        raise AssertionError(f"{done.erased_count} of {len(ids)} erased")
    return taken, done.position


def _report(options: Options, times: Mapping[str, Timings]) -> Report:
    figures = {
        "question": "leaving",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "ms": {what: taken.as_json() for what, taken in times.items()},
    }
    rows = [(what, taken.p50_ms, taken.longest_ms) for what, taken in times.items()]
    factor = times[_LEFT].p50_ms / times[_NOBODY].p50_ms
    bar = Bar.at_most("a count with many who left, times that with nobody who did", factor, _FACTOR_MAX)
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions"
    return Report("leaving", figures, [Table(title, ("", "p50 ms", "longest ms"), rows)], [bar])
