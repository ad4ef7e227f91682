"""Files of arrays: what snapshots and closed runs are stored in, mapped back without reading.

    magic (8 bytes) · length and CRC-32 of the header (4 bytes each, little-endian) · header (JSON) ·
    arrays, each at a multiple of 64

The header names each array with dtype, length, place and CRC-32, and carries whatever else describes the file. A file is
written under another name, synced, and renamed: one that has its name is whole, unless the disk or a person changed it, which
the checksums tell.
"""

import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

MAGIC = b"TGLEDG\x00\x02"
_ALIGNMENT = 64
_FIXED_BYTES = 16
_HEADER_BYTES_MAX = 1 << 30
_SPARE_ENTRIES = 1 << 6

AnyArray = npt.NDArray[Any]


class DamagedFile(Exception):
    """The file is not what was written; the text says what differs."""


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """A file that was read: arrays are mapped privately, so that writing to them changes memory only."""

    path: Path
    arrays: Mapping[str, AnyArray]
    about: Mapping[str, Any]
    counts: Mapping[str, int]
    """Entries of each array; what lies behind them is spare."""
    checksums: Mapping[str, int]
    checksum: int
    """Of the header, and as that has those of the arrays, of the whole file."""

    def verify(self) -> None:
        """Read every byte. Raises DamagedFile."""
        for name, array in self.arrays.items():
            if _checksum([array[: 1 if array.strides == (0,) else self.counts[name]]]) != self.checksums[name]:
                raise DamagedFile(f"{self.path.name}: {name} has another checksum than when it was written")


Arrays = Mapping[str, AnyArray | Sequence[AnyArray]]
"""By name; of one dimension, or the pieces of one."""


def write(path: Path, arrays: Arrays, about: Mapping[str, Any], *, spare: float = 0.0) -> None:
    """Write, sync and rename. `about`: JSON. An array with a single value for all entries takes no room.

    `spare`: room behind each array, as a share of it, a hole in the file: a mapped array can grow into it.
    """
    pieces = {name: _pieces(array) for name, array in arrays.items()}
    entries: dict[str, dict[str, Any]] = {}
    at = 0
    for name, parts in pieces.items():
        count = sum(map(len, parts))
        constant = len(parts) == 1 and count > 0 and parts[0].strides == (0,)
        pieces[name] = parts = [parts[0][:1]] if constant else parts
        capacity = count + int(count * spare) + (_SPARE_ENTRIES if spare else 0)
        dtype = parts[0].dtype
        entries[name] = {
            "dtype": dtype.str,
            "count": count,
            "capacity": capacity,
            "constant": constant,
            "at": at,
            "crc32": _checksum(parts),
        }
        at += _aligned((1 if constant else capacity) * dtype.itemsize)
    header = orjson.dumps({"arrays": entries, "about": about})
    temporary = path.with_suffix(".writing")
    with temporary.open("wb") as file:
        file.write(MAGIC + len(header).to_bytes(4, "little") + zlib.crc32(header).to_bytes(4, "little") + header)
        start = _aligned(_FIXED_BYTES + len(header))
        for name, parts in pieces.items():
            file.seek(start + entries[name]["at"])
            for part in parts:
                part.tofile(file)
        file.truncate(start + at)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read(path: Path) -> ArrayFile:
    """Map the file. Raises DamagedFile; the contents of the arrays are not looked at (`verify` does)."""
    try:
        with path.open("rb") as file:
            fixed = file.read(_FIXED_BYTES)
            length, checksum = int.from_bytes(fixed[8:12], "little"), int.from_bytes(fixed[12:], "little")
            if fixed[:8] != MAGIC or length > _HEADER_BYTES_MAX:
                raise DamagedFile(f"{path.name} is not a file of arrays of this version")
            stored = file.read(length)
            if zlib.crc32(stored) != checksum:
                raise DamagedFile(f"{path.name}: the header has another checksum than when it was written")
            header = orjson.loads(stored)
        data = np.memmap(path, dtype=np.uint8, mode="c")
        start = _aligned(_FIXED_BYTES + length)
        arrays = {name: _mapped(data, start, entry) for name, entry in header["arrays"].items()}
        counts = {name: entry["count"] for name, entry in header["arrays"].items()}
        checksums = {name: entry["crc32"] for name, entry in header["arrays"].items()}
        return ArrayFile(path, arrays, header["about"], counts, checksums, checksum)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedFile(f"{path.name} cannot be read: {error}") from error


def checksum_of(path: Path) -> int:
    """The checksum that a file carries; not worked out anew."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(_FIXED_BYTES)[12:], "little")


def _mapped(data: AnyArray, start: int, entry: Mapping[str, Any]) -> AnyArray:
    dtype, count = np.dtype(entry["dtype"]), entry["count"]
    first, stored = start + entry["at"], 1 if entry["constant"] else entry["capacity"]
    end = first + stored * dtype.itemsize
    if end > len(data):
        raise DamagedFile(f"the file ends at byte {len(data)}, within an array that ends at {end}")
    # A plain array over the mapping: subclass machinery of memmap would cost on every slice.
    array = np.asarray(data[first:end]).view(dtype)
    return np.broadcast_to(array, (count,)) if entry["constant"] else array


def _pieces(array: AnyArray | Sequence[AnyArray]) -> list[AnyArray]:
    if isinstance(array, np.ndarray):
        return [array]
    return [np.ascontiguousarray(piece) for piece in array] or [np.empty(0, np.uint8)]


def _checksum(parts: Sequence[AnyArray]) -> int:
    checksum = 0
    for part in parts:
        if len(part):
            checksum = zlib.crc32(np.ascontiguousarray(part).data.cast("B"), checksum)
    return checksum


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
