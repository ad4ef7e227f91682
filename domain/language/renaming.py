"""A tree with other names of tags and segments, so that what was written long ago follows renames."""

from collections.abc import Callable
from dataclasses import replace

from domain.language.syntax import And, Expression, InSegment, Not, Or, TagChanged, Tagged, Top

Renaming = Callable[[str], str]
"""The name to write instead."""


def renamed(expression: Expression, tag: Renaming, segment: Renaming) -> Expression:
    """The same tree, where each tag key and each segment name is what the functions say."""
    match expression:
        case And(operands) | Or(operands):
            return replace(expression, operands=tuple(renamed(operand, tag, segment) for operand in operands))
        case Not(operand):
            return Not(renamed(operand, tag, segment))
        case Tagged(tags) | TagChanged(tags):
            return replace(expression, tags=tuple(map(tag, tags)))
        case InSegment(name):
            return replace(expression, segment=segment(name))
        case Top(among=among) if among is not None:
            return replace(expression, among=renamed(among, tag, segment))
        case _:
            return expression  # the other leaves name nothing that can be renamed
