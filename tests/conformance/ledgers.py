"""Random histories in a real log, and states that are compared with each other bit by bit and with the oracle by questions."""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

import numpy as np

from domain.changeset import Changeset, Recorded
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from domain.language.parser import parse
from domain.language.parts import all_nodes, named
from domain.language.printer import to_text
from domain.language.syntax import Expression, Leaf, Names
from projections.index.dictionary import Dictionary
from projections.index.row_columns import (
    AMOUNT,
    CURRENCY,
    ORDINAL,
    RETRACTED,
    TIME,
    TOUCHPOINT,
    VERSION,
    AnyColumn,
    property_column,
)
from projections.index.rows import InteractionRows
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.view import View
from server.eventlog import payload
from server.eventlog.port import EventLog, NewChangeset
from server.snapshots.parts import IDS, PROFILES, captured
from server.usecases.committer import Committer
from server.usecases.state import WorkspaceState
from tests.oracle.histories import (
    SEGMENT_NAMES,
    TRAITS,
    random_changesets,
    random_clock,
    random_expression,
    random_leaf,
    random_vocabulary,
)

WORKSPACES: Final = ("first", "第二")
_PROFILES: Final = 60
_EVER: Final = 10**17
_LATEST: Final = 2**32 - 1
_QUESTIONS: Final = 12
_DRAWS_MAX: Final = 10_000

Contents = dict[str, object]


