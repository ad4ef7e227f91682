"""Stored bytes of each schema, kept for ever: what was written once is read as it was meant, and is still written so.

`changeset_v1.json` holds, for each kind of change, the stored bytes (zstd, in hex) and beside them the JSON inside, for people.
`TAGLEDGER_UPDATE_GOLDEN=1 pytest tests/golden` writes it anew; once a schema has been released, its bytes do not change: add a
schema instead.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import zstandard

from domain.changeset import (
    Attribution,
    Changeset,
    GroupDefined,
    GroupRenamed,
    GroupRetired,
    InteractionColumns,
    Outcome,
    PropertyColumn,
    Recorded,
    TagColumns,
    TagDefined,
    TagRenamed,
    TagRetired,
    TraitColumns,
    ValueType,
    WorkspaceCreated,
)
from domain.errors import LogDamaged
from server.eventlog import payload

_FILE: Final = Path(__file__).with_name("changeset_v1.json")
_UPDATE: Final = os.environ.get("TAGLEDGER_UPDATE_GOLDEN") == "1"
_AT: Final = 1_497_513_600_000_000
_NOTHING: Final = InteractionColumns(
    ordinals=[0, 1, 0],
    types=["purchase"],
    type_index=(),
    occurred_at=[_AT, _AT + 1, -1],
    touchpoints=(),
    touchpoint_index=(),
    amounts=(),
    currencies=(),
    currency_index=(),
    ids=(),
    properties=[],
)


def changeset(version: int, first_ordinal: int = 0, outcome: Outcome | None = None, **columns: Any) -> Changeset:
    return Changeset(
        workspace="golden",
        version=version,
        changeset_id=f"00000000-0000-4000-8000-{version:012}",
        attribution=Attribution("小王", 'says "why"\n', "import/members.csv"),
        recorded_at=_AT + version,
        first_ordinal=first_ordinal,
        outcome=outcome or Outcome(),
        **columns,
    )


CHANGESETS: Final = {
    "workspace": changeset(1, catalogue=(WorkspaceCreated("CNY"),)),
    "catalogue": changeset(
        2,
        catalogue=(
            GroupDefined(1, "等级", "level of membership"),
            GroupRenamed(1, "level"),
            TagDefined(1, 1, "gold", "spends much"),
            TagDefined(2, None, "vip", ""),
            TagRenamed(2, "VIP 客户"),
            TagRetired(1),
            GroupRetired(1),
        ),
    ),
    "tags": changeset(
        3,
        outcome=Outcome(changed=2, already_so=1, new_profiles=2),
        tags=TagColumns(
            ordinals=[0, 0, 1, 0],
            tags=[2, 2, 1, 2],
            applied=[True, False, True, False],
            effective_at=[_AT, _AT + 86_400_000_000, -2_208_988_800_000_000, 7_258_118_399_999_999],
            values=[0.8, None, -0.0, None],
            expiries=[False, True, False, False],
            already_so=[False, False, False, True],
        ),
    ),
    "tags, bare": changeset(
        4,
        first_ordinal=2,
        outcome=Outcome(changed=1),
        tags=TagColumns([0], [2], [True], [_AT], values=(), expiries=(), already_so=()),
    ),
    "traits": changeset(
        5,
        first_ordinal=2,
        outcome=Outcome(changed=6, new_profiles=1),
        traits=TraitColumns(
            ordinals=[2, 2, 2, 2, 0, 0],
            names=["city", "age", "member", "joined"],
            types=[ValueType.STRING, ValueType.NUMBER, ValueType.BOOL, ValueType.DATE],
            index=[0, 1, 2, 3, 3, 0],
            effective_at=[_AT] * 6,
            values=["杭州", 41.0, False, date(2020, 2, 29), None, None],
        ),
    ),
    "interactions": changeset(
        6,
        first_ordinal=3,
        outcome=Outcome(accepted=3, duplicates=2, new_profiles=1),
        interactions=InteractionColumns(
            ordinals=[3, 1, 3],
            types=["purchase", "访问"],
            type_index=[0, 1, 0],
            occurred_at=[_AT, _AT + 1, _AT - 1],
            touchpoints=["小程序"],
            touchpoint_index=[1, 0, 1],
            amounts=[10**15, None, -1],
            currencies=["USD"],
            currency_index=[0, 0, 1],
            ids=["order-1", "", "🍵"],
            properties=[
                PropertyColumn("category", ValueType.STRING, ["tea", ""], [1, 0, 2]),
                PropertyColumn("quantity", ValueType.NUMBER, [2.0, 0.1], [2, 0, 1]),
                PropertyColumn("gift", ValueType.BOOL, [True, False], [0, 1, 2]),
            ],
        ),
    ),
    "interactions, bare": changeset(7, first_ordinal=4, outcome=Outcome(accepted=3), interactions=_NOTHING),
    "all duplicates": changeset(8, first_ordinal=4, outcome=Outcome(duplicates=5)),
    "tags and traits": changeset(
        9,
        first_ordinal=4,
        outcome=Outcome(changed=2),
        tags=TagColumns([1], [2], [False], [_AT], values=(), expiries=(), already_so=()),
        traits=TraitColumns([1], ["age"], [ValueType.NUMBER], [0], [_AT], [17.5]),
    ),
}


def encoded() -> Iterator[tuple[str, bytes, bytes]]:
    """Name, stored bytes, and the chain hash; one stream."""
    chain = payload.GENESIS
    for name, made in CHANGESETS.items():
        state, chain = payload.encode(made, chain)
        yield name, state, chain


def opened(state: bytes) -> Any:
    return json.loads(zstandard.ZstdDecompressor().decompress(state))


def golden() -> dict[str, Any]:
    if _UPDATE:
        entries = {name: {"stored": state.hex(), "json": opened(state)} for name, state, _ in encoded()}
        _FILE.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    read: dict[str, Any] = json.loads(_FILE.read_text())
    return read


GOLDEN: Final = golden()


def test_every_kind_of_change_has_its_golden_bytes() -> None:
    assert list(GOLDEN) == list(CHANGESETS)
    kinds = {entry["kind"] for kept in GOLDEN.values() for entry in kept["json"]["content"].get("catalogue", ())}
    assert kinds == set(payload.CATALOGUE_KINDS.values())


@pytest.mark.parametrize("name", CHANGESETS)
def test_golden_bytes_are_read_as_they_were_meant(name: str) -> None:
    made, state = CHANGESETS[name], bytes.fromhex(GOLDEN[name]["stored"])
    read = payload.decode("golden", made.version, 17, state)
    envelope = GOLDEN[name]["json"]
    assert read == Recorded(17, made, envelope["content_sha256"], envelope["chain_sha256"])
    assert repr(read.changeset) == repr(made), "also True is not 1.0, and -0.0 not 0.0"


@pytest.mark.parametrize("name", CHANGESETS)
def test_the_json_inside_is_what_stands_beside_it(name: str) -> None:
    assert opened(bytes.fromhex(GOLDEN[name]["stored"])) == GOLDEN[name]["json"]
    assert GOLDEN[name]["json"]["schema"] == 1


def test_the_same_changesets_are_written_as_the_same_json() -> None:
    decompress = zstandard.ZstdDecompressor().decompress
    for name, state, _ in encoded():
        assert decompress(state) == decompress(bytes.fromhex(GOLDEN[name]["stored"])), name


def test_columns_may_be_arrays_and_are_written_alike() -> None:
    arrays = changeset(
        7,
        first_ordinal=4,
        outcome=Outcome(accepted=3),
        interactions=InteractionColumns(
            ordinals=np.asarray([0, 1, 0], np.uint32),  # type: ignore[arg-type]
            types=["purchase"],
            type_index=(),
            occurred_at=np.asarray([_AT, _AT + 1, -1], np.int64),  # type: ignore[arg-type]
            touchpoints=(),
            touchpoint_index=(),
            amounts=(),
            currencies=(),
            currency_index=(),
            ids=(),
            properties=[],
        ),
    )
    states = [payload.encode(made, payload.GENESIS)[0] for made in (arrays, CHANGESETS["interactions, bare"])]
    assert states[0] == states[1]


def test_hashes_are_over_the_content_as_it_stands_and_chained_along_the_stream() -> None:
    chain = bytes(32)
    for name, kept in GOLDEN.items():
        content = hashlib.sha256(payload.content_bytes(bytes.fromhex(kept["stored"]))).digest()
        chain = hashlib.sha256(chain + content).digest()
        assert (kept["json"]["content_sha256"], kept["json"]["chain_sha256"]) == (content.hex(), chain.hex()), name


def test_what_cannot_be_read_is_reported_as_damage_with_its_place() -> None:
    state = bytes.fromhex(GOLDEN["tags"]["stored"])
    compress = zstandard.ZstdCompressor().compress
    unknown = json.dumps({**opened(state), "schema": 999}).encode()
    for damaged in (b"", b"nonsense", state[:-3], compress(b"{}"), compress(b"[1]"), compress(b"{"), compress(unknown)):
        with pytest.raises(LogDamaged) as refused:
            payload.decode("golden", 3, 17, damaged)
        assert refused.value.metadata == {"workspace": "golden", "version": "3"}
