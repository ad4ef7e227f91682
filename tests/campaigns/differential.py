"""The differential campaign: random histories, random expressions, random clocks; oracle and index must agree on every one.

    python -m tests.campaigns.differential --expressions 100000 --seed 1

Each history is applied to the index event by event with questions in between (so that folds move on instead of starting over),
and with runs sealed and merged at random. The last line is one JSON object. A difference prints what is needed to see it
again; a small slice runs in `make test`.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.changeset import Recorded
from domain.errors import MixedCurrencies
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import Expression
from projections.index import rows as rows_module
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.evaluator import Explanation
from projections.query.view import View
from tests.oracle.histories import WORKSPACE, random_changesets, random_clock, random_expression, random_vocabulary

_EXPRESSIONS_PER_HISTORY = 60
_TAIL_ROWS = (4, 32, rows_module.TAIL_ROWS)


@dataclass(frozen=True, slots=True)
class Difference:
    """A disagreement, with all that brings it back."""

    seed: str
    expression: str
    as_of: int
    known_at: int
    oracle: str
    index: str


def campaign(expressions: int, seed: int, progress: Callable[[int], None] = lambda _: None) -> list[Difference]:
    """Ask at least `expressions` questions; the disagreements."""
    differences: list[Difference] = []
    asked = 0
    while asked < expressions:
        differences += _one_history(f"{seed}/{asked}")
        asked += _EXPRESSIONS_PER_HISTORY
        progress(asked)
    return differences


def _one_history(seed: str) -> list[Difference]:
    rng = random.Random(seed)
    vocabulary = random_vocabulary(rng)
    history = random_changesets(rng, rng.choice((3, 30, 120)), rng.choice((3, 12, 40)), vocabulary)
    oracle, index = NaiveLedger(WORKSPACE), WorkspaceIndex(WORKSPACE)
    # Small histories must reach the code for large ones: sealed runs, and block bitmaps instead of rows.
    rows_module.TAIL_ROWS = rng.choice(_TAIL_ROWS)
    rows_module._SLICE_ROWS_MAX = rng.choice((0, 2, 1024))
    # Where in the history each question is asked: as often near the end as in the middle.
    stops = sorted(rng.choice((len(history), rng.randint(1, len(history)))) for _ in range(_EXPRESSIONS_PER_HISTORY))
    differences, applied = [], 0
    for stop in stops:
        for recorded in history[applied:stop]:
            oracle.apply(recorded)
            index.apply(recorded)
            if rng.random() < 0.1:
                index.compact()
        applied = max(applied, stop)
        expression = parse(to_text(random_expression(rng, vocabulary)))
        as_of, known_at = random_clock(rng, history[:applied], vocabulary)
        differences += _compare(seed, oracle, index, history[:applied], expression, as_of, known_at)
    return differences


def _compare(
    seed: str,
    oracle: NaiveLedger,
    index: WorkspaceIndex,
    history: list[Recorded],
    expression: Expression,
    as_of: int,
    known_at: int,
) -> list[Difference]:
    view = View(index, index.version_at_position(known_at), as_of)
    expected = _answer(lambda: oracle.members(expression, as_of, known_at))
    found = [
        _answer(lambda: frozenset(evaluator.members(expression, view))),
        _answer(lambda: frozenset(evaluator.planned(expression, view).members())),
    ]
    counted = _answer(lambda: evaluator.count(expression, view))
    explained = _answer(lambda: evaluator.explain(expression, view, 0))
    agree = all(one == expected for one in found)
    size = len(expected) if isinstance(expected, frozenset) else expected
    agree &= counted == size
    agree &= (explained.count if isinstance(explained, Explanation) else explained) == size
    if agree:
        return []
    return [Difference(seed, to_text(expression), as_of, known_at, _shown(expected), f"{_shown(found[0])}, count {counted}")]


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except MixedCurrencies:
        return "MIXED_CURRENCIES"


def _shown(answer: object) -> str:
    return answer if isinstance(answer, str) else str(sorted(answer))  # type: ignore[call-overload]


def main() -> int:
    """Run from the command line; exit status 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expressions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()

    def progress(asked: int) -> None:
        if asked % (_EXPRESSIONS_PER_HISTORY * 50) == 0:
            print(f"{asked:,} expressions, {time.monotonic() - started:.0f} s", file=sys.stderr)

    differences = campaign(arguments.expressions, arguments.seed, progress)
    for difference in differences[:20]:
        print(difference, file=sys.stderr)
    summary = {"expressions": arguments.expressions, "differences": len(differences), "seed": arguments.seed}
    print(json.dumps(summary | {"elapsed_s": round(time.monotonic() - started, 1)}))
    return bool(differences)


if __name__ == "__main__":
    sys.exit(main())
