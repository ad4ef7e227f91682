"""Stored bytes of each schema, kept for ever: what was written once is read as it was meant.

`changeset_v1.json` and its like hold, for each kind of change, the stored bytes (zstd, in hex) and beside them what is
inside, for people. `TAGLEDGER_UPDATE_GOLDEN=1 pytest tests/golden` writes that of the newest schema anew; once a schema has
been released, its bytes do not change: add a schema instead.
"""

import hashlib
import json
import os
from array import array
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import zstandard

from domain.catalogue_changes import (
    DepartmentChanged,
    DepartmentDefined,
    DepartmentRetired,
    ForeignTagMapped,
    ForeignTagUnmapped,
    GroupDefined,
    GroupRedefined,
    GroupRenamed,
    GroupRestored,
    GroupRetired,
    ListDefined,
    ListRetired,
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    SegmentRetired,
    StaffChanged,
    StaffDefined,
    StaffRestored,
    StaffRetired,
    TagDefined,
    TagMerged,
    TagRedefined,
    TagRenamed,
    TagRestored,
    TagRetired,
    TagsOrdered,
    TagUnmerged,
    WorkspaceCreated,
)
from domain.changeset import (
    NEVER,
    Attribution,
    Changeset,
    Credit,
    InteractionColumns,
    LinkColumns,
    ListColumns,
    Outcome,
    Personal,
    PropertyColumn,
    RetractedColumns,
    Selected,
    TagColumns,
    TraitColumns,
    Undoes,
    ValueType,
)
from domain.errors import LogDamaged
from server.eventlog import payload
from server.eventlog.catalogue_kinds import CATALOGUE_KINDS

