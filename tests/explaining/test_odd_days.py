"""Flips about midnights that come twice, or never, and about returns of dates: each one, against the oracle asked all along."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.catalogue_changes import WorkspaceCreated
from domain.changeset import Recorded
from domain.language.parser import parse
from domain.language.syntax import Leaf
from domain.limits import MIN_INSTANT_US
from projections.explaining.explainer import Subject, explain_profile
from projections.explaining.outline import Outline
from projections.index.workspace_index import WorkspaceIndex
from projections.query.view import View
from tests.explaining.brute_force import known_events, ledger_of, truth
from tests.oracle.histories import DAY_US, HOUR_US, MINUTE_US, Interaction, TraitChange, microseconds, recorded

HALF_MINUTE_US = MINUTE_US // 2


def history_of(*rows: Interaction | TraitChange) -> list[Recorded]:
    """A workspace, and a changeset with the rows."""
    made = recorded(1, MIN_INSTANT_US, catalogue=[WorkspaceCreated("CNY")])
    interactions = [row for row in rows if isinstance(row, Interaction)]
    traits = [row for row in rows if isinstance(row, TraitChange)]
    return [made, recorded(2, MIN_INSTANT_US, interactions=interactions, traits=traits, new_profiles=1)]


def flips(history: list[Recorded], leaf: Leaf, start: int, end: int) -> list[int]:
    """From one flip to the next, as Explain tells them."""
    index = WorkspaceIndex("oracle")
    for one in history:
        index.apply(one)
    subject = Subject(known_events(history, [0], 2), {})
    found: list[int] = []
    at = start
    while True:
        flip = explain_profile(Outline.of(leaf, View(index, 2, at), 0), subject).flip
        assert flip.told_until is None
        if flip.at is None or flip.at > end:
            return found
        found.append(at := flip.at)


def changes(history: list[Recorded], leaf: Leaf, asked: Sequence[int]) -> list[int]:
    """The instants, of these and ascending, at which the oracle has changed its mind since the one before."""
    ledger = ledger_of(history)
    answers = [truth(ledger, leaf, 0, at, 2) for at in asked]
    return [at for at, before, after in zip(asked[1:], answers, answers[1:], strict=False) if before != after]


@pytest.mark.parametrize(
    ("zone", "about"),
    [
        ("America/St_Johns", "2006-10-29T02:31:00"),  # 00:01 becomes 23:01 of the day before
        ("America/Toronto", "1919-03-31T04:30:00"),  # 23:30 becomes 00:30
        ("America/Havana", "2017-11-05T05:00:00"),  # 01:00 becomes 00:00
        ("America/Sao_Paulo", "2018-11-04T03:00:00"),  # 00:00 becomes 01:00
        ("Pacific/Apia", "2011-12-30T10:00:00"),  # a day is skipped
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "did purchase today zone {}",
        "did purchase exactly 1 times in last 2 calendar days zone {}",
        "did purchase exactly 2 times in last 2 calendar days zone {}",
        "did purchase in exactly 1 of last 3 calendar days zone {}",
        "did purchase in at least 2 of last 2 calendar days zone {}",
        "days(purchase zone {}) >= 2 in last 36 hours",
        "last purchase in this week zone {}",
        "due in next 1 days zone {}",
        "due in last 1 calendar days zone {}",
    ],
)
def test_every_flip_about_an_odd_midnight_is_told(zone: str, about: str, text: str) -> None:
    change = microseconds(about)
    leaf: Leaf = parse(text.format(zone))  # type: ignore[assignment]
    start, end = change - 26 * HOUR_US, change + 80 * HOUR_US
    # Each minute about the midnights, and now and then between them.
    grid = {at for at in range(start, end + 1, MINUTE_US) if (at - change + 2 * HOUR_US) % DAY_US < 4 * HOUR_US}
    grid |= set(range(start, end + 1, HOUR_US))
    due = TraitChange(0, "due", date.fromisoformat(about[:10]), start - DAY_US)
    for offsets in ((-HALF_MINUTE_US,), (-3 * HOUR_US, -HALF_MINUTE_US), (-12 * HOUR_US, HALF_MINUTE_US * 59)):
        bought = [change + offset for offset in offsets]
        history = history_of(due, *(Interaction(0, "purchase", at) for at in bought))
        asked = sorted(grid.union(bought, (at + 36 * HOUR_US for at in bought)))
        assert flips(history, leaf, start, end) == changes(history, leaf, asked), offsets


@pytest.mark.parametrize("born", ["1990-11-20", "2016-02-29", "1990-01-03", "2027-12-01"])
@pytest.mark.parametrize(
    "text",
    [
        "born anniversary in last 90 days",
        "born anniversary in next 90 days zone Asia/Shanghai",
        "born anniversary today zone America/New_York",
        "born in last 2 calendar years",
        "born in next 400 days",
    ],
)
def test_dates_and_their_returns_flip_year_after_year(born: str, text: str) -> None:
    leaf: Leaf = parse(text)  # type: ignore[assignment]
    start, end = microseconds("2026-01-01T00:00:00"), microseconds("2028-04-01T00:00:00")
    history = history_of(TraitChange(0, "born", date.fromisoformat(born), start - DAY_US))
    midnights = [day + hour * HOUR_US for day in range(start, end, DAY_US) for hour in (0, 4, 5, 16)]
    assert flips(history, leaf, start, end) == changes(history, leaf, midnights)
