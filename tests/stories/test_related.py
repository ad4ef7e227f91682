"""Values that are the ids of other profiles: who invited those who bought, whose account is how, what stays of who leaves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from clients.sdk import ApplyTag, Client, Interaction, SetTrait, TraitAxis, errors
from tests.stories.asking import AT, connected, members, refused

INVITERS = "distinct(invite.invitee where invitee among (did purchase)) >= {}"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """ana invites bo, cy and dan, bo invites eve and a stranger; bo, cy and eve buy. bo and cy are of acme, dan of a bank."""
    with connected(address) as made:
        invited = {"ana": ("bo", "cy", "dan", "bo"), "bo": ("eve", "a stranger")}
        pairs = [(who, one) for who, every in invited.items() for one in every]
        made.record_interactions([Interaction(who, "invite", AT, properties={"invitee": one}) for who, one in pairs])
        made.record_interactions([Interaction(one, "purchase", AT) for one in ("bo", "cy", "eve")])
        accounts = {"bo": "acme", "cy": "acme", "dan": "the bank"}
        made.apply_changeset([SetTrait(who, "account", account) for who, account in accounts.items()], reason="CRM")
        made.define_tag("tier/gold", create_group=True, reason="CRM")
        made.apply_changeset([ApplyTag("acme", "tier/gold")], reason="a good customer")
        yield made


def test_who_invited_so_many_who_bought(client: Client) -> None:
    assert members(client, INVITERS.format(1)) == {"ana", "bo"}
    assert members(client, INVITERS.format(2)) == {"ana"}
    # Two steps away, and all of them instead of any.
    assert members(client, f"did invite where invitee among ({INVITERS.format(1)})") == {"ana"}
    assert members(client, "did invite and not did invite where (not invitee among (did purchase))") == set()
    assert members(client, "did invite where (not invitee among (everyone))") == {"bo"}


def test_accounts_are_profiles_too(client: Client) -> None:
    gold = "account among (tagged tier/gold)"
    assert members(client, gold) == {"bo", "cy"}
    assert members(client, f"{gold} and {INVITERS.format(1)}") == {"bo"}
    answer = client.check(gold, ["bo", "cy", "dan", "acme"])
    assert [one.member for one in answer.results] == [True, True, False, False]
    told = client.explain(gold, profile_id="bo")
    assert told.why is not None
    assert ("other profiles" in told.why.leaves[0].note, told.why.leaves[0].holds) == (True, True)
    assert [step.operator for step in told.steps] == ["trait among", "tagged"]


def test_it_is_asked_at_the_same_clocks(client: Client) -> None:
    end = client.count("everyone").position
    client.record_interactions([Interaction("dan", "purchase", AT)])
    assert members(client, "account among (did purchase)", known_at=end) == set()
    client.record_interactions([Interaction("the bank", "purchase", AT)])
    assert members(client, "account among (did purchase)") == {"dan"}
    assert members(client, "account among (did purchase)", known_at=end) == set()


def test_who_has_left_is_nobodys_account(client: Client) -> None:
    client.erase_profiles(["acme"], reason="asked for it")
    assert members(client, "account among (everyone)") == set()
    assert members(client, "account among (tagged tier/gold)", known_at=client.count("everyone").position - 1) == set()
    client.record_interactions([Interaction("acme", "visit", AT)])  # somebody else, or the same again
    assert members(client, "account among (did visit)") == {"bo", "cy"}


def test_the_same_question_is_answered_anew_when_somebody_has_left(client: Client) -> None:
    clocks: dict[str, Any] = {"as_of": AT + timedelta(days=400), "known_at": client.count("everyone").position}
    gold = "account among (tagged tier/gold)"
    assert set(client.members(gold, **clocks)) == {"bo", "cy"}
    client.erase_profiles(["acme"], reason="asked for it")
    assert set(client.members(gold, **clocks)) == set()
    assert client.count(gold, **clocks).count == client.crosstab([TraitAxis("account")], gold, **clocks).total_count == 0


def test_what_is_too_deep_for_a_tree_is_answered_as_text(client: Client) -> None:
    def nested(depth: int) -> str:
        return "did invite where invitee among (" * depth + "did visit in last 1 day" + ")" * depth

    assert client.validate(nested(23)).tree
    with pytest.raises(errors.LimitExceeded, match="tree messages"):
        client.validate(nested(24))
    assert client.count(nested(30)).count == 0


def test_segments_inside_count_for_circles_and_are_followed(client: Client) -> None:
    client.define_segment("friends", "did invite where invitee among (tagged tier/gold)", reason="a try")
    client.define_segment("friends of friends", "did invite where invitee among (in segment friends)", reason="a try")
    circle = 'account among (in segment "friends of friends")'
    refused(errors.SegmentCycle, lambda: client.change_segment("friends", circle, reason="a circle"), client)
    refused(errors.UnknownSegment, lambda: client.define_segment("x", "a among (in segment none)", reason="none"), client)
    with pytest.raises(errors.LimitExceeded):
        client.count("a among (" * 70 + "everyone" + ")" * 70)
    (warning,) = client.count("acount among (everyone)").warnings
    assert warning.suggestion == "account"
    client.apply_changeset([SetTrait("bo", "age", 30.0)], reason="CRM")
    (warning,) = client.count("age among (everyone)").warnings
    assert "ids of profiles are strings" in warning.message