_FOLDER: Final = Path(__file__).parent
_SCHEMAS: Final = (1, 2, 3, 4, 5, 6, 7, 8, payload.SCHEMA)
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
    "interactions, long": changeset(
        10,
        first_ordinal=4,
        outcome=Outcome(accepted=20),
        interactions=InteractionColumns(
            ordinals=[k % 5 for k in range(20)],
            types=["purchase", "访问"],
            type_index=[k % 2 for k in range(20)],
            occurred_at=[_AT - k * 10**15 for k in range(20)],
            touchpoints=["小程序"],
            touchpoint_index=[k % 2 for k in range(20)],
            amounts=[None if k == 3 else -(10**15) + k for k in range(20)],
            currencies=["USD"],
            currency_index=[1] * 20,
            ids=["", *(f"order-{k}" for k in range(19))],
            properties=[PropertyColumn("sku", ValueType.STRING, [f"sku-{k}" for k in range(300)], list(range(0, 300, 15)))],
        ),
    ),
    "tags, long": changeset(
        11,
        first_ordinal=4,
        outcome=Outcome(changed=20),
        tags=TagColumns(
            ordinals=list(range(20)),
            tags=[1, 2] * 10,
            applied=[True, False] * 10,
            effective_at=[_AT] * 20,
            values=[-0.0, None] * 10,
            expiries=[False, True] * 10,
            already_so=[False] * 19 + [True],
        ),
    ),
    "all duplicates": changeset(8, first_ordinal=4, outcome=Outcome(duplicates=5)),
    "tags and traits": changeset(
        9,
        first_ordinal=4,
        outcome=Outcome(changed=2),
        tags=TagColumns([1], [2], [False], [_AT], values=(), expiries=(), already_so=()),
        traits=TraitColumns([1], ["age"], [ValueType.NUMBER], [0], [_AT], [17.5]),
    ),
    "segments": changeset(
        12,
        first_ordinal=4,
        catalogue=(
            SegmentDefined(1, "buyers", "买过的人", "did purchase in last 30 days"),
            SegmentDefined(2, "好客户", "", 'tagged "VIP 客户" and in segment buyers version 1'),
            SegmentChanged(1, 'did purchase where category = "tea"'),
            SegmentRenamed(1, "tea buyers"),
            SegmentRetired(2),
        ),
    ),
    "list": changeset(
        13,
        first_ordinal=4,
        outcome=Outcome(changed=3, already_so=1, unknown=2),
        catalogue=(ListDefined(1, "请勿打扰", "no letters"),),
        listed=ListColumns(1, added=[0, 2, 3], removed=[]),
    ),
    "list, long": changeset(
        14,
        first_ordinal=4,
        outcome=Outcome(changed=22),
        listed=ListColumns(1, added=[1, *range(300, 4_294_967_295, 214_748_364)], removed=[0]),
    ),
    "list, retired": changeset(15, first_ordinal=4, catalogue=(ListRetired(1),)),
    "a segment tagged": changeset(
        16,
        first_ordinal=4,
        outcome=Outcome(changed=1),
        tags=TagColumns([0], [2], [True], [_AT], values=(), expiries=(), already_so=()),
        selected=Selected('tagged "VIP 客户"', _AT, 15),
    ),
    "undo": changeset(
        17,
        first_ordinal=4,
        outcome=Outcome(changed=1, already_so=1, conflicts=1),
        tags=TagColumns([0, 1], [2, 2], [True, False], [_AT, _AT], (), (), (), [Credit("王", "crm")], [1, 0]),
        undoes=Undoes(16, "00000000-0000-0000-0000-000000000010"),
    ),
    "replacement": changeset(
        18,
        first_ordinal=4,
        outcome=Outcome(accepted=1, changed=1),
        interactions=InteractionColumns([1], ["purchase"], (), [_AT], (), (), [5], (), (), ["o-1"], ()),
        retracted=RetractedColumns(
            InteractionColumns([0], ["purchase"], (), [_AT], (), (), [7], ["USD"], [1], ["o-1"], ()), versions=[6]
        ),
    ),
    "undo of interactions": changeset(
        19,
        first_ordinal=4,
        outcome=Outcome(changed=2),
        interactions=InteractionColumns([3], ["visit"], (), [_AT], (), (), (), (), (), (), (), [5], [2]),
        retracted=RetractedColumns(
            InteractionColumns([2], ["visit"], (), [_AT], ["shop"], [1], (), (), (), (), (), [6], [0]), versions=[6]
        ),
        undoes=Undoes(6, "00000000-0000-0000-0000-000000000006"),
    ),
    "restored": changeset(21, first_ordinal=4, catalogue=(GroupRestored(1), TagRestored(1))),
    "nothing to retract": changeset(
        20,
        first_ordinal=4,
        outcome=Outcome(already_so=1),
        retracted=RetractedColumns(InteractionColumns((), (), (), (), (), (), (), (), (), (), ()), versions=()),
    ),
    "governed": changeset(
        22,
        first_ordinal=4,
        catalogue=(
            GroupRedefined(1, "等级, as of 2026"),
            TagsOrdered(1, (1,)),
            TagRedefined(1, "", "number", -0.5, None),
            TagRedefined(2, "VIP"),
            ForeignTagMapped(1, "wecom:etAbc"),
            ForeignTagUnmapped(1, "wecom:etAbc"),
        ),
    ),
    "merged": changeset(
        23,
        first_ordinal=4,
        outcome=Outcome(changed=1),
        catalogue=(TagMerged(1, 2),),
        tags=TagColumns([1], [2], [True], [_AT], (), (), (), [Credit("王", "crm")], [1]),
    ),
    "unmerged": changeset(24, first_ordinal=4, catalogue=(TagUnmerged(1, 2),), undoes=Undoes(23, "00000000")),
    "opting out": changeset(25, first_ordinal=4, catalogue=(TagRedefined(2, "VIP", opt_out=True),)),
    "erased": changeset(26, first_ordinal=4, outcome=Outcome(changed=2, unknown=1), erased=[1, 3]),
    "erased, many": changeset(27, first_ordinal=4, outcome=Outcome(changed=300), erased=list(range(4, 304))),
    "linked": changeset(
        28,
        first_ordinal=4,
        outcome=Outcome(changed=2, new_profiles=2, unknown=1),
        links=LinkColumns(linked=True, firsts=[0, 2], seconds=[2, 4], profiles=[0, 2, 4], sizes=[3]),
    ),
    "linked, many": changeset(
        29,
        first_ordinal=6,
        outcome=Outcome(changed=300, new_profiles=300),
        links=LinkColumns(
            linked=True,
            firsts=list(range(1000, 1300)),
            seconds=list(range(2000, 2300)),
            profiles=[one for k in range(300) for one in (1000 + k, 2000 + k)],
            sizes=[2] * 300,
        ),
    ),
    "taken apart": changeset(
        30,
        first_ordinal=306,
        outcome=Outcome(changed=1, new_profiles=1),
        links=LinkColumns(linked=False, firsts=[0], seconds=[2], profiles=[2, 4], sizes=[2]),
    ),
    "staff": changeset(
        31,
        first_ordinal=307,
        catalogue=(
            DepartmentDefined(1, "east", "华东", None),
            DepartmentDefined(2, "east/1", "", 1),
            DepartmentChanged(2, "first", None),
            DepartmentRetired(1),
            StaffDefined(1, "wang", "小王", 2, "member", 3),
            TagDefined(3, None, "staff:wang", ""),
            TagRedefined(3, "", "none"),
            StaffChanged(1, "王", None, "headquarters"),
            StaffRetired(1),
            StaffRestored(1),
        ),
    ),
    "choices": changeset(33, first_ordinal=307, catalogue=(TagRedefined(3, "", "choice", choices=("小", "large")),)),
    "personal": changeset(
        32,
        first_ordinal=307,
        outcome=Outcome(changed=3),
        traits=TraitColumns(
            ordinals=[0, 1, 1],
            names=["email", "city"],
            types=[ValueType.PERSONAL, ValueType.STRING],
            index=[0, 0, 1],
            effective_at=[_AT] * 3,
            values=[Personal(1), None, "杭州"],
        ),
    ),
    "a lifetime": changeset(34, first_ordinal=307, catalogue=(TagRedefined(3, "", "none", lifetime=86_400_000_000),)),
    "lapsing": changeset(
        35,
        first_ordinal=307,
        outcome=Outcome(changed=2),
        tags=TagColumns([0, 1], [3, 2], [True, False], [_AT, _AT], (), (), (), lapses_at=[_AT + 86_400_000_000, NEVER]),
    ),
    "lapsing, many": changeset(
        36,
        first_ordinal=307,
        outcome=Outcome(changed=20),
        tags=TagColumns(
            ordinals=list(range(20)),
            tags=[3] * 20,
            applied=[True] * 20,
            effective_at=[_AT] * 20,
            values=(),
            expiries=(),
            already_so=(),
            lapses_at=[_AT + 1, NEVER] * 10,
        ),
    ),
}


