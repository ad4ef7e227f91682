"""A customer does not want to be profiled: in no segment from then on, and in them again when that is taken back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from clients.sdk import ApplyTag, Client, Interaction, errors, replies
from tests.stories.asking import AT, connected, members, position, refused

WHY = "asked for it on the telephone"
DAY = timedelta(days=1)
TAG = "privacy/no-profiling"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Three who bought; the first wants no profiling from the third day to the fifth."""
    with connected(address) as made:
        made.define_tag("vip", reason="a test")
        made.define_tag(TAG, reason="PIPL, article 24", create_group=True, opt_out=True)
        names = ("ana", "bo", "cy")
        made.apply_changeset([ApplyTag(one, "vip", effective_at=AT) for one in names], reason="a test")
        made.record_interactions([Interaction(one, "purchase", AT, amount=10 - k) for k, one in enumerate(names)])
        made.upload_list("autumn", ["ana", "bo"], reason="a test")
        made.define_segment("buyers", "did purchase", reason="a test")
        made.apply_tag("ana", TAG, effective_at=AT + 3 * DAY, expires_at=AT + 5 * DAY, reason=WHY)
        yield made


@pytest.mark.parametrize(
    ("expression", "everybody"),
    [
        ("everyone", {"ana", "bo", "cy"}),
        ("tagged vip", {"ana", "bo", "cy"}),
        ("in segment buyers", {"ana", "bo", "cy"}),
        ("in list autumn", {"ana", "bo"}),
        ("not tagged nothing", {"ana", "bo", "cy"}),
        ("sum(purchase.amount) < 1", set()),
        ('sample 100% by "a"', {"ana", "bo", "cy"}),
        ("observed since 1 days ago", {"ana", "bo", "cy"}),
    ],
)
def test_who_opted_out_is_in_no_segment_while_it_holds(client: Client, expression: str, everybody: set[str]) -> None:
    for days, left_out in ((2, set()), (3, {"ana"}), (4.9, {"ana"}), (5, set())):
        at = AT + days * DAY
        assert members(client, expression, as_of=at) == everybody - left_out
        assert client.count(expression, as_of=at).count == len(everybody - left_out)
        checks = client.check(expression, ["ana", "bo", "cy"], as_of=at)
        checked = {one.profile_id for one in checks.results if one.member}
        assert checked == everybody - left_out


def test_who_opted_out_takes_no_place_among_the_first(client: Client) -> None:
    first = "top 1 by sum(purchase.amount)"
    for expression in (first, f"{first} among (tagged vip)", "top 30% by count(purchase)"):
        assert [members(client, expression, as_of=AT + days * DAY) for days in (2, 4)] == [{"ana"}, {"bo"}], expression


def test_one_profile_says_why_it_is_in_nothing(client: Client) -> None:
    at = AT + 4 * DAY
    explained = client.explain("tagged vip", profile_id="ana", as_of=at)
    assert explained.profile == replies.ProfileCheck("ana", False, True)
    assert explained.why
    leaves = {leaf.expression: leaf for leaf in explained.why.leaves}
    assert [leaf.holds for leaf in leaves.values()] == [True, True]
    opted = leaves[f"tagged {TAG}"]
    assert opted.missing == "must not hold"
    assert [one.entry.attribution.reason for one in opted.evidence] == [WHY]
    assert explained.why.flips_at == AT + 5 * DAY
    assert client.explain("tagged vip", profile_id="ana", as_of=AT + 6 * DAY).profile == replies.ProfileCheck("ana", True, True)
    # What is known of them is theirs to see.
    profile = client.profile("ana", as_of=at)
    assert ([tag.key for tag in profile.tags], profile.segments) == ([TAG, "vip"], ())
    assert client.tag(TAG).opt_out


def test_opting_out_is_a_tag_with_a_history_that_can_be_taken_back(client: Client) -> None:
    before = position(client)
    preview = client.apply_tag_to_segment("tagged vip", TAG, reason="the law has changed", dry_run=True).preview
    assert preview
    assert [(one.segment, one.left_count) for one in preview.segments] == [("buyers", 3)]
    done = client.apply_tag_to_segment("tagged vip", TAG, reason="the law has changed").receipt
    assert done
    assert client.count("everyone").count == 0
    assert members(client, "tagged vip", known_at=before) == {"ana", "bo", "cy"}
    client.undo_changeset(done.changeset_id, reason="it has not")
    assert client.count("everyone").count == 3
    assert {one.attribution.reason for one in client.tag_history(TAG)} >= {WHY, "the law has changed", "it has not"}


def test_a_tag_comes_to_opt_out_and_does_so_no_more(client: Client) -> None:
    before = position(client)
    (warning,) = client.validate(f"tagged vip and not tagged {TAG}").warnings
    assert "in no segment" in warning.message
    assert client.change_tag("vip", opt_out=True, reason="a test").opt_out
    assert client.count("everyone", as_of=AT).count == 0
    assert client.count("everyone", as_of=AT, known_at=before).count == 3
    told = [one.change for one in client.tag_history("vip") if isinstance(one.change, replies.CatalogueEntry)]
    assert [(one.kind, one.opt_out) for one in told] == [("tag_defined", False), ("tag_redefined", True)]
    assert not client.change_tag("vip", opt_out=False, reason="a test").opt_out
    assert client.change_tag("vip", description="of all sorts", reason="a test").opt_out is False
    assert client.count("everyone", as_of=AT).count == 3
    for keys in ((TAG, "vip"), ("vip", TAG)):

        def merge(keys: tuple[str, str] = keys) -> None:
            client.merge_tags(*keys, reason="a test")

        assert "opts out" in str(refused(errors.NotMergeable, merge, client))
