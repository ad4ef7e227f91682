"""Everyone of a segment tagged at once, looked at before, and taken back: through the real client, on both stores."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from clients.sdk import ApplyTag, Client, Interaction, SetTrait, errors, replies
from domain import limits
from server.usecases import previewing, segment_tagging
from tests.stories.asking import AT, connected, members, refused

WHY = "a test"
BUYERS = "did purchase"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Ana, bo and cy have bought, dan has visited; cy is a VIP already."""
    with connected(address) as made:
        made.record_interactions([Interaction(who, "purchase", AT) for who in ("ana", "bo", "cy")])
        made.record_interactions([Interaction("dan", "visit", AT)])
        made.define_tag("vip", reason=WHY)
        made.apply_tag("cy", "vip", reason="called", effective_at=AT, actor="staff:wang")
        yield made


def test_everyone_of_a_segment_is_tagged_in_one_changeset_that_says_which(client: Client) -> None:
    done = client.apply_tag_to_segment(BUYERS, "vip", reason="the autumn list")
    assert (done.changed_count, done.already_so_count, done.preview) == (2, 1, None)
    assert done.receipt is not None
    assert members(client, "tagged vip") == {"ana", "bo", "cy"}
    # Who buys later is not tagged: a tag is what was said then.
    client.record_interactions([Interaction("eve", "purchase", AT)])
    assert members(client, "tagged vip") == {"ana", "bo", "cy"}
    told = client.changeset(done.receipt.changeset_id)
    assert (told.attribution.selected, told.attribution.reason, len(told.entries)) == (BUYERS, "the autumn list", 3)
    (entry,) = client.profile_history("ana", without_interactions=True)
    assert entry.change == replies.TagEntry("vip", "applied", None)


def test_the_clocks_choose_who_is_meant(client: Client) -> None:
    before = client.count(BUYERS).position
    client.record_interactions([Interaction("eve", "purchase", AT + timedelta(days=1))])
    at_first = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, known_at=before)
    assert members(client, "tagged vip") == {"ana", "bo", "cy"}
    assert at_first.clocks.known_at == before
    client.apply_tag_to_segment("did purchase today", "vip", reason=WHY, as_of=AT + timedelta(days=1), value=0.5)
    assert members(client, "tagged vip = 0.5") == {"eve"}


def test_tags_end_when_they_expire_and_are_removed_from_a_segment(client: Client) -> None:
    client.apply_tag_to_segment("everyone", "vip", reason=WHY, effective_at=AT, expires_at=AT + timedelta(days=2))
    assert members(client, "tagged vip", as_of=AT + timedelta(days=1)) == {"ana", "bo", "cy", "dan"}
    assert members(client, "tagged vip", as_of=AT + timedelta(days=2)) == set()
    client.remove_tag_from_segment("did visit ever", "vip", reason=WHY, effective_at=AT + timedelta(days=1))
    assert members(client, "tagged vip", as_of=AT + timedelta(days=1)) == {"ana", "bo", "cy"}


def test_a_dry_run_tells_who_and_which_segments_would_change_and_records_nothing(client: Client) -> None:
    client.define_segment("vips", "tagged vip", reason=WHY)
    client.define_segment("others", "not in segment vips", reason=WHY)
    client.define_segment("visitors", "did visit ever", reason=WHY)
    client.define_segment("gone", "tagged vip and did visit ever", reason=WHY)
    client.retire_segment("gone", reason=WHY)
    end, request_id = client.count("everyone").position, str(uuid.uuid4())
    told = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, dry_run=True, request_id=request_id)
    assert (told.receipt, told.changed_count, told.already_so_count, told.position) == (None, 2, 1, end)
    assert told.preview == replies.Preview(
        ("ana", "bo"), (replies.SegmentEffect("others", 3, 0, 2, ""), replies.SegmentEffect("vips", 1, 2, 0, "")), 2
    )
    assert members(client, "tagged vip") == {"cy"}
    assert client.count("everyone").position == end
    # The write itself does what was told, and may bear the same id.
    done = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, request_id=request_id)
    assert (done.changed_count, done.already_so_count) == (told.changed_count, told.already_so_count)
    assert (client.count("in segment vips").count, client.count("in segment others").count) == (3, 1)
    nothing = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, dry_run=True)
    assert (nothing.changed_count, nothing.preview) == (0, replies.Preview((), (), 2))


def test_a_repeat_gets_the_first_reply_and_its_clocks(client: Client) -> None:
    request_id = str(uuid.uuid4())
    first = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, request_id=request_id)
    client.record_interactions([Interaction("eve", "purchase", AT)])
    again = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, request_id=request_id)
    assert again.receipt is not None
    assert again.receipt.replayed
    assert (again.clocks, again.changed_count, again.already_so_count) == (first.clocks, 2, 1)
    assert members(client, "tagged vip") == {"ana", "bo", "cy"}
    with pytest.raises(errors.RequestIdReused):
        client.apply_tag_to_segment("everyone", "vip", reason=WHY, request_id=request_id)


