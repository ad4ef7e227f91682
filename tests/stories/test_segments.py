"""Segments with names, through the real client over a real socket: what they mean, when, who said so, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from clients.sdk import ApplyTag, Client, Interaction, errors
from domain.limits import MAX_PLANNED_DEPTH, MAX_SEGMENT_NESTING
from tests.harness import Store, running_server
from tests.stories.asking import AT, connected, members, position, refused

NOBODY_KNOWS = "no-such-segment"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """A workspace where `bought` has a purchase, `looked` a visit, and `both` both."""
    with connected(address) as made:
        did = (("bought", "purchase"), ("looked", "visit"), ("both", "purchase"), ("both", "visit"))
        made.record_interactions([Interaction(who, what, AT) for who, what in did], reason="a test")
        yield made


# --- what they mean -------------------------------------------------------------------------------------------------------


def test_a_segment_means_what_it_meant_at_known_at(client: Client) -> None:
    made = client.define_segment("buyers", "did   purchase", reason="the spring campaign", description="who has bought")
    assert (made.name, made.version, made.expression, made.created_by) == ("buyers", 1, "did purchase", "staff:li")
    defined = position(client)
    assert members(client, "in segment buyers") == {"bought", "both"}
    changed = client.change_segment("buyers", "did purchase or did visit", reason="visitors count too", actor="staff:wang")
    assert changed.version == 2
    assert members(client, "in segment buyers") == {"bought", "looked", "both"}
    assert members(client, "in segment buyers", known_at=defined) == {"bought", "both"}
    assert members(client, "in segment buyers version 1") == {"bought", "both"}
    assert members(client, "in segment buyers and not in segment buyers version 1") == {"looked"}
    versions = client.segment("buyers").versions
    told = [(one.version, one.expression, one.attribution.actor, one.attribution.reason) for one in versions]
    assert told == [
        (1, "did purchase", "staff:li", "the spring campaign"),
        (2, "did purchase or did visit", "staff:wang", "visitors count too"),
    ]
    assert versions[0].attribution.position == defined
    entries = [client.changeset(one.attribution.position).entries[0].change for one in versions]
    assert [(getattr(one, "kind", ""), getattr(one, "expression", "")) for one in entries] == [
        ("segment_defined", "did purchase"),
        ("segment_changed", "did purchase or did visit"),
    ]


def test_before_its_first_version_a_segment_is_unknown_and_a_version_can_be_named(client: Client) -> None:
    before = position(client)
    client.define_segment("buyers", "did purchase", reason="a test")
    with pytest.raises(errors.UnknownSegment, match="in segment buyers version 1"):
        client.count("in segment buyers", known_at=before)
    assert members(client, "in segment buyers version 1", known_at=before) == {"bought", "both"}


def test_a_segment_that_others_use_changes_them_at_once_and_a_named_version_does_not(client: Client) -> None:
    client.define_segment("base", "did purchase", reason="a test")
    client.define_segment("following", "in segment base and did visit", reason="a test")
    client.define_segment("pinned", "in segment base version 1 and did visit", reason="a test")
    assert members(client, "in segment following") == members(client, "in segment pinned") == {"both"}
    old = position(client)
    client.change_segment("base", "did visit", reason="a test")
    assert members(client, "in segment following") == {"looked", "both"}
    assert members(client, "in segment pinned") == {"both"}
    assert members(client, "in segment following", known_at=old) == {"both"}


def test_definitions_follow_renames_of_what_they_name_and_names_set_free_are_never_mistaken(client: Client) -> None:
    client.define_tag("level/gold", reason="a test", create_group=True)
    client.apply_changeset([ApplyTag("looked", "level/gold")], reason="a test")
    client.define_segment("base", "did purchase", reason="a test")
    client.define_segment("mixed", "in segment base or tagged level/gold", reason="a test")
    everybody = {"bought", "looked", "both"}
    assert members(client, "in segment mixed") == everybody
    old = position(client)
    client.rename_tag_group("level", "tier", reason="a test")
    client.rename_tag("tier/gold", "first", reason="a test")
    client.rename_segment("base", "buyers", reason="a test")
    client.define_segment("base", "not everyone", reason="another takes the name")
    client.define_tag("level/gold", reason="another takes the key", create_group=True)
    for known_at in (None, old):
        assert members(client, "in segment mixed", known_at=known_at) == everybody
    mixed = client.segment("mixed")
    assert mixed.expression == mixed.versions[0].expression == "in segment buyers or tagged tier/first"
    assert members(client, mixed.expression) == everybody
    recorded = client.changeset(mixed.versions[0].attribution.position).entries[0].change
    assert getattr(recorded, "expression", "") == "in segment base or tagged level/gold"
    assert members(client, "in segment base") == set()


def test_a_server_that_starts_again_knows_every_version(store: Store) -> None:
    with running_server(store.config()) as address, connected(address) as client:
        client.record_interactions([Interaction("bought", "purchase", AT)], reason="a test")
        client.define_segment("base", "did purchase", reason="a test")
        client.define_segment("other", "in segment base", reason="a test")
        client.change_segment("base", "did visit", reason="a test")
        client.rename_segment("base", "new base", reason="a test")
        client.define_segment("gone", "everyone", reason="a test")
        client.retire_segment("gone", reason="a test")
        before = [client.segment(found.name) for found in client.segments(show_retired=True)]
    with running_server(store.config()) as address, connected(address) as client:
        assert [client.segment(found.name) for found in client.segments(show_retired=True)] == before
        assert members(client, 'in segment "new base" version 1') == {"bought"}
        assert members(client, "in segment other") == set()


def test_a_repeated_request_is_answered_once_and_the_same(client: Client) -> None:
    request_id = "0190b9c6-2a55-7cc1-8f3f-63b2d1ad3a10"
    for _ in range(2):
        client.define_segment("buyers", "did purchase", reason="a test", request_id=request_id)
    assert len(client.segment("buyers").versions) == 1


# --- what is refused ------------------------------------------------------------------------------------------------------


def test_a_cycle_is_refused_at_any_depth_and_through_a_named_version(client: Client) -> None:
    client.define_segment("a", "did purchase", reason="a test")
    client.define_segment("b", "in segment a version 1", reason="a test")
    client.define_segment("c", "everyone and not (did visit or in segment b)", reason="a test")
    for expression in ("in segment a", "in segment a version 1", "in segment b", "tagged vip or in segment c version 1"):
        told = refused(errors.SegmentCycle, partial(client.change_segment, "a", expression, reason="x"), client)
        assert told.metadata["segments"].startswith("a,")
        assert told.metadata["segments"].endswith(",a")
        assert [violation.field for violation in told.violations] == ["segment"]
    told = refused(errors.SegmentCycle, lambda: client.define_segment("self", "in segment self", reason="x"), client)
    assert told.metadata["segments"] == "self,self"
    # Who was changed first does not matter.
    client.define_segment("d", "did visit", reason="a test")
    client.define_segment("e", "in segment d", reason="a test")
    client.define_segment("f", "did visit", reason="a test")
    client.change_segment("d", "in segment f", reason="a test")
    for expression in ("in segment e", "in segment d version 1"):
        refused(errors.SegmentCycle, partial(client.change_segment, "f", expression, reason="x"), client)
    # The other direction is no cycle, and what only looks like one at another name is none either.
    client.change_segment("c", "in segment a and in segment b", reason="a test")
    client.rename_segment("a", "z", reason="a test")
    client.define_segment("a", "in segment c", reason="a test")
    assert members(client, "in segment a") == {"bought", "both"}


def test_an_old_version_that_would_close_a_circle_counts_too(client: Client) -> None:
    client.define_segment("a", "did purchase", reason="a test")
    client.define_segment("b", "in segment a", reason="a test")
    client.change_segment("b", "did visit", reason="a test")
    client.change_segment("a", "in segment b", reason="the newest b does not name a")
    client.change_segment("a", "did purchase", reason="a test")
    refused(errors.SegmentCycle, lambda: client.change_segment("a", "in segment b version 1", reason="x"), client)


def test_a_segment_in_use_is_not_retired_and_a_retired_one_is_not_used_again(client: Client) -> None:
    client.define_segment("base", "did purchase", reason="a test")
    client.define_segment("user", "in segment base version 1", reason="a test")
    told = refused(errors.SegmentInUse, lambda: client.retire_segment("base", reason="x"), client)
    assert (told.metadata["segments"], [one.field for one in told.violations]) == ("user", ["name"])
    assert "'user'" in told.message
    client.change_segment("user", "did visit", reason="a test")
    assert client.retire_segment("base", reason="a test").retired
    for call in (
        lambda: client.change_segment("base", "everyone", reason="x"),
        lambda: client.retire_segment("base", reason="x"),
        lambda: client.define_segment("new", "in segment base", reason="x"),
        lambda: client.change_segment("user", "in segment base", reason="x"),
    ):
        refused(errors.SegmentRetired, call, client)
    refused(errors.NameTaken, lambda: client.define_segment("base", "everyone", reason="x"), client)
    # Asking goes on, also through the old version of the other.
    assert members(client, "in segment base") == members(client, "in segment user version 1") == {"bought", "both"}
    assert [found.name for found in client.segments()] == ["user"]
    assert [found.name for found in client.segments(show_retired=True)] == ["base", "user"]
    client.retire_segment("user", reason="a test")


@pytest.mark.parametrize(
    ("kind", "expression", "told"),
    [
        (errors.InvalidExpression, "did purchase\nand and", "line 2, column 5"),
        (errors.InvalidExpression, "", ""),
        (errors.UnknownSegment, "not in segment byuers", "did you mean 'buyers'"),
        (errors.UnknownSegment, NOBODY_KNOWS.join(("in segment ", " or everyone")), "define-segment"),
        (errors.UnknownSegment, "in segment buyers version 2", "its versions are 1 to 1"),
    ],
)
def test_what_cannot_be_a_version_is_refused_with_its_place(
    client: Client, kind: type[errors.TagledgerError], expression: str, told: str
) -> None:
    client.define_segment("buyers", "did purchase", reason="a test")
    client.define_segment("other", "everyone", reason="a test")
    for call in (
        lambda: client.define_segment("new", expression, reason="x"),
        lambda: client.change_segment("other", expression, reason="x"),
    ):
        refusal = refused(kind, call, client)
        assert told in refusal.message
        assert [violation.field for violation in refusal.violations] == ["segment"]


def test_the_same_again_is_refused_as_unchanged_by_meaning_not_by_writing(client: Client) -> None:
    client.define_tag("vip", reason="a test")
    client.define_segment("s", "tagged vip and did purchase", reason="a test")
    client.rename_tag("vip", "VIP", reason="a test")
    for same in ("tagged VIP and did purchase", "tagged  VIP AND (did purchase at least 1 times)"):
        told = refused(errors.SegmentUnchanged, partial(client.change_segment, "s", same, reason="x"), client)
        assert told.metadata == {"segment": "s", "version": "1"}
    client.change_segment("s", "tagged VIP", reason="a test")
    assert client.change_segment("s", "tagged VIP and did purchase", reason="back again").version == 3


def test_names_are_one_in_nfc_and_taken_names_are_refused(client: Client) -> None:
    client.define_segment("e\u0301toile", "did purchase", reason="a test")
    assert client.segment("\u00e9toile").name == "\u00e9toile"
    assert members(client, 'in segment "e\u0301toile"') == {"bought", "both"}
    client.define_segment("other", "everyone", reason="a test")
    refused(errors.NameTaken, lambda: client.define_segment("\u00e9toile", "everyone", reason="x"), client)
    refused(errors.NameTaken, lambda: client.rename_segment("other", "e\u0301toile", reason="x"), client)
    refused(errors.UnknownSegment, lambda: client.rename_segment(NOBODY_KNOWS, "new", reason="x"), client)


def test_names_that_nobody_has_seen_are_warned_of(client: Client) -> None:
    client.define_tag("vip", reason="a test")
    warned = client.define_segment("s", "tagged vpi", reason="a test").warnings
    assert [(one.suggestion, one.column) for one in warned] == [("vip", 8)]
    assert client.change_segment("s", "tagged vip", reason="a test").warnings == ()
    (unknown,) = client.validate("in segment t").warnings
    assert "'t'" in unknown.message


def test_nesting_is_bounded_and_equal_segments_run_once(sqlite_address: str) -> None:
    with connected(sqlite_address) as client:
        client.record_interactions([Interaction("bought", "purchase", AT)], reason="a test")
        client.define_segment("s1", "did purchase", reason="a test")
        # Each names the one below twice: 2^31 leaves if they were written out.
        for n in range(2, MAX_SEGMENT_NESTING + 1):
            below = f"in segment s{n - 1}"
            client.define_segment(f"s{n}", f"({below} and did purchase) or (did visit and {below})", reason="a test")
        deepest = f"in segment s{MAX_SEGMENT_NESTING}"
        assert members(client, deepest) == {"bought"}
        explained = client.explain(f"not {deepest}")
        assert explained.count == 0
        assert sum(step.expression == "did purchase" and "shared" not in step.note for step in explained.steps) == 1
        with pytest.raises(errors.LimitExceeded) as told:
            client.define_segment("deeper", deepest, reason="a test")
        assert told.value.metadata["limit"] == "segment nesting"


def test_deep_trees_inside_each_other_are_bounded_and_the_deepest_allowed_runs(sqlite_address: str) -> None:
    with connected(sqlite_address) as client:
        client.record_interactions([Interaction("bought", "purchase", AT)], reason="a test")
        client.define_segment("s0", "did purchase", reason="a test")
        levels, n = 1, 0
        while levels + 50 <= MAX_PLANNED_DEPTH:
            text = f"in segment s{n}"
            for _ in range(25):
                text = f"(everyone and (did visit or {text}))"
            n, levels = n + 1, levels + 50
            client.define_segment(f"s{n}", text, reason="a test")
        assert members(client, f"in segment s{n}") == {"bought"}
        assert client.count(f"in segment s{n}").count == client.explain(f"in segment s{n}").count == 1
        with pytest.raises(errors.LimitExceeded) as told:
            client.define_segment("deeper", text.replace(f"s{n - 1}", f"s{n}"), reason="a test")
        assert told.value.metadata["limit"] == "depth with segments"


def test_many_large_segments_in_one_question_are_refused(sqlite_address: str) -> None:
    with connected(sqlite_address) as client:
        for n in range(6):
            client.define_segment(f"s{n}", " or ".join(f"age = {k}" for k in range(950)), reason="a test")
        assert client.count(" or ".join(f"in segment s{n}" for n in range(5))).count == 0
        with pytest.raises(errors.LimitExceeded) as told:
            client.count(" or ".join(f"in segment s{n}" for n in range(6)))
        assert told.value.metadata["limit"] == "nodes with segments"


def test_long_versions_come_in_several_pages(sqlite_address: str) -> None:
    with connected(sqlite_address) as client:
        listed = ", ".join(f'"{"v" * 1_000}{n}"' for n in range(60))
        client.define_segment("long", f'city in ({listed}, "0")', reason="a test")
        for n in range(1, 40):
            client.change_segment("long", f'city in ({listed}, "{n}")', reason="a test")
        versions = client.segment("long", timeout=60).versions
        assert [one.version for one in versions] == list(range(1, 41))
        assert versions[39].attribution.recorded_at - versions[0].attribution.recorded_at >= timedelta(0)
