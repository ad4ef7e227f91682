"""What the profiles of a person say together of a tag or a trait, and what the person's rows have to say for that.

Of each profile, the last row of an instant has the word there, in an exclusive group the applies of other tags among them. Of
the profiles of a person, the last by (instant, version, profile) has it, and again an apply of one tag takes the others away.
What an undo recorded that leaves its profile as it was just before says nothing: of what was taken back nothing may be left for
the person either.

The rows of a person are corrections: written wherever what was said and what its rows say so far differ, whatever came in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from projections.index.bitmaps import Ordinals
from projections.index.correcting import Said, States, correct
from projections.index.history import NOTHING, Changes, Codes, History
from projections.index.persons import Person

_FEW = 16  # so many profiles are looked up one by one, without tables by ordinal


@dataclass(frozen=True, slots=True)
class Joined:
    """The profiles of some persons, ascending, and the person of each."""

    profiles: Ordinals
    persons: Ordinals

    @classmethod
    def of(cls, persons: Sequence[Person]) -> "Joined":
        """Of at least one."""
        pairs = sorted((profile, person.ordinal) for person in persons for profile in person.profiles)
        profiles, of = zip(*pairs, strict=True)
        return cls(np.asarray(profiles, np.uint32), np.asarray(of, np.uint32))

    def person_of(self, profiles: Ordinals) -> Ordinals:
        """Of each of these profiles."""
        return self.persons[np.searchsorted(self.profiles, profiles)]


def agreed(histories: Mapping[int, History], undos: Sequence[int], version: int, of: Joined) -> dict[int, Said]:
    """What profiles say together, up to a version, of tags that exclude each other, or of one tag or trait.

    There is nothing of those of which none of them has ever said anything. Credits are those of the rows: 0 for whoever
    recorded the version. `undos`: the versions that took others back, ascending.
    """
    sent = {number: _own(history, of.profiles, history.count(version)) for number, history in histories.items()}
    sent = {number: rows for number, rows in sent.items() if len(rows[0])}
    said = {number: _said(*_with_applies(number, sent), undos) for number in sent}
    found = {}
    for number in said:
        rows, credits = _with_applies(number, {other: (one.rows, one.credits) for other, one in said.items()})
        persons = of.person_of(rows.ordinals)
        order = np.lexsort((rows.ordinals, rows.versions, rows.effective, persons))
        found[number] = Said.last_of(replace(rows, ordinals=persons), credits, order)
    return found


def _with_applies(number: int, rows: Mapping[int, tuple[Changes, Codes]]) -> tuple[Changes, Codes]:
    """Those of one tag, and the applies of the others, which take it away."""
    changes, credits = rows[number]
    for other, (others, by) in rows.items():
        applied = others.codes != NOTHING
        if other != number and applied.any():
            changes = changes.followed_by(others.picked(applied).removals())
            credits = np.concatenate([credits, by[applied]])
    return changes, credits


def _own(history: History, profiles: Ordinals, count: int) -> tuple[Changes, Codes]:
    """Of the first rows, those of the profiles that were sent, in order of recording, and their credits."""
    if not 1 < len(profiles) <= _FEW:
        return history.own(profiles, count)
    parts = [history.own(profiles[k : k + 1], count) for k in range(len(profiles))]
    return reduce(Changes.followed_by, (rows for rows, _ in parts)), np.concatenate([credits for _, credits in parts])


def _said(rows: Changes, credits: Codes, undos: Sequence[int]) -> Said:
    """The last row of each profile and instant, without those of undos that leave the profile as it was.

    Of one version and instant, a tag is applied, or another one is; so the order of tags there does not matter.
    """
    said = Said.last_of(rows, credits, np.lexsort((rows.versions, rows.effective, rows.ordinals)))
    rows = said.rows
    if not len(undos):
        return said
    nobody = np.zeros(len(rows), np.int32)
    states = States(rows.codes, nobody, rows.lapsing())
    as_before = ~states.unlike(replace(states.before(rows.ordinals, rows.effective), credits=nobody))
    kept = ~(np.isin(rows.versions, np.asarray(undos, np.int64)) & as_before)
    return Said(rows.picked(kept), said.credits[kept])


def credited(said: Said, credit: Callable[[int, int], int]) -> Said:
    """The same, with a credit for every row: `credit` gives the code for a version and the credit of its row."""
    if not len(said.rows):
        return said
    pairs = np.stack([said.rows.versions.astype(np.int64), said.credits.astype(np.int64)])
    distinct, which = np.unique(pairs, axis=1, return_inverse=True)
    codes = np.asarray([credit(version, code) for version, code in distinct.T.tolist()], np.int32)
    return Said(said.rows, codes[which.reshape(-1)])


@dataclass(frozen=True, slots=True)
class Agreement:
    """Lets persons say what their profiles say, as of a changeset whose own rows are there already. For the one writer."""

    version: int
    histories: Mapping[int, History]
    """Of tags."""
    rivals: Callable[[int], Sequence[int]]
    """The tags that one excludes."""
    undos: Sequence[int]
    credit: Callable[[int, int], int]
    """The code, as a credit, of whoever set a state, by its version and its own credit."""

    def on_tags(self, numbers: Iterable[int], of: Joined) -> None:
        """Write what persons carry of these tags, and of those that they exclude, where it is not what they carried so far."""
        persons = np.unique(of.persons)
        for group in dict.fromkeys(tuple(sorted((number, *self.rivals(number)))) for number in numbers):
            histories = {number: self.histories[number] for number in group if number in self.histories}
            for number, said in agreed(histories, self.undos, self.version, of).items():
                correct(credited(said, self.credit), histories[number], self.version, persons)

    def on_traits(self, histories: Iterable[History], of: Joined) -> None:
        """The same of traits, by their histories."""
        persons = np.unique(of.persons)
        for history in histories:
            for said in agreed({0: history}, self.undos, self.version, of).values():
                correct(Said(said.rows, np.zeros_like(said.credits)), history, self.version, persons)
