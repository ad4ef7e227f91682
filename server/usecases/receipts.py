"""What a write is answered with, from what was recorded: the first time, and again for a repeat."""

from collections.abc import Sequence

from domain.changeset import Recorded
from server.usecases.deciding import Decision
from server.usecases.drafts import Receipt


def receipt_of(decision: Decision, position: int) -> Receipt:
    """Of a write that was recorded just now."""
    return _answer(Recorded(position, decision.changeset, "", ""), decision.conflicting, replayed=False)


def replayed(recorded: Recorded) -> Receipt:
    """The first reply again."""
    return _answer(recorded, (), replayed=True)


def _answer(recorded: Recorded, conflicting: Sequence[int], *, replayed: bool) -> Receipt:
    changeset, outcome = recorded.changeset, recorded.changeset.outcome
    return Receipt(
        workspace=changeset.workspace,
        position=recorded.position,
        changeset_id=changeset.changeset_id,
        recorded_at=changeset.recorded_at,
        replayed=replayed,
        accepted=outcome.accepted,
        duplicates=outcome.duplicates,
        changed=outcome.changed,
        already_so=outcome.already_so,
        new_profiles=outcome.new_profiles,
        unknown=outcome.unknown,
        conflicts=outcome.conflicts,
        conflicting=conflicting,
        selected=changeset.selected,
        catalogue=changeset.catalogue,
    )
