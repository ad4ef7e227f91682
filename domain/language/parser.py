"""Second stage: words to the tree, by recursive descent; one method for each form of docs/language.md.

The grammar stands in parse_windows.py, parse_filters.py, parse_interactions.py and parse_leaves.py, each resting on the one
before; here are `and`, `or`, `not` and the whole. Any text gives a tree, InvalidExpression or LimitExceeded. Nesting is counted
on the way down, so that no text can exhaust the stack, and every tree that comes out keeps the rules of rules.py and has a
canonical text that reads back.
"""

import re

from domain.language import rules
from domain.language.lexer import Kind, Source, shown
from domain.language.parse_leaves import Leaves
from domain.language.printer import to_text
from domain.language.syntax import Expression, Not

_ATTRIBUTED = 'actors and sources go with tags, in this order: `tagged vip by "ana" from "crm"`'
_AFTER = {
    "last": "windows of the last days begin with `in last`",
    "calendar": "windows of calendar days begin with `in last`",
    "this": "windows of the current period begin with `in this`",
    "zone": "a zone goes with dates, `today`, and calendar days, weeks, months and years: `in last 7 calendar days zone …`",
    "where": "`where` stands before the window",
    "at": "how often stands before `where` and the window",
    "exactly": "how often stands before `where` and the window",
    "not": "write `and not`",
    "in": "windows go with interactions, and with tags added or removed: `tag vip added in last 7 days`",
    "then": "the steps of a sequence stand before the window: `did a then b in last 30 days`",
    "within": "`within` goes with a later step of a sequence: `did a then b within 3 days`",
    "added": "to ask when a tag was added, write `tag vip added in last 7 days`",
    "removed": "to ask when a tag was removed, write `tag vip removed in last 7 days`",
    "by": _ATTRIBUTED,
    "from": f"{_ATTRIBUTED}; windows begin with `since` or `between`",
    "for": "`for at least 3 days` goes with `tagged`, or with a comparison of a trait, at its end",
    "after": "pauses go with `resumed`, as in `resumed purchase after 60 days`; windows begin with `since`",
}
_AFTER_MARK = {
    ")": "no parenthesis is open here",
    ",": "to list tags, write `tagged any of (a, b)`",
    "%": "names with such characters are written in double quotes",
}


def parse(text: str) -> Expression:
    """Read an expression. InvalidExpression names the place and what was expected there; LimitExceeded the limit."""
    rules.check_length(len(text))
    source = Source(text)
    surrogate = re.search("[\ud800-\udfff]", text)
    if surrogate:
        raise source.error(surrogate.start(), "half of a surrogate pair; send the text as valid UTF-8")
    expression = _Parser(source).whole()
    rules.check_size(expression)
    rules.check_length(len(to_text(expression)))
    return expression


class _Parser(Leaves):
    """The grammar. Methods are named after what they read."""

    def whole(self) -> Expression:
        """The expression, up to the end of the text."""
        expression = self.expression()
        token = self.peek()
        if token.kind is not Kind.END:
            counted = token.text[0].isdigit() and self.peek(1).keyword in ("times", "time")
            counts = f"write `at least {shown(token.text)} times` or `exactly {shown(token.text)} times`" if counted else ""
            after = _AFTER.get(token.text.lower()) if token.kind is Kind.WORD else _AFTER_MARK.get(token.text)
            hint = counts or after or ""
            raise self.failure("`and`, `or` or the end of the expression", hint)
        return expression

    # --- and, or, not ---

    def expression(self) -> Expression:
        operands = [self.term()]
        while self.accept("or"):
            operands.append(self.term())
        return rules.disjunction(operands)

    def term(self) -> Expression:
        operands = [self.factor()]
        while self.accept("and"):
            operands.append(self.factor())
        return rules.conjunction(operands)

    def factor(self) -> Expression:
        if self.accept("not"):
            self.open()
            operand: Expression = Not(self.factor())
            self.close()
            return operand
        return self.parenthesised() if self.accept("(") else self.leaf()

    def parenthesised(self) -> Expression:
        self.open()
        inner = self.expression()
        self.expect(")", "`and`, `or` or `)`")
        self.close()
        return inner
