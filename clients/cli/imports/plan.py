"""What an import was asked to do, and the request ids that follow from it.

The ids of an import follow from the file's content and from the mapping, not from the clock or from who runs it: the same
file imported again, or again after a crash in the middle, repeats the same writes, and each counts once.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import click

from clients.cli.imports.cells import nfc

_VERSION = 1
"""Counts up when the conversion of cells changes, for then the same file gives other writes."""
KINDS = {"property": ("string", "number", "bool", "date"), "trait": ("string", "number", "bool", "date", "personal")}


@dataclass(frozen=True, slots=True)
class Field:
    """One column that becomes a property or a trait under ``name``; ``kind`` is None unless the caller fixed it."""

    column: str
    name: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Options that all imports share."""

    path: Path
    file_name: str
    zone: tzinfo
    rejects: Path | None
    batch_rows: int
    salt: str
    show_progress: bool


def fields_of(given: Sequence[str], kinds: Sequence[str], what: str) -> tuple[Field, ...]:
    """Read COLUMN or COLUMN=NAME, and COLUMN=KIND; raises a usage error for what cannot be meant."""
    chosen: dict[str, str] = {}
    for text in kinds:
        column, equals, kind = text.rpartition("=")
        if not equals or kind not in KINDS[what]:
            *others, last = KINDS[what]
            raise click.UsageError(f"--{what}-type: expected COLUMN={', '.join(others)} or {last}, got {text!r}")
        chosen[column] = kind
    made = []
    for text in given:
        column, equals, name = text.rpartition("=")
        if not equals:
            column = name = text
        made.append(Field(column, nfc(name), chosen.pop(column, None)))
    names = [one.name for one in made]
    if len(set(names)) < len(names):
        raise click.UsageError(f"--{what}: two columns under one name")
    if chosen:
        raise click.UsageError(f"--{what}-type: {next(iter(chosen))!r} is not among the --{what} columns")
    return tuple(made)


def base_id(digest: str, workspace: str, kind: str, mapping: Mapping[str, object], plan: Plan) -> uuid.UUID:
    """Return the id that all request ids of an import are derived from."""
    said = [_VERSION, digest, workspace, kind, sorted(mapping.items()), str(plan.zone), plan.batch_rows, plan.salt]
    spelled = json.dumps(said, ensure_ascii=True, default=str).encode()
    return uuid.UUID(bytes=hashlib.sha256(spelled).digest()[:16], version=5)


def batch_id(base: uuid.UUID, number: int, left_out: Sequence[int] = ()) -> str:
    """Return the request id of a batch by its number.

    ``left_out`` are rows that were rejected for the state of the catalogue rather than for what they are: once the
    catalogue allows them, the batch is another write.
    """
    return str(uuid.uuid5(base, f"{number}:{','.join(map(str, left_out))}"))
