"""A cut of the Complete Journey campaign: real purchases through the command line, and every answer against SQL by hand."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients.sdk import Client
from tests.campaigns.complete_journey import (
    DATA,
    QUESTIONS,
    Imported,
    Sql,
    assert_one_answer,
    clocks,
    compare,
    import_all,
    steps,
)
from tests.harness import Store, running_server

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no data set in {DATA}; set TAGLEDGER_COMPLETEJOURNEY")

HOUSEHOLDS = 100


@dataclass(frozen=True, slots=True)
class Journey:
    """The first households, imported, and the same by hand."""

    client: Client
    sql: Sql
    steps: tuple[Imported, ...]

    @property
    def names(self) -> list[str]:
        """The imports, in order."""
        return [step.name for step in self.steps]


@pytest.fixture(scope="module")
def journey() -> Iterator[Journey]:
    with tempfile.TemporaryDirectory() as name, running_server(Store("sqlite", data=f"{name}/data").config()) as target:
        done = import_all(target, Path(name), HOUSEHOLDS, steps(purchases_in_two=True), lambda line: None)
        with Client(target) as client:
            yield Journey(client, Sql(HOUSEHOLDS), tuple(done))


@pytest.mark.parametrize("number", range(12))
def test_every_answer_equals_sql_by_hand_at_every_instant(journey: Journey, number: int) -> None:
    as_of = clocks(journey.sql)[number]
    assert list(compare(journey.client, journey.sql, journey.names, as_of)) == []


@pytest.mark.parametrize("number", range(len(steps(purchases_in_two=True)) + 1))
def test_an_answer_at_an_earlier_position_knows_only_what_was_imported_by_then(journey: Journey, number: int) -> None:
    position = journey.steps[number - 1].position if number else 0
    as_of = datetime(2017, 9, 15, tzinfo=UTC)
    assert list(compare(journey.client, journey.sql, journey.names[:number], as_of, position)) == []


def test_count_members_check_explain_and_export_are_one_answer(journey: Journey) -> None:
    households = [str(number) for number in range(1, HOUSEHOLDS + 50)]
    assert_one_answer(journey.client, datetime(2017, 10, 1, tzinfo=UTC), households)


def test_the_questions_tell_households_apart(journey: Journey) -> None:
    journey.sql.at(datetime(2017, 12, 1, tzinfo=UTC), journey.names)
    answers = {frozenset(journey.sql.members(query)) for _, query in QUESTIONS}
    assert len(answers) > 60
