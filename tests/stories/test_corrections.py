"""Interactions that were wrong: retracted, replaced, and whole imports taken back; through the real client, on both stores."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from clients.sdk import Client, Interaction, errors, replies
from domain import limits
from tests.stories.asking import AT, connected, members, position, refused

WHY = "the order was voided"
SPENT = "sum(purchase.amount) >= {} ever"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Ana has bought twice, bo once; cy has visited."""
    with connected(address) as made:
        made.record_interactions(
            [
                Interaction("ana", "purchase", AT, amount=100, id="a1", properties={"sku": "tea"}),
                Interaction("ana", "purchase", AT + timedelta(days=1), amount=50, id="a2"),
                Interaction("bo", "purchase", AT, amount=70, id="b1", touchpoint="shop"),
                Interaction("cy", "visit", AT, id="c1"),
            ]
        )
        yield made


def test_a_retracted_interaction_does_not_count_any_more_but_did_before(client: Client) -> None:
    before = position(client)
    done = client.retract_interactions(["b1", "a2", "b1"], reason=WHY, actor="staff:wang")
    assert (done.retracted_count, done.already_so_count) == (2, 0)
    assert members(client, "did purchase ever") == {"ana"}
    assert members(client, "not did purchase ever") == {"bo", "cy"}  # they have been seen
    assert members(client, SPENT.format(101)) == set()
    assert members(client, "did purchase ever", known_at=before) == {"ana", "bo"}
    assert members(client, SPENT.format(150), known_at=before) == {"ana"}
    (told,) = [one for one in client.profile_history("bo") if isinstance(one.change, replies.RetractionEntry)]
    assert isinstance(told.change, replies.RetractionEntry)
    assert (told.attribution.actor, told.attribution.reason, told.effective_at) == ("staff:wang", WHY, AT)
    assert told.change.recorded_position == before
    assert (told.change.interaction.id, told.change.interaction.amount) == ("b1", Decimal(70))
    assert [one.change for one in client.profile_history("bo", without_interactions=True)] == []
    again = client.retract_interactions(["b1"], reason=WHY)
    assert (again.retracted_count, again.already_so_count) == (0, 1)


def test_a_late_repeat_of_the_first_write_does_not_bring_it_back(client: Client) -> None:
    client.retract_interactions(["b1"], reason=WHY)
    late = client.record_interactions([Interaction("bo", "purchase", AT, amount=70, id="b1")])
    assert (late.accepted_count, late.duplicate_count) == (0, 1)
    assert members(client, "did purchase ever") == {"ana"}


def test_interactions_of_several_changesets_and_types_are_retracted_together(client: Client) -> None:
    client.record_interactions([Interaction("dan", "purchase", AT, id="d1", properties={"sku": "cake"})])
    done = client.retract_interactions(["a2", "d1", "b1"], reason=WHY)  # of a batch with two types, and of one with one
    assert done.retracted_count == 3
    assert members(client, "did purchase ever") == {"ana"}
    assert members(client, "did visit ever") == {"cy"}
    client.retract_interactions(["a1", "c1"], reason=WHY)
    assert members(client, "did purchase ever or did visit ever") == set()
    entries = [one.change for one in client.changeset(done.changeset_id).entries]
    assert [one.interaction.id for one in entries if isinstance(one, replies.RetractionEntry)] == ["a2", "b1", "d1"]


def test_an_interaction_is_corrected_again_and_again(client: Client) -> None:
    for amount in range(40):
        client.replace_interactions([Interaction("bo", "purchase", AT, amount=amount, id="b1")], reason="a running total")
    assert members(client, "sum(purchase.amount) = 39 ever") == {"bo"}
    assert client.retract_interactions(["b1"], reason=WHY).retracted_count == 1
    assert members(client, "did purchase ever") == {"ana"}


def test_an_interaction_is_replaced_by_what_should_have_been_recorded(client: Client) -> None:
    before = position(client)
    done = client.replace_interactions(
        [
            Interaction("bo", "purchase", AT, amount=7, id="b1"),  # a wrong amount
            Interaction("cy", "purchase", AT, amount=100, id="a1"),  # it was somebody else
            Interaction("dan", "purchase", AT, amount=1, id="d1"),  # it was never recorded
        ],
        reason="wrong amount",
    )
    assert (done.accepted_count, done.replaced_count, done.new_profile_count) == (3, 2, 1)
    assert members(client, SPENT.format(50)) == {"ana", "cy"}
    assert members(client, SPENT.format(51)) == {"cy"}
    assert members(client, 'did purchase where touchpoint = "shop" ever') == set()
    assert members(client, SPENT.format(70), known_at=before) == {"ana", "bo"}
    client.replace_interactions([Interaction("bo", "purchase", AT, amount=71, id="b1")], reason="wrong again")
    assert members(client, "sum(purchase.amount) = 71 ever") == {"bo"}
    # What was retracted counts again when it is said anew.
    client.retract_interactions(["b1"], reason=WHY)
    back = client.replace_interactions([Interaction("bo", "purchase", AT, amount=72, id="b1")], reason="it was paid after all")
    assert (back.accepted_count, back.replaced_count) == (1, 0)
    assert members(client, "sum(purchase.amount) = 72 ever") == {"bo"}


