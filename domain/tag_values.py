"""Which values go with the assignments of a tag. The log and the index have numbers; choices and dates are told by the rule."""

from dataclasses import dataclass
from datetime import date

from domain.catalogue_changes import TagRedefined, Valued
from domain.names import normalized

TagValue = float | str | date
"""What goes with an assignment; a text is one of the choices of its tag."""
_SHOWN_CHOICES = 20


@dataclass(frozen=True, slots=True)
class ValueRule:
    """Which values go with the assignments of a tag. The bounds are inclusive; None for no bound."""

    valued: Valued = Valued.ANY
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    """Of Valued.CHOICE, in order."""

    def problem(self, value: TagValue | None) -> str:
        """What is wrong with an assignment that has this value, and what to do; "" for nothing."""
        if self.valued is Valued.NONE:
            return "" if value is None else "takes no value: leave it out"
        if value is None:
            return "" if self.valued is Valued.ANY else f"needs a value: {self._wanted}"
        if self.spelled:
            return "" if self.number_of(value) is not None else f"takes {self._wanted} (got {_shown(value)})"
        if not isinstance(value, float):
            return f"takes {self._wanted} (got {_shown(value)})"
        below = self.minimum is not None and value < self.minimum
        above = self.maximum is not None and value > self.maximum
        return f"takes {self._wanted} (got {value:g})" if below or above else ""

    @property
    def spelled(self) -> bool:
        """Do numbers stand for values of another type?"""
        return self.valued in (Valued.CHOICE, Valued.DATE)

    def number_of(self, value: TagValue) -> float | None:
        """The number that stands for a value; None where it is none of those that go with the tag."""
        if isinstance(value, float):
            return None if self.spelled else value
        if isinstance(value, date):
            return float(value.toordinal()) if self.valued is Valued.DATE else None
        text = normalized(value)
        return self.choices.index(text) + 1.0 if text in self.choices else None

    def value_of(self, number: float | None) -> TagValue | None:
        """The value that a number stands for."""
        if number is None or not self.spelled:
            return number
        return date.fromordinal(int(number)) if self.valued is Valued.DATE else self.choices[int(number) - 1]

    @property
    def _wanted(self) -> str:
        """What has to be there."""
        match self.valued:
            case Valued.CHOICE:
                shown = ", ".join(map(repr, self.choices[:_SHOWN_CHOICES]))
                more = len(self.choices) - _SHOWN_CHOICES
                return f"one of {shown}" + (f" and {more} more" if more > 0 else "")
            case Valued.DATE:
                return "a date"
            case _:
                return f"a number{self.bounds}"

    @property
    def bounds(self) -> str:
        """As text, after a space; "" for none."""
        bounds = ((" of at least {:g}", self.minimum), (" of at most {:g}", self.maximum))
        return " and".join(text.format(bound) for text, bound in bounds if bound is not None)


def redefined(number: int, description: str, rule: ValueRule, *, opt_out: bool = False, lifetime: int = 0) -> TagRedefined:
    """The change that gives a rule."""
    bounds = rule.minimum, rule.maximum
    return TagRedefined(number, description, rule.valued.value, *bounds, opt_out, rule.choices, lifetime)


def rule_of(change: TagRedefined) -> ValueRule:
    """The rule that a change gives."""
    return ValueRule(Valued(change.valued), change.minimum, change.maximum, tuple(change.choices))


def _shown(value: TagValue) -> str:
    return value.isoformat() if isinstance(value, date) else repr(value) if isinstance(value, str) else f"{value:g}"


ANY_VALUES = ValueRule()
"""A number, or none."""
