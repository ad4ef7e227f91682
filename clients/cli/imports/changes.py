"""Rows of a file as changesets of tags or traits."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clients.cli.imports import cells
from clients.cli.imports.plan import Field, Plan, batch_id
from clients.cli.imports.run import Batch
from clients.cli.imports.sources import Chunk
from clients.cli.output import instant_text
from clients.sdk import ApplyTag, Change, Client, Personal, SetTrait, errors
from clients.sdk.replies import Receipt
from clients.sdk.values import TraitValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Instant = datetime | None


@dataclass(frozen=True, slots=True)
class TagMapping:
    """Which column is what. Either ``tag`` or ``tag_column``; at most one of ``at`` and ``effective_at``."""

    profile: str
    tag: str | None
    tag_column: str | None
    at: str | None
    effective_at: datetime | None
    value: str | None
    expires: str | None

    def columns(self) -> list[str]:
        """Return the columns that are read, each once."""
        named = (self.profile, self.tag_column, self.at, self.value, self.expires)
        return list(dict.fromkeys(name for name in named if name))

    def described(self) -> dict[str, object]:
        """Return what decides the meaning of the import."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class TraitMapping:
    """Which column is what; at most one of ``at`` and ``effective_at``."""

    profile: str
    at: str | None
    effective_at: datetime | None
    traits: tuple[Field, ...]

    def columns(self) -> list[str]:
        """Return the columns that are read, each once."""
        named = [self.profile, self.at, *(one.column for one in self.traits)]
        return list(dict.fromkeys(name for name in named if name))

    def described(self) -> dict[str, object]:
        """Return what decides the meaning of the import."""
        traits = [(one.column, one.name, one.kind) for one in self.traits]
        return {"profile": self.profile, "at": self.at, "effective_at": self.effective_at, "traits": traits}


def _column(chunk: Chunk, name: str) -> pa.Array:
    return cells.plain(chunk.table.column(name))


def _datetimes(us: cells.Ints, present: cells.Mask) -> list[Instant]:
    return [
        _EPOCH + timedelta(microseconds=instant) if there else None
        for instant, there in zip(us.tolist(), present.tolist(), strict=True)
    ]


def _effective(chunk: Chunk, at: str | None, fixed: Instant, plan: Plan, rejects: cells.Rejects) -> list[Instant]:
    if at is None:
        return [fixed] * len(chunk.rows)
    us, present = cells.instants(_column(chunk, at), plan.zone, at, rejects)
    rejects.add_where(~present, lambda offset: f"{at}: empty")
    return _datetimes(us, present)


@dataclass(frozen=True, slots=True)
class KnownTags:
    """What the catalogue says of tags."""

    refusal: Callable[[str], str | None]
    """Why a tag cannot be applied now, None when it can."""
    spelled: Mapping[str, str]
    """"choice" or "date" of the tags whose values are such."""


def _assigned(chunk: Chunk, column: str, tags: Sequence[str | None], known: KnownTags, rejects: cells.Rejects) -> list[Any]:
    """The values of a column, each as the tag of its row has them; None where a cell is absent."""
    kinds = [known.spelled.get(tag or "", "number") for tag in tags]
    found: list[Any] = [None] * len(kinds)
    for kind in dict.fromkeys(kinds):
        problems = cells.Rejects()
        column_of = cells.values(_column(chunk, column), "string" if kind == "choice" else kind, column, problems).to_pylist()
        for offset in (offset for offset, of in enumerate(kinds) if of == kind):
            found[offset] = column_of[offset]
            if offset in problems.reasons:
                rejects.add(offset, problems.reasons[offset])
    return found


def tag_changes(
    chunk: Chunk, mapping: TagMapping, plan: Plan, known: KnownTags
) -> tuple[dict[int, ApplyTag], dict[int, str], list[int]]:
    """Return the changes by offset, the rejected offsets with reasons, and which of those the catalogue is to blame for."""
    rejects = cells.Rejects(chunk.broken)
    profiles = cells.profile_ids(_column(chunk, mapping.profile), mapping.profile, rejects).to_pylist()
    effective = _effective(chunk, mapping.at, mapping.effective_at, plan, rejects)
    expiries: list[Instant] = [None] * len(profiles)
    if mapping.expires:
        us, present = cells.instants(_column(chunk, mapping.expires), plan.zone, mapping.expires, rejects)
        expiries = _datetimes(us, present)
        for offset, (since, until) in enumerate(zip(effective, expiries, strict=True)):
            if since is not None and until is not None and until <= since:
                rejects.add(offset, f"{mapping.expires}: not after the time from which the tag holds")
    tags: list[str | None] = [mapping.tag] * len(profiles)
    if mapping.tag_column:
        # A key is a group and a name of up to 128 characters each, hence no check of its length: the catalogue knows it.
        text = cells.required(
            cells.texts(_column(chunk, mapping.tag_column), mapping.tag_column, rejects), mapping.tag_column, rejects
        )
        tags = [None if key is None else cells.nfc(key) for key in text.to_pylist()]
    values = _assigned(chunk, mapping.value, tags, known, rejects) if mapping.value else [None] * len(profiles)
    blamed = []
    for offset, key in enumerate(tags):
        why = None if offset in rejects.reasons or key is None else known.refusal(key)
        if why is not None:
            blamed.append(offset)
            rejects.add(offset, why)
    changes = {
        offset: ApplyTag(profile, key or "", value, since, until)
        for offset, (profile, key, value, since, until) in enumerate(
            zip(profiles, tags, values, effective, expiries, strict=True)
        )
        if offset not in rejects.reasons
    }
    return changes, rejects.reasons, blamed


