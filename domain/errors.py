"""The one tree of refusals and faults.

A CallerError says that the request is wrong, a ServiceError that we are. Each class has one `reason` (the names of
proto/tagledger/v1/error_reason.proto); server/errors.py maps the tree to gRPC along the class order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One offending field: its path as in the proto (`interactions.occurred_at_us[3]`) and what to do about it."""

    field: str
    description: str


class TagledgerError(Exception):
    """Root. `message` says what is wrong and what to do; `metadata` repeats each dynamic part of it, as text."""

    reason = "INTERNAL"

    def __init__(
        self, message: str, *, metadata: Mapping[str, str] | None = None, violations: Sequence[Violation] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)


class CallerError(TagledgerError):
    """The request is wrong; sending it again unchanged cannot help."""


class InvalidField(CallerError):
    """One or more fields break their bounds; `violations` names every one (the first 100)."""

    reason = "INVALID_FIELD"

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> "InvalidField":
        """Build from at least one violation."""
        first = violations[0]
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        return cls(f"{first.field}: {first.description}{more}", violations=violations[:100])


class InvalidExpression(CallerError):
    """The expression cannot be read. Line and column count from 1, in characters.

    `source_line` may be the part of a long line that begins `shown_from` characters in.
    """

    reason = "INVALID_EXPRESSION"

    def __init__(
        self, problem: str, *, line: int = 0, column: int = 0, source_line: str = "", shown_from: int = 0, expected: str = ""
    ) -> None:
        where = f"line {line}, column {column}: " if line else ""
        caret = f"\n  {source_line}\n  {' ' * (column - 1 - shown_from)}^" if line else ""
        super().__init__(
            f"{where}{problem}{caret}",
            metadata={"line": str(line), "column": str(column), "expected": expected},
            violations=[Violation("segment", problem)],
        )
        self.problem, self.line, self.column, self.source_line, self.expected = problem, line, column, source_line, expected


class LimitExceeded(CallerError):
    """A limit of domain/limits.py is passed."""

    reason = "LIMIT_EXCEEDED"

    @classmethod
    def of(cls, limit: str, *, field: str, maximum: int, actual: int, remedy: str) -> "LimitExceeded":
        """Build from the limit's name, both numbers and what to do."""
        message = f"{field}: {actual:,} is more than the limit of {maximum:,} ({limit}); {remedy}"
        return cls(
            message,
            metadata={"limit": limit, "maximum": str(maximum), "actual": str(actual)},
            violations=[Violation(field, message)],
        )

    @classmethod
    def refuse(cls, limit: str, *, field: str, maximum: int, actual: int, remedy: str) -> None:
        """Raise it where `actual` is more than the maximum."""
        if actual > maximum:
            raise cls.of(limit, field=field, maximum=maximum, actual=actual, remedy=remedy)


class InvalidPageToken(CallerError):
    """The token is not ours, or belongs to another question."""

    reason = "INVALID_PAGE_TOKEN"


class TypeConflict(CallerError):
    """A trait or property was first recorded with another type."""

    reason = "TYPE_CONFLICT"


class NotFound(CallerError):
    """Something that the request names does not exist."""


class UnknownWorkspace(NotFound):
    """No such tenant."""

    reason = "UNKNOWN_WORKSPACE"


class UnknownTag(NotFound):
    """One or more tags are not in the catalogue."""

    reason = "UNKNOWN_TAG"


class UnknownTagGroup(NotFound):
    """No such tag group."""

    reason = "UNKNOWN_TAG_GROUP"


class UnknownSegment(NotFound):
    """No such segment, no such version of it, or none yet at known_at."""

    reason = "UNKNOWN_SEGMENT"

    @classmethod
    def of(cls, name: str, message: str, field: str = "segment") -> "UnknownSegment":
        """Build from the name that is asked for, and the field that asks."""
        return cls(message, metadata={"segment": name}, violations=[Violation(field, message)])


class UnknownList(NotFound):
    """No such list, no such version of it, or none yet at known_at."""

    reason = "UNKNOWN_LIST"

    @classmethod
    def of(cls, name: str, message: str, field: str = "segment") -> "UnknownList":
        """Build from the name that is asked for, and the field that asks."""
        return cls(message, metadata={"list": name}, violations=[Violation(field, message)])


