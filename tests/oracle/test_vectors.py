"""Oracle, index and SQL against the vectors that any language can read (tests/vectors), worked out without them."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.catalogue_changes import WorkspaceCreated
from domain.language.syntax import Calendar, ClockCondition, ClockPart, Did, Expression, Op, TraitDate, Unit
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.view import View
from tests.campaigns.duckdb_sql import SqlLedger
from tests.oracle.histories import WORKSPACE, Interaction, TraitChange, microseconds, recorded

FOLDER = Path(__file__).parents[1] / "vectors"
CLOCK_PARTS: list[dict[str, Any]] = json.loads((FOLDER / "clock_parts.json").read_text())["vectors"]
ANNIVERSARIES: list[dict[str, Any]] = json.loads((FOLDER / "anniversaries.json").read_text())["vectors"]


class Sides:
    """Oracle, index and SQL, with the same history."""

    def __init__(self, traits: Sequence[TraitChange] = (), interactions: Sequence[Interaction] = ()) -> None:
        history = [
            recorded(1, MIN_INSTANT_US, catalogue=[WorkspaceCreated("CNY")]),
            recorded(2, MIN_INSTANT_US, traits=traits, interactions=interactions, new_profiles=1),
        ]
        self.oracle, self.index, self.sql = NaiveLedger(WORKSPACE), WorkspaceIndex(WORKSPACE), SqlLedger(history)
        for one in history:
            self.oracle.apply(one)
            self.index.apply(one)

    def ask(self, expression: Expression, as_of: int) -> list[bool]:
        """Whether each of them selects anybody."""
        view = View(self.index, self.index.version_at_position(2), as_of)
        answers = (self.oracle.members(expression, as_of, 2), evaluator.members(expression, view))
        return [bool(answer) for answer in (*answers, self.sql.members(expression, as_of, 2))]


def test_there_are_many_vectors_with_names_of_their_own() -> None:
    for vectors in (CLOCK_PARTS, ANNIVERSARIES):
        assert len({vector["name"] for vector in vectors}) == len(vectors) >= 60


def test_instants_are_written_twice_and_agree() -> None:
    assert [microseconds(one["instant"]) for one in CLOCK_PARTS] == [one["instant_us"] for one in CLOCK_PARTS]


@pytest.mark.parametrize("vector", CLOCK_PARTS, ids=[vector["name"] for vector in CLOCK_PARTS])
def test_clocks_on_the_wall_show_what_the_vectors_say(vector: dict[str, Any]) -> None:
    """Asked for each hour and each weekday there is."""
    sides = Sides(interactions=[Interaction(0, "purchase", vector["instant_us"])])
    for part, values in ((ClockPart.HOUR, range(24)), (ClockPart.WEEKDAY, range(1, 8))):
        for value in values:
            condition = ClockCondition(part, vector["zone"], Op.EQ, (value,))
            shown = sides.ask(Did("purchase", where=condition), MAX_INSTANT_US - 1)
            assert shown == [value == vector[part.value]] * 3


@pytest.mark.parametrize("vector", ANNIVERSARIES, ids=[vector["name"] for vector in ANNIVERSARIES])
def test_dates_return_when_the_vectors_say(vector: dict[str, Any]) -> None:
    direction, count, _ = vector["range"].split()
    sides = Sides(traits=[TraitChange(0, "birthday", date.fromisoformat(vector["date"]), MIN_INSTANT_US)])
    leaf = TraitDate("birthday", True, direction == "next", Calendar(int(count), Unit.DAY))
    for time in ("00:00:00", "23:59:59.999999"):
        assert sides.ask(leaf, microseconds(f"{vector['today']}T{time}")) == [vector["holds"]] * 3
