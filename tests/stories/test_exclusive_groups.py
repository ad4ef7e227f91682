"""A tier that excludes the others: through the real client, on both stores, and with two servers on one database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from clients.sdk import ApplyTag, Client, RemoveTag, errors, replies
from server.usecases import catalogue_commands
from tests.harness import Postgres, Store, make_store, running_server, until
from tests.stories.asking import AT, connected, members, refused

WHY = "a test"
DAY = timedelta(days=1)
TIERS = ("tier/bronze", "tier/silver", "tier/gold")


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with connected(address) as made:
        _define(made)
        yield made


def _define(client: Client) -> None:
    assert client.define_tag_group("tier", exclusive=True, reason=WHY).exclusive
    for key in TIERS:
        client.define_tag(key, reason=WHY)


def _has_followed(client: Client, end: int) -> bool:
    return client.count("everyone").position >= end


def _carried(client: Client, profile_id: str, day: int) -> set[str]:
    return {key for key in TIERS if profile_id in members(client, f"tagged {key}", as_of=AT + day * DAY)}


def test_the_tag_applied_last_is_the_only_one_in_whatever_order_they_arrive(client: Client) -> None:
    client.apply_tag("ana", "tier/gold", effective_at=AT + 10 * DAY, reason=WHY)
    before = client.count("everyone").position
    client.apply_tag("ana", "tier/silver", effective_at=AT, reason="found in the old system")
    client.apply_tag("ana", "tier/bronze", effective_at=AT + 5 * DAY, expires_at=AT + 7 * DAY, reason=WHY)
    assert [_carried(client, "ana", day) for day in (0, 4, 5, 7, 10)] == [
        {"tier/silver"},
        {"tier/silver"},
        {"tier/bronze"},
        set(),  # what expires leaves nothing behind
        {"tier/gold"},
    ]
    assert members(client, "tagged tier/silver", known_at=before, as_of=AT + 4 * DAY) == set()
    assert [group.exclusive for group in client.tag_groups()] == [True]


def test_history_and_explain_say_what_took_a_tag_away(client: Client) -> None:
    client.apply_tag("ana", "tier/silver", effective_at=AT, reason="a year with us")
    client.apply_tag("bob", "tier/gold", effective_at=AT, reason="not ana")
    gold = client.apply_tag("ana", "tier/gold", effective_at=AT + DAY, reason="two years", actor="staff:wang")
    assert members(client, 'tag tier/silver removed by "staff:wang"', as_of=AT + DAY) == {"ana"}
    told = [(entry.profile_id, entry.change) for entry in client.tag_history("tier/silver")][2:]
    assert told == [
        ("ana", replies.TagEntry("tier/silver", "applied", None)),
        ("ana", replies.TagEntry("tier/gold", "applied", None)),
    ]
    why = client.explain("tagged tier/silver", profile_id="ana", as_of=AT + DAY).why
    assert why is not None
    (evidence,) = why.leaves[0].evidence
    assert evidence.entry.attribution.changeset_id == gold.changeset_id


def test_one_changeset_cannot_apply_two_of_them_at_one_instant(client: Client) -> None:
    both = [ApplyTag("ana", "tier/silver"), ApplyTag("new", "tier/gold"), ApplyTag("ana", "tier/gold")]
    told = refused(errors.InvalidField, lambda: client.apply_changeset(both, reason=WHY), client)
    assert [one.field for one in told.violations] == ["tags[2].tag"]
    assert "'tier/silver' and 'tier/gold' exclude each other" in str(told)
    assert "give them different instants" in str(told)
    # One is taken and another removed, or each at its own instant: that says which is the later one.
    client.apply_changeset([RemoveTag("ana", "tier/silver"), ApplyTag("ana", "tier/gold")], reason=WHY)
    client.apply_changeset(
        [ApplyTag("bob", "tier/gold", effective_at=AT + DAY), ApplyTag("bob", "tier/silver", effective_at=AT)], reason=WHY
    )
    assert _carried(client, "bob", 2) == {"tier/gold"}


def test_a_segment_changes_its_tier_at_once_and_gets_it_back(client: Client) -> None:
    client.apply_tag("ana", "tier/silver", effective_at=AT, reason=WHY, actor="staff:wang")
    client.apply_tag("bob", "tier/bronze", effective_at=AT, reason=WHY)
    client.define_segment("silver", "tagged tier/silver", reason=WHY)
    told = client.apply_tag_to_segment("everyone", "tier/gold", reason=WHY, effective_at=AT + DAY, dry_run=True)
    assert told.preview is not None
    assert told.preview.segments == (replies.SegmentEffect("silver", 1, 0, 1, ""),)
    done = client.apply_tag_to_segment("everyone", "tier/gold", reason=WHY, effective_at=AT + DAY)
    assert members(client, "tagged tier/gold", as_of=AT + 2 * DAY) == {"ana", "bob"}
    client.apply_tag("bob", "tier/silver", effective_at=AT + 2 * DAY, reason="since")
    assert done.receipt is not None
    undone = client.undo_changeset(done.receipt.changeset_id, reason="too early")
    assert undone.conflict_count == 1
    assert (_carried(client, "ana", 1), _carried(client, "bob", 1)) == ({"tier/silver"}, {"tier/bronze"})
    assert members(client, 'tagged tier/silver by "staff:wang" for at least 1 day', as_of=AT + 3 * DAY) == {"ana"}
    assert _carried(client, "bob", 3) == {"tier/silver"}


def test_a_group_has_so_many_tags_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_commands, "MAX_EXCLUSIVE_TAGS", len(TIERS) + 1)
    client.define_tag("tier/black", reason=WHY)
    told = refused(errors.LimitExceeded, lambda: client.define_tag("tier/white", reason=WHY), client)
    assert "exclusive tags" in str(told)
    client.define_tag_group("many", reason=WHY)
    for k in range(len(TIERS) + 2):
        client.define_tag(f"many/{k}", reason=WHY)


def test_history_is_the_same_in_either_order_of_arrival(client: Client) -> None:
    silver = ApplyTag("ana", "tier/silver", effective_at=AT), ApplyTag("bob", "tier/silver", effective_at=AT)
    gold = ApplyTag("ana", "tier/gold", effective_at=AT + DAY), ApplyTag("bob", "tier/gold", effective_at=AT + DAY)
    for change in (silver[0], gold[0], gold[1], silver[1]):
        client.apply_changeset([change], reason=WHY)
    # One more of gold, before silver began, which took nothing away.
    client.apply_tag("ana", "tier/gold", effective_at=AT - DAY, reason=WHY)
    told = {
        who: sorted(
            (entry.effective_at, entry.change.tag)
            for entry in client.history(tag="tier/silver", profile_id=who)
            if isinstance(entry.change, replies.TagEntry)
        )
        for who in ("ana", "bob")
    }
    assert told["ana"] == told["bob"] == [(AT, "tier/silver"), (AT + DAY, "tier/gold")]
    assert len(list(client.tag_history("tier/silver"))) == 2 + 4


def test_tags_of_other_groups_stay(client: Client) -> None:
    client.define_tag("likes/tea", create_group=True, reason=WHY)
    client.define_tag("likes/coffee", reason=WHY)
    client.apply_changeset([ApplyTag("ana", "likes/tea"), ApplyTag("ana", "likes/coffee")], reason=WHY)
    assert members(client, "tagged likes/tea and tagged likes/coffee") == {"ana"}
    assert {group.name: group.exclusive for group in client.tag_groups()} == {"likes": False, "tier": True}


def test_after_a_restart_it_is_as_before(store: Store) -> None:
    def told(client: Client) -> list[set[str]]:
        return [_carried(client, "ana", day) for day in range(4)]

    with running_server(store.config()) as address, connected(address) as client:
        _define(client)
        client.apply_tag("ana", "tier/gold", effective_at=AT + 2 * DAY, reason=WHY)
        client.apply_tag("ana", "tier/silver", effective_at=AT, reason=WHY)
        before = told(client)
    with running_server(store.config()) as address, connected(address) as client:
        assert told(client) == before == [{"tier/silver"}, {"tier/silver"}, {"tier/gold"}, {"tier/gold"}]
        # What arrives now meets what was recorded before.
        client.apply_tag("ana", "tier/bronze", effective_at=AT + DAY, reason=WHY)
        assert told(client) == [{"tier/silver"}, {"tier/bronze"}, {"tier/gold"}, {"tier/gold"}]


def test_two_servers_that_apply_at_the_same_time_agree_on_the_last(postgres: Callable[[], Postgres], tmp_path: Path) -> None:
    shared = make_store("postgresql", tmp_path, postgres)
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(stack.enter_context(running_server(shared.config())))) for _ in range(2)]
        _define(clients[0])
        receipts: dict[int, tuple[str, str]] = {}

        def write(k: int) -> None:
            for number in range(30):
                key = TIERS[(number + k) % 3]
                receipt = clients[k].apply_tag(f"p{number % 5}", key, effective_at=AT, reason=WHY)
                receipts[receipt.position] = (f"p{number % 5}", key)

        threads = [threading.Thread(target=write, args=(k,)) for k in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        last = {profile_id: key for _, (profile_id, key) in sorted(receipts.items())}
        end = max(receipts)
        for client in clients:
            until(partial(_has_followed, client, end))
            found = {key: members(client, f"tagged {key}", known_at=end, as_of=AT) for key in TIERS}
            assert found == {key: {who for who, its in last.items() if its == key} for key in TIERS}
