"""Assignments that lapse, by hand: what the oracle says of them (docs/decisions/0024)."""

from itertools import permutations

from domain.catalogue_changes import GroupDefined, TagDefined
from domain.changeset import Attribution, Changeset, LinkColumns, Outcome, Recorded
from domain.language.syntax import Ever, Lasting, TagChanged, Tagged, Unit
from tests.oracle.histories import WORKSPACE, TagChange
from tests.oracle.story import NOON, VIP, Story

_LAPSE = NOON + 100
_VIP = Tagged(("vip",))
_RENEWED = NOON + 200


def _held(story: Story, *after: int, ordinal: int = 0, known_at: int | None = None) -> list[bool]:
    return [ordinal in story.ask(_VIP, as_of=NOON + one, known_at=known_at) for one in after]


def test_an_assignment_holds_until_the_instant_at_which_it_lapses() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON, lapses_at=_LAPSE)], actor="anna")
    assert _held(story, -1, 0, 99, 100, 1_000) == [False, True, True, False, False]
    for actor, expected in (("anna", [0]), ("bert", [])):
        removed = TagChanged(("vip",), False, actor, None, Ever())
        assert story.ask(removed, as_of=_LAPSE) == expected
        assert story.ask(removed, as_of=_LAPSE - 1) == []


def test_whatever_the_order_in_which_they_arrive_a_change_up_to_the_lapse_takes_its_place() -> None:
    first = TagChange(0, VIP, True, NOON, lapses_at=_LAPSE)
    for at in (NOON + 1, _LAPSE):
        for rows in permutations([first, TagChange(0, VIP, True, at, lapses_at=_RENEWED)]):
            story = Story()
            for row in rows:
                story.write(tags=[row])
            assert _held(story, 0, 99, 100, 199, 200) == [True, True, True, True, False], (at, rows)
    for rows in permutations([first, TagChange(0, VIP, True, _LAPSE + 1)]):
        story = Story()
        for row in rows:
            story.write(tags=[row])
        assert _held(story, 99, 100, 101) == [True, False, True]
    for rows in permutations([first, TagChange(0, VIP, False, NOON + 50)]):
        story = Story()
        for row in rows:
            story.write(tags=[row])
        assert _held(story, 49, 50, 100) == [True, False, False]


def test_before_a_renewal_was_known_it_lapsed() -> None:
    story = Story()
    known = story.write(tags=[TagChange(0, VIP, True, NOON, lapses_at=_LAPSE)])
    story.write(tags=[TagChange(0, VIP, True, NOON + 50)])
    assert _held(story, 100, known_at=known) == [False]
    assert _held(story, 100) == [True]


def test_who_carried_it_for_so_long_did_so_without_a_break() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON, lapses_at=_LAPSE), TagChange(0, VIP, True, _LAPSE)])
    story.write(tags=[TagChange(1, VIP, True, NOON, lapses_at=_LAPSE), TagChange(1, VIP, True, _LAPSE + 1)])
    lasting = Tagged(("vip",), lasting=Lasting(1, Unit.MINUTE))
    assert story.ask(lasting, as_of=NOON + 60_000_000) == [0]
    assert story.ask(lasting, as_of=NOON + 60_000_101) == [0, 1]


def test_what_lapses_brings_nothing_back_that_its_group_excluded() -> None:
    story = Story()
    tiers = [TagDefined(10, 9, "gold", ""), TagDefined(11, 9, "silver", "")]
    story.write(catalogue=[GroupDefined(9, "tier", "", exclusive=True), *tiers])
    story.write(tags=[TagChange(0, 10, True, NOON), TagChange(0, 11, True, NOON + 50, lapses_at=_LAPSE)])
    gold, silver = (Tagged((key,)) for key in ("tier/gold", "tier/silver"))
    told = [(story.ask(gold, NOON + at), story.ask(silver, NOON + at)) for at in (49, 50, 99, 100)]
    assert told == [([0], []), ([], [0]), ([], [0]), ([], [])]
    story.write(tags=[TagChange(1, 11, True, NOON, lapses_at=_LAPSE), TagChange(1, 10, True, _LAPSE)], actor="bert")
    assert story.ask(TagChanged(("tier/silver",), False, "bert", None, Ever()), as_of=_LAPSE) == [1]


def test_a_person_carries_what_any_of_its_profiles_renewed() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON, lapses_at=_LAPSE), TagChange(1, VIP, True, NOON + 50, lapses_at=_RENEWED)])
    links = LinkColumns(linked=True, firsts=[0], seconds=[1], profiles=[0, 1], sizes=[2])
    made = Changeset(
        workspace=WORKSPACE,
        version=3,
        changeset_id="linked",
        attribution=Attribution("tester", "one", "tests"),
        recorded_at=NOON,
        first_ordinal=2,
        outcome=Outcome(changed=2, new_profiles=1),
        links=links,
    )
    story.position += 1
    story.ledger.apply(Recorded(story.position, made, "", ""))
    assert _held(story, 0, 99, 100, 199, 200, ordinal=2) == [True, True, True, True, False]
    assert _held(story, 100, ordinal=2, known_at=story.position - 1) == [False]
