"""What a snapshot holds of one workspace, as arrays and JSON: taken between two commits, written later, read back.

Taking is quick: stores are append-only, so that views of what is there now stay right while the writer goes on; only the small
open ends are copied. The catalogue and the uploaded lists are not here: their few changesets are read from the log again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import Personal, Value, ValueType
from projections.identity import CHUNK_NAMES, Chunk
from projections.index import key_map
from projections.index.columns import Column
from projections.index.dictionary import Dictionary
from projections.index.folds import Point
from projections.index.history import History
from projections.index.retracted import Marks
from projections.index.rows import CapturedRows
from projections.index.runs import Run
from projections.index.states import Holders
from projections.index.tag_index import TagIndex
from projections.index.turns import Turns
from projections.index.typed import PropertyIndex, TraitIndex
from projections.index.undone import Undone
from projections.index.universe import Universe
from projections.index.workspace_index import WorkspaceIndex
from server.snapshots.array_file import AnyArray, ArrayFile, Arrays, DamagedFile
from server.usecases.state import WorkspaceState


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a snapshot. Arrays of a part that grows get spare room."""

    arrays: Arrays
    about: Mapping[str, Any]
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Captured:
    """A workspace as it was between two commits."""

    name: str
    version: int
    chain: bytes
    recorded_at: int
    parts: Mapping[str, Part]
    runs: Mapping[str, tuple[Run, ...]]
    """Of each interaction type, oldest first."""
    withdrawn: Mapping[str, tuple[Run, ...]]
    """Rows of each type that were taken out of runs."""
    key_runs: Mapping[str, tuple[key_map.Run, ...]]
    """Of PROFILES and IDS."""


_TURNS = "turns."
CLOCK, UNIVERSE, TAGS, TRAITS, TAILS, MARKS, PROFILES, IDS, NAMES = (
    "clock",
    "universe",
    "tags",
    "traits",
    "tails",
    "marks",
    "profiles",
    "ids",
    "names",
)


# --- from a state ---------------------------------------------------------------------------------------------------------


def captured(state: WorkspaceState) -> Captured:
    """What the state holds now. Nothing may be applied meanwhile."""
    index = state.index
    interactions = {name: rows.captured() for name, rows in index.interactions.items()}
    profile_runs, profile_entries = state.profiles.entries.captured()
    id_runs, id_entries = state.interaction_ids.entries.captured()
    parts = {
        CLOCK: _clock(index),
        **histories(state),
        TAILS: Part(
            {f"{k}.{name}": column for k, of in enumerate(interactions.values()) for name, column in of.tail.items()},
            {"types": list(interactions)},
        ),
        MARKS: _marks(interactions),
        PROFILES: Part(_entries(profile_entries), {"seed": state.profiles.maker.seed.hex()}),
        IDS: Part(_entries(id_entries), {"seed": state.interaction_ids.maker.seed.hex()}),
        NAMES: _names(*state.profiles.captured_names()),
    }
    return Captured(
        state.name,
        state.version,
        state.chain,
        state.recorded_at,
        parts,
        {name: of.runs for name, of in interactions.items()},
        {name: of.withdrawn for name, of in interactions.items()},
        {PROFILES: profile_runs, IDS: id_runs},
    )


def _marks(interactions: Mapping[str, CapturedRows]) -> Part:
    """Which rows of the runs were retracted, by the places of types and of their runs."""
    arrays: dict[str, AnyArray] = {}
    for k, of in enumerate(interactions.values()):
        for n, marks in enumerate(of.marks):
            if len(marks):
                arrays |= {f"{k}.{n}.places": marks.places, f"{k}.{n}.versions": marks.versions}
    return Part(arrays, {})


def _clock(index: WorkspaceIndex) -> Part:
    properties = {
        name: {"kind": known.kind.value, "values": _json(known.values.values())} for name, known in index.properties.items()
    }
    about = {
        "properties": properties,
        "touchpoints": list(index.touchpoints.values()),
        "currencies": list(index.currencies.values()),
        "actors": list(index.actors.values()),
        "sources": list(index.sources.values()),
        "credits": list(index.credits.values()),
        "wholly_undone": list(index.undone.wholly.items()),
        "undos": index.undone.undos,
        "undone": [[version, *ids] for version, ids in index.undone.by.items()],
        "interaction_count": index.interaction_count,
        "profile_count": index.profile_count,
        "catalogue_versions": index.catalogue_versions,
    }
    return Part(index.clock_columns(), about, grows=True)


def _universe(universe: Universe) -> Part:
    known = universe.known()
    arrays = universe.columns()
    about: dict[str, Any] = {"known": None}
    if known:
        arrays["known"] = _serialised(known.state.bitmap)
        about["known"] = {"rows": known.rows, "latest": known.effective_max, "next_instant": known.next_effective}
    return Part(arrays, about, grows=True)


