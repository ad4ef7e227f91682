"""Assignments that lapse, by hand: what the oracle says of them (docs/decisions/0024)."""

from dataclasses import replace
from itertools import permutations

from domain.catalogue_changes import DepartmentDefined, GroupDefined, StaffDefined, TagDefined, TagRedefined
from domain.changeset import LinkColumns, Undoes
from domain.language.parser import parse
from domain.language.syntax import Everyone, Expression, InDepartment, Lasting, Moved, TagChanged, Tagged, Unit
from tests.oracle.histories import TagChange, recorded
from tests.oracle.story import CHURN, NOON, VIP, Story

_LAPSE = NOON + 100
_VIP = Tagged(("vip",))
_RENEWED = NOON + 200


def _held(story: Story, *after: int, ordinal: int = 0, known_at: int | None = None) -> list[bool]:
    return [ordinal in story.ask(_VIP, as_of=NOON + one, known_at=known_at) for one in after]


def _link(story: Story) -> None:
    """Profiles 0 and 1 are person 2."""
    story.position += 1
    links = LinkColumns(linked=True, firsts=[0], seconds=[1], profiles=[0, 1], sizes=[2])
    story.ledger.apply(recorded(story.position, NOON, links=links, first_ordinal=2, new_profiles=1))


def _write(story: Story, *tags: TagChange) -> None:
    story.write(tags=tags)


def _undo(story: Story, *tags: TagChange) -> None:
    story.position += 1
    one = recorded(story.position, NOON, tags=tags)
    story.ledger.apply(replace(one, changeset=replace(one.changeset, undoes=Undoes(2, "undone"))))


def test_an_assignment_holds_until_the_instant_at_which_it_lapses() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON, lapses_at=_LAPSE)], actor="anna", source="crm")
    assert _held(story, -1, 0, 99, 100, 1_000) == [False, True, True, False, False]
    for actor, source, expected in (("anna", "crm", [0]), ("bert", None, []), (None, "tests", [])):
        removed = TagChanged(("vip",), False, actor, source)
        assert story.ask(removed, as_of=_LAPSE) == expected
        assert story.ask(removed, as_of=_LAPSE - 1) == []
    states = [story.ledger.tag_state(0, VIP, at, story.position) for at in (_LAPSE - 1, _LAPSE)]
    assert [state and (state.holds, state.at) for state in states] == [(True, NOON), (False, _LAPSE)]


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


def test_a_change_where_it_lapses_has_the_word_there() -> None:
    story = Story()
    lapsing = [TagChange(one, VIP, True, NOON, lapses_at=_LAPSE) for one in (0, 1)]
    story.write(tags=lapsing, actor="anna")
    story.write(tags=[TagChange(0, VIP, False, _LAPSE), TagChange(1, VIP, True, _LAPSE)], actor="bert")
    told = [story.ask(TagChanged(("vip",), False, actor), _LAPSE) for actor in ("anna", "bert")]
    assert told == [[], [0]]
    assert story.ask(TagChanged(("vip",), True, "bert"), _LAPSE) == []


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
    story.write(tags=[TagChange(1, 11, True, NOON, lapses_at=_LAPSE)], actor="anna")
    story.write(tags=[TagChange(1, 10, True, _LAPSE)], actor="bert")
    assert story.ask(TagChanged(("tier/silver",), False, "bert"), _LAPSE) == [1]
    assert story.ask(TagChanged(("tier/silver",), False, "anna"), _LAPSE) == []


def test_who_ranks_first_does_so_until_it_lapses() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON, 2.0, lapses_at=_LAPSE), TagChange(1, VIP, True, NOON, 1.0)])
    assert [story.ask(parse("top 1 by value(vip)"), at) for at in (_LAPSE - 1, _LAPSE)] == [[0], [1]]


def test_who_moved_left_where_the_one_lapsed_and_the_other_came() -> None:
    story = Story()
    for one, came in enumerate((_LAPSE - 1, _LAPSE, _LAPSE + 1)):
        story.write(tags=[TagChange(one, VIP, True, NOON, lapses_at=_LAPSE), TagChange(one, CHURN, True, came)])
    assert story.ask(Moved(("vip",), ("churn",)), _LAPSE + 1) == [1]


def test_whoever_opted_out_and_whose_customer_somebody_is_lapses_too() -> None:
    story = Story()
    staff = StaffDefined(1, "wang", "", 1, "member", 20)
    story.write(catalogue=[DepartmentDefined(1, "east", "", None), staff, TagDefined(20, None, "staff:wang", "")])
    story.write(catalogue=[TagRedefined(VIP, "", opt_out=True)])
    story.write(tags=[TagChange(0, 20, True, NOON, lapses_at=_LAPSE), TagChange(1, VIP, True, NOON, lapses_at=_LAPSE)])

    def told(expression: Expression) -> list[list[int]]:
        return [story.ask(expression, at) for at in (_LAPSE - 1, _LAPSE)]

    assert told(Everyone()) == [[0], [0, 1]]
    assert told(InDepartment("east")) == [[0], []]


def test_a_person_carries_what_any_of_its_profiles_renewed() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON, lapses_at=_LAPSE), TagChange(1, VIP, True, NOON + 50, lapses_at=_RENEWED)])
    _link(story)
    assert _held(story, 0, 99, 100, 199, 200, ordinal=2) == [True, True, True, True, False]
    assert _held(story, 100, ordinal=2, known_at=story.position - 1) == [False]


def test_an_undo_says_nothing_to_a_person_where_its_profile_stays_as_it_was() -> None:
    first = TagChange(0, VIP, True, NOON, lapses_at=_LAPSE)
    other = TagChange(1, VIP, True, NOON + 50)
    again = replace(first, effective_at=NOON + 60)
    gone = [TagChange(0, VIP, False, at) for at in (_LAPSE - 1, _LAPSE, _LAPSE + 1)]
    # As it was: carried with the same lapse, or lapsed and not carried. Else, or if no undo recorded it, it has the word.
    cases = [(again, True), (replace(again, lapses_at=_RENEWED), False), (gone[0], False), (gone[1], True), (gone[2], True)]
    for write, (undone, silent) in [*((_undo, case) for case in cases), (_write, (again, False))]:
        story = Story()
        story.write(tags=[first, other])
        write(story, undone)
        _link(story)
        assert _held(story, 250, ordinal=2) == [silent], undone