def encoded() -> Iterator[tuple[str, bytes, bytes]]:
    """Name, stored bytes, and the chain hash; one stream."""
    chain = payload.GENESIS
    for name, made in CHANGESETS.items():
        state, chain = payload.encode(made, chain)
        yield name, state, chain


def opened(state: bytes) -> Any:
    """What is inside: of schema 1 the object, of later ones the two lines and the sections in hex."""
    raw = zstandard.ZstdDecompressor().decompress(state)
    if raw.startswith(b'{"schema":1,'):
        return json.loads(raw)
    envelope, content, sections = raw.split(b"\n", 2)
    return {**json.loads(envelope), "content": json.loads(content), "sections": sections.hex()}


def file_of(schema: int) -> Path:
    return _FOLDER / f"changeset_v{schema}.json"


def golden(schema: int) -> dict[str, Any]:
    if _UPDATE and schema == payload.SCHEMA:
        entries = {name: {"stored": state.hex(), "inside": opened(state)} for name, state, _ in encoded()}
        file_of(schema).write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    read: dict[str, Any] = json.loads(file_of(schema).read_text())
    return read


def as_lists(columns: Any) -> Any:
    """A changeset or its columns with every typed array as a list, so that two of them can be compared."""
    if isinstance(columns, array):
        return columns.tolist()
    if isinstance(columns, list | tuple):
        return [as_lists(one) for one in columns]
    if is_dataclass(columns) and not isinstance(columns, type):
        return type(columns), [as_lists(getattr(columns, field.name)) for field in fields(columns)]
    return columns


