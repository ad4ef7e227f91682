"""One server a folder."""

import fcntl
import os
from pathlib import Path

from domain.errors import StoreUnavailable


def lock_folder(folder: Path, setting: str) -> int:
    """Make the folder, and take it for this process; the lock goes with the process, however it ends.

    `setting`: the flag that chose it. Raises StoreUnavailable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "LOCK", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreUnavailable(
            f"cannot use the {setting} folder {folder}: {error.strerror}; choose another --{setting} folder"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        remedy = f"stop it, or choose another --{setting} folder"
        message = f"the {setting} folder {folder} is in use by another tagledger server; {remedy}"
        raise StoreUnavailable(message) from error
    return handle
