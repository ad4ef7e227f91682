"""Holds the log against its own hashes, the vault against the log, and an index against both; tells the first difference.

Tampering shows because each changeset carries the hash of its content and of the one before in its stream. Who can rewrite a
whole stream can rewrite its hashes too: therefore checkpoints, which are kept elsewhere and compared later.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile, zip_longest

from pyroaring import BitMap

from domain.changeset import Personal, TraitColumns
from domain.errors import LogDamaged
from projections.index.typed import last_number
from projections.interaction_ids import InteractionIds
from server.eventlog import payload
from server.eventlog.port import EventLog, PersonalRow, StoredChangeset, batches
from server.usecases.comparing import first_difference
from server.usecases.state import WorkspaceState


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The end of a workspace's stream at some time: whoever has it can tell later whether anything before it was changed."""

    workspace: str
    version: int
    position: int
    chain_sha256: str


@dataclass(slots=True)
class _Stream:
    state: WorkspaceState
    vault: Iterator[tuple[int, str]]
    personal: Iterator[PersonalRow]
    nameless: list[int] = field(default_factory=list)
    """Ordinals that have no profile_id in the vault."""
    texts: BitMap = field(default_factory=BitMap)
    """Ordinals with a personal text in the vault."""
    textless: BitMap = field(default_factory=BitMap)
    """And with a row that has none any more."""
    chains: dict[int, str] = field(default_factory=dict)
    """By version, where a checkpoint wants it."""
    position: int = 0


