"""Decides links: which pairs of profiles become one person or are taken apart, and which persons come of it.

A person is whoever links reach from one another. What links said before stays in the log: a question at an earlier known_at
finds the profiles as they were.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from domain.changeset import LinkColumns, Outcome
from domain.errors import LimitExceeded, NotLinked, UnknownProfile, Violation
from domain.limits import MAX_PERSON_PROFILES
from projections.index.persons import Persons
from server.usecases.drafts import LinkDraft
from server.usecases.overlay import Fresh, Overlay

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DecidedLinks:
    """The columns of the changeset, None where nothing changes, and what its reply says."""

    links: LinkColumns | None
    outcome: Outcome


def decide_links(overlay: Overlay, draft: LinkDraft, fresh: Fresh) -> DecidedLinks:
    """Raises UnknownProfile, NotLinked, LimitExceeded. New persons are noted in `fresh` behind the profiles seen first."""
    index = overlay.state.index
    if not draft.linked:
        _refuse_unknown(overlay, draft)
    ordinals = overlay.ordinals([*draft.firsts, *draft.seconds], fresh)
    pairs = list(zip(ordinals[: len(draft.firsts)], ordinals[len(draft.firsts) :], strict=True))
    wanted = {(min(pair), max(pair)): pair for pair in pairs}
    changed = [pair for pair in wanted.values() if index.persons.linked(*pair) != draft.linked]
    if not draft.linked:
        _refuse_indirect(overlay, [pair for pair in pairs if not index.persons.linked(*pair)], changed)
    seen = len(fresh.profile_ids)
    links = linked_columns(index.persons, changed, linked=draft.linked)
    if links:
        fresh.add_nameless(len(links.sizes), overlay.state.profiles)
    outcome = Outcome(
        changed=len(changed),
        already_so=len(draft.firsts) - len(changed),
        new_profiles=len(fresh.profile_ids),
        unknown=seen,
    )
    return DecidedLinks(links, outcome)


def linked_columns(persons: Persons, pairs: Sequence[Pair], *, linked: bool) -> LinkColumns | None:
    """These pairs and the persons that come of it; None for no pair. Raises LimitExceeded."""
    if not pairs:
        return None
    groups = persons.together({one for pair in pairs for one in pair}, pairs if linked else (), () if linked else pairs)
    LimitExceeded.refuse(
        "profiles of a person",
        field="links",
        maximum=MAX_PERSON_PROFILES,
        actual=max(map(len, groups), default=0),
        remedy="take some of them apart first; an id that so many profiles share is likely not a person's",
    )
    return LinkColumns(
        linked,
        array("I", [first for first, _ in pairs]),
        array("I", [second for _, second in pairs]),
        array("I", [profile for group in groups for profile in group]),
        array("I", map(len, groups)),
    )


def _refuse_unknown(overlay: Overlay, draft: LinkDraft) -> None:
    violations = []
    for field, ids in (("first_profile_id", draft.firsts), ("second_profile_id", draft.seconds)):
        for i, (name, ordinal) in enumerate(zip(ids, overlay.state.profiles.ordinals(ids), strict=True)):
            if ordinal is None:
                violations.append(Violation(f"links[{i}].{field}", f"the workspace has never seen a profile {name!r}"))
    if violations:
        told = f"{violations[0].field}: {violations[0].description}; ids are compared exactly"
        raise UnknownProfile(told, violations=violations[:100])


def _refuse_indirect(overlay: Overlay, pairs: Sequence[Pair], apart: Sequence[Pair]) -> None:
    """They stay one person through others: whoever takes them apart would believe that they are not."""
    persons = overlay.state.index.persons
    left = persons.together({one for pair in pairs for one in pair}, (), apart)
    for first, second in pairs:
        if any(first in group and second in group for group in left):
            near = overlay.state.profiles.names(sorted(persons.links_of(first)))
            one, other = overlay.state.profiles.names([first, second])
            raise NotLinked(
                f"{one!r} and {other!r} are one person, but not by a link of just these two: {one!r} is linked with "
                f"{', '.join(map(repr, near[:10]))}; take that apart",
                metadata={"first_profile_id": one, "second_profile_id": other},
            )