def test_a_whole_import_is_taken_back_and_the_undo_too(client: Client) -> None:
    client.define_segment("buyers", "did purchase ever", reason=WHY)
    wrong = client.record_interactions([Interaction(who, "purchase", AT, amount=1) for who in ("bo", "bo", "cy", "dan")])
    spent = "did purchase exactly {} times ever"
    told = client.undo_changeset(wrong.changeset_id, reason="the wrong file", dry_run=True)
    assert (told.changed_count, told.conflict_count) == (4, 0)
    assert told.preview is not None
    assert (told.preview.changed_profile_ids, told.preview.segments) == (
        ("bo", "cy", "dan"),
        (replies.SegmentEffect("buyers", 4, 0, 2, ""),),
    )
    assert members(client, "in segment buyers") == {"ana", "bo", "cy", "dan"}
    undone = client.undo_changeset(wrong.changeset_id, reason="the wrong file")
    assert undone.receipt is not None
    assert (undone.changed_count, undone.conflict_count) == (4, 0)
    assert members(client, "in segment buyers") == {"ana", "bo"}
    assert members(client, spent.format(1)) == {"bo"}
    refused(errors.NotUndoable, lambda: client.undo_changeset(wrong.changeset_id, reason=WHY), client)
    again = client.undo_changeset(undone.receipt.changeset_id, reason="it was right")
    assert again.receipt is not None
    assert members(client, spent.format(3)) == {"bo"}
    assert members(client, "in segment buyers") == {"ana", "bo", "cy", "dan"}
    undo_id = undone.receipt.changeset_id
    refused(errors.NotUndoable, lambda: client.undo_changeset(undo_id, reason=WHY), client)
    client.undo_changeset(again.receipt.changeset_id, reason="no, it was wrong")
    assert members(client, "in segment buyers") == {"ana", "bo"}


def test_what_an_undo_had_to_leave_because_of_a_later_correction_stays_when_that_one_is_taken_back(client: Client) -> None:
    """Only what came off as it was laid on has never been: the wrong import was taken back while ana's was corrected."""
    right = client.record_interactions([Interaction(who, "visit", AT, id=f"v-{who}") for who in ("ana", "bo")])
    wrong = client.replace_interactions(
        [Interaction(who, "refund", AT, id=f"v-{who}", amount=9) for who in ("ana", "bo")], reason="it was a refund"
    )
    later = client.retract_interactions(["v-ana"], reason=WHY)
    told = client.undo_changeset(wrong.changeset_id, reason="it was not")
    assert (told.changed_count, told.conflict_count) == (2, 1)
    client.undo_changeset(later.changeset_id, reason="it was not voided")
    assert (members(client, "did refund ever"), members(client, "did visit ever")) == ({"ana"}, {"bo", "cy"})
    told = client.undo_changeset(right.changeset_id, reason="the wrong file")
    assert (told.changed_count, told.conflict_count) == (1, 1)
    assert (members(client, "did refund ever"), members(client, "did visit ever")) == ({"ana"}, {"cy"})


def test_a_part_of_an_import_is_taken_back(client: Client) -> None:
    wrong = client.record_interactions([Interaction(who, "purchase", AT) for who in ("cy", "dan")])
    client.undo_changeset(wrong.changeset_id, reason=WHY, expression="did visit ever")
    assert members(client, "did purchase ever") == {"ana", "bo", "dan"}
    rest = client.undo_changeset(wrong.changeset_id, reason=WHY)
    assert (rest.changed_count, rest.already_so_count, rest.conflict_count) == (1, 1, 0)
    assert members(client, "did purchase ever") == {"ana", "bo"}


def test_a_correction_is_taken_back_but_not_what_was_corrected_since(client: Client) -> None:
    retracted = client.retract_interactions(["a1", "b1"], reason=WHY)
    replaced = client.replace_interactions([Interaction("cy", "purchase", AT, amount=5, id="a2")], reason=WHY)
    client.replace_interactions([Interaction("bo", "purchase", AT, amount=8, id="b1")], reason="it was paid")
    undone = client.undo_changeset(retracted.changeset_id, reason="not voided")
    assert (undone.changed_count, undone.conflict_count, undone.conflict_profile_ids) == (1, 1, ("bo",))
    assert members(client, "sum(purchase.amount) = 100 ever") == {"ana"}
    assert members(client, "sum(purchase.amount) = 8 ever") == {"bo"}
    # A replacement of another profile goes with what it replaced, also where only one of the two is meant.
    client.undo_changeset(replaced.changeset_id, reason=WHY, expression="did purchase where amount = 5 ever")
    assert members(client, "did purchase ever") == {"ana", "bo"}
    assert members(client, "sum(purchase.amount) = 150 ever") == {"ana"}


