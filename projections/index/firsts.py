"""Where the first row of each profile is among rows in order of time: blocks of these tell who began in a window."""

import numpy as np
import numpy.typing as npt

UInt32s = npt.NDArray[np.uint32]

_SLICE_ROWS = 1 << 20  # numpy keeps the interpreter's lock while it scatters: for ten milliseconds at a time


def first_places(ordinals: UInt32s) -> UInt32s:
    """Places of the first row of every profile, ascending; 4 bytes a profile."""
    if not len(ordinals):
        return np.empty(0, np.uint32)
    nowhere = np.uint32(len(ordinals))
    first = np.full(int(ordinals.max()) + 1, nowhere, dtype=np.uint32)
    for end in range(len(ordinals), 0, -_SLICE_ROWS):
        start = max(0, end - _SLICE_ROWS)
        # Backwards: of several rows of a profile the one that is written last, the earliest, stays.
        first[ordinals[start:end][::-1]] = np.arange(start, end, dtype=np.uint32)[::-1]
    found: UInt32s = first[first != nowhere]
    found.sort()
    return found