def _tags(tags: Mapping[int, TagIndex]) -> Part:
    arrays: dict[str, AnyArray] = {}
    about: dict[str, Any] = {}
    for number, tag in tags.items():
        arrays |= {f"{number}.{name}": column for name, column in tag.history.columns().items()}
        if tag.turns is not None:
            arrays |= {f"{number}.{_TURNS}{name}": column for name, column in tag.turns.rows.columns().items()}
        point = tag.holders.known()
        about[str(number)] = {"values": list(tag.values.values()), "point": None}
        if point:
            arrays[f"{number}.bitmap"] = _serialised(point.state.bitmap)
            arrays[f"{number}.ever"] = _serialised(point.state.ever)
            about[str(number)]["point"] = [point.rows, point.effective_max, point.next_effective]
    return Part(arrays, about, grows=True)


def _traits(traits: Mapping[str, TraitIndex]) -> Part:
    arrays: dict[str, AnyArray] = {}
    about = []
    for k, (name, trait) in enumerate(traits.items()):
        arrays |= {f"{k}.{column}": values for column, values in trait.history.columns().items()}
        about.append({"name": name, "kind": trait.kind.value, "values": _json(trait.spoken_of())})
    return Part(arrays, {"traits": about}, grows=True)


def _names(chunks: list[Chunk], following: list[str]) -> Part:
    encoded = [name.encode() for name in following]
    sizes = np.asarray([len(one) for one in encoded], np.uint32)
    arrays: Arrays = {
        "text": [np.frombuffer(text, np.uint8) for text, _ in chunks],
        "bounds": [bounds for _, bounds in chunks] or np.empty(0, np.uint32),
        "following": np.frombuffer(b"".join(encoded), np.uint8),
        "following_sizes": sizes,
    }
    return Part(arrays, {"chunk_names": CHUNK_NAMES})


def _entries(entries: tuple[AnyArray, AnyArray, AnyArray]) -> Arrays:
    return dict(zip(("high", "low", "values"), entries, strict=True))


def _serialised(bitmap: BitMap) -> AnyArray:
    return np.frombuffer(bitmap.serialize(), np.uint8)


def _json(values: list[Value]) -> list[Any]:
    # All of one type. Millions of texts are copied in a moment, and the writer waits for that.
    match values:
        case [date(), *_]:
            return [str(value) for value in values]
        case [Personal(), *_]:
            return [value.number for value in values if isinstance(value, Personal)]
    return values.copy()


def histories(state: WorkspaceState) -> dict[str, Part]:
    """The parts that only grow: tags, traits, and who exists. Nothing may be applied meanwhile."""
    index = state.index
    return {UNIVERSE: _universe(index.universe), TAGS: _tags(index.tags), TRAITS: _traits(index.traits)}


def move_histories(state: WorkspaceState, parts: Mapping[str, ArrayFile]) -> None:
    """Let the state go on in the files of its `histories`, out of memory. Nothing may be applied meanwhile."""
    index = state.index
    index.universe.move_to(parts[UNIVERSE].arrays, parts[UNIVERSE].counts["instants"])
    for number in parts[TAGS].about:
        tag = index.tags[int(number)]
        tag.history.move_to(*_history_columns(parts[TAGS], f"{number}."))
        if tag.turns and _has_turns(parts[TAGS], number):  # since then something may have come that lapses
            tag.turns.rows.move_to(*_history_columns(parts[TAGS], f"{number}.{_TURNS}"))
    for k, stored in enumerate(parts[TRAITS].about["traits"]):
        index.traits[stored["name"]].history.move_to(*_history_columns(parts[TRAITS], f"{k}."))


# --- to a state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one workspace, mapped."""

    name: str
    version: int
    chain: bytes
    recorded_at: int
    parts: Mapping[str, ArrayFile]
    runs: Mapping[str, list[Run]]
    withdrawn: Mapping[str, list[Run]]
    key_runs: Mapping[str, list[key_map.Run]]


def restored(found: Found) -> WorkspaceState:
    """The state that was captured, but for the catalogue."""
    state = WorkspaceState.over(
        found.name,
        _index(found),
        _key_map(found, PROFILES),
        bytes.fromhex(found.parts[PROFILES].about["seed"]),
        _key_map(found, IDS),
        bytes.fromhex(found.parts[IDS].about["seed"]),
    )
    state.profiles.restore_names(*_names_in(found.parts[NAMES]))
    state.version, state.chain, state.recorded_at = found.version, found.chain, found.recorded_at
    return state


def catalogue_versions(found: Found) -> list[int]:
    """The versions whose changesets must be read from the log for the catalogue."""
    versions: list[int] = found.parts[CLOCK].about["catalogue_versions"]
    return versions


