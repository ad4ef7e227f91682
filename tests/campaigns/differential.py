"""The differential campaign: random histories, random expressions, random clocks; oracle and index must agree on every one.

    python -m tests.campaigns.differential --expressions 100000 --seed 1

A share of the questions (each fourth unless `--sql-every` says otherwise; 0 for none) also goes to DuckDB, as SQL that was
written without a look at either (tests/campaigns/duckdb_sql).

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
from dataclasses import dataclass, field
from typing import Final

import duckdb

from domain.changeset import Recorded
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import Expression
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.checking import ProfileChecker
from projections.query.evaluator import Explanation
from projections.query.prepared import Prepared
from projections.query.view import View
from tests.campaigns.duckdb_sql import SqlLedger
from tests.oracle import as_if_large
from tests.oracle.histories import (
    SEGMENT_NAMES,
    WORKSPACE,
    name_of,
    named,
    random_changesets,
    random_clock,
    random_expression,
    random_vocabulary,
)

SQL_EVERY: Final = 4
_EXPRESSIONS_PER_HISTORY = 60
_CHECKED = range(0, 12, 4)


@dataclass(frozen=True, slots=True)
class Difference:
    """A disagreement, with all that brings it back."""

    seed: str
    expression: str
    as_of: int
    known_at: int
    oracle: str
    index: str
    sql: str
    """Empty where SQL was not asked."""


@dataclass(slots=True)
class Outcome:
    """What a campaign found, and how many of its questions SQL answered too."""

    differences: list[Difference] = field(default_factory=list)
    expressions: int = 0
    sql_checked: int = 0


def campaign(
    expressions: int, seed: int, progress: Callable[[int], None] = lambda _: None, *, sql_every: int = SQL_EVERY
) -> Outcome:
    """Ask at least `expressions` questions, and SQL each `sql_every`th of them (0 for none)."""
    outcome = Outcome()
    connection = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    asked = 0
    try:
        while asked < expressions:
            _one_history(f"{seed}/{asked}", outcome, connection, sql_every)
            asked += _EXPRESSIONS_PER_HISTORY
            outcome.expressions = asked
            progress(asked)
    finally:
        as_if_large.set_real()
    return outcome


def _one_history(seed: str, outcome: Outcome, connection: duckdb.DuckDBPyConnection, sql_every: int) -> None:
    rng = random.Random(seed)
    vocabulary = random_vocabulary(rng)
    history = random_changesets(rng, rng.choice((3, 30, 120)), rng.choice((3, 12, 40)), vocabulary)
    oracle, index = NaiveLedger(WORKSPACE), named(WorkspaceIndex(WORKSPACE))
    oracle.name_of = name_of
    as_if_large.set_some(rng)
    # Where in the history each question is asked: as often near the end as in the middle.
    stops = sorted(rng.choice((len(history), rng.randint(1, len(history)))) for _ in range(_EXPRESSIONS_PER_HISTORY))
    applied = 0
    sql: SqlLedger | None = None
    for number, stop in enumerate(stops):
        for recorded in history[applied:stop]:
            oracle.apply(recorded)
            index.apply(recorded)
            if rng.random() < 0.1:
                index.compact()
        applied = max(applied, stop)
        expression = parse(to_text(random_expression(rng, vocabulary, segments=SEGMENT_NAMES)))
        as_of, known_at = random_clock(rng, history[:applied], vocabulary)
        agreement = _Agreement(oracle, index, history[:applied], expression, as_of, known_at)
        if sql_every and number % sql_every == 0:
            sql = sql or SqlLedger(history, connection)
            agreement.ask_sql(sql)
            outcome.sql_checked += 1
        if not agreement.holds:
            outcome.differences.append(agreement.difference(seed))


class _Agreement:
    """One question, and what each side answers."""

    def __init__(
        self,
        oracle: NaiveLedger,
        index: WorkspaceIndex,
        history: list[Recorded],
        expression: Expression,
        as_of: int,
        known_at: int,
    ) -> None:
        self._question = (expression, as_of, known_at)
        self._end = history[-1].position
        view = View(index, index.version_at_position(known_at), as_of)
        self._expected = _answer(lambda: oracle.members(expression, as_of, known_at))
        found = [
            _answer(lambda: frozenset(evaluator.members(expression, view))),
            _answer(lambda: frozenset(evaluator.planned(expression, view).members())),
        ]
        counted = _answer(lambda: evaluator.count(expression, view))
        explained = _answer(lambda: evaluator.explain(expression, view, 0))
        size = len(self._expected) if isinstance(self._expected, frozenset) else self._expected
        self.holds = all(one == self._expected for one in found) and counted == size
        self.holds &= (explained.count if isinstance(explained, Explanation) else explained) == size
        checked = _answer(lambda: _checked(expression, view))
        if isinstance(self._expected, frozenset):
            self.holds &= checked == {one for one in _CHECKED if _answering(one, view) in self._expected}
        self._index, self._sql = f"{_shown(found[0])}, count {counted}, checked {checked}", ""

    def ask_sql(self, ledger: SqlLedger) -> None:
        """SQL must give the oracle's answer too, and not fail."""
        try:
            found = _answer(lambda: ledger.members(*self._question, self._end))
        except duckdb.Error as error:
            found = f"failed: {error}"
        self.holds &= found == self._expected
        self._sql = _shown(found)

    def difference(self, seed: str) -> Difference:
        """For whoever looks into it."""
        expression, as_of, known_at = self._question
        return Difference(seed, to_text(expression), as_of, known_at, _shown(self._expected), self._index, self._sql)


def _checked(expression: Expression, view: View) -> set[int]:
    """The profiles that are members when each is asked for by itself."""
    prepared = Prepared(expression)
    return {one for one in _CHECKED if ProfileChecker(view, _answering(one, view)).holds(prepared)}


def _answering(ordinal: int, view: View) -> int:
    """Who answers for a profile: the person that it is of, or itself."""
    person = view.index.persons.of(ordinal, view.version)
    return person.ordinal if person else ordinal


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except (MixedCurrencies, UnknownList, UnknownSegment) as refusal:
        return refusal.reason


def _shown(answer: object) -> str:
    return answer if isinstance(answer, str) else str(sorted(answer))  # type: ignore[call-overload]


def main() -> int:
    """Run from the command line; exit status 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expressions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sql-every", type=int, default=SQL_EVERY, help="ask SQL each so many questions, 0 for never")
    arguments = parser.parse_args()
    started = time.monotonic()

    def progress(asked: int) -> None:
        if asked % (_EXPRESSIONS_PER_HISTORY * 50) == 0:
            print(f"{asked:,} expressions, {time.monotonic() - started:.0f} s", file=sys.stderr)

    outcome = campaign(arguments.expressions, arguments.seed, progress, sql_every=arguments.sql_every)
    for difference in outcome.differences[:20]:
        print(difference, file=sys.stderr)
    summary = {"expressions": outcome.expressions, "differences": len(outcome.differences), "seed": arguments.seed}
    summary["sql_checked"] = outcome.sql_checked
    print(json.dumps(summary | {"elapsed_s": round(time.monotonic() - started, 1)}))
    return bool(outcome.differences)


if __name__ == "__main__":
    sys.exit(main())