def _trait_values(chunk: Chunk, field: Field, rejects: cells.Rejects) -> list[TraitValue | None]:
    """None where a cell is absent; of personal texts, where it is empty too."""
    found: list[TraitValue | None] = cells.values(
        _column(chunk, field.column), field.kind or "string", field.column, rejects
    ).to_pylist()
    if field.kind != "personal":
        return found
    for offset, one in enumerate(found):
        if one and "\0" in str(one):
            rejects.add(offset, f"{field.column}: a personal text must not contain U+0000")
    return [Personal(one) if one else None for one in found]


def trait_changes(chunk: Chunk, mapping: TraitMapping, plan: Plan) -> tuple[list[Change], dict[int, str]]:
    """Return the changes, none for an absent cell, and the rejected offsets with reasons."""
    rejects = cells.Rejects(chunk.broken)
    profiles = cells.profile_ids(_column(chunk, mapping.profile), mapping.profile, rejects).to_pylist()
    effective = _effective(chunk, mapping.at, mapping.effective_at, plan, rejects)
    columns = [(one.name, _trait_values(chunk, one, rejects)) for one in mapping.traits]
    changes: list[Change] = [
        SetTrait(profile, name, held[offset], effective[offset])
        for offset, profile in enumerate(profiles)
        if offset not in rejects.reasons
        for name, held in columns
        if held[offset] is not None
    ]
    return changes, rejects.reasons


def _send(client: Client, reason: str, changes: Iterable[Change], request_id: str, timeout: float) -> Receipt:
    return client.apply_changeset(changes, reason=reason, request_id=request_id, timeout=timeout)


def _send_tags(
    client: Client, reason: str, changes: dict[int, ApplyTag], rejected: dict[int, str], request_id: str, timeout: float
) -> Receipt:
    """Record tags; if the service does not take them all, then again without those whose expiry is over, which are rejected.

    Not before: the same file may have been recorded when they were not over yet.
    """
    try:
        return _send(client, reason, changes.values(), request_id, timeout)
    except (errors.InvalidField, errors.RequestIdReused):
        now = datetime.now(UTC)
        for offset, change in changes.items():
            if change.effective_at is None and change.expires_at is not None and change.expires_at <= now:
                rejected[offset] = f"expires at {instant_text(change.expires_at)}, which is over; say when it held with --at"
        left = [change for offset, change in changes.items() if offset not in rejected]
        if not 0 < len(left) < len(changes):
            raise
        return _send(client, reason, left, request_id, timeout)


def tag_batches(
    chunks: Iterator[Chunk],
    mapping: TagMapping,
    plan: Plan,
    base: uuid.UUID,
    client: Client,
    reason: str,
    known: KnownTags,
) -> Iterator[Batch]:
    """Yield the batches of an import of tags."""
    for number, chunk in enumerate(chunks):
        changes, rejected, blamed = tag_changes(chunk, mapping, plan, known)
        sender = partial(_send_tags, client, reason, changes, rejected) if changes else None
        yield Batch(chunk, batch_id(base, number, blamed), rejected, sender)


def trait_batches(
    chunks: Iterator[Chunk], mapping: TraitMapping, plan: Plan, base: uuid.UUID, client: Client, reason: str
) -> Iterator[Batch]:
    """Yield the batches of an import of traits."""
    for number, chunk in enumerate(chunks):
        changes, rejected = trait_changes(chunk, mapping, plan)
        yield Batch(chunk, batch_id(base, number), rejected, partial(_send, client, reason, changes) if changes else None)


def distinct_texts(tables: Iterator[pa.Table], column: str) -> list[str]:
    """Return the distinct texts of a column over the whole file, in order of first sight, in NFC, without empty ones."""
    seen: dict[str, None] = {}
    for table in tables:
        text = cells.texts(cells.plain(table.column(column)), column, cells.Rejects())
        seen.update((cells.nfc(key), None) for key in pc.unique(text).to_pylist() if key)
    return list(seen)
