"""Lifetimes of tags: what is not renewed ends by itself, through the real client, on both stores."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from clients.sdk import ApplyTag, Client, errors, replies
from domain import limits
from tests.stories.asking import AT, connected, members, position, refused

WHY = "a test"
DAY = timedelta(days=1)


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with connected(address) as made:
        for key in ("level/gold", "vip"):
            made.define_tag(key, reason=WHY, create_group=True)
        yield made


def test_what_is_not_renewed_lapses_when_its_lifetime_is_over(client: Client) -> None:
    """The table of docs/governing-tags.md."""
    risk = client.define_tag("risk", lifetime=7 * DAY, reason="the model runs every night")
    assert (risk.lifetime, client.tag("vip").lifetime) == (7 * DAY, None)
    client.apply_changeset(
        [ApplyTag("ana", "risk", effective_at=AT), ApplyTag("bo", "risk", effective_at=AT)], reason=WHY, actor="model:7"
    )
    client.remove_tag("bo", "risk", effective_at=AT + 2 * DAY, reason="he is none")
    client.apply_tag("cy", "risk", effective_at=AT + DAY, expires_at=AT + 3 * DAY, reason=WHY)
    before = position(client)
    renewed = client.apply_tag("ana", "risk", effective_at=AT + 4 * DAY, reason=WHY, actor="model:7")
    assert (renewed.changed_count, renewed.already_so_count) == (1, 0)

    def carriers(*days: float, known_at: int | None = None) -> list[set[str]]:
        return [members(client, "tagged risk", as_of=AT + day * DAY, known_at=known_at) for day in days]

    assert carriers(1, 2.5, 6, 10, 11) == [{"ana", "bo", "cy"}, {"ana", "cy"}, {"ana"}, {"ana"}, set()]
    assert carriers(6, 7, known_at=before) == [{"ana"}, set()]
    assert members(client, 'tag risk removed by "model:7" in last 1 day', as_of=AT + 11 * DAY) == {"ana"}
    (carried,) = client.profile("ana", as_of=AT + 5 * DAY).tags
    assert (carried.carried_since, carried.carried_until) == (AT, AT + 11 * DAY)
    why = client.explain("tagged risk", profile_id="ana", as_of=AT + 5 * DAY).why
    assert why is not None
    assert why.flips_at == AT + 11 * DAY
    why = client.explain("tagged risk", profile_id="ana", as_of=AT + 11 * DAY).why
    assert why is not None
    assert [leaf.note for leaf in why.leaves] == ["lapsed, and was not renewed"]
    newest = next(iter(client.history(tag="risk", profile_id="ana", newest_first=True)))
    assert newest.change == replies.TagEntry("risk", "applied", None, lapses_at=AT + 11 * DAY)
    again = client.apply_tag("ana", "risk", effective_at=AT + 4 * DAY, reason=WHY, actor="model:7")
    assert (again.changed_count, again.already_so_count) == (0, 1)
    for made in (again, renewed):
        client.undo_changeset(made.position, reason="it was another Ana")
    assert carriers(6, 7) == [{"ana"}, set()]


def test_a_lifetime_is_that_of_when_it_was_recorded_also_for_a_segment_and_after_a_restart(client: Client) -> None:
    client.apply_tag_to_segment("everyone", "vip", effective_at=AT, reason=WHY)
    client.apply_tag("ana", "vip", effective_at=AT, reason=WHY)
    changed = client.change_tag("vip", lifetime=timedelta(microseconds=1), reason="for tests")
    assert changed.lifetime == timedelta(microseconds=1)
    client.apply_tag("bo", "level/gold", effective_at=AT, reason=WHY)
    receipt = client.apply_tag_to_segment("tagged level/gold", "vip", effective_at=AT, as_of=AT, reason=WHY)
    assert receipt.changed_count == 1
    assert [members(client, "tagged vip", as_of=AT + k * timedelta(microseconds=1)) for k in (0, 1)] == [{"ana", "bo"}, {"ana"}]
    assert client.change_tag("vip", lifetime=timedelta(0), reason=WHY).lifetime is None
    client.apply_tag("bo", "vip", effective_at=AT, reason=WHY)
    assert members(client, "tagged vip", as_of=AT + 9_000 * DAY) == {"ana", "bo"}
    kinds = [
        (one.change.kind, one.change.lifetime)
        for one in client.tag_history("vip")
        if isinstance(one.change, replies.CatalogueEntry)
    ]
    assert kinds == [("tag_defined", None), ("tag_redefined", timedelta(microseconds=1)), ("tag_redefined", None)]


def test_a_lifetime_has_bounds(client: Client) -> None:
    long = timedelta(microseconds=limits.MAX_LIFETIME_US)
    assert client.define_tag("long", lifetime=long, reason=WHY).lifetime == long
    for length in (long + timedelta(microseconds=1), timedelta(days=-1)):
        told = refused(errors.InvalidField, lambda: client.change_tag("vip", lifetime=length, reason=WHY), client)  # noqa: B023
        assert [one.field for one in told.violations] == ["lifetime"]
    client.apply_tag("ana", "long", effective_at=datetime(2150, 1, 1, tzinfo=UTC), reason=WHY)
    (entry,) = client.history(profile_id="ana")
    assert entry.change == replies.TagEntry("long", "applied", None), "what would lapse after the last instant does not"


def test_a_merge_keeps_the_later_of_two_ends(client: Client) -> None:
    for key, days in (("seven", 7), ("thirty", 30)):
        client.define_tag(key, lifetime=days * DAY, reason=WHY)
    for who, key, day in (("ana", "seven", 0), ("ana", "thirty", 1), ("bo", "thirty", 0), ("cy", "seven", 0)):
        client.apply_tag(who, key, effective_at=AT + day * DAY, reason=WHY)
    merge = client.merge_tags("thirty", "seven", reason="they are one")
    client.apply_tag("ana", "seven", effective_at=AT + 29 * DAY, reason="renewed since")

    def carriers(*days: int) -> list[set[str]]:
        return [members(client, "tagged seven", as_of=AT + day * DAY) for day in days]

    assert carriers(0, 6, 7, 29, 30, 31, 36) == [{"ana", "bo", "cy"}] * 2 + [
        {"ana", "bo"},
        {"ana", "bo"},
        {"ana"},
        {"ana"},
        set(),
    ]
    client.undo_changeset(merge.position, reason="they are two")
    assert carriers(6, 7, 29, 36) == [{"ana", "cy"}, set(), {"ana"}, set()]
