"""Reports on tags: held against counts at the same clocks; through the real client, on both stores."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clients.sdk import ApplyTag, Client, RemoveTag, errors, replies
from domain import limits
from domain.instants import to_datetime
from server.usecases import tag_use
from tests.stories.asking import AT, connected

WHY = "a test"
ZONE = "Asia/Shanghai"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Ana and wang tag people over some days; one is removed, one expires, and an undo gives one back."""
    with connected(address) as made:
        for key in ("vip", "level/gold", "level/Gold", "level/bold", "level/gold2", "等级/白金", "等级/白银", "spare"):
            made.define_tag(key, reason=WHY, create_group=True)
        days = [AT + timedelta(hours=13 * k) for k in range(6)]
        made.apply_changeset([ApplyTag(f"p{k}", "vip", None, at) for k, at in enumerate(days)], reason=WHY, actor="ana")
        made.apply_changeset([RemoveTag("p1", "vip", days[3])], reason=WHY, actor="bo")
        made.apply_tag("p9", "vip", reason=WHY, effective_at=days[1], expires_at=days[4], actor="wang")
        wrong = made.apply_changeset([ApplyTag("p0", "vip", 0.5, days[2])], reason=WHY, actor="wang")
        made.undo_changeset(wrong.changeset_id, reason="a mistake", actor="bo")
        made.define_segment("important", "tagged vip", reason=WHY)
        made.define_segment("others", "not in segment important", reason=WHY)
        made.define_segment("golden", "tagged level/gold", reason=WHY)
        made.define_segment("past", "tagged vip", reason=WHY)
        made.retire_segment("past", reason=WHY)
        yield made


def test_a_tag_tells_who_carries_it_by_whom_since_when_and_who_needs_it(client: Client) -> None:
    as_of = AT + timedelta(days=3)
    use = client.tag_use("vip", as_of=as_of, days=5, zone=ZONE)
    assert use.holder_count == client.count("tagged vip", as_of=as_of).count == 5
    assert use.appliers == (replies.TagApplier("ana", "test", 5),)
    assert use.segments == ("important", "others")
    assert use.last_changed_at == AT + timedelta(hours=65)
    today = as_of.astimezone(ZoneInfo(ZONE)).date()
    assert [one.day for one in use.days] == [today - timedelta(days=back) for back in (4, 3, 2, 1, 0)]
    for one in use.days:
        midnight = datetime.combine(one.day + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE)).astimezone(UTC)
        end = min(midnight - timedelta(microseconds=1), as_of)
        start = midnight - timedelta(days=1)
        assert one.holder_count == client.count("tagged vip", as_of=end).count, one
        window = f"between {start:%FT%TZ} and {end + timedelta(microseconds=1):%FT%T.%fZ}"
        assert one.added_count == client.count(f"tag vip added {window}", as_of=as_of).count, one
        assert one.removed_count == client.count(f"tag vip removed {window}", as_of=as_of).count, one


def test_the_clocks_cut_what_is_told(client: Client) -> None:
    undone = client.tag_use("vip").position
    early = client.tag_use("vip", as_of=AT + timedelta(hours=20), days=1)
    assert (early.holder_count, early.other_applier_count, early.known_at) == (3, 0, undone)
    assert {(by.actor, by.holder_count) for by in early.appliers} == {("ana", 2), ("wang", 1)}
    assert client.tag_use("vip", known_at=1).holder_count == 0
    nothing = client.tag_use("spare", days=2)
    assert (nothing.holder_count, nothing.appliers, nothing.segments, nothing.last_changed_at) == (0, (), (), None)
    assert [(one.holder_count, one.added_count) for one in nothing.days] == [(0, 0), (0, 0)]
    with pytest.raises(errors.UnknownTag):
        client.tag_use("vop")
    with pytest.raises(errors.InvalidField):
        client.tag_use("vip", zone="Mars/Base")


def test_what_is_told_of_a_tag_ends_at_its_limits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    most = limits.MAX_DAYS_OF_USE
    assert len(client.tag_use("vip", days=most).days) == most
    with pytest.raises(errors.InvalidField, match="1 to 3,660"):
        client.tag_use("vip", days=most + 1)
    first = to_datetime(limits.MIN_INSTANT_US)
    assert [one.holder_count for one in client.tag_use("vip", as_of=first, days=most).days] == [0] * most
    for k in range(limits.MAX_SHOWN_APPLIERS + 1):
        client.apply_changeset([ApplyTag(f"q{k}", "spare")], reason=WHY, actor=f"staff:{k}")
    use = client.tag_use("spare")
    assert (len(use.appliers), use.other_applier_count, use.holder_count) == (20, 1, 21)
    alike = client.review_tags().alike
    monkeypatch.setattr(tag_use, "MAX_SHOWN_TAG_PAIRS", len(alike) - 1)
    assert client.review_tags().alike == alike[:-1]
    assert limits.MAX_SHOWN_TAG_PAIRS == 1_000


def test_a_review_finds_tags_that_nobody_needs_and_those_that_may_be_one(client: Client) -> None:
    client.apply_changeset([ApplyTag(f"p{k}", "level/gold2") for k in range(20)], reason=WHY)
    client.apply_changeset([ApplyTag(f"p{k}", "等级/白金") for k in range(1, 20)], reason=WHY)
    review = client.review_tags()
    assert [one.tag for one in review.unused] == ["level/Gold", "level/bold", "等级/白银", "spare"]
    pairs = {(one.tag, one.other_tag): (one.common_count, one.names_alike) for one in review.alike}
    assert pairs == {
        ("level/gold2", "等级/白金"): (19, False),
        ("level/gold", "level/Gold"): (0, True),
        ("level/gold", "level/bold"): (0, True),
        ("level/Gold", "level/bold"): (0, True),
    }
    client.retire_tag("level/Gold", reason="it is gold")
    assert len(client.review_tags().alike) == 2
