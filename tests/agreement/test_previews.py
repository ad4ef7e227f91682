"""An index that has taken in a change that is only looked at: what the writer records meanwhile is not there."""

import random
from dataclasses import replace

import numpy as np
import pytest

from domain.changeset import Recorded
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from projections.index import tail
from projections.index.previewed import as_if
from projections.index.row_columns import AMOUNT, ORDINAL, TIME, VERSION, AnyColumn, absent_value, property_column
from projections.index.rows import InteractionRows
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.view import View
from tests.oracle.histories import WORKSPACE, random_changesets, random_clock, random_expression, random_vocabulary


@pytest.mark.parametrize("seed", range(12))
def test_as_if_answers_as_if_nothing_else_had_been_recorded(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "TAIL_ROWS", (4, 1 << 14)[seed % 2])
    rng = random.Random(f"as if/{seed}")
    vocabulary = random_vocabulary(rng)
    history = random_changesets(rng, 90, 15, vocabulary)
    able = [k for k in range(20, 80) if not history[k].changeset.catalogue and not history[k].changeset.listed]
    cut = rng.choice(able)
    index, oracle = WorkspaceIndex(WORKSPACE), NaiveLedger(WORKSPACE)
    for one in history[: cut + 1]:
        oracle.apply(one)
        if one is not history[cut]:
            index.apply(one)
    # The writer goes on before the copy is made, and after it; the first thing that it records has the same version.
    known = index.catalogue.tags.keys()
    later = [one for one in history[cut + 1 :] if not one.changeset.tags or set(one.changeset.tags.tags) <= known]
    others = _renumbered(later, history[cut])
    for one in others[:10]:
        index.apply(one)
        index.compact()
    copy = as_if(index, history[cut])
    for one in others[10:20]:
        index.apply(one)
        index.compact()
    end, version = history[cut].position, history[cut].changeset.version
    for _ in range(60):
        expression = random_expression(rng, vocabulary)
        as_of, _known_at = random_clock(rng, history[: cut + 1], vocabulary)
        try:
            expected = oracle.members(expression, as_of, end)
        except (MixedCurrencies, UnknownList, UnknownSegment):
            continue  # what is refused is looked at elsewhere
        view = View(copy, version, as_of)
        assert frozenset(evaluator.members(expression, view)) == expected
        assert evaluator.count(expression, view) == len(expected)


def test_values_that_the_writer_recorded_behind_a_copy_are_not_those_of_its_next_rows() -> None:
    # Arrange: what is recorded behind the copy's last version has an amount and a property.
    grade = property_column("grade")
    rows = InteractionRows()
    rows.append(_recorded(1), 0, 1)
    rows.append({**_recorded(2), AMOUNT: np.array([700]), grade: np.array([3])}, 0, 1)
    # Act: what the copy takes in has neither.
    copy = rows.up_to(1)
    copy.append(_recorded(2), 0, 1)
    # Assert
    (found,) = copy.rows(0, 100, 2)
    for name in (AMOUNT, grade):
        assert found.column(name).tolist() == [absent_value(name)] * 2


def _recorded(version: int) -> dict[str, AnyColumn]:
    return {TIME: np.array([version]), ORDINAL: np.array([0], np.uint32), VERSION: np.array([version], np.uint32)}


def _renumbered(changesets: list[Recorded], at: Recorded) -> list[Recorded]:
    """Behind what was recorded before `at`, in its place; retractions of what is not there are left out."""
    made = []
    for number, one in enumerate(changesets):
        changeset = replace(
            one.changeset,
            version=at.changeset.version + number,
            catalogue=(),
            retracted=None,
            listed=None,
        )
        made.append(replace(one, position=at.position + number, changeset=changeset))
    return made
