"""Stories for the oracle: a ledger filled changeset by changeset, and short words for questions."""

from collections.abc import Sequence
from decimal import Decimal

from domain.catalogue_changes import CatalogueChange, GroupDefined, TagDefined, WorkspaceCreated
from domain.changeset import Value
from domain.language.syntax import (
    Bound,
    Condition,
    Did,
    Ever,
    Expression,
    Filter,
    Function,
    Literal,
    Measure,
    Op,
    Trait,
    Window,
)
from projections.naive import NaiveLedger
from tests.oracle.histories import WORKSPACE, Interaction, TagChange, TraitChange, microseconds, recorded

NOON = microseconds("2017-06-15T12:00:00")
VIP, GOLD, CHURN = 1, 2, 3
CATALOGUE: Sequence[CatalogueChange] = (
    WorkspaceCreated("CNY"),
    GroupDefined(1, "level", ""),
    TagDefined(VIP, None, "vip", ""),
    TagDefined(GOLD, 1, "gold", ""),
    TagDefined(CHURN, None, "churn", ""),
)


class Story:
    """A ledger filled changeset by changeset, at positions 1, 2, …; the first has the catalogue."""

    def __init__(self) -> None:
        self.ledger = NaiveLedger(WORKSPACE)
        self.position = 0
        self.write(catalogue=CATALOGUE)

    def write(
        self,
        *,
        catalogue: Sequence[CatalogueChange] = (),
        tags: Sequence[TagChange] = (),
        traits: Sequence[TraitChange] = (),
        interactions: Sequence[Interaction] = (),
        recorded_at: int = NOON,
        actor: str = "tester",
        source: str = "tests",
    ) -> int:
        self.position += 1
        self.ledger.apply(
            recorded(
                self.position,
                recorded_at,
                catalogue=catalogue,
                tags=tags,
                traits=traits,
                interactions=interactions,
                actor=actor,
                source=source,
            )
        )
        return self.position

    def ask(self, expression: Expression, as_of: int = NOON, known_at: int | None = None) -> list[int]:
        return sorted(self.ledger.members(expression, as_of, self.position if known_at is None else known_at))


def bound(op: str, number: str) -> Bound:
    return Bound(Op(op), Decimal(number))


def did(op: str, number: int, kind: str = "purchase", *, where: Filter | None = None, window: Window | None = None) -> Did:
    return Did(kind, bound(op, str(number)), where, window or Ever())


def measure(
    function: Function, property_: str, op: str, number: str, *, where: Filter | None = None, zone: str = "UTC"
) -> Measure:
    return Measure(function, "purchase", property_, bound(op, number), where, zone=zone)


def where(property_: str, op: str, *values: Literal) -> Condition:
    return Condition(property_, Op(op), values)


def trait(name: str, op: str, *values: Literal) -> Trait:
    return Trait(name, Op(op), values)


def bought(
    ordinal: int, at: int = NOON, amount: int | None = None, currency: str | None = None, **properties: Value
) -> Interaction:
    return Interaction(ordinal, "purchase", at, amount, currency, properties=properties)