def test_undone_one_after_the_other_the_last_first_nothing_is_left_of_them(client: Client) -> None:
    recorded = client.record_interactions([Interaction("bo", "purchase", AT, amount=5, id="b2")])
    replaced = client.replace_interactions([Interaction("ana", "purchase", AT, amount=9, id="b2")], reason=WHY)
    assert members(client, SPENT.format(159)) == {"ana"}
    client.undo_changeset(replaced.changeset_id, reason="it was right")
    assert members(client, SPENT.format(75)) == {"ana", "bo"}
    done = client.undo_changeset(recorded.changeset_id, reason="it never happened")
    assert (done.changed_count, done.conflict_count) == (1, 0)
    assert members(client, SPENT.format(75)) == {"ana"}


def test_the_explanation_cites_only_what_counts(client: Client) -> None:
    client.retract_interactions(["a1"], reason=WHY)
    told = client.explain("did purchase ever", profile_id="ana").why
    assert told is not None
    (leaf,) = told.leaves
    assert [one.entry.effective_at for one in leaf.evidence] == [AT + timedelta(days=1)]
    client.retract_interactions(["a2"], reason=WHY)
    gone = client.explain("did purchase ever", profile_id="ana").why
    assert gone is not None
    assert (gone.leaves[0].holds, gone.leaves[0].evidence) == (False, ())


def test_what_cannot_be_meant_is_refused_and_changes_nothing(client: Client) -> None:
    unknown = refused(errors.UnknownInteraction, lambda: client.retract_interactions(["b1", "nope"], reason=WHY), client)
    assert "ids[1] ('nope')" in str(unknown)
    refused(errors.InvalidField, lambda: client.retract_interactions([], reason=WHY), client)
    refused(errors.InvalidField, lambda: client.retract_interactions([""], reason=WHY), client)
    refused(errors.InvalidField, lambda: client.retract_interactions(["x" * 257], reason=WHY), client)
    refused(errors.InvalidField, lambda: client.retract_interactions(["b1"], reason=""), client)
    without = [Interaction("bo", "purchase", AT, id="b1"), Interaction("bo", "purchase", AT)]
    assert "interactions.ids[1]" in str(
        refused(errors.InvalidField, lambda: client.replace_interactions(without, reason=WHY), client)
    )
    twice = [Interaction("bo", "purchase", AT, id="b1")] * 2
    assert "row 0" in str(refused(errors.InvalidField, lambda: client.replace_interactions(twice, reason=WHY), client))
    typed = [Interaction("bo", "purchase", AT, id="b1", properties={"sku": 5})]
    refused(errors.TypeConflict, lambda: client.replace_interactions(typed, reason=WHY), client)


def test_as_many_as_the_limit_are_corrected_at_once_and_no_more(client: Client) -> None:
    most = limits.MAX_CORRECTIONS
    ids = [f"d{n}" for n in range(most + 1)]
    made = [Interaction("dan", "visit", AT, id=one) for one in ids]
    client.record_interactions(made)
    many = refused(errors.LimitExceeded, lambda: client.replace_interactions(made, reason=WHY), client)
    assert "10,000" in str(many)
    assert "send several requests" in str(many)
    refused(errors.LimitExceeded, lambda: client.retract_interactions(ids, reason=WHY), client)
    assert client.replace_interactions(made[:most], reason=WHY).replaced_count == most
    assert client.retract_interactions(ids[:most], reason=WHY).retracted_count == most
    assert members(client, "count(visit) = 1 ever") == {"cy", "dan"}


def test_of_corrections_at_once_each_is_recorded_and_the_last_counts(client: Client) -> None:
    def correct(amount: int) -> tuple[int, int]:
        done = client.replace_interactions([Interaction("bo", "purchase", AT, amount=amount, id="b1")], reason=WHY)
        assert (done.accepted_count, done.replaced_count) == (1, 1)
        return done.position, amount

    with ThreadPoolExecutor(4) as threads:
        done = sorted(threads.map(correct, range(1_000, 1_024)))
    assert len({at for at, _ in done}) == 24
    for at, amount in done:  # and at each position the one recorded there
        assert members(client, f"sum(purchase.amount) = {amount} ever", known_at=at) == {"bo"}
    assert members(client, f"sum(purchase.amount) = {done[-1][1]} ever") == {"bo"}


def test_a_repeat_gets_the_first_reply(client: Client) -> None:
    request_id = str(uuid.uuid4())
    first = client.retract_interactions(["b1", "a1"], reason=WHY, request_id=request_id)
    client.replace_interactions([Interaction("bo", "purchase", AT, amount=8, id="b1")], reason="it was paid")
    again = client.retract_interactions(["b1", "a1"], reason=WHY, request_id=request_id)
    assert (again.position, again.retracted_count, again.replayed) == (first.position, 2, True)
    assert members(client, "did purchase ever") == {"ana", "bo"}
    with pytest.raises(errors.RequestIdReused):
        client.retract_interactions(["b1"], reason=WHY, request_id=request_id)
