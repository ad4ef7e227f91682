"""Every refusal as a class, so that callers catch what they can handle and never match English text.

The tree says who has to act: a CallerError will fail again until the call is changed, a ServiceError may pass by itself::

    TagledgerError
    ├── CallerError
    │   ├── InvalidArgument      InvalidField, InvalidExpression, LimitExceeded, InvalidPageToken, TypeConflict, PositionAhead
    │   ├── NotFound             UnknownWorkspace, UnknownTag, UnknownTagGroup, UnknownSegment, UnknownList,
    │   │                        UnknownProfile, UnknownChangeset, UnknownInteraction, UnknownForeignTag,
    │   │                        UnknownDepartment, UnknownStaff
    │   ├── AlreadyExists        NameTaken
    │   ├── PermissionDenied     OutOfScope
    │   └── FailedPrecondition   RequestIdReused, TagRetired, MixedCurrencies, SegmentCycle, SegmentInUse, SegmentRetired,
    │                            SegmentUnchanged, ListRetired, NotUndoable, NotRetired, TagMerged, NotMergeable,
    │                            NotLinked, DepartmentInUse, StaffRetired
    └── ServiceError
        ├── Unavailable          StoreUnavailable, ShuttingDown, CorrectedMeanwhile
        ├── ResourceExhausted    Overloaded
        ├── DeadlineExceeded     OutcomeUnknown (a write)
        └── Fault                LogDamaged, Internal
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from .error_kinds import AlreadyExists as AlreadyExists
from .error_kinds import CallerError as CallerError
from .error_kinds import DeadlineExceeded as DeadlineExceeded
from .error_kinds import FailedPrecondition as FailedPrecondition
from .error_kinds import Fault as Fault
from .error_kinds import FieldViolation as FieldViolation
from .error_kinds import InvalidArgument as InvalidArgument
from .error_kinds import NotFound as NotFound
from .error_kinds import PermissionDenied as PermissionDenied
from .error_kinds import ResourceExhausted as ResourceExhausted
from .error_kinds import ServiceError as ServiceError
from .error_kinds import TagledgerError as TagledgerError
from .error_kinds import Unavailable as Unavailable
from .values import Interaction


class InvalidField(InvalidArgument):
    """One or more fields break their stated bounds; ``violations`` names each."""

    REASON = "INVALID_FIELD"


class InvalidExpression(InvalidArgument):
    """The segment expression cannot be read; ``metadata`` has line, column and expected."""

    REASON = "INVALID_EXPRESSION"


class LimitExceeded(InvalidArgument):
    """A named limit is passed; ``metadata`` has limit, maximum and actual."""

    REASON = "LIMIT_EXCEEDED"


class InvalidPageToken(InvalidArgument):
    """The page token is not the service's, or belongs to another question."""

    REASON = "INVALID_PAGE_TOKEN"


class TypeConflict(InvalidArgument):
    """A trait or property has another type than the one that its name was first recorded with."""

    REASON = "TYPE_CONFLICT"


class PositionAhead(InvalidArgument):
    """``known_at`` lies beyond the end of the log."""

    REASON = "POSITION_AHEAD"
    CODE = "OUT_OF_RANGE"


class UnknownWorkspace(NotFound):
    """No such workspace."""

    REASON = "UNKNOWN_WORKSPACE"


class UnknownTag(NotFound):
    """One or more tags are not in the catalogue."""

    REASON = "UNKNOWN_TAG"


class UnknownTagGroup(NotFound):
    """No such tag group."""

    REASON = "UNKNOWN_TAG_GROUP"


class UnknownSegment(NotFound):
    """No such segment, no such version of it, or none yet at ``known_at``; ``metadata`` has segment."""

    REASON = "UNKNOWN_SEGMENT"


class UnknownList(NotFound):
    """No such list, no such version of it, or none yet at ``known_at``; ``metadata`` has list."""

    REASON = "UNKNOWN_LIST"


class UnknownProfile(NotFound):
    """No such profile."""

    REASON = "UNKNOWN_PROFILE"


class UnknownChangeset(NotFound):
    """No such changeset."""

    REASON = "UNKNOWN_CHANGESET"


class UnknownDepartment(NotFound):
    """No such department; ``metadata`` has department_id."""

    REASON = "UNKNOWN_DEPARTMENT"


class UnknownStaff(NotFound):
    """No such staff member; ``metadata`` has staff_id."""

    REASON = "UNKNOWN_STAFF"


class NameTaken(AlreadyExists):
    """The workspace, group, tag or segment name is in use."""

    REASON = "NAME_TAKEN"


class RequestIdReused(FailedPrecondition):
    """This request_id was recorded with other content."""

    REASON = "REQUEST_ID_REUSED"


class TagRetired(FailedPrecondition):
    """A retired tag or group cannot be applied or changed."""

    REASON = "TAG_RETIRED"


class UnknownInteraction(NotFound):
    """No interaction with this id was ever recorded; ``metadata`` has id."""

    REASON = "UNKNOWN_INTERACTION"


class NotUndoable(FailedPrecondition):
    """A changeset that cannot be taken back, or of which nothing is left."""

    REASON = "NOT_UNDOABLE"


