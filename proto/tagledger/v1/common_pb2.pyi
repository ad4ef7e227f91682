import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VALUE_TYPE_UNSPECIFIED: _ClassVar[ValueType]
    VALUE_TYPE_STRING: _ClassVar[ValueType]
    VALUE_TYPE_NUMBER: _ClassVar[ValueType]
    VALUE_TYPE_BOOL: _ClassVar[ValueType]
    VALUE_TYPE_DATE: _ClassVar[ValueType]
    VALUE_TYPE_PERSONAL: _ClassVar[ValueType]

class StaffRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAFF_ROLE_UNSPECIFIED: _ClassVar[StaffRole]
    STAFF_ROLE_MEMBER: _ClassVar[StaffRole]
    STAFF_ROLE_DEPARTMENT: _ClassVar[StaffRole]
    STAFF_ROLE_HEADQUARTERS: _ClassVar[StaffRole]
VALUE_TYPE_UNSPECIFIED: ValueType
VALUE_TYPE_STRING: ValueType
VALUE_TYPE_NUMBER: ValueType
VALUE_TYPE_BOOL: ValueType
VALUE_TYPE_DATE: ValueType
VALUE_TYPE_PERSONAL: ValueType
STAFF_ROLE_UNSPECIFIED: StaffRole
STAFF_ROLE_MEMBER: StaffRole
STAFF_ROLE_DEPARTMENT: StaffRole
STAFF_ROLE_HEADQUARTERS: StaffRole

class WriteContext(_message.Message):
    __slots__ = ("workspace", "request_id", "actor", "reason", "source")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    request_id: str
    actor: str
    reason: str
    source: str
    def __init__(self, workspace: _Optional[str] = ..., request_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class KnownAt(_message.Message):
    __slots__ = ("position", "instant")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    INSTANT_FIELD_NUMBER: _ClassVar[int]
    position: int
    instant: _timestamp_pb2.Timestamp
    def __init__(self, position: _Optional[int] = ..., instant: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReadContext(_message.Message):
    __slots__ = ("workspace", "as_of", "known_at", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    as_of: _timestamp_pb2.Timestamp
    known_at: KnownAt
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[KnownAt, _Mapping]] = ..., reader: _Optional[str] = ...) -> None: ...

class WriteReceipt(_message.Message):
    __slots__ = ("position", "changeset_id", "recorded_at", "replayed")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CHANGESET_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    position: int
    changeset_id: str
    recorded_at: _timestamp_pb2.Timestamp
    replayed: bool
    def __init__(self, position: _Optional[int] = ..., changeset_id: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class Attribution(_message.Message):
    __slots__ = ("position", "changeset_id", "actor", "reason", "source", "recorded_at", "selected", "undoes_changeset_id", "undone_by_changeset_ids")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CHANGESET_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    UNDOES_CHANGESET_ID_FIELD_NUMBER: _ClassVar[int]
    UNDONE_BY_CHANGESET_IDS_FIELD_NUMBER: _ClassVar[int]
    position: int
    changeset_id: str
    actor: str
    reason: str
    source: str
    recorded_at: _timestamp_pb2.Timestamp
    selected: str
    undoes_changeset_id: str
    undone_by_changeset_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, position: _Optional[int] = ..., changeset_id: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., source: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., selected: _Optional[str] = ..., undoes_changeset_id: _Optional[str] = ..., undone_by_changeset_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReadClocks(_message.Message):
    __slots__ = ("as_of", "known_at")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: int
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[int] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("string_value", "number_value", "bool_value", "date_value", "personal_value")
    STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_VALUE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    DATE_VALUE_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    string_value: str
    number_value: float
    bool_value: bool
    date_value: str
    personal_value: str
    def __init__(self, string_value: _Optional[str] = ..., number_value: _Optional[float] = ..., bool_value: _Optional[bool] = ..., date_value: _Optional[str] = ..., personal_value: _Optional[str] = ...) -> None: ...

class TagValues(_message.Message):
    __slots__ = ("kind", "minimum", "maximum", "choices")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[TagValues.Kind]
        KIND_NONE: _ClassVar[TagValues.Kind]
        KIND_NUMBER: _ClassVar[TagValues.Kind]
        KIND_CHOICE: _ClassVar[TagValues.Kind]
        KIND_DATE: _ClassVar[TagValues.Kind]
    KIND_UNSPECIFIED: TagValues.Kind
    KIND_NONE: TagValues.Kind
    KIND_NUMBER: TagValues.Kind
    KIND_CHOICE: TagValues.Kind
    KIND_DATE: TagValues.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    kind: TagValues.Kind
    minimum: float
    maximum: float
    choices: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[TagValues.Kind, str]] = ..., minimum: _Optional[float] = ..., maximum: _Optional[float] = ..., choices: _Optional[_Iterable[str]] = ...) -> None: ...
