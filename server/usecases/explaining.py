"""Explains the answer for one profile: the index says where to look, the log what stands there."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from domain.errors import LimitExceeded
from domain.limits import MAX_EXPLAINED_EVENTS
from projections.explaining.explainer import ProfileExplanation, Subject, explain_profile
from projections.explaining.outline import Outline
from projections.explaining.world import Event, events_of
from projections.history.entries import TagEntry
from projections.history.timeline import versions_of_profiles
from projections.query.evaluator import Explanation
from server.eventlog.port import EventLog
from server.usecases.asking import Asked, Questions
from server.usecases.auditing import read_applied
from server.usecases.clocks import Reading


@dataclass(frozen=True, slots=True)
class Explained:
    """The plan as it ran, whether the asked profile is known, and why it is a member or not; None without one."""

    plan: Explanation
    known: bool
    profile: ProfileExplanation | None


class Explaining:
    """Blocks on the log. Any thread may ask."""

    def __init__(self, questions: Questions, log: EventLog) -> None:
        self._questions = questions
        self._log = log

    def explain(self, asked: Asked, profile_id: str) -> Explained:
        """Run the plan, and explain it for a profile ("" for none). Raises LimitExceeded."""
        if not profile_id:
            plan, known = self._questions.explain(asked, profile_id)
            return Explained(plan, known, None)
        reading = asked.reading
        ordinal = reading.state.ordinals([profile_id], reading.view.version)[0]
        reading.refuse_outsider(ordinal, profile_id)
        outline = Outline.of(asked.expression.expression, reading.view, ordinal)  # refuses before anything is read
        plan, known = self._questions.explain(asked, profile_id)
        truths = {step.expression: bool(step.holds) for step in plan.steps}
        events = [] if ordinal is None else self._events(reading, ordinal)
        uploads = [] if ordinal is None else self._read(reading, ordinal, outline.deciding_uploads)
        why = explain_profile(outline, Subject(events, truths, uploads))
        return Explained(plan, known, why if reading.scope is None else _seen(reading, why))

    def _events(self, reading: Reading, ordinal: int) -> list[Event]:
        index, version = reading.state.index, reading.view.version
        profiles = index.persons.profiles_of(ordinal)
        versions = versions_of_profiles(index, profiles, version, interactions=True, lists=False)
        return self._read(reading, ordinal, versions.tolist())

    def _read(self, reading: Reading, ordinal: int, versions: Collection[int]) -> list[Event]:
        """The profile's events, or those of a person's profiles, in these versions, in the order of the log."""
        _refuse_many(len(versions))
        profiles = reading.state.index.persons.profiles_of(ordinal)
        events: list[Event] = []
        for version in sorted(versions):
            events += events_of(read_applied(self._log, reading.state, version), profiles)
            _refuse_many(len(events))
        return events


def _seen(reading: Reading, why: ProfileExplanation) -> ProfileExplanation:
    """Without what it cites of tags of others' own, which a named segment may speak of."""

    def seen(event: Event) -> bool:
        return not isinstance(event.entry, TagEntry) or reading.sees_tag(event.entry.tag)

    leaves = []
    for leaf in why.leaves:
        cited = list(filter(seen, leaf.evidence))
        leaves.append(replace(leaf, evidence=cited, evidence_count=leaf.evidence_count - len(leaf.evidence) + len(cited)))
    return replace(why, leaves=leaves)


def _refuse_many(events: int) -> None:
    LimitExceeded.refuse(
        "explained events",
        field="profile_id",
        maximum=MAX_EXPLAINED_EVENTS,
        actual=events,
        remedy="cut the log with known_at, or ask CheckProfiles for the answer alone",
    )
