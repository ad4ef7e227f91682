"""Columns of a file as columns of the ledger, vectorised; only what fails as a whole is looked at cell by cell.

Each function takes an Arrow array and a `Rejects`, and returns an array of the same length. A cell that cannot be taken
rejects its row; what stands in its place does not matter, for the row is dropped before anything is sent.
"""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clients.cli.times import instant_of
from clients.sdk.interactions import UNITS, amount_units

MAX_ID_BYTES: Final = 256
MAX_NAME_CHARACTERS: Final = 128
MAX_VALUE_BYTES: Final = 1_024
MAX_MAGNITUDE: Final = 1e14
MAX_UNITS: Final = 10**15
MIN_INSTANT_US: Final = -2_208_988_800_000_000
MAX_INSTANT_US: Final = 7_258_118_400_000_000
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Rejects:
    """The rows of one batch that are left out, by offset, each with its first reason."""

    def __init__(self, broken: dict[int, str] | None = None) -> None:
        self.reasons: dict[int, str] = dict(broken or {})

    def add(self, offset: int, reason: str) -> None:
        """Reject a row, unless it was rejected before."""
        self.reasons.setdefault(offset, reason)

    def add_where(self, mask: Mask, reason: Callable[[int], str]) -> None:
        """Reject every row of a mask."""
        for offset in np.flatnonzero(mask):
            self.add(int(offset), reason(int(offset)))


def mask_of(array: pa.Array) -> Mask:
    """Return a boolean Arrow array as a mask; null counts as false."""
    filled: Mask = pc.fill_null(array, False).to_numpy(zero_copy_only=False)
    return filled


def plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return one contiguous array, dictionaries decoded."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def supported(kind: pa.DataType) -> bool:
    """Tell whether a column of this type can be imported."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    checks = (is_text, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    times = (pa.types.is_date, pa.types.is_timestamp, pa.types.is_null)
    return any(check(value) for check in checks + times)


def texts(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return text, null where absent: whole numbers as decimal digits, days and times as ISO 8601."""
    kind = array.type
    if is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return pc.cast(array, pa.string())
    if pa.types.is_floating(kind):
        values = pc.cast(array, pa.float64()).to_numpy(zero_copy_only=False)
        whole = np.isfinite(values) & (np.rint(values) == values) & (np.abs(values) <= 2.0**53)
        rejects.add_where(~whole & mask_of(pc.is_valid(array)), lambda at: f"{name}: {array[at].as_py()} is no whole number")
        return pc.cast(pa.array(np.where(whole, values, 0).astype(np.int64), mask=~mask_of(pc.is_valid(array))), pa.string())
    if pa.types.is_decimal(kind):
        return pa.array([None if cell is None else f"{cell.normalize():f}" for cell in array.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind):
        naive = pc.cast(pc.cast(array, pa.timestamp(kind.unit, "UTC") if kind.tz else kind), pa.timestamp(kind.unit))
        written = pc.strftime(naive, format="%Y-%m-%dT%H:%M:%S")
        trimmed = pc.replace_substring_regex(written, r"(\.[0-9]*?)0+$", r"\1")
        trimmed = pc.replace_substring_regex(trimmed, r"\.$", "")
        return pc.binary_join_element_wise(trimmed, "Z", "") if kind.tz else trimmed
    return pc.cast(array, pa.string())


def bounded(array: pa.Array, name: str, rejects: Rejects, *, max_bytes: int = 0, max_characters: int = 0) -> pa.Array:
    """Return the text itself, rejecting what is too long."""
    limit, lengths = (max_bytes, pc.binary_length(array)) if max_bytes else (max_characters, pc.utf8_length(array))
    unit = "bytes" if max_bytes else "characters"
    rejects.add_where(mask_of(pc.greater(lengths, limit)), lambda at: f"{name}: longer than {limit:,} {unit}")
    return array


def required(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return the text itself, rejecting what is absent or empty."""
    empty = pc.or_kleene(pc.is_null(array), pc.equal(pc.binary_length(array), 0))
    rejects.add_where(mask_of(empty), lambda at: f"{name}: empty")
    return array


def profile_ids(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return profile ids as text."""
    return bounded(required(texts(array, name, rejects), name, rejects), name, rejects, max_bytes=MAX_ID_BYTES)


def names(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return names (of types, touchpoints, tags) as text in NFC; empty ones become null."""
    text = texts(array, name, rejects)
    if not pc.all(pc.string_is_ascii(text)).as_py():
        text = pc.utf8_normalize(text, form="NFC")
    text = pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)
    return bounded(text, name, rejects, max_characters=MAX_NAME_CHARACTERS)


def nfc(name: str) -> str:
    """Return a name as the ledger compares it."""
    return unicodedata.normalize("NFC", name)


def _parse(array: pa.Array, name: str, rejects: Rejects, kind: pa.DataType, parse: Callable[[str], Any], what: str) -> pa.Array:
    """Return text parsed: all at once, or cell by cell where that fails."""
    try:
        return pc.cast(array, kind)
    except pa.ArrowInvalid:
        cells: list[Any] = []
        for at, cell in enumerate(array.to_pylist()):
            try:
                cells.append(None if cell is None else parse(cell))
            except (ValueError, OverflowError):
                cells.append(None)
                rejects.add(at, f"{name}: {cell[:80]!r} is no {what}")
        return pa.array(cells, kind)


def _number(text: str) -> float:
    if "_" in text:
        raise ValueError(text)
    return float(text)


def numbers(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return doubles, null where absent, rejecting what is not finite or beyond 1e14."""
    if is_text(array.type):
        found = _parse(pc.cast(array, pa.string()), name, rejects, pa.float64(), _number, "number")
    elif pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type):
        found = pc.cast(array, pa.float64(), safe=False)
    elif pa.types.is_null(array.type):
        return pa.array([None] * len(array), pa.float64())
    else:
        rejects.add_where(mask_of(pc.is_valid(array)), lambda at: f"{name}: a {array.type} is no number")
        return pa.array([None] * len(array), pa.float64())
    values = pc.fill_null(found, 0.0).to_numpy(zero_copy_only=False)
    remedy = "is no number up to 1e14 in size; if it is a code, import it as text with --property-type or --trait-type"
    rejects.add_where(~(np.abs(values) <= MAX_MAGNITUDE), lambda at: f"{name}: {array[at].as_py()} {remedy} {name}=string")
    return found


def _bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def bools(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return booleans, null where absent."""
    if pa.types.is_boolean(array.type):
        return array
    cells: list[bool | None] = []
    for at, cell in enumerate(texts(array, name, rejects).to_pylist()):
        try:
            cells.append(None if cell is None else _bool(cell))
        except ValueError:
            cells.append(None)
            rejects.add(at, f"{name}: {cell[:80]!r} is neither true nor false")
    return pa.array(cells, pa.bool_())


def dates(array: pa.Array, name: str, rejects: Rejects) -> pa.Array:
    """Return calendar days, null where absent."""
    if pa.types.is_date(array.type):
        return pc.cast(array, pa.date32())
    return _parse(texts(array, name, rejects), name, rejects, pa.date32(), date.fromisoformat, "calendar day")


def values(array: pa.Array, kind: str, name: str, rejects: Rejects) -> pa.Array:
    """Return values of a trait or property of this kind (string, number, bool or date), null where absent."""
    match kind:
        case "number":
            return numbers(array, name, rejects)
        case "bool":
            return bools(array, name, rejects)
        case "date":
            return dates(array, name, rejects)
        case _:
            return bounded(texts(array, name, rejects), name, rejects, max_bytes=MAX_VALUE_BYTES)


def kind_of(array_type: pa.DataType, *, as_trait: bool) -> str:
    """Return the kind of value that a typed column gives: days are days in traits and text in properties."""
    value = array_type.value_type if pa.types.is_dictionary(array_type) else array_type
    if pa.types.is_boolean(value):
        return "bool"
    if pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_decimal(value):
        return "number"
    return "date" if as_trait and pa.types.is_date(value) else "string"


def amounts(array: pa.Array, name: str, rejects: Rejects) -> tuple[Ints, Mask]:
    """Return amounts in 1/10,000 rounded half-even, and where there is one."""
    present = mask_of(pc.is_valid(array))
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        given = pc.fill_null(pc.cast(array, pa.float64(), safe=False), 0.0).to_numpy(zero_copy_only=False)
        with np.errstate(over="ignore"):
            units = np.rint(given * UNITS)
    else:
        units = _text_units(array if pa.types.is_decimal(array.type) else texts(array, name, rejects), name, rejects)
    good = np.abs(units) <= MAX_UNITS
    rejects.add_where(present & ~good, lambda at: f"{name}: {array[at].as_py()} is no amount up to 100,000,000,000")
    return np.where(good, units, 0).astype(np.int64), present


def _text_units(array: pa.Array, name: str, rejects: Rejects) -> npt.NDArray[np.float64]:
    """Return units of decimals or text. With at most four decimals a double is exact enough; others go one by one."""
    if is_text(array.type) and pc.all(pc.match_substring_regex(array, r"^-?[0-9]{1,11}(\.[0-9]{0,4})?$")).as_py() is not False:
        doubles = pc.fill_null(pc.cast(array, pa.float64()), 0.0)
        return np.asarray(np.rint(doubles.to_numpy(zero_copy_only=False) * UNITS))
    units = np.zeros(len(array), np.float64)
    for at, cell in enumerate(array.to_pylist()):
        try:
            units[at] = 0 if cell is None else amount_units(cell)
        except (ValueError, OverflowError):
            rejects.add(at, f"{name}: {str(cell)[:80]!r} is no amount")
    return units


def _local_us(naive_us: Ints, zone: tzinfo) -> Ints:
    """Return instants of local times; skipped times as the clock went on, repeated ones the first time."""
    distinct, places = np.unique(naive_us, return_inverse=True)
    found = np.empty(len(distinct), np.int64)
    for at, local in enumerate(distinct.tolist()):
        instant = (_NAIVE_EPOCH + timedelta(microseconds=local)).replace(tzinfo=zone) - _EPOCH
        found[at] = instant.days * 86_400_000_000 + instant.seconds * 1_000_000 + instant.microseconds
    return np.asarray(found[places])


def _stamps_us(array: pa.Array, zone: tzinfo, name: str, rejects: Rejects) -> Ints:
    """Return a timestamp column in microseconds, out-of-range ones rejected before anything can overflow."""
    unit, zoned = array.type.unit, array.type.tz is not None
    raw = pc.fill_null(pc.cast(array, pa.int64()), 0).to_numpy(zero_copy_only=False)
    per_second = _PER_SECOND[unit]
    slack = 0 if zoned else 172_800
    low, high = (MIN_INSTANT_US // 10**6 - slack) * per_second, (MAX_INSTANT_US // 10**6 + slack) * per_second
    outside = (raw < low) | (raw >= high)
    rejects.add_where(outside & mask_of(pc.is_valid(array)), lambda at: f"{name}: outside 1900-01-01 to 2199-12-31")
    raw = np.where(outside, 0, raw)
    us = raw * (10**6 // per_second) if per_second <= 10**6 else np.floor_divide(raw, per_second // 10**6)
    return us if zoned or zone is UTC else _local_us(us, zone)


def _text_us(array: pa.Array, zone: tzinfo, name: str, rejects: Rejects) -> Ints:
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            return _stamps_us(pc.cast(array, kind), zone, name, rejects)
        except pa.ArrowInvalid:
            continue
    us = np.zeros(len(array), np.int64)
    for at, cell in enumerate(array.to_pylist()):
        try:
            instant = _EPOCH if cell is None else instant_of(cell, zone)
            us[at] = (instant - _EPOCH) // timedelta(microseconds=1)
        except ValueError:
            rejects.add(at, f"{name}: cannot read {cell[:80]!r} as a time; ISO 8601 is understood")
    return us


def instants(array: pa.Array, zone: tzinfo, name: str, rejects: Rejects) -> tuple[Ints, Mask]:
    """Return microseconds since the epoch, and where there is one. Times without a zone are in ``zone``."""
    present = mask_of(pc.is_valid(array))
    if pa.types.is_timestamp(array.type):
        us = _stamps_us(array, zone, name, rejects)
    elif pa.types.is_date(array.type):
        us = _stamps_us(pc.cast(pc.cast(array, pa.date32()), pa.timestamp("s")), zone, name, rejects)
    elif is_text(array.type):
        us = _text_us(pc.cast(array, pa.string()), zone, name, rejects)
    else:
        us = np.zeros(len(array), np.int64)
        rejects.add_where(present, lambda at: f"{name}: a {array.type} is no time; give ISO 8601 text or timestamps")
    outside = (us < MIN_INSTANT_US) | (us >= MAX_INSTANT_US)
    rejects.add_where(present & outside, lambda at: f"{name}: outside 1900-01-01 to 2199-12-31")
    return us, present
