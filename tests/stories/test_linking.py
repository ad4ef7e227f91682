"""Profiles turn out to be one person, and come apart again: answers, histories, undo and erasure; on both stores."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clients.sdk import ApplyTag, Client, Interaction, RemoveTag, SetTrait, errors, replies
from domain import limits
from server.config import Config
from server.verification import verified
from tests.harness import running_server, until
from tests.stories.asking import AT, connected, members, position, refused

WHY = "the same telephone number"
DAY = timedelta(days=1)
CARD, COOKIE, OPENID = "card-1001", "cookie-77", "openid:o6_bm"
"""One person in three systems."""
QUESTIONS = (
    "everyone",
    "tagged vip",
    "not tagged vip",
    "tagged level/gold",
    "tagged level/silver",
    "tagged vip for at least 3 days",
    'tagged vip by "staff:li"',
    "did purchase at least 2 times",
    "sum(purchase.amount) >= 100",
    "first purchase on 2026-01-02",
    "did visit then purchase within 2 days",
    'city = "杭州"',
    "in list autumn",
    'sample 50% by "x"',
    "top 1 by sum(purchase.amount)",
    "did invite where invitee among (did purchase)",
)


@pytest.fixture
def client(config: Config) -> Iterator[Client]:
    with running_server(config) as address, connected(address) as made:
        populate(made)
        yield made


def populate(client: Client) -> None:
    """A visits as a cookie, buys with a card, and is tagged in both; B buys most. Gold and silver exclude each other."""
    client.define_tag("vip", reason="a test")
    client.define_tag_group("level", exclusive=True, reason="a test")
    for key in ("level/gold", "level/silver"):
        client.define_tag(key, reason="a test")
    client.record_interactions([Interaction(COOKIE, "visit", AT)])
    client.record_interactions([Interaction(CARD, "purchase", AT + DAY, amount=60, id="p1")])
    client.record_interactions([Interaction("B", "purchase", AT + DAY, amount=90)])
    client.record_interactions([Interaction("B", "invite", AT, properties={"invitee": COOKIE})])
    client.record_interactions([Interaction(OPENID, "purchase", AT + 2 * DAY, amount=50)])
    client.apply_changeset([ApplyTag(COOKIE, "vip", effective_at=AT)], reason="a guess")
    client.apply_changeset([ApplyTag(COOKIE, "level/gold", effective_at=AT + DAY)], reason="a guess")
    client.apply_changeset([ApplyTag(CARD, "level/silver", effective_at=AT)], reason="CRM")
    client.apply_changeset([SetTrait(CARD, "city", "杭州", effective_at=AT)], reason="CRM")
    client.upload_list("autumn", [COOKIE], reason="a test")


def answers(client: Client, **clocks: int) -> dict[str, set[str]]:
    return {one: set(client.members(one, as_of=AT + 5 * DAY, **clocks)) for one in QUESTIONS}


def test_linked_profiles_are_answered_about_as_one_person(client: Client) -> None:
    before, end = answers(client), position(client)
    done = client.link([(CARD, COOKIE), (CARD, OPENID)], reason=WHY)
    assert (done.changed_count, done.already_so_count, done.new_profile_count) == (2, 0, 0)
    person = COOKIE  # who was seen first
    assert answers(client) == {
        "everyone": {person, "B"},
        "tagged vip": {person},
        "not tagged vip": {"B"},
        "tagged level/gold": {person},  # the later one took silver away
        "tagged level/silver": set(),
        "tagged vip for at least 3 days": {person},
        'tagged vip by "staff:li"': {person},
        "did purchase at least 2 times": {person},
        "sum(purchase.amount) >= 100": {person},
        "first purchase on 2026-01-02": {person, "B"},
        "did visit then purchase within 2 days": {person},
        'city = "杭州"': {person},
        "in list autumn": {person},
        'sample 50% by "x"': before['sample 50% by "x"'] - {CARD, OPENID},
        "top 1 by sum(purchase.amount)": {person},
        "did invite where invitee among (did purchase)": {"B"},
    }
    assert client.count("everyone").count == 2
    assert client.tag("vip").holder_count == client.tag_use("vip").holder_count == 1
    # Whichever of the ids is asked about, it is the same person.
    checks = client.check("sum(purchase.amount) >= 100 and tagged vip", [CARD, COOKIE, OPENID, "B"]).results
    assert [one.member for one in checks] == [True, True, True, False]
    # What was known before is as it was.
    assert answers(client, known_at=end) == before
    again = client.link([(COOKIE, CARD)], reason=WHY)
    assert (again.changed_count, again.already_so_count) == (0, 1)


def test_taking_them_apart_gives_each_its_own_back(client: Client) -> None:
    before = answers(client)
    linked = client.link([(CARD, COOKIE)], reason=WHY)
    # Recorded meanwhile: of the card, and counted for the person.
    client.record_interactions([Interaction(CARD, "purchase", AT + 2 * DAY, amount=50)])
    client.apply_changeset([RemoveTag(CARD, "vip", effective_at=AT + 3 * DAY)], reason="a mistake")
    assert members(client, "sum(purchase.amount) >= 100") == {COOKIE}
    assert members(client, "tagged vip") == set()
    apart = client.unlink([(COOKIE, CARD)], reason="two sisters with one telephone")
    assert (apart.changed_count, apart.already_so_count) == (1, 0)
    after = answers(client)
    changed = {one for one in QUESTIONS if after[one] != before[one]}
    assert changed == {"did purchase at least 2 times", "sum(purchase.amount) >= 100", "top 1 by sum(purchase.amount)"}
    assert after["sum(purchase.amount) >= 100"] == {CARD}
    assert after["tagged vip"] == {COOKIE}
    # An undo of the end is the beginning again.
    client.undo_changeset(apart.changeset_id, reason="they are one after all")
    assert members(client, "tagged vip") == set()
    client.undo_changeset(linked.changeset_id, reason="no, they are not")
    assert answers(client) == after
    assert client.unlink([(CARD, COOKIE)], reason="a test").already_so_count == 1


def test_what_is_taken_back_of_one_profile_has_never_been_for_the_person(client: Client) -> None:
    client.apply_tag(CARD, "vip", effective_at=AT - 9 * DAY, reason="CRM")
    client.link([(CARD, COOKIE)], reason=WHY)
    before = answers(client)
    wrong = client.apply_changeset([ApplyTag(COOKIE, "vip", effective_at=AT + 2 * DAY)], reason="a campaign")
    worse = client.apply_changeset([RemoveTag(COOKIE, "vip", effective_at=AT + 3 * DAY)], reason="the same campaign")
    other = client.apply_changeset([ApplyTag(COOKIE, "level/silver", effective_at=AT + 2 * DAY)], reason="a campaign")
    assert (members(client, "tagged vip"), members(client, "tagged level/gold")) == (set(), set())
    for changeset in (other, worse, wrong):
        client.undo_changeset(changeset.changeset_id, reason="it was for others")
    assert answers(client) == before
    assert members(client, "tagged vip for at least 13 days", as_of=AT + 5 * DAY) == {COOKIE}
    client.unlink([(CARD, COOKIE)], reason="a test")
    assert members(client, "tagged vip") == {COOKIE, CARD}


def test_one_person_is_read_and_explained_whole(client: Client) -> None:
    client.link([(CARD, COOKIE)], reason=WHY)
    profile = client.profile(CARD, as_of=AT + 5 * DAY)
    assert profile.linked_profile_ids == (CARD, COOKIE)
    assert {tag.key: tag.attribution.reason for tag in profile.tags} == {"vip": "a guess", "level/gold": "a guess"}
    assert [(trait.name, trait.attribution.reason) for trait in profile.traits] == [("city", "CRM")]
    assert {one.type: one.count for one in profile.activities} == {"purchase": 1, "visit": 1}
    assert (profile.first_seen_at, profile.lists) == (AT, ("autumn",))
    assert client.profile("B").linked_profile_ids == ()
    told = client.explain("tagged vip and did purchase and in list autumn", profile_id=CARD)
    assert told.why
    assert [leaf.holds for leaf in told.why.leaves] == [True, True, True]
    assert [one.entry.profile_id for leaf in told.why.leaves for one in leaf.evidence] == [COOKIE, CARD, COOKIE]
    history = list(client.profile_history(COOKIE))
    assert {one.profile_id for one in history} == {CARD, COOKIE}
    assert [one.change for one in history][-1] == replies.LinkEntry(COOKIE, "linked")
    assert {one.profile_id for one in client.profile_history(CARD, known_at=position(client) - 1)} == {CARD}


def test_what_is_done_to_a_person_is_done_to_profiles(client: Client) -> None:
    client.link([(CARD, COOKIE)], reason=WHY)
    done = client.apply_tag_to_segment("tagged level/gold", "level/silver", reason="a test")
    assert (done.changed_count, done.already_so_count) == (1, 0)
    assert members(client, "tagged level/silver") == {COOKIE}
    gone = client.remove_tag_from_segment("tagged level/silver", "level/silver", reason="a test")
    assert (gone.changed_count, members(client, "tagged level/silver")) == (1, set())
    # The card was silver by itself, and nobody has taken that from it.
    client.unlink([(CARD, COOKIE)], reason="a test")
    assert members(client, "tagged level/silver") == {CARD}
    client.retract_interactions(["p1"], reason="returned")
    client.link([(CARD, COOKIE)], reason=WHY)
    assert members(client, "did purchase") == {"B", OPENID}


def test_a_correction_is_one_of_the_person_too(client: Client) -> None:
    client.link([(CARD, COOKIE)], reason=WHY)
    end = position(client)
    client.retract_interactions(["p1"], reason="returned")
    assert members(client, "did purchase") == {"B", OPENID}
    assert members(client, "did purchase", known_at=end) == {"B", OPENID, COOKIE}
    client.record_interactions([Interaction(CARD, "purchase", AT, id="p2")])
    client.retract_interactions(["p2"], reason="returned")
    assert members(client, "did purchase") == {"B", OPENID}


def test_who_is_linked_is_erased_as_a_whole(client: Client, config: Config) -> None:
    client.link([(CARD, COOKIE), (COOKIE, OPENID)], reason=WHY)
    assert client.erase_profiles([CARD], reason="a letter", dry_run=True).erased_count == 3
    assert client.erase_profiles([CARD], reason="a letter").erased_count == 3
    assert members(client, "everyone") == {"B"}
    for gone in (CARD, COOKIE, OPENID):
        with pytest.raises(errors.UnknownProfile):
            client.profile(gone)
    client.record_interactions([Interaction(CARD, "purchase", AT)])
    assert members(client, "did purchase") == {"B", CARD}
    assert [one.change for one in client.history() if isinstance(one.change, replies.LinkEntry)] == [
        replies.LinkEntry("", "linked")
    ] * 2


def test_a_restart_knows_who_is_who_with_a_snapshot_and_without_and_the_log_is_verified(config: Config) -> None:
    with running_server(config) as address, connected(address) as client:
        populate(client)
        client.link([(CARD, COOKIE)], reason=WHY)
        client.link([(COOKIE, OPENID)], reason=WHY)
        client.unlink([(CARD, COOKIE)], reason="a test")
        client.link([("never seen", "B")], reason=WHY)
        client.record_interactions([Interaction("never seen", "visit", AT)])
        before = answers(client)
        until(lambda: any(Path(config.snapshots).glob("*.json")))
    assert verified(config, None, None).difference == ""
    for snapshots in (config.snapshots, "none"):
        with running_server(replace(config, snapshots=snapshots)) as address, connected(address) as again:
            assert answers(again) == before
            assert again.profile("never seen").linked_profile_ids == ("B", "never seen")


def test_opting_out_is_the_persons(client: Client) -> None:
    client.define_tag("privacy/no-profiling", opt_out=True, create_group=True, reason="PIPL, article 24")
    client.apply_tag(OPENID, "privacy/no-profiling", reason="asked for it")
    assert members(client, "everyone") == {CARD, COOKIE, "B"}
    client.link([(CARD, OPENID)], reason=WHY)
    assert members(client, "everyone") == {COOKIE, "B"}


def test_refusals_say_what_to_do(client: Client) -> None:
    def unlink_unknown() -> None:
        client.unlink([(CARD, "nobody")], reason="a test")

    told = refused(errors.UnknownProfile, unlink_unknown, client)
    assert "links[0].second_profile_id" in str(told)
    client.link([(CARD, COOKIE), (COOKIE, OPENID)], reason=WHY)
    told = refused(errors.NotLinked, lambda: client.unlink([(CARD, OPENID)], reason="a test"), client)
    assert COOKIE in str(told)
    told = refused(errors.InvalidField, lambda: client.link([(CARD, CARD)], reason="a test"), client)
    assert "links[0].second_profile_id" in str(told)
    assert client.unlink([(CARD, "B")], reason="a test").already_so_count == 1
    shared = [(f"p{number}", "0000") for number in range(limits.MAX_PERSON_PROFILES)]
    told = refused(errors.LimitExceeded, lambda: client.link(shared, reason="a test"), client)
    assert "100" in str(told)
    assert client.link(shared[1:], reason="a test").new_profile_count == limits.MAX_PERSON_PROFILES


def test_what_is_retracted_is_gone_of_persons_that_are_none_any_more_too(client: Client) -> None:
    """Or a currency that nobody has paid in would be among those that a sum cannot add."""
    client.record_interactions(
        [
            Interaction("ana", "refund", AT, amount=5, currency="USD", id="usd"),
            Interaction("bo", "refund", AT, amount=7),
        ]
    )
    with pytest.raises(errors.MixedCurrencies):
        client.count("sum(refund.amount) >= 1 ever")
    client.link([("ana", "bo")], reason="one person")
    client.unlink([("ana", "bo")], reason="two")
    client.retract_interactions(["usd"], reason="the wrong currency")
    assert members(client, "sum(refund.amount) >= 1 ever") == {"bo"}
