"""One profile read whole: through the real client, on both stores."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from clients.sdk import ApplyTag, Client, Interaction, Personal, SetTrait, errors, replies
from server.usecases import profiles
from tests.stories.asking import AT, connected

WHY = "a test"
DAY = timedelta(days=1)


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Ana, who is tagged by hand and by a model, moved, bought and visited; position 8 or so."""
    with connected(address) as made:
        for key in ("vip", "tier/silver", "tier/gold", "score"):
            made.define_tag(key, reason=WHY, create_group=True)
        made.apply_changeset(
            [
                ApplyTag("ana", "vip", effective_at=AT, expires_at=AT + 30 * DAY),
                ApplyTag("ana", "score", 0.4, effective_at=AT),
                SetTrait("ana", "city", "Xi'an", effective_at=AT),
                ApplyTag("bo", "vip", effective_at=AT),
            ],
            reason="met at the fair",
            actor="staff:wang",
        )
        made.apply_tag("ana", "score", value=0.9, effective_at=AT + 5 * DAY, reason="nightly", actor="model:7", source="ml")
        made.record_interactions(
            [
                Interaction("ana", "purchase", AT + DAY, amount="10.5", id="o-1"),
                Interaction("ana", "purchase", AT + 9 * DAY, amount="2", currency="USD", id="o-2"),
                Interaction("ana", "visit", AT + 2 * DAY),
                Interaction("ana", "visit", AT + 900 * DAY),
            ]
        )
        made.define_segment("buyers", "did purchase in last 30 days", reason=WHY)
        made.define_segment("others", "not tagged vip", reason=WHY)
        made.define_segment("big", "sum(purchase.amount) >= 1", reason=WHY)
        made.upload_list("autumn", ["ana", "bo"], reason=WHY)
        yield made


def test_a_profile_is_read_in_one_call_with_who_made_it_so(client: Client) -> None:
    found = client.profile("ana", as_of=AT + 10 * DAY)
    assert (found.profile_id, found.first_seen_at, found.as_of) == ("ana", AT, AT + 10 * DAY)
    score, vip = found.tags
    assert (score.key, score.value, score.carried_since, score.effective_at, score.carried_until) == (
        "score",
        0.9,
        AT,
        AT + 5 * DAY,
        None,
    )
    assert (score.attribution.actor, score.attribution.reason, score.attribution.source) == ("model:7", "nightly", "ml")
    assert (vip.key, vip.value, vip.carried_since, vip.carried_until) == ("vip", None, AT, AT + 30 * DAY)
    assert (vip.attribution.actor, vip.attribution.reason) == ("staff:wang", "met at the fair")
    ((city, value),) = [(one.name, one.value) for one in found.traits]
    assert (city, value) == ("city", "Xi'an")
    assert found.activities == (
        replies.ProfileActivity("purchase", 2, AT + DAY, AT + 9 * DAY, {"CNY": Decimal("10.5000"), "USD": Decimal("2.0000")}),
        replies.ProfileActivity("visit", 1, AT + 2 * DAY, AT + 2 * DAY, {}),
    )
    assert (found.last_interaction_at, found.recency_tier) == (AT + 9 * DAY, 1)
    assert (found.segments, found.unanswered_segments, found.lists) == (("buyers",), ("big",), ("autumn",))
    kinds = {type(one.change) for one in found.timeline}
    assert kinds == {replies.InteractionEntry, replies.TagEntry, replies.TraitEntry}
    assert all(one.effective_at <= AT + 10 * DAY for one in found.timeline)
    assert isinstance(client.profile("ana").timeline[0].change, replies.ListEntry)  # an upload holds from its recording on


def test_recency_has_tiers_with_bounds_of_the_callers(client: Client) -> None:
    def tier(days: float, *hours: int) -> int:
        return client.profile("ana", as_of=AT + 9 * DAY + days * DAY, recency_hours=hours, timeline_size=0).recency_tier

    assert [tier(days) for days in (0, 2, 2.001, 30, 30.001, 90.001, 180.001)] == [1, 1, 2, 2, 3, 4, 5]
    assert [tier(1, 24), tier(1.001, 24), tier(3, 24, 48)] == [1, 2, 3]
    assert client.profile("bo").recency_tier == 0
    assert tier(1, *range(1, 21)) == 21
    for bounds, field in (([24, 24], "recency_hours[1]"), ([0], "recency_hours[0]"), (range(1, 22), "recency_hours")):
        with pytest.raises(errors.InvalidField) as told:
            client.profile("ana", recency_hours=bounds)
        assert told.value.violations[0].field == field


