"""Segment trees over the wire: there and back, and held to the rules of the parser."""

from dataclasses import fields
from typing import Any, get_args

import pytest
from hypothesis import given
from tagledger.v1 import expression_pb2 as pb

from domain.errors import InvalidExpression, LimitExceeded
from domain.language.parser import parse
from domain.language.syntax import Expression, Leaf
from server.convert.expressions import LEAVES, expression_out, segment_in
from tests.domain.test_language import READINGS, same
from tests.strategies import NASTY, PLAIN, expressions

DAY = pb.Span(count=1, unit=pb.UNIT_DAY)
MONTH = pb.Span(count=1, unit=pb.UNIT_MONTH)
ONCE = pb.NumberComparison(comparison=pb.COMPARISON_GREATER_OR_EQUAL, number=1)


def returned(tree: Expression) -> Expression:
    """What the other end makes of it."""
    sent = pb.Segment(tree=expression_out(tree)).SerializeToString()
    received = segment_in(pb.Segment.FromString(sent)).tree
    assert received is not None
    return received


@given(expressions(PLAIN) | expressions(NASTY))
def test_a_tree_comes_back_as_it_went(tree: Expression) -> None:
    assert same(returned(tree), tree)


@pytest.mark.parametrize("text", [text for text, _ in READINGS])
def test_a_text_and_its_tree_are_the_same_segment(text: str) -> None:
    assert same(returned(parse(text)), parse(text))


def test_the_readings_hold_every_node_of_the_wire() -> None:
    sent = {expression_out(parse(text)).WhichOneof("node") for text, _ in READINGS}
    assert sent == {field.name for field in pb.Expression.DESCRIPTOR.oneofs_by_name["node"].fields}


def test_texts_of_changes_are_taken_after_nfc_and_those_of_samples_as_they_are() -> None:
    tagged = pb.Expression(tagged=pb.Tagged(tags=["vip"], actor="e\u0301"))
    sample = pb.Expression(sample=pb.Sample(percent=10, salt="e\u0301"))
    assert segment_in(pb.Segment(tree=tagged)).tree == parse('tagged vip by "é"')
    assert segment_in(pb.Segment(tree=sample)).tree == parse('sample 10% by "e\u0301"')


@pytest.mark.parametrize(
    ("node", "part"),
    [
        ({"tagged": pb.Tagged(tags=["vip"], lasting=pb.Span(count=1))}, "a span needs a unit"),
        ({"tagged": pb.Tagged(tags=["vip"], lasting=MONTH)}, "month is no unit"),
        ({"tagged": pb.Tagged(tags=["vip"], source="x" * 201)}, "1 to 200 characters"),
        ({"tag_changed": pb.TagChanged(added=True)}, "at least one"),
        ({"periods": pb.Periods(type="x", periods=pb.CalendarWindow(span=DAY))}, "a count to compare with"),
        ({"periods": pb.Periods(type="x", count=ONCE)}, "a calendar window"),
        ({"resumed": pb.Resumed(type="x")}, "the pause is missing"),
        ({"sequence": pb.Sequence(type="x")}, "at least two steps"),
        ({"sequence": pb.Sequence(type="x", steps=[pb.Sequence.Step(type="x")] * 10)}, "at most 10"),
        ({"sequence": pb.Sequence(type="x", steps=[pb.Sequence.Step(type="x", where=pb.Filter())])}, "a filter is empty"),
        ({"trait_date": pb.TraitDate(trait="x")}, "needs a period"),
        ({"trait_date": pb.TraitDate(trait="x", ahead=True, period=pb.CalendarWindow(span=MONTH))}, "use the unit day"),
        ({"in_segment": pb.InSegment(segment="x", version=-1)}, "not a version"),
        ({"in_segment": pb.InSegment()}, "is empty"),
        ({"top": pb.Top(function=pb.Measure.FUNCTION_COUNT, type="x")}, "needs a size"),
        ({"top": pb.Top(number=1, type="x")}, "needs a function"),
        ({"top": pb.Top(number=0, function=pb.Measure.FUNCTION_COUNT, type="x")}, "not a number of profiles"),
        ({"top": pb.Top(percent=float("nan"), function=pb.Measure.FUNCTION_COUNT, type="x")}, "not a finite number"),
        ({"measure": pb.Measure(function=pb.Measure.FUNCTION_COUNT, type="x", property="p", value=ONCE)}, "needs a function"),
        ({"sample": pb.Sample(percent=0.0000001, salt="x")}, "at most 6"),
        ({"sample": pb.Sample(percent=1)}, "1 to 128 characters"),
        ({"observed_since": pb.ObservedSince()}, "point"),
        ({"did": pb.Did(type="x", where=pb.Filter(clock=pb.ClockCondition(values=[1])))}, "a clock needs a part"),
        (
            {"did": pb.Did(type="x", where=pb.Filter(clock=pb.ClockCondition(part=pb.ClockCondition.PART_HOUR, values=[1])))},
            "a comparison is needed",
        ),
    ],
)
def test_a_tree_that_no_parser_gives_is_refused(node: dict[str, Any], part: str) -> None:
    with pytest.raises(InvalidExpression, match=part):
        segment_in(pb.Segment(tree=pb.Expression(**node)))


def test_a_sequence_of_very_many_steps_is_refused_by_its_size() -> None:
    steps = [pb.Sequence.Step(type="x")] * 100_000
    with pytest.raises(LimitExceeded, match="expression nodes"):
        segment_in(pb.Segment(tree=pb.Expression(sequence=pb.Sequence(type="x", steps=steps))))


def test_every_leaf_has_a_form_with_all_its_fields() -> None:
    alternatives = {field.name for field in pb.Expression.DESCRIPTOR.oneofs_by_name["node"].fields}
    assert set(LEAVES) == alternatives - {"all", "any", "negation"}
    assert {form.node for form in LEAVES.values()} == set(get_args(Leaf))
    for form in LEAVES.values():
        assert set(form.fields) == {field.name for field in fields(form.node)} - {"span"}