GOLDEN: Final = {schema: golden(schema) for schema in _SCHEMAS}
_CASES: Final = [(schema, name) for schema in _SCHEMAS for name in GOLDEN[schema]]


def test_every_kind_of_change_has_its_golden_bytes() -> None:
    newest = GOLDEN[payload.SCHEMA]
    assert list(newest) == list(CHANGESETS)
    kinds = {entry["kind"] for kept in newest.values() for entry in kept["inside"]["content"].get("catalogue", ())}
    assert kinds == set(CATALOGUE_KINDS.values())


@pytest.mark.parametrize(("schema", "name"), _CASES)
def test_golden_bytes_are_read_as_they_were_meant(schema: int, name: str) -> None:
    kept, made = GOLDEN[schema][name], CHANGESETS[name]
    read = payload.decode("golden", made.version, 17, bytes.fromhex(kept["stored"]))
    assert (read.position, read.content_sha256, read.chain_sha256) == (
        17,
        kept["inside"]["content_sha256"],
        kept["inside"]["chain_sha256"],
    )
    assert repr(as_lists(read.changeset)) == repr(as_lists(made)), "also True is not 1.0, and -0.0 not 0.0"


@pytest.mark.parametrize(("schema", "name"), _CASES)
def test_a_heading_is_the_changeset_without_its_rows(schema: int, name: str) -> None:
    kept, made = GOLDEN[schema][name], CHANGESETS[name]
    rows = dict.fromkeys(("tags", "traits", "interactions", "retracted", "listed", "links"), None) | {"erased": ()}
    read = payload.heading("golden", made.version, 17, bytes.fromhex(kept["stored"]))
    assert as_lists(read.changeset) == as_lists(replace(made, **rows))  # type: ignore[arg-type]
    assert read.content_sha256 == kept["inside"]["content_sha256"]


@pytest.mark.parametrize(("schema", "name"), _CASES)
def test_what_is_inside_is_what_stands_beside_it(schema: int, name: str) -> None:
    kept = GOLDEN[schema][name]
    assert opened(bytes.fromhex(kept["stored"])) == kept["inside"]
    assert kept["inside"]["schema"] == schema


def test_the_same_changesets_are_written_as_the_same_content() -> None:
    for name, state, _ in encoded():
        assert opened(state) == GOLDEN[payload.SCHEMA][name]["inside"], name


def test_columns_may_be_arrays_or_lists_and_are_written_alike() -> None:
    long = CHANGESETS["interactions, long"].interactions
    assert long is not None
    as_arrays = replace(long, ordinals=array("I", long.ordinals), occurred_at=array("q", long.occurred_at))
    made = [changeset(10, interactions=columns) for columns in (long, as_arrays)]
    states = [payload.encode(one, payload.GENESIS)[0] for one in made]
    assert states[0] == states[1]


@pytest.mark.parametrize("schema", _SCHEMAS)
def test_hashes_are_over_the_content_as_it_stands_and_chained_along_the_stream(schema: int) -> None:
    chain = bytes(32)
    for name, kept in GOLDEN[schema].items():
        content = hashlib.sha256(payload.content_bytes(bytes.fromhex(kept["stored"]))).digest()
        chain = hashlib.sha256(chain + content).digest()
        assert (kept["inside"]["content_sha256"], kept["inside"]["chain_sha256"]) == (content.hex(), chain.hex()), name


def test_what_cannot_be_read_is_reported_as_damage_with_its_place() -> None:
    state = bytes.fromhex(GOLDEN[payload.SCHEMA]["tags"]["stored"])
    compress = zstandard.ZstdCompressor().compress
    unknown = b'{"schema":999,"content":{}}'
    cut = compress(zstandard.ZstdDecompressor().decompress(bytes.fromhex(GOLDEN[payload.SCHEMA]["tags, long"]["stored"]))[:-9])
    for damaged in (b"", b"nonsense", state[:-3], compress(b"{}"), compress(b"[1]"), compress(b"{"), compress(unknown), cut):
        with pytest.raises(LogDamaged) as refused:
            payload.decode("golden", 3, 17, damaged)
        assert refused.value.metadata == {"workspace": "golden", "version": "3"}
