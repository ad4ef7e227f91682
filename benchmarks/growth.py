"""Does the cost of a profile grow with the number of profiles? `restart` at several sizes, five interactions a profile.

Costs are divided by the number of profiles (interactions, for reading the log), and compared with those at the second size: at
the first one they drown in what every call and process costs anyway. Ratios near 1 are a straight line.
"""

from typing import Any

from benchmarks.report import Bar, Options, Report, Table
from benchmarks.restart import measured

_PROFILES, _SMALL_PROFILES = (1_000_000, 3_000_000, 10_000_000, 30_000_000), (50_000, 150_000)
_INTERACTIONS_A_PROFILE = 5
_BASE = 1
"""Of the sizes: the costs of the first one are mostly fixed."""
_GROWTH_MAX = 1.25
"""The host's speed varies by a quarter between minutes."""


def run(options: Options) -> Report:
    """Every size in turn; each has servers of its own."""
    sizes = _SMALL_PROFILES if options.small else _PROFILES
    found = [measured(profiles, profiles * _INTERACTIONS_A_PROFILE, options.seed) for profiles in sizes]
    costs = [_costs(one) for one in found]
    growth = {name: round(max(one[name] for one in costs[_BASE:]) / costs[_BASE][name], 3) for name in costs[0]}
    figures = {"question": "growth", "sizes": found, "costs": costs, "growth": growth}
    columns = ("cost", *(f"{profiles:,} profiles" for profiles in sizes), f"most, over that of {sizes[_BASE]:,}")
    rows = [(name, *(one[name] for one in costs), growth[name]) for name in costs[0]]
    bars = [Bar.at_most(f"growth of {name}", ratio, _GROWTH_MAX) for name, ratio in growth.items()]
    return Report("growth", figures, [Table("Costs by size", columns, rows)], bars)


def _costs(found: dict[str, Any]) -> dict[str, float]:
    """What one profile costs."""
    profiles, interactions = found["profiles"], found["interactions"]
    restarted, stored = found["restarted"], found["snapshot_bytes"]
    return {
        "headline p50, ns a profile": restarted["engine_p50_ms"] * 1e6 / profiles,
        "private bytes a profile": restarted["private_bytes"] / profiles,
        "snapshot bytes a profile": sum(stored.values()) / profiles,
        "log bytes a profile": found["log_bytes"] / profiles,
        "rebuild, ns an interaction": found["rebuilt"]["serving_s"] * 1e9 / interactions,
    }