def test_an_undo_is_as_if_it_had_never_been_and_an_undo_of_it_brings_it_back(client: Client) -> None:
    applied = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, actor="batch", value=0.9, effective_at=AT)
    assert applied.receipt is not None
    questions = ("tagged vip", 'tagged vip by "staff:wang"', 'tagged vip by "batch"', "tagged vip >= 0.5", "tag vip added ever")
    with_it = [members(client, question) for question in questions]
    undone = client.undo_changeset(applied.receipt.changeset_id, reason="the wrong list")
    assert (undone.changed_count, undone.already_so_count, undone.conflict_count) == (3, 0, 0)
    assert [members(client, question) for question in questions] == [{"cy"}, {"cy"}, set(), set(), {"cy"}]
    # What was known before stays as it was.
    assert members(client, "tagged vip >= 0.5", known_at=applied.receipt.position) == {"ana", "bo", "cy"}
    assert undone.receipt is not None
    first, second = (client.changeset(one.changeset_id).attribution for one in (applied.receipt, undone.receipt))
    assert (first.undone_by, second.undoes) == ((second.changeset_id,), first.changeset_id)
    newest = next(iter(client.profile_history("cy", newest_first=True)))
    assert newest.change == replies.TagEntry("vip", "applied", None, "staff:wang", "test")
    undo_id = undone.receipt.changeset_id
    right = client.undo_changeset(undo_id, reason="it was right after all")
    assert right.receipt is not None
    assert [members(client, question) for question in questions] == with_it
    told = str(refused(errors.NotUndoable, lambda: client.undo_changeset(undo_id, reason=WHY), client))
    assert f"(position {undone.position})" in told
    assert f"{right.receipt.changeset_id} took it back: to have it again, undo that one" in told


def test_newer_changes_win_and_are_told(client: Client) -> None:
    applied = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, effective_at=AT)
    assert applied.receipt is not None
    client.remove_tag("ana", "vip", reason="asked for it")
    client.apply_tag("bo", "vip", reason="called", value=1.0)
    told = client.undo_changeset(applied.receipt.position, reason=WHY, dry_run=True)
    assert (told.receipt, told.conflict_count, told.conflict_profile_ids) == (None, 2, ("ana", "bo"))
    request_id = str(uuid.uuid4())
    undone = client.undo_changeset(applied.receipt.position, reason=WHY, request_id=request_id)
    assert (undone.conflict_count, undone.conflict_profile_ids) == (2, ("ana", "bo"))
    assert members(client, "tagged vip") == {"bo", "cy"}
    assert members(client, "tagged vip", as_of=AT) == {"cy"}
    again = client.undo_changeset(applied.receipt.position, reason=WHY, request_id=request_id)
    assert (again.conflict_count, again.conflict_profile_ids, again.position) == (2, (), undone.position)


def test_a_part_is_taken_back_and_traits_too(client: Client) -> None:
    made = client.apply_changeset(
        [ApplyTag("ana", "vip"), ApplyTag("bo", "vip"), SetTrait("ana", "city", "Lhasa"), SetTrait("bo", "city", "Xi'an")],
        reason=WHY,
    )
    client.upload_list("wrong", ["ana"], reason=WHY)
    client.undo_changeset(made.changeset_id, reason=WHY, expression="in list wrong")
    assert members(client, "tagged vip") == {"bo", "cy"}
    assert members(client, "city exists") == {"bo"}
    client.undo_changeset(made.changeset_id, reason=WHY)
    assert members(client, "tagged vip or city exists") == {"cy"}


def test_what_cannot_be_taken_back_says_so(client: Client) -> None:
    listed = client.upload_list("autumn", ["ana"], reason=WHY)
    assert "an upload of a list" in str(
        refused(errors.NotUndoable, lambda: client.undo_changeset(listed.position, reason=WHY), client)
    )
    refused(errors.UnknownChangeset, lambda: client.undo_changeset(str(uuid.uuid4()), reason=WHY), client)
    tagged = client.apply_tag("bo", "vip", reason=WHY)
    nobody = refused(
        errors.NotUndoable, lambda: client.undo_changeset(tagged.changeset_id, reason=WHY, expression="tagged vop"), client
    )
    assert "nobody is in it" in str(nobody)
    assert "never seen the tag 'vop'" in str(nobody)
    assert "by its position" in str(refused(errors.InvalidField, lambda: client.undo_changeset("7b", reason=WHY), client))
    assert "did you mean 'vip'" in str(
        refused(errors.UnknownTag, lambda: client.apply_tag_to_segment(BUYERS, "vop", reason=WHY), client)
    )
    client.retire_tag("vip", reason=WHY)
    retired = refused(errors.TagRetired, lambda: client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, dry_run=True), client)
    assert "restore-tag" in str(retired)
    assert client.remove_tag_from_segment("everyone", "vip", reason=WHY).changed_count == 2


def test_a_segment_that_cannot_be_asked_says_why_in_a_dry_run(client: Client) -> None:
    for currency in ("CNY", "USD"):
        client.record_interactions([Interaction("ana", "purchase", AT, amount=1, currency=currency)])
    client.define_segment("big", "tagged vip or sum(purchase.amount) > 5", reason=WHY)
    told = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, dry_run=True)
    assert told.preview is not None
    (effect,) = told.preview.segments
    assert (effect.segment, "would mix amounts" in effect.refusal) == ("big", True)


def test_limits_of_bulk_changes_hold_at_their_edges(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_tagging, "MAX_TAGGED_PROFILES", 3)
    assert "limit of 3" in str(
        refused(errors.LimitExceeded, lambda: client.apply_tag_to_segment("everyone", "vip", reason=WHY), client)
    )
    assert client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, dry_run=True).changed_count == 2
    monkeypatch.setattr(previewing, "MAX_SHOWN_PROFILES", 1)
    monkeypatch.setattr(previewing, "MAX_PREVIEWED_SEGMENTS", 1)
    for name in ("b", "a"):
        client.define_segment(name, "tagged vip", reason=WHY)
    told = client.apply_tag_to_segment(BUYERS, "vip", reason=WHY, dry_run=True)
    assert told.preview == replies.Preview(("ana",), (replies.SegmentEffect("a", 1, 2, 0, ""),), 2)
    assert limits.MAX_TAGGED_PROFILES == 10_000_000
