"""The kinds of refusals: who has to act, and what gRPC calls it. Each refusal itself stands in errors.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that breaks its bounds, by path, and how."""

    field: str
    description: str


class TagledgerError(Exception):
    """A call that was not answered. ``reason`` is the machine-readable reason, empty when the service gave none."""

    REASON: ClassVar[str] = ""
    CODE: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        code: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.REASON
        self.code = code or self.CODE
        self.metadata: Mapping[str, str] = dict(metadata or {})
        self.violations: tuple[FieldViolation, ...] = tuple(violations)
        self.request_id = request_id

    @property
    def transient(self) -> bool:
        """Whether the same call, with the same request_id, may succeed later."""
        return False


class CallerError(TagledgerError):
    """The call is wrong, and stays wrong until it is changed."""


class ServiceError(TagledgerError):
    """The service could not do it; the call may be right."""


class InvalidArgument(CallerError):
    """Something in the call cannot be read or is out of bounds."""

    CODE = "INVALID_ARGUMENT"


class NotFound(CallerError):
    """Something that the call names does not exist."""

    CODE = "NOT_FOUND"


class AlreadyExists(CallerError):
    """Something that the call would make exists."""

    CODE = "ALREADY_EXISTS"


class FailedPrecondition(CallerError):
    """The state of the workspace forbids it."""

    CODE = "FAILED_PRECONDITION"


class PermissionDenied(CallerError):
    """The actor, or whoever reads, may not."""

    CODE = "PERMISSION_DENIED"


class Unavailable(ServiceError):
    """The service cannot be reached, or is going away."""

    CODE = "UNAVAILABLE"

    @property
    def transient(self) -> bool:
        """Unavailability passes."""
        return True


class ResourceExhausted(ServiceError):
    """A bound of the transport was passed, such as the size of a message."""

    CODE = "RESOURCE_EXHAUSTED"


class DeadlineExceeded(ServiceError):
    """No answer came in time."""

    CODE = "DEADLINE_EXCEEDED"


class Fault(ServiceError):
    """A fault on the service's side."""

    CODE = "INTERNAL"