class UnknownProfile(NotFound):
    """The workspace has never seen this profile."""

    reason = "UNKNOWN_PROFILE"


class UnknownForeignTag(NotFound):
    """No tag has this name of another system."""

    reason = "UNKNOWN_FOREIGN_TAG"


class UnknownChangeset(NotFound):
    """No such changeset in the workspace."""

    reason = "UNKNOWN_CHANGESET"


class UnknownInteraction(NotFound):
    """No interaction with this id was ever recorded."""

    reason = "UNKNOWN_INTERACTION"


class CorrectedMeanwhile(CallerError):
    """Others corrected the same interactions between the look-up and the commit, again and again."""

    reason = "CORRECTED_MEANWHILE"


class NotUndoable(CallerError):
    """The changeset cannot be taken back: it has what has no inverse, or nothing of it is left."""

    reason = "NOT_UNDOABLE"


class NotLinked(CallerError):
    """The profiles are one person, but no link says so of just these two."""

    reason = "NOT_LINKED"


class NameTaken(CallerError):
    """The name is in use."""

    reason = "NAME_TAKEN"


class RequestIdReused(CallerError):
    """The request id was recorded with other content."""

    reason = "REQUEST_ID_REUSED"


class TagRetired(CallerError):
    """A retired tag cannot be applied, a retired group takes no tags, and neither is retired again."""

    reason = "TAG_RETIRED"


class NotRetired(CallerError):
    """A tag or group that is in use cannot be restored."""

    reason = "NOT_RETIRED"


class TagMerged(CallerError):
    """The tag is merged into another one, or what is asked for lies before a merge that stands."""

    reason = "TAG_MERGED"


class NotMergeable(CallerError):
    """The two tags cannot be one."""

    reason = "NOT_MERGEABLE"


class SegmentCycle(CallerError):
    """The new version of a segment would depend on the segment itself."""

    reason = "SEGMENT_CYCLE"


class SegmentInUse(CallerError):
    """Other segments name the one that would be retired."""

    reason = "SEGMENT_IN_USE"


class SegmentRetired(CallerError):
    """A retired segment takes no version, is not named by new ones, and is not retired again."""

    reason = "SEGMENT_RETIRED"


class SegmentUnchanged(CallerError):
    """The new version would say what the newest one says."""

    reason = "SEGMENT_UNCHANGED"


class ListRetired(CallerError):
    """A retired list takes no upload, and is not retired again."""

    reason = "LIST_RETIRED"


class UnknownDepartment(NotFound):
    """No such department."""

    reason = "UNKNOWN_DEPARTMENT"


class UnknownStaff(NotFound):
    """No such staff member."""

    reason = "UNKNOWN_STAFF"


class DepartmentInUse(CallerError):
    """Staff is of the department, or departments in use stand below it."""

    reason = "DEPARTMENT_IN_USE"


class StaffRetired(CallerError):
    """Who left takes no customers and does nothing, a retired department takes no staff, and neither is retired again."""

    reason = "STAFF_RETIRED"


class OutOfScope(CallerError):
    """Somebody of whom the request speaks is no customer within the role of the staff member who makes it."""

    reason = "OUT_OF_SCOPE"


class MixedCurrencies(CallerError):
    """A sum would add different currencies."""

    reason = "MIXED_CURRENCIES"


class PositionAhead(CallerError):
    """known_at lies beyond the end of the log."""

    reason = "POSITION_AHEAD"


class ServiceError(TagledgerError):
    """We are wrong, or not able just now."""


class Overloaded(ServiceError):
    """Too much is waiting; try again later."""

    reason = "OVERLOADED"


class StoreUnavailable(ServiceError):
    """The database cannot be reached. A write was not acknowledged; repeat it with the same request id."""

    reason = "STORE_UNAVAILABLE"


class ShuttingDown(ServiceError):
    """The server is going away."""

    reason = "SHUTTING_DOWN"


class LogDamaged(ServiceError):
    """A stored changeset does not match its hash, or cannot be decoded."""

    reason = "LOG_DAMAGED"