class Ledger:
    """A log that random histories of two workspaces are written to, and the oracles, fed from the stored bytes."""

    def __init__(self, rng: random.Random, log: EventLog, changesets: int, *, leaving: bool = True) -> None:
        """`leaving`: whether anybody is erased, or opts out."""
        self.rng, self.log = rng, log
        self.vocabulary = random_vocabulary(rng)
        self.recorded: dict[str, list[Recorded]] = {name: [] for name in WORKSPACES}
        self.oracles = {name: NaiveLedger(name) for name in WORKSPACES}
        self._chains = dict.fromkeys(WORKSPACES, payload.GENESIS)
        self._read = 0
        self._waiting: list[Recorded] = []
        count = changesets // 2
        histories = [random_changesets(rng, count, _PROFILES, self.vocabulary, leaving=leaving) for _ in WORKSPACES]
        while any(histories):
            which = rng.choice([k for k, history in enumerate(histories) if history])
            recorded = histories[which].pop(0)
            self._waiting.append(replace(recorded, changeset=_possible(recorded.changeset, WORKSPACES[which])))

    def write(self, count: int) -> None:
        """Append the next changesets."""
        batch, self._waiting = [self._new(one) for one in self._waiting[:count]], self._waiting[count:]
        self.log.append(batch)
        while events := self.log.read(after=self._read, limit=500):
            for event in events:
                recorded = payload.decode(event.workspace, event.version, event.position, event.state)
                self.recorded[event.workspace].append(recorded)
                self.oracles[event.workspace].apply(recorded)
            self._read = events[-1].position

    def _new(self, recorded: Recorded) -> NewChangeset:
        changeset = recorded.changeset
        name = changeset.workspace
        state, self._chains[name] = payload.encode(changeset, self._chains[name])
        first = changeset.first_ordinal
        persons = len(changeset.links.sizes) if changeset.links else 0
        profiles = range(first, first + changeset.outcome.new_profiles - persons)
        names = [*(_profile(name, ordinal) for ordinal in profiles), *[""] * persons]
        request = uuid.UUID(int=self.rng.getrandbits(128)).bytes
        about = (payload.TOPIC, state, request, bytes(32), first, names, self._chains[name], changeset.erased)
        return NewChangeset(name, changeset.version, *about)

    def ids(self, workspace: str) -> list[str]:
        """The interaction ids that the workspace has seen."""
        found = (one.changeset.interactions for one in self.recorded[workspace])
        return [one for columns in found if columns for one in columns.ids if one]

    # --- questions --------------------------------------------------------------------------------------------------------

    def questions(self, workspace: str, count: int = _QUESTIONS) -> list["Question"]:
        """A leaf of each kind and random trees, each at random clocks, with what the oracle says."""
        asked: list[Expression] = [*self._leaves()]
        asked += [random_expression(self.rng, self.vocabulary, segments=SEGMENT_NAMES) for _ in range(count)]
        return [self._question(workspace, parse(to_text(one))) for one in asked]

    def _leaves(self) -> Sequence[Leaf]:
        drawn: dict[type, Leaf] = {}
        for _ in range(_DRAWS_MAX):
            leaf = random_leaf(self.rng, self.vocabulary, SEGMENT_NAMES)
            drawn.setdefault(type(leaf), leaf)
            if len(drawn) == len(get_args(Leaf)):
                break
        assert drawn.keys() == set(get_args(Leaf))
        return list(drawn.values())

    def _question(self, workspace: str, expression: Expression) -> "Question":
        as_of, known_at = random_clock(self.rng, self.recorded[workspace], self.vocabulary)
        answer = _answer(lambda: self.oracles[workspace].members(expression, as_of, known_at))
        return Question(expression, as_of, known_at, answer)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, when, and what the oracle says."""

    expression: Expression
    as_of: int
    known_at: int
    due: object

    @property
    def names(self) -> bool:
        """Does it name a tag, a segment or a list? A later changeset may move such names, and what the question means."""
        moving = (Names.TAG, Names.SEGMENT, Names.LIST)
        return any(kind in moving for node in all_nodes(self.expression) for kind, _ in named(node))

    def differs(self, index: WorkspaceIndex) -> str:
        """What is wrong about the answer from this index; empty if nothing is."""
        view = View(index, index.version_at_position(self.known_at), self.as_of)
        found = _answer(lambda: frozenset(evaluator.members(self.expression, view)))
        return (
            "" if found == self.due else f"{to_text(self.expression)} at {self.as_of}, {self.known_at}: {found}, not {self.due}"
        )


def _possible(changeset: Changeset, workspace: str) -> Changeset:
    """In the workspace, and as a server would record it, which clears no trait before it has had a value, and a type."""
    traits = changeset.traits and replace(changeset.traits, types=[TRAITS[name] for name in changeset.traits.names])
    return replace(changeset, workspace=workspace, traits=traits)


def _answer(ask: Callable[[], frozenset[int]]) -> object:
    try:
        return ask()
    except (MixedCurrencies, UnknownList, UnknownSegment) as refusal:
        return refusal.reason


def _profile(workspace: str, ordinal: int) -> str:
    return f"{workspace}/客户{ordinal}" + "x" * (ordinal % 5)


# --- what states hold -----------------------------------------------------------------------------------------------------


def differences(found: Committer, due: Committer, ledger: Ledger) -> list[str]:
    """What the first has otherwise than the second, down to each bit, however it lies in runs; or answers unlike the oracle."""
    if (found.position, found.states.keys()) != (due.position, due.states.keys()):
        return [f"{list(found.states)} at {found.position}, not {list(due.states)} at {due.position}"]
    wrong = []
    for name, state in found.states.items():
        ids = ledger.ids(name)
        unlike = differing(contents(state, ids), contents(due.states[name], ids))
        wrong += [f"{name}: {what}" for what in [*unlike, *wrong_answers(state, ledger)]]
    return wrong


def wrong_answers(state: WorkspaceState, ledger: Ledger) -> list[str]:
    """What the state answers otherwise than the oracle."""
    return [wrong for question in ledger.questions(state.name) if (wrong := question.differs(state.index))]


def differing(found: Contents, due: Contents) -> list[str]:
    """Names of what is not the same."""
    return sorted(name for name in found.keys() | due.keys() if found.get(name) != due.get(name))


def contents(state: WorkspaceState, ids: Sequence[str]) -> Contents:
    """Everything that the state holds, rows in order of recording."""
    index = state.index
    names = state.profiles.names(range(len(state.profiles)))
    rows = {f"rows of {name}, {column}": values for name in index.interactions for column, values in _rows(index, name).items()}
    return {
        "head": (state.version, state.chain, state.recorded_at, index.clock()),
        "counts": (index.interaction_count, index.profile_count, len(state.profiles), len(state.interaction_ids.entries)),
        "names": names,
        "ordinals": state.profiles.ordinals([*names, "nobody", ""]),
        "ids": state.interaction_ids.seen(state.interaction_ids.keys([*ids, "unseen"])).tolist(),
        "clock": _bytes(index.clock_columns()),
        "universe": _bytes(index.universe.columns()),
        "earliest": index.universe._earliest[: len(names)].tobytes(),
        "dictionaries": [_values(one) for one in (index.touchpoints, index.currencies, index.actors, index.sources)],
        "properties": [(name, one.kind, _values(one.values)) for name, one in index.properties.items()],
        "vocabulary": index.vocabulary(),
        "catalogue": _catalogue(index),
        "lists": {number: _members(index, number) for number in index.catalogue.lists.entries},
        "erased": [list(index.erased.at(version)) for version in (index.clock().version, index.clock().version // 2)],
        **rows,
        **{f"tag {number}": (_bytes(one.history.columns()), _values(one.values)) for number, one in index.tags.items()},
        **{f"turns of tag {number}": _bytes(one.turns.rows.columns()) for number, one in index.tags.items() if one.turns},
        **{
            f"trait {name}": (
                one.kind,
                _bytes(one.history.columns()),
                [(repr(value), one.values.code(value)) for value in one.spoken_of()],
            )
            for name, one in index.traits.items()
        },
        **{f"holders of tag {number}": _holders(index, number) for number in index.tags},
    }


def _rows(index: WorkspaceIndex, name: str) -> dict[str, bytes]:
    columns = [TIME, ORDINAL, VERSION, AMOUNT, CURRENCY, TOUCHPOINT, RETRACTED, *map(property_column, index.properties)]
    pieces = index.interactions[name].recorded()
    whole = {column: np.concatenate([piece.column(column) for piece in pieces]) for column in columns}
    order = np.lexsort(list(whole.values()))  # of everything: retracted rows lie elsewhere than the others
    return {column: values[order].tobytes() for column, values in whole.items()}


def _holders(index: WorkspaceIndex, number: int) -> list[list[int]]:
    end = index.clock()
    effective = index.tags[number].history.visible(_LATEST).effective
    instants = [end.recorded_at, int(np.median(effective)), int(effective.max()), _EVER]
    return [
        list(index.tags[number].holders.at(at, version).bitmap)
        for at in instants
        for version in (end.version, end.version // 2)
    ]


def _catalogue(index: WorkspaceIndex) -> list[object]:
    known = index.catalogue
    numbers = {key: known.tag_number(key) for key in sorted(known.keys())}
    names = {group.name: known.group_number(group.name) for group in known.groups.values()}
    segments = known.segments
    keys_then = {
        (key, version): known._key_now(key, version) for key in numbers for version in range(index.clock().version + 1)
    }
    return [
        known.currency,
        known.created_at,
        known.groups,
        known.tags,
        known.changes,
        numbers,
        names,
        keys_then,
        segments.entries,
        known.lists.entries,
    ]


def _members(index: WorkspaceIndex, number: int) -> list[list[int]]:
    versions = range(1, len(index.catalogue.lists.entries[number].versions) + 1)
    return [list(index.list_members.members(number, version)) for version in versions]


def _values(dictionary: Dictionary[Any]) -> list[tuple[str, int]]:
    return [(repr(value), dictionary.code(value)) for value in dictionary.values()]


def _bytes(columns: dict[str, AnyColumn]) -> dict[str, tuple[str, bytes]]:
    return {name: (column.dtype.str, column.tobytes()) for name, column in columns.items()}


def stored(state: WorkspaceState) -> Contents:
    """What a snapshot of the state would hold, as it lies in its runs, tails and tables."""
    taken = captured(state)
    found: Contents = {f"runs of {name}": [_run(run) for run in of_type] for name, of_type in taken.runs.items()}
    found |= {f"runs of {name}": [_bytes(_of_keys(run)) for run in kept] for name, kept in taken.key_runs.items()}
    for name, part in taken.parts.items():
        arrays = {one: _whole(values) for one, values in part.arrays.items()}
        if name in (PROFILES, IDS):
            # Of a table, whose order depends on how it grew.
            order = np.lexsort((arrays["low"], arrays["high"]))
            arrays = {one: values[order] for one, values in arrays.items()}
        found[f"part {name}"] = (_bytes(arrays), part.about)
    return found


def _whole(array: AnyColumn | Sequence[AnyColumn]) -> AnyColumn:
    pieces = [array] if isinstance(array, np.ndarray) else array
    return np.concatenate(pieces) if pieces else np.empty(0)


def _run(run: Any) -> object:
    times = {name: getattr(run.times, name) for name in ("hours", "starts", "offsets")}
    return _bytes(times | run.columns), run.max_version


def _of_keys(run: Any) -> dict[str, AnyColumn]:
    return {name: getattr(run, name) for name in ("high", "low", "values", "starts")}


def closed_runs(state: WorkspaceState) -> list[Any]:
    """The runs of all stores."""
    rows: list[InteractionRows] = list(state.index.interactions.values())
    of_keys = [*state.profiles.entries.runs(), *state.interaction_ids.entries.runs()]
    return [*(run for of_type in rows for run in of_type.runs()), *of_keys]
