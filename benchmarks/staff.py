"""What departments and roles cost: over the wire, on the embedded store, every profile a customer of one of 10,000 staff.

A shop has 20 staff, a region 10 shops; the company is all of them. The same count is asked by nobody in particular, by the head
of a region and by a member of staff; that each sees the right number is checked first.
"""

import time
from collections.abc import Callable, Mapping

from benchmarks.prepared_folder import population_folder
from benchmarks.processes import tagledger_server
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings, measure
from benchmarks.workload import profile_id, tag_key
from clients.sdk import ApplyTag, Client, RemoveTag

_WHY = "benchmark"
_STAFF, _SMALL_STAFF = 10_000, 400
_OF_A_SHOP, _OF_A_REGION = 20, 200
_CALLS, _SMALL_CALLS = 300, 20
_TRANSFERS, _SMALL_TRANSFERS = 20, 4
_ROWS = 50_000
"""Of a changeset that binds customers."""
_TAGGED = f'tagged "{tag_key(0.3)}"'
_FACTOR_MAX = 2.0
"""Of a count within one region to the same count of all."""
_ALL, _REGION_ONLY, _OWN = "count: of all", "count: asked by the head of a region", "count: asked by a member of staff"
_SHOP, _REGION, _COMPANY = "count: and in a shop", "count: and in a region", "count: and in the company"
_BY_JOB, _BY_STAFF, _TRANSFER = "tag a customer: by a job", "tag a customer: by staff", "transfer all customers of one"


def run(options: Options) -> Report:
    """Measure."""
    staff = _SMALL_STAFF if options.small else _STAFF
    with population_folder(options) as data, tagledger_server("--data", data) as address:
        with Client(address, actor="job:benchmark", timeout=600.0) as client:
            prepared = time.perf_counter()
            _prepare(client, options, staff)
            seconds = time.perf_counter() - prepared
            times = _measured(client, options, staff)
    return _report(options, staff, seconds, times)


def _prepare(client: Client, options: Options, staff: int) -> None:
    client.define_department("company", reason=_WHY)
    for region in range(-(-staff // _OF_A_REGION)):
        client.define_department(f"region-{region}", parent_id="company", reason=_WHY)
        for shop in range(_OF_A_REGION // _OF_A_SHOP):
            client.define_department(f"shop-{region}-{shop}", parent_id=f"region-{region}", reason=_WHY)
    for number in range(staff):
        region, within = divmod(number, _OF_A_REGION)
        client.define_staff(f"s{number}", department_id=f"shop-{region}-{within // _OF_A_SHOP}", reason=_WHY)
    client.define_staff("head", department_id="region-0", role="department", reason=_WHY)
    for first in range(0, options.profiles, _ROWS):
        some = range(first, min(first + _ROWS, options.profiles))
        client.apply_changeset([ApplyTag(profile_id(one), f"staff:s{one % staff}") for one in some], reason=_WHY)


def _measured(client: Client, options: Options, staff: int) -> dict[str, Timings]:
    calls, transfers = (_SMALL_CALLS, _SMALL_TRANSFERS) if options.small else (_CALLS, _TRANSFERS)
    member, head = client.read_by("staff:s1"), client.read_by("staff:head")
    each = options.profiles // staff
    _expect(client.count("in department company").count, options.profiles)
    _expect(head.count("everyone").count, client.count("in department region-0").count)
    _expect(member.count("everyone").count, client.count("tagged staff:s1").count)
    _expect(client.count('in department "shop-0-0"').count, each * _OF_A_SHOP)
    own = [profile_id(1 + staff * k) for k in range(calls)]

    def counted(by: Client, more: str = "") -> Timings:
        return measure(lambda _: by.count(_TAGGED + more), range(calls))

    times = {
        _ALL: counted(client),
        _REGION_ONLY: counted(head),
        _OWN: counted(member),
        _SHOP: counted(client, ' and in department "shop-0-1"'),
        _REGION: counted(client, ' and in department "region-1"'),
        _COMPANY: counted(client, " and in department company"),
        _BY_JOB: measure(_turned(client, own), range(calls)),
        _BY_STAFF: measure(_turned(client, own, actor="staff:s1"), range(calls)),
    }
    moved = []
    for number in range(transfers):
        started = time.perf_counter()
        done = client.transfer_customers(f"s{2 + number}", "s0", reason=_WHY)
        moved.append((time.perf_counter() - started) * 1e3)
        _expect(done.changed_count, each)
    return times | {_TRANSFER: Timings(moved)}


def _turned(client: Client, ids: list[str], actor: str | None = None) -> Callable[[int], object]:
    """A tag of one customer after the other comes, and goes the next time."""
    key = tag_key(0.3)

    def turn(call: int) -> object:
        change = ApplyTag(ids[call // 2], key) if call % 2 == 0 else RemoveTag(ids[call // 2], key)
        return client.apply_changeset([change], reason=_WHY, actor=actor)

    return turn


def _expect(found: int, expected: int) -> None:
    if found != expected:
        raise AssertionError(f"{found} instead of {expected}")


def _report(options: Options, staff: int, seconds: float, times: Mapping[str, Timings]) -> Report:
    factor = times[_REGION_ONLY].p50_ms / times[_ALL].p50_ms
    figures = {
        "question": "staff",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "staff": staff,
        "prepared_s": round(seconds, 1),
        "ms": {what: taken.as_json() for what, taken in times.items()},
    }
    rows = [(what, taken.p50_ms, taken.longest_ms) for what, taken in times.items()]
    bar = Bar.at_most("a count by the head of a region, times that of all", factor, _FACTOR_MAX)
    title = f"{options.profiles:,} profiles, {staff:,} staff with {options.profiles // staff:,} customers each"
    return Report("staff", figures, [Table(title, ("", "p50 ms", "longest ms"), rows)], [bar])
