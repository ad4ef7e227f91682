"""The questions of docs/what-users-ask.md: each one is asked, and every one of its expressions selects somebody."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from clients.sdk import ApplyTag, Client, Interaction, RemoveTag, SetTrait
from tests.harness import Store, running_server

PAGE = Path(__file__).parents[2] / "docs/what-users-ask.md"
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)  # a Sunday
DAY = timedelta(days=1)


def _expressions() -> list[str]:
    """What stands in the second column, but for commands."""
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    found = [one for row in rows for one in re.findall(r"`([^`]+)`", row.split(" | ")[1])]
    return [one for one in found if not one.startswith("tagledger ")]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running_server(Store("sqlite", data=str(tmp_path_factory.mktemp("world"))).config()) as address:
        with Client(address, actor="staff:li", source="model:v3") as made:
            _world(made)
            yield made


def _world(client: Client) -> None:
    """So small that each question has somebody, and most have nobody else."""
    why = "a world of questions"
    for group in ("stage", "channel", "tier"):
        client.define_tag_group(group, exclusive=True, reason=why)
    stages = [f"stage/{stage}" for stage in ("aware", "interest", "purchase", "loyalty")]
    for key in ("vip", *stages, "channel/wecom", "channel/blocked", "tier/gold", "model/lead-score"):
        client.define_tag(key, create_group=True, reason=why)
    client.define_department("all", reason=why)
    client.define_department("sales-east", parent_id="all", reason=why)
    for member in ("wang", "zhao"):
        client.define_staff(member, department_id="sales-east", reason=why)
    client.bind(["eve", "fay"], "wang", effective_at=NOW - 60 * DAY, reason=why)
    months = [NOW - (30 * n + 2) * DAY for n in range(3)]
    rows = [
        *(
            Interaction("ana", "purchase", at, amount="4000", touchpoint="mini_program", properties={"category": c})
            for at, c in zip(months, ("tea", "cake", "tea"), strict=True)
        ),
        *(Interaction("ana", "visit", NOW - n * DAY, touchpoint="mini_program") for n in range(6)),
        Interaction("ana", "purchase", NOW - 10 * DAY, amount="40"),
        Interaction("ana", "invite", NOW - 9 * DAY, properties={"invitee": "bo"}),
        Interaction("ana", "invite", NOW - 8 * DAY, properties={"invitee": "cy"}),
        Interaction("ana", "letter", NOW - 3 * DAY),
        Interaction("bo", "add_friend", NOW - 40 * DAY),
        Interaction("bo", "purchase", NOW - 39 * DAY, amount="20", properties={"category": "tea"}),
        *(Interaction("bo", "purchase", NOW - n * DAY, amount="20") for n in (200, 201)),
        Interaction("cy", "purchase", NOW - 100 * DAY, amount="20"),
        Interaction("dan", "visit", NOW - 20 * DAY),
        Interaction("eve", "purchase", NOW - 130 * DAY, amount="20"),
        Interaction("eve", "purchase", NOW - 3 * DAY, amount="20"),
        Interaction("fay", "purchase", NOW - 5 * DAY, amount="20"),
        Interaction("fay", "visit", datetime(2026, 11, 14, 15, tzinfo=UTC)),  # 23 o'clock in Shanghai, a Saturday
        Interaction("acme", "purchase", NOW - 5 * DAY, amount="20"),
    ]
    client.record_interactions(rows)
    client.transfer_customers("wang", "zhao", expression="did visit", effective_at=NOW - DAY, reason=why)
    client.apply_changeset(
        [
            *(ApplyTag(who, "vip", effective_at=NOW - 60 * DAY) for who in ("ana", "bo")),
            RemoveTag("bo", "vip", effective_at=NOW - DAY),
            ApplyTag("ana", "channel/wecom", effective_at=NOW - DAY),
            ApplyTag("acme", "tier/gold", effective_at=NOW - 60 * DAY),
            ApplyTag("ana", "model/lead-score", 0.9, effective_at=NOW - DAY),
            ApplyTag("dan", "stage/interest", effective_at=NOW - 40 * DAY),
            ApplyTag("cy", "stage/interest", effective_at=NOW - 5 * DAY),
            ApplyTag("ana", "stage/interest", effective_at=NOW - 50 * DAY),
            ApplyTag("ana", "stage/purchase", effective_at=NOW - 2 * DAY),
            ApplyTag("eve", "stage/purchase", effective_at=NOW - 50 * DAY),
            ApplyTag("eve", "stage/aware", effective_at=NOW - 20 * DAY),
            SetTrait("ana", "birthday", date(1990, 11, 18), effective_at=NOW - 60 * DAY),
            SetTrait("ana", "joined", date(2020, 11, 15), effective_at=NOW - 60 * DAY),
            SetTrait("ana", "graduation", date(2027, 1, 31), effective_at=NOW - 60 * DAY),
            SetTrait("ana", "channel", "wecom", effective_at=NOW - 60 * DAY),
            SetTrait("bo", "account", "acme", effective_at=NOW - 60 * DAY),
            # Somebody for the tenth: it needs ten to take one of.
            *(SetTrait(f"{n}", "channel", "app", effective_at=NOW - 60 * DAY) for n in range(40)),
        ],
        reason=why,
    )
    client.define_segment("regulars", "did purchase at least 2 times", reason=why)
    client.define_segment("lapsing", "not did purchase in last 90 days", reason=why)
    client.define_segment("reachable/wecom", "tagged channel/wecom and count(letter) < 2 in last 7 days", reason=why)
    client.upload_list("mailed", ["cy"], reason=why)


@pytest.mark.parametrize("expression", _expressions())
def test_the_question_is_answered_by_somebody(client: Client, expression: str) -> None:
    answer = client.count(expression, as_of=NOW)
    assert not answer.warnings
    everybody = client.count("everyone", as_of=NOW).count
    assert 0 < answer.count < everybody, "a question that nobody or everybody answers shows nothing"
