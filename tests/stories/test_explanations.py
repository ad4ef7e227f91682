"""Why is this customer in the segment, until when, and what is missing? Asked through the real client over a real socket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from clients.sdk import ApplyTag, Client, Interaction, RemoveTag, SetTrait, errors, replies
from domain.limits import MAX_EVIDENCE
from projections.explaining import explainer, outline
from server.usecases import explaining

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
EXPRESSION = "tagged vip and did purchase at least 2 times in last 30 days and not tagged risk/churn"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address, actor="staff:li", source="crm") as made:
        yield made


def why(client: Client, expression: str, profile_id: str = "bob", as_of: datetime = NOON) -> replies.ProfileExplanation:
    """The explanation; what it says of the present is what count and check say."""
    told = client.explain(expression, profile_id=profile_id, as_of=as_of)
    assert told.profile == client.check(expression, [profile_id], as_of=as_of).results[0]
    assert told.why is not None
    if told.why.flips_at:
        for instant, turned in ((told.why.flips_at - MICROSECOND, False), (told.why.flips_at, True)):
            (then,) = client.check(expression, [profile_id], as_of=instant).results
            assert then.member is (told.profile.member is not turned)
    return told.why


def one_leaf(client: Client, expression: str, as_of: datetime = NOON) -> replies.LeafExplanation:
    (leaf,) = why(client, expression, as_of=as_of).leaves
    return leaf


def bought(client: Client, *instants: datetime, who: str = "bob") -> replies.Receipt:
    return client.record_interactions([Interaction(who, "purchase", at, amount=20) for at in instants], reason="a receipt")


def test_a_member_hears_which_changesets_make_it_one_and_when_it_will_be_none(client: Client) -> None:
    client.define_tag("vip", reason="a test")
    tagged = client.apply_changeset(
        [ApplyTag("ann", "vip", effective_at=NOON - 90 * DAY), ApplyTag("bob", "vip", effective_at=NOON - 50 * DAY)],
        reason="the spring list",
    )
    first = bought(client, NOON - 40 * DAY, NOON - 20 * DAY)
    second = bought(client, NOON - 5 * DAY)
    told = why(client, EXPRESSION.replace(" and not tagged risk/churn", ""))
    vip, purchases = told.leaves
    assert (vip.expression, vip.holds, vip.missing, vip.evidence_count, vip.flips_at) == ("tagged vip", True, "", 1, None)
    (evidence,) = vip.evidence
    who = evidence.entry.attribution
    assert (who.changeset_id, who.position, who.actor, who.reason, who.source) == (
        tagged.changeset_id,
        tagged.position,
        "staff:li",
        "the spring list",
        "crm",
    )
    assert evidence.entry.change == replies.TagEntry("vip", "applied", None)
    assert evidence.entry.effective_at == NOON - 50 * DAY
    # What is cited can be looked up: the row is the entry's place in its changeset.
    assert client.changeset(who.position).entries[evidence.row] == evidence.entry
    cited = [(one.entry.attribution.position, one.row, one.entry.effective_at) for one in purchases.evidence]
    assert cited == [(second.position, 0, NOON - 5 * DAY), (first.position, 1, NOON - 20 * DAY)]
    assert [one.version for one in purchases.evidence] == sorted((one.version for one in purchases.evidence), reverse=True)
    # The older of the two purchases leaves the thirty days.
    assert purchases.flips_at == told.flips_at == NOON + 10 * DAY
    assert (told.flips_told_until, told.note, told.event_count) == (None, "", 4)


def test_a_non_member_hears_what_is_missing_and_what_stands_in_the_way(client: Client) -> None:
    bought(client, NOON - 40 * DAY, NOON - DAY)
    client.define_tag("risk/churn", reason="a test", create_group=True)
    marked = client.apply_changeset(
        [ApplyTag("bob", "risk/churn", effective_at=NOON - DAY, expires_at=NOON + DAY)], reason="quiet"
    )
    told = why(client, EXPRESSION)
    assert [(leaf.holds, leaf.missing) for leaf in told.leaves] == [
        (False, "must hold"),
        (False, "must hold"),
        (True, "must not hold"),
    ]
    vip, purchases, churn = told.leaves
    assert (vip.evidence, vip.note) == ((), "not in the catalogue")
    assert (purchases.evidence, purchases.note) == ((), "1 count, >= 2 are asked for")
    assert [one.entry.attribution.position for one in churn.evidence] == [marked.position]
    assert churn.flips_at == NOON + DAY, "the expiry is recorded already"
    assert told.flips_at is None
    # Only what is needed is named: one of two alternatives is enough, and an expression may ask for the impossible.
    told = why(client, "tagged vip and tagged gold or did visit")
    assert [leaf.missing for leaf in told.leaves] == ["", "", "must hold"]
    told = why(client, "did visit and not did visit")
    assert [leaf.missing for leaf in told.leaves] == [""]
    assert "contradict" in told.note


def test_what_took_a_tag_or_a_trait_away_is_cited_and_so_is_what_is_too_much(client: Client) -> None:
    client.define_tag("vip", reason="a test")
    client.apply_changeset(
        [ApplyTag("bob", "vip", effective_at=NOON - 9 * DAY), SetTrait("bob", "city", "Suzhou", effective_at=NOON - 9 * DAY)],
        reason="a start",
    )
    ended = client.apply_changeset(
        [RemoveTag("bob", "vip", effective_at=NOON - DAY), SetTrait("bob", "city", "Wuxi", effective_at=NOON - DAY)],
        reason="moved away",
    )
    for expression in ("tagged vip", 'city = "Suzhou"'):
        leaf = one_leaf(client, expression)
        assert not leaf.holds
        assert [one.entry.attribution.position for one in leaf.evidence] == [ended.position]
    receipt = bought(client, NOON - 3 * DAY, NOON - 2 * DAY)
    leaf = one_leaf(client, "did purchase at most 1 times in last 30 days")
    assert (leaf.holds, leaf.evidence_count) == (False, 2)
    assert {one.entry.attribution.position for one in leaf.evidence} == {receipt.position}
    leaf = one_leaf(client, "did purchase exactly 1 times in last 30 days")
    assert [one.entry.effective_at for one in leaf.evidence] == [NOON - 2 * DAY], "the newest is the one too many"
    leaf = one_leaf(client, "did purchase at most 2 times in last 30 days")
    assert (leaf.holds, leaf.evidence, leaf.evidence_count) == (True, (), 0)
    assert "more would end it" in leaf.note
    leaf = one_leaf(client, "did purchase then not refund within 1 day")
    assert leaf.holds
    assert "no refund followed in time" in leaf.note


def test_only_the_first_of_much_evidence_is_shown_with_its_count(client: Client) -> None:
    bought(client, *(NOON - n * timedelta(hours=1) for n in range(MAX_EVIDENCE + 5)))
    leaf = one_leaf(client, "did purchase")
    assert (len(leaf.evidence), leaf.evidence_count) == (MAX_EVIDENCE, MAX_EVIDENCE + 5)
    assert leaf.evidence[0].entry.effective_at == NOON


def test_leaves_of_segments_are_told_with_their_segment_and_version(client: Client) -> None:
    bought(client, NOON - DAY)
    client.define_segment("lively", "did purchase in last 7 days", reason="a test")
    client.change_segment("lively", "did purchase in last 30 days or did visit in last 7 days", reason="a test")
    told = why(client, "in segment lively and did visit in last 7 days")
    assert [(leaf.expression, leaf.segment, leaf.missing) for leaf in told.leaves] == [
        ("did purchase in last 30 days", "in segment lively version 2", ""),
        ("did visit in last 7 days", "in segment lively version 2", "must hold"),
    ]
    told = why(client, "in segment lively version 1")
    assert told.flips_at == NOON + 6 * DAY


def test_calendar_dates_and_ranks_tell_until_when_they_know(client: Client) -> None:
    client.apply_changeset([SetTrait("bob", "birthday", datetime(1990, 3, 20).date(), effective_at=NOON - DAY)], reason="told")
    bought(client, NOON - DAY)
    leaf = one_leaf(client, "birthday anniversary in next 7 days zone Asia/Shanghai")
    assert leaf.flips_at == datetime(2026, 3, 13, 16, tzinfo=UTC), "midnight in Shanghai before 14 March"
    assert one_leaf(client, "did purchase in this month").flips_at == datetime(2026, 4, 1, tzinfo=UTC)
    told = why(client, "top 1 by sum(purchase.amount)")
    (leaf,) = told.leaves
    assert (leaf.holds, leaf.evidence_count, leaf.flips_at) == (True, 1, None)
    assert leaf.flips_told_until == told.flips_told_until == NOON + MICROSECOND
    # What does not hang on the rank is told all the same.
    told = why(client, "top 1 by sum(purchase.amount) or did purchase in last 30 days")
    assert (told.flips_at, told.flips_told_until) == (None, NOON + 29 * DAY)


def test_profiles_that_nothing_is_known_of_are_no_members_of_anything(client: Client) -> None:
    bought(client, NOON + DAY, who="later")
    told = why(client, "not did purchase", "nobody")
    assert ([leaf.holds for leaf in told.leaves], told.event_count, told.flips_at) == ([False], 0, None)
    assert told.note == "the workspace has never seen this profile"
    told = why(client, "everyone", "later")
    assert (told.note, told.flips_at) == ("nothing of the profile is visible at as_of", NOON + DAY)
    told = why(client, "not did visit", "later")
    assert told.flips_at == NOON + DAY
    assert client.explain("everyone").why is None


def test_the_past_is_explained_from_what_was_known_then(client: Client) -> None:
    before = bought(client, NOON - 2 * DAY)
    bought(client, NOON - DAY)
    told = client.explain("did purchase", profile_id="bob", as_of=NOON, known_at=before.position).why
    assert told is not None
    assert (told.event_count, told.leaves[0].evidence_count) == (1, 1)
    told = client.explain("did purchase", profile_id="bob", as_of=NOON, known_at=before.position - 1).why
    assert told is not None
    assert (told.event_count, told.leaves[0].holds) == (0, False)


def test_too_much_to_explain_is_refused_by_the_limits_name(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    bought(client, NOON, NOON, NOON)
    monkeypatch.setattr(explaining, "MAX_EXPLAINED_EVENTS", 3)
    monkeypatch.setattr(outline, "MAX_EXPLAINED_LEAVES", 2)
    assert why(client, "did purchase or did visit").event_count == 3
    with pytest.raises(errors.LimitExceeded) as told:
        client.explain("did purchase or did visit or did refund", profile_id="bob")
    assert (told.value.metadata["limit"], told.value.violations[0].field) == ("explained leaves", "segment")
    assert client.explain("did purchase or did visit or did refund").count == 1
    bought(client, NOON)
    with pytest.raises(errors.LimitExceeded) as told:
        client.explain("did purchase", profile_id="bob")
    assert (told.value.metadata["limit"], told.value.violations[0].field) == ("explained events", "profile_id")
    # The leaves are counted before any event is read.
    with pytest.raises(errors.LimitExceeded) as told:
        client.explain("did purchase or did visit or did refund", profile_id="bob")
    assert told.value.metadata["limit"] == "explained leaves"


def test_flips_are_looked_for_up_to_a_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    bought(client, *(NOON - n * DAY for n in range(1, 20)))
    monkeypatch.setattr(explainer, "MAX_FLIP_EVALUATIONS", 20)
    leaf = one_leaf(client, "did purchase in last 30 days")
    assert (leaf.flips_at, leaf.flips_told_until) == (None, NOON + 21 * DAY)


@pytest.mark.parametrize("profile_id", ["x" * 257, "a\0b"])
def test_a_profile_id_that_none_can_have_is_refused(client: Client, profile_id: str) -> None:
    with pytest.raises(errors.InvalidField) as told:
        client.explain("everyone", profile_id=profile_id)
    assert [violation.field for violation in told.value.violations] == ["profile_id"]