class NotRetired(FailedPrecondition):
    """A tag or group that is in use cannot be restored."""

    REASON = "NOT_RETIRED"


class TagMerged(FailedPrecondition):
    """The tag is merged, or what is asked for lies before a merge that stands; ``metadata`` has tag and into."""

    REASON = "TAG_MERGED"


class NotMergeable(FailedPrecondition):
    """The two tags cannot be one."""

    REASON = "NOT_MERGEABLE"


class NotLinked(FailedPrecondition):
    """Profiles that are one person, but not by a link of just these two."""

    REASON = "NOT_LINKED"


class UnknownForeignTag(NotFound):
    """No tag has this name of another system; ``metadata`` has foreign_key."""

    REASON = "UNKNOWN_FOREIGN_TAG"


class SegmentCycle(FailedPrecondition):
    """The segment would depend on itself; ``metadata`` has segments, in order."""

    REASON = "SEGMENT_CYCLE"


class SegmentInUse(FailedPrecondition):
    """Living segments name the one to retire; ``metadata`` has segments."""

    REASON = "SEGMENT_IN_USE"


class SegmentRetired(FailedPrecondition):
    """A retired segment takes no new version, and no new definition names it."""

    REASON = "SEGMENT_RETIRED"


class ListRetired(FailedPrecondition):
    """A retired list takes no more uploads."""

    REASON = "LIST_RETIRED"


class SegmentUnchanged(FailedPrecondition):
    """The segment says that already: nothing was changed."""

    REASON = "SEGMENT_UNCHANGED"


class MixedCurrencies(FailedPrecondition):
    """A sum would add different currencies."""

    REASON = "MIXED_CURRENCIES"


class DepartmentInUse(FailedPrecondition):
    """Staff is of the department, or departments in use stand below it."""

    REASON = "DEPARTMENT_IN_USE"


class StaffRetired(FailedPrecondition):
    """Who left takes no customers and does nothing; a retired department takes no staff."""

    REASON = "STAFF_RETIRED"


class OutOfScope(PermissionDenied):
    """The call speaks of somebody who is no customer within the role of the staff member who makes it."""

    REASON = "OUT_OF_SCOPE"


class CorrectedMeanwhile(Unavailable):
    """Others keep correcting the same interactions; nothing was recorded."""

    REASON = "CORRECTED_MEANWHILE"
    CODE = "ABORTED"


class Overloaded(ResourceExhausted):
    """Too much at once; the same call may succeed later."""

    REASON = "OVERLOADED"

    @property
    def transient(self) -> bool:
        """Overload passes."""
        return True


class StoreUnavailable(Unavailable):
    """The service's database cannot be reached; the write may be repeated with the same request_id."""

    REASON = "STORE_UNAVAILABLE"


class ShuttingDown(Unavailable):
    """The server is going away; repeat later with the same request_id."""

    REASON = "SHUTTING_DOWN"


class LogDamaged(Fault):
    """A stored changeset does not match its hash."""

    REASON = "LOG_DAMAGED"
    CODE = "DATA_LOSS"


class Internal(Fault):
    """A fault of the service; ``metadata`` has the incident id that stands in its log."""

    REASON = "INTERNAL"


class OutcomeUnknown(DeadlineExceeded):
    """A write was not answered in time: it may or may not be recorded. Repeat it with ``request_id``: it counts once."""


class InteractionsNotRecorded(TagledgerError):
    """A batch of a buffer was refused, or given up: ``rows`` were not acknowledged, ``__cause__`` says why."""

    def __init__(self, cause: TagledgerError, rows: Sequence[Interaction], request_id: str) -> None:
        super().__init__(
            f"{len(rows)} interactions were not recorded: {cause.message}",
            reason=cause.reason,
            code=cause.code,
            metadata=cause.metadata,
            violations=cause.violations,
            request_id=request_id,
        )
        self.__cause__ = cause
        self.rows: tuple[Interaction, ...] = tuple(rows)


def _with_reasons(kind: type[TagledgerError]) -> Iterator[type[TagledgerError]]:
    for below in kind.__subclasses__():
        if below.REASON:
            yield below
        yield from _with_reasons(below)


BY_REASON: Final[Mapping[str, type[TagledgerError]]] = {error.REASON: error for error in _with_reasons(TagledgerError)}
"""The class of each reason of error_reason.proto; a test holds the two together."""

BY_CODE: Final[Mapping[str, type[TagledgerError]]] = {
    "INVALID_ARGUMENT": InvalidArgument,
    "OUT_OF_RANGE": InvalidArgument,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "FAILED_PRECONDITION": FailedPrecondition,
    "PERMISSION_DENIED": PermissionDenied,
    "UNAUTHENTICATED": CallerError,
    "UNIMPLEMENTED": CallerError,
    "UNAVAILABLE": Unavailable,
    # We never cancel a unary call: a server that goes away does, to the calls that it has not begun.
    "CANCELLED": Unavailable,
    "RESOURCE_EXHAUSTED": ResourceExhausted,
    "DEADLINE_EXCEEDED": DeadlineExceeded,
    "DATA_LOSS": Fault,
    "INTERNAL": Fault,
}
"""The nearest base class for a reason that this client does not know, by gRPC status code; else ServiceError."""
