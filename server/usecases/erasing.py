"""Erases persons: decides who is forgotten.

An erased profile keeps its ordinal, and with it what the log says of that number; what is gone is every way from the number to
the person. Counts of what was known before stay as they are; no answer that knows of the erasure has the profile.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from domain.changeset import Outcome
from domain.errors import UnknownProfile, Violation
from projections.identity import ProfileMap
from projections.index.persons import Persons
from server.usecases.drafts import EraseDraft


@dataclass(frozen=True, slots=True)
class DecidedErasure:
    """Whose ids are forgotten, by ordinal ascending, and what the reply says."""

    ordinals: Sequence[int]
    outcome: Outcome


def decide_erasure(draft: EraseDraft, profiles: ProfileMap, persons: Persons) -> DecidedErasure:
    """The profiles, and those that are linked with them. Raises UnknownProfile where none of the ids is of a profile."""
    distinct = list(dict.fromkeys(draft.profile_ids))
    named = [ordinal for ordinal in profiles.ordinals(distinct) if ordinal is not None]
    whole = (persons.of(ordinal, persons.last_version) for ordinal in named)
    known = sorted({*named, *(profile for person in whole if person for profile in person.profiles)})
    if not known:
        message = (
            "profile_ids: the workspace has none of them; they were never seen, or were erased before (the changeset of an "
            "erasure is in the history of whoever asked for it)"
        )
        raise UnknownProfile(message, violations=[Violation("profile_ids", message)])
    return DecidedErasure(array("I", known), Outcome(changed=len(known), unknown=len(distinct) - len(named)))
