"""A tree with other names of tags and segments, so that what was written long ago follows renames."""

from collections.abc import Callable

from domain.language.parts import Node, rebuilt
from domain.language.syntax import Expression, Names

Renaming = Callable[[str], str]
"""The name to write instead."""


def renamed(expression: Expression, tag: Renaming, segment: Renaming) -> Expression:
    """The same tree, where each tag key and each segment name is what the functions say."""
    renamings = {Names.TAG: tag, Names.SEGMENT: segment}

    def name(kind: Names, text: str) -> str:
        return renamings[kind](text) if kind in renamings else text

    def below(node: Node) -> Node:
        return rebuilt(node, name, below)

    return rebuilt(expression, name, below)