def _index(found: Found) -> WorkspaceIndex:
    clock, about = found.parts[CLOCK], found.parts[CLOCK].about
    index = WorkspaceIndex(found.name)
    index.restore_clock({name: Column.over(array, clock.counts[name]) for name, array in clock.arrays.items()})
    index.interaction_count, index.profile_count = about["interaction_count"], about["profile_count"]
    index.touchpoints, index.currencies = Dictionary.over(about["touchpoints"]), Dictionary.over(about["currencies"])
    index.actors, index.sources = Dictionary.over(about["actors"]), Dictionary.over(about["sources"])
    index.credits = Dictionary.over([(actor, source) for actor, source in about["credits"]])
    index.undone = Undone({version: ids for version, *ids in about["undone"]}, dict(about["wholly_undone"]), about["undos"])
    for name, stored in about["properties"].items():
        known = index.properties[name] = PropertyIndex(ValueType(stored["kind"]))
        known.values = Dictionary.over(_values(known.kind, stored["values"]))
    index.universe = _universe_in(found.parts[UNIVERSE])
    index.tags = {int(number): _tag_in(found.parts[TAGS], number) for number in found.parts[TAGS].about}
    for k, stored in enumerate(found.parts[TRAITS].about["traits"]):
        index.traits[stored["name"]] = _trait_in(found.parts[TRAITS], k, stored)
    tails = found.parts[TAILS]
    for k, name in enumerate(tails.about["types"]):
        prefix = f"{k}."
        tail = {key.removeprefix(prefix): array for key, array in tails.arrays.items() if key.startswith(prefix)}
        _restore_marks(found, k, found.runs[name])
        index.restore_interactions(name, found.runs[name], tail, found.withdrawn[name])
    return index


def _restore_marks(found: Found, k: int, of_type: Sequence[Run]) -> None:
    """Of the type at that place."""
    arrays = found.parts[MARKS].arrays
    for n, run in enumerate(of_type):
        if f"{k}.{n}.places" in arrays:
            run.marks = Marks(arrays[f"{k}.{n}.places"], arrays[f"{k}.{n}.versions"])


def _universe_in(part: ArrayFile) -> Universe:
    known = part.about["known"]
    bitmap = _bitmap(part, "known") if known else BitMap()
    holders = Holders(bitmap, bitmap)
    point = Point(known["rows"], known["latest"], known["next_instant"], holders) if known else None
    return Universe.over(part.arrays, part.counts["instants"], point)


def _history_columns(part: ArrayFile, prefix: str) -> tuple[dict[str, AnyArray], int]:
    """And how many rows they have."""
    names = ("effective", "versions", "ordinals", "codes", "credits", "implied", "lapses")
    columns = {name: part.arrays[prefix + name] for name in names if prefix + name in part.arrays}
    return columns, part.counts[prefix + "effective"]


def _history(part: ArrayFile, prefix: str) -> History:
    return History.over(*_history_columns(part, prefix))


def _tag_in(part: ArrayFile, number: str) -> TagIndex:
    about, point = part.about[number], None
    if about["point"]:
        bitmap, ever = _bitmap(part, f"{number}.bitmap"), _bitmap(part, f"{number}.ever")
        point = _point(about["point"], Holders(bitmap, bitmap if bitmap == ever else ever))
    turns = Turns(_history(part, f"{number}.{_TURNS}")) if _has_turns(part, number) else None
    return TagIndex.over(_history(part, f"{number}."), turns, about["values"], point)


def _has_turns(part: ArrayFile, number: str) -> bool:
    return f"{number}.{_TURNS}effective" in part.arrays


def _point(numbers: Sequence[int], holders: Holders) -> Point[Holders]:
    rows, effective_max, next_effective = numbers
    return Point(rows, effective_max, next_effective, holders)


def _trait_in(part: ArrayFile, k: int, about: Mapping[str, Any]) -> TraitIndex:
    trait = TraitIndex(ValueType(about["kind"]), _history(part, f"{k}."))
    trait.values.intern(_values(trait.kind, about["values"]))
    return trait


def _key_map(found: Found, name: str) -> key_map.KeyMap:
    part, entries = found.parts[name], key_map.KeyMap(found.key_runs[name])
    keys = np.column_stack((part.arrays["high"], part.arrays["low"]))
    entries.add(keys, part.arrays["values"])
    return entries


def _names_in(part: ArrayFile) -> tuple[list[Chunk], list[str]]:
    if part.about["chunk_names"] != CHUNK_NAMES:
        raise DamagedFile(f"{part.path.name} has {part.about['chunk_names']} names a chunk, this server {CHUNK_NAMES}")
    bounds = part.arrays["bounds"].reshape(-1, CHUNK_NAMES + 1)
    chunks: list[Chunk]
    text, chunks, at = part.arrays["text"].data, [], 0
    for row in bounds:
        size = int(row[-1])
        chunks.append((text[at : at + size], row))
        at += size
    ends = np.cumsum(part.arrays["following_sizes"], dtype=np.int64).tolist()
    following = part.arrays["following"].tobytes()
    return chunks, [following[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]


def _bitmap(part: ArrayFile, name: str) -> BitMap:
    stored: npt.NDArray[np.uint8] = part.arrays[name][: part.counts[name]]
    return BitMap.deserialize(stored.tobytes())


def _values(kind: ValueType, values: list[Any]) -> list[Value]:
    if kind is ValueType.DATE:
        return [date.fromisoformat(value) for value in values]
    if kind is ValueType.PERSONAL:
        return [Personal(value) for value in values]
    return [float(value) for value in values] if kind is ValueType.NUMBER else values
