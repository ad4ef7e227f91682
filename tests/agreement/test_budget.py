"""A question that would touch more rows than one may is refused before it runs, and names what costs."""

import pytest

from domain.errors import LimitExceeded
from domain.language.parser import parse
from projections.index.workspace_index import WorkspaceIndex
from projections.query import budget, evaluator
from projections.query.view import View
from tests.oracle.histories import WORKSPACE, Interaction, recorded

_ROWS = 20
_COUNTED = "count(buy) >= 2 in last 30 days"


@pytest.fixture
def view() -> View:
    index = WorkspaceIndex(WORKSPACE)
    index.apply(recorded(1, 1, interactions=[Interaction(k % 5, "buy", k) for k in range(_ROWS)], new_profiles=5))
    return View(index, 1, _ROWS)


def test_the_limit_is_what_may_be_touched(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_QUESTION_ROWS", _ROWS)
    assert evaluator.count(parse(_COUNTED), view) == 5
    monkeypatch.setattr(budget, "MAX_QUESTION_ROWS", _ROWS - 1)
    with pytest.raises(LimitExceeded, match=r"did buy at least 2 times in last 30 days") as refused:
        evaluator.count(parse(f"everyone and {_COUNTED}"), view)
    assert refused.value.metadata == {"limit": "question rows", "maximum": str(_ROWS - 1), "actual": str(_ROWS)}
    with pytest.raises(LimitExceeded):
        evaluator.explain(parse(_COUNTED), view, 0)


def test_a_leaf_that_is_shared_is_counted_once(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_QUESTION_ROWS", _ROWS)
    assert evaluator.count(parse(f"({_COUNTED} or tagged vip) and {_COUNTED}"), view) == 5
