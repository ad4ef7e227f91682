"""Exit codes of every client command, in one table, because scripts branch on them and nothing else says what they mean."""

from typing import Final

from clients.sdk.errors import CallerError, DeadlineExceeded, NotFound, ResourceExhausted, TagledgerError, Unavailable

DONE: Final = 0
NO: Final = 1
USAGE: Final = 2
REFUSED: Final = 3
NOT_FOUND: Final = 4
UNAVAILABLE: Final = 5
PARTIAL: Final = 6
FAULT: Final = 7
INTERRUPTED: Final = 130

TABLE: Final = (
    (DONE, "done"),
    (NO, "`check --exit-status`: at least one profile is not in the segment; `verify`: something is not as it was recorded"),
    (
        USAGE,
        "the command line, or a file that it names, cannot be read or written; what was sent before a damaged place stays sent",
    ),
    (REFUSED, "the service refused the call: a wrong expression, value, state or type"),
    (NOT_FOUND, "a workspace, tag, group, segment, list, profile or changeset does not exist"),
    (UNAVAILABLE, "no service there, or no answer in time: a write may or may not be recorded, and is safe to repeat"),
    (PARTIAL, "an import ended, with rows rejected"),
    (FAULT, "a fault of the service, or of this program"),
    (INTERRUPTED, "interrupted (Ctrl-C)"),
)

HELP: Final = "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in TABLE)


def code_of(error: TagledgerError) -> int:
    """Return the exit code of a failed call."""
    if isinstance(error, NotFound):
        return NOT_FOUND
    if isinstance(error, CallerError):
        return REFUSED
    if isinstance(error, Unavailable | DeadlineExceeded | ResourceExhausted):
        return UNAVAILABLE
    return FAULT