class Verification:
    """One reading of a log from its beginning to where it ended when this was made."""

    def __init__(
        self, log: EventLog, known: Sequence[Checkpoint] = (), progress: Callable[[int, int], None] = lambda _, __: None
    ) -> None:
        """`known`: checkpoints of earlier. `progress` gets how many changesets had been read before, and have been now."""
        self._log, self._known, self._progress = log, known, progress
        self._streams: dict[str, _Stream] = {}
        self._loaded: Mapping[str, WorkspaceState] = {}
        self._end = log.end()
        self.count = 0
        """Changesets that were verified."""

    def verify(self, loaded: Mapping[str, WorkspaceState]) -> list[Checkpoint]:
        """The ends of all streams, by workspace. Raises LogDamaged that names the first difference.

        `loaded`: what a snapshot holds, which is brought up to the end meanwhile; empty for none.
        """
        self._loaded = loaded
        for events in batches(self._log, 0):
            before = self.count
            for event in takewhile(lambda event: event.position <= self._end, events):
                self._take_in(event)
            if events[-1].position >= self._end:  # what is recorded meanwhile is not verified
                break
            self._progress(before, self.count)
        for name, stream in self._streams.items():
            if self._log.end() == self._end:  # else a server beside us has recorded more
                self._refuse_spare_profiles(name, stream)
                self._compare_erasures(name, stream)
        self._compare_with_known()
        for name in sorted(loaded):
            self._compare_index(name, loaded[name])
        return [
            Checkpoint(name, stream.state.version, stream.position, stream.state.chain.hex())
            for name, stream in sorted(self._streams.items())
        ]

    def _take_in(self, event: StoredChangeset) -> None:
        name = event.workspace
        if name not in self._streams:
            state, behind = WorkspaceState.empty(name), self._loaded.get(name)
            if behind:  # what is known of ids can be compared if their keys are made alike
                state.interaction_ids = InteractionIds(behind.interaction_ids.maker)
            self._streams[name] = _Stream(state, self._log.profiles(name), self._log.personal(name))
        stream = self._streams[name]
        where = f"workspace {name}, changeset {event.version} at position {event.position}"
        if event.version != stream.state.version + 1:
            raise _damaged(
                f"workspace {name}: changeset {stream.state.version + 1} is missing before position {event.position}"
            )
        recorded = payload.verified(name, event.version, event.position, event.state, stream.state.chain)
        changeset = recorded.changeset
        if changeset.recorded_at < stream.state.recorded_at:
            raise _damaged(f"{where}: it was recorded before the one before it")
        names = self._names(stream, changeset.first_ordinal, changeset.outcome.new_profiles, where)
        self._read_personal(stream, changeset.traits, where)
        try:
            request = self._log.find_request(name, uuid.UUID(changeset.changeset_id).bytes)
            if request is None or request.version != event.version:
                raise _damaged(f"{where}: its request id is not noted, so that a repeat of the request would count twice")
            stream.state.apply(recorded, names)
            behind = self._loaded.get(name)
            if behind and behind.version + 1 == event.version:  # what was recorded since the snapshot
                behind.apply(recorded, names)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise _damaged(f"{where}: it cannot be applied: {error!r}") from error
        stream.state.compact()
        if any((one.workspace, one.version) == (name, event.version) for one in self._known):
            stream.chains[event.version] = recorded.chain_sha256
        stream.position = event.position
        self.count += 1

    def _names(self, stream: _Stream, first: int, count: int, where: str) -> list[str]:
        """The vault rows of the profiles that a changeset sees first."""
        rows = list(islice(stream.vault, count))
        names = [name for _, name in rows]
        ordinals = [ordinal for ordinal, _ in rows]
        missing = next((k for k in range(count) if ordinals[k : k + 1] != [first + k]), None)
        if missing is not None:
            raise _damaged(f"{where}: the vault lacks the profile_id of ordinal {first + missing}, which is first seen here")
        stream.nameless += [ordinal for ordinal, name in rows if not name]
        named = [name for name in names if name]
        seen = stream.state.profiles.ordinals(named)
        twice = [name for name, ordinal in zip(named, seen, strict=True) if ordinal is not None]
        if twice or len(set(named)) < len(named):
            which = repr(twice[0]) if twice else "of the changeset"
            raise _damaged(f"{where}: the vault has the profile_id {which} twice")
        return names

    def _read_personal(self, stream: _Stream, traits: TraitColumns | None, where: str) -> None:
        """The vault rows of the texts that a changeset brings; one that an undo brings back is there already."""
        known = last_number(stream.state.index.traits.values())
        pairs = zip(traits.values, traits.ordinals, strict=True) if traits else ()
        brought = [(one.number, int(of)) for one, of in pairs if isinstance(one, Personal) and one.number > known]
        for (number, ordinal), row in zip_longest(brought, islice(stream.personal, len(brought))):
            if row is None or (row.number, row.ordinal) != (number, ordinal):
                raise _damaged(f"{where}: the vault lacks personal text {number}, of ordinal {ordinal}, which is set here")
            (stream.texts if row.text else stream.textless).add(ordinal)

    def _refuse_spare_profiles(self, name: str, stream: _Stream) -> None:
        spare = next(stream.vault, None)
        if spare:
            raise _damaged(f"workspace {name}: the vault has ordinal {spare[0]}, which no changeset has seen first")
        text = next(stream.personal, None)
        if text:
            raise _damaged(f"workspace {name}: the vault has personal text {text.number}, which no changeset has set")

    def _compare_erasures(self, name: str, stream: _Stream) -> None:
        # A person has no id of its own: those of its profiles stand for it.
        persons = stream.state.index.persons.everyone
        erased, nameless = stream.state.index.erased.now - persons, BitMap(stream.nameless) - persons
        for ordinal in erased - nameless:
            raise _damaged(f"workspace {name}: the vault has the profile_id of ordinal {ordinal}, which was erased")
        for ordinal in nameless - erased:
            raise _damaged(f"workspace {name}: the vault lacks the profile_id of ordinal {ordinal}, which nobody erased")
        for ordinal in stream.texts & erased:
            raise _damaged(f"workspace {name}: the vault has a personal text of ordinal {ordinal}, which was erased")
        for ordinal in stream.textless - erased:
            raise _damaged(f"workspace {name}: the vault lacks a personal text of ordinal {ordinal}, which nobody erased")

    def _compare_with_known(self) -> None:
        for known in self._known:
            stream = self._streams.get(known.workspace)
            found = stream.chains.get(known.version) if stream else None
            what = f"workspace {known.workspace}: up to changeset {known.version}, that of the checkpoint,"
            if found is None:
                raise _damaged(f"{what} the log is not there any more")
            if found != known.chain_sha256:
                raise _damaged(f"{what} the log is not what it was")

    def _compare_index(self, name: str, loaded: WorkspaceState) -> None:
        stream = self._streams.get(name)
        if stream is None:
            raise _damaged(f"workspace {name}: the snapshot has it, the log has not")
        difference = first_difference(loaded, stream.state)
        if difference:
            raise _damaged(f"workspace {name}: the index of the snapshot differs from log and vault in {difference}")


def _damaged(message: str) -> LogDamaged:
    return LogDamaged(message)