def test_the_past_is_read_as_it_was_and_as_it_was_known(client: Client) -> None:
    before = client.profile("ana", as_of=AT + 10 * DAY)
    client.remove_tag("ana", "vip", effective_at=AT + 3 * DAY, reason="no more")
    client.retract_interactions(["o-2"], reason="voided")
    after = client.profile("ana", as_of=AT + 10 * DAY)
    assert [tag.key for tag in after.tags] == ["score"]
    assert (after.activities[0].count, after.last_interaction_at, after.unanswered_segments) == (1, AT + 2 * DAY, ())
    assert after.segments == ("big", "buyers", "others")
    assert client.profile("ana", as_of=AT + 10 * DAY, known_at=before.known_at).tags == before.tags
    early = client.profile("ana", as_of=AT + 4 * DAY, known_at=before.known_at)
    assert [(tag.key, tag.value) for tag in early.tags] == [("score", 0.4), ("vip", None)]
    nothing = client.profile("ana", as_of=AT - DAY)
    assert (nothing.first_seen_at, nothing.tags, nothing.activities, nothing.segments, nothing.lists) == (None, (), (), (), ())
    assert client.profile("ana", known_at=0).timeline == ()


def test_channels_that_reach_a_profile_are_told_as_of_any_moment(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel is a segment that says whom it reaches: by tags, by what was sent lately, by what is known."""
    for key in ("wecom/added", "wecom/blocked"):
        client.define_tag(key, reason=WHY, create_group=True)
    client.apply_tag("ana", "wecom/added", effective_at=AT, reason=WHY)
    client.define_segment("reachable/wecom", "tagged wecom/added and not tagged wecom/blocked", reason=WHY)
    client.define_segment("reachable/mail", "email exists and count(mail) < 2 in last 7 days", reason=WHY)
    client.define_segment("reachable/cash", "sum(purchase.amount) >= 1", reason=WHY)
    before = client.profile("ana", as_of=AT + 2 * DAY)
    assert before.reachable == {"cash": True, "mail": False, "wecom": True}
    client.apply_changeset([SetTrait("ana", "email", Personal("ana@example.com"), AT)], reason=WHY)
    client.record_interactions([Interaction("ana", "mail", AT + days * DAY) for days in (3, 5)])
    client.apply_tag("ana", "wecom/blocked", effective_at=AT + 4 * DAY, reason="blocked us")
    assert client.profile("ana", as_of=AT + 3 * DAY).reachable == {"cash": True, "mail": True, "wecom": True}
    late = client.profile("ana", as_of=AT + 10 * DAY)
    assert late.reachable == {"mail": True, "wecom": False}
    assert late.unanswered_segments == ("big", "reachable/cash"), "amounts in two currencies"
    assert client.profile("ana", as_of=AT + 6 * DAY).reachable["mail"] is False, "two were sent within a week"
    assert client.profile("ana", as_of=AT + 2 * DAY, known_at=before.known_at).reachable == before.reachable
    assert client.profile("ana", without_segments=True).reachable == {}
    monkeypatch.setattr(profiles, "MAX_PROFILE_SEGMENTS", 1)
    assert client.profile("ana", as_of=AT + 3 * DAY).reachable.keys() == {"cash", "mail", "wecom"}, "whatever the bound"
    client.retire_segment("reachable/mail", reason=WHY)
    assert client.profile("ana", as_of=AT + 3 * DAY).reachable.keys() == {"cash", "wecom"}


def test_a_profile_that_nobody_has_seen_is_refused(client: Client) -> None:
    with pytest.raises(errors.UnknownProfile):
        client.profile("anna")


def test_the_timeline_has_as_many_entries_as_are_asked_for(client: Client) -> None:
    for number in range(30):
        client.apply_tag("ana", "vip", value=float(number), effective_at=AT + DAY, reason=WHY)
    timeline = client.profile("ana", timeline_size=25).timeline
    assert [one.change.value for one in timeline if isinstance(one.change, replies.TagEntry)] == [
        float(number) for number in range(29, 4, -1)
    ]
    every = client.profile("ana", as_of=AT + 20 * DAY, timeline_size=1_000).timeline
    recorded = [one for one in client.profile_history("ana") if not isinstance(one.change, replies.ListEntry)]
    assert len(every) == len(recorded) - 2  # a visit, and the end of a tag, lie ahead
    assert client.profile("ana", timeline_size=0).timeline == ()
    with pytest.raises(errors.InvalidField):
        client.profile("ana", timeline_size=1_001)


def test_a_tag_that_was_merged_is_shown_as_the_one_that_stays_credited(client: Client) -> None:
    client.define_tag("VIP customer", reason=WHY)
    client.apply_tag("cy", "VIP customer", effective_at=AT, reason="an old form", actor="staff:li")
    client.merge_tags("VIP customer", "vip", reason="they are one", actor="admin")
    (tag,) = client.profile("cy").tags
    assert (tag.key, tag.attribution.actor, tag.credited_actor) == ("vip", "admin", "staff:li")
