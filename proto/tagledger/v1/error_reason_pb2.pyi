from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_EXPRESSION: _ClassVar[ErrorReason]
    ERROR_REASON_LIMIT_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_PAGE_TOKEN: _ClassVar[ErrorReason]
    ERROR_REASON_TYPE_CONFLICT: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_WORKSPACE: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_TAG: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_TAG_GROUP: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_PROFILE: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_CHANGESET: _ClassVar[ErrorReason]
    ERROR_REASON_NAME_TAKEN: _ClassVar[ErrorReason]
    ERROR_REASON_REQUEST_ID_REUSED: _ClassVar[ErrorReason]
    ERROR_REASON_TAG_RETIRED: _ClassVar[ErrorReason]
    ERROR_REASON_MIXED_CURRENCIES: _ClassVar[ErrorReason]
    ERROR_REASON_POSITION_AHEAD: _ClassVar[ErrorReason]
    ERROR_REASON_OVERLOADED: _ClassVar[ErrorReason]
    ERROR_REASON_STORE_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_SHUTTING_DOWN: _ClassVar[ErrorReason]
    ERROR_REASON_LOG_DAMAGED: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_INVALID_EXPRESSION: ErrorReason
ERROR_REASON_LIMIT_EXCEEDED: ErrorReason
ERROR_REASON_INVALID_PAGE_TOKEN: ErrorReason
ERROR_REASON_TYPE_CONFLICT: ErrorReason
ERROR_REASON_UNKNOWN_WORKSPACE: ErrorReason
ERROR_REASON_UNKNOWN_TAG: ErrorReason
ERROR_REASON_UNKNOWN_TAG_GROUP: ErrorReason
ERROR_REASON_UNKNOWN_PROFILE: ErrorReason
ERROR_REASON_UNKNOWN_CHANGESET: ErrorReason
ERROR_REASON_NAME_TAKEN: ErrorReason
ERROR_REASON_REQUEST_ID_REUSED: ErrorReason
ERROR_REASON_TAG_RETIRED: ErrorReason
ERROR_REASON_MIXED_CURRENCIES: ErrorReason
ERROR_REASON_POSITION_AHEAD: ErrorReason
ERROR_REASON_OVERLOADED: ErrorReason
ERROR_REASON_STORE_UNAVAILABLE: ErrorReason
ERROR_REASON_SHUTTING_DOWN: ErrorReason
ERROR_REASON_LOG_DAMAGED: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
