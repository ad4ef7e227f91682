from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import expression_pb2 as _expression_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportMembersRequest(_message.Message):
    __slots__ = ("context", "segment", "columns", "format", "after_profile_id")
    class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORMAT_UNSPECIFIED: _ClassVar[ExportMembersRequest.Format]
        FORMAT_ROWS: _ClassVar[ExportMembersRequest.Format]
        FORMAT_ARROW: _ClassVar[ExportMembersRequest.Format]
    FORMAT_UNSPECIFIED: ExportMembersRequest.Format
    FORMAT_ROWS: ExportMembersRequest.Format
    FORMAT_ARROW: ExportMembersRequest.Format
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    AFTER_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    columns: _containers.RepeatedCompositeFieldContainer[ExportColumn]
    format: ExportMembersRequest.Format
    after_profile_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., columns: _Optional[_Iterable[_Union[ExportColumn, _Mapping]]] = ..., format: _Optional[_Union[ExportMembersRequest.Format, str]] = ..., after_profile_id: _Optional[str] = ...) -> None: ...

class ExportColumn(_message.Message):
    __slots__ = ("trait", "tag", "tag_value")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    TAG_VALUE_FIELD_NUMBER: _ClassVar[int]
    trait: str
    tag: str
    tag_value: str
    def __init__(self, trait: _Optional[str] = ..., tag: _Optional[str] = ..., tag_value: _Optional[str] = ...) -> None: ...

class ExportMembersResponse(_message.Message):
    __slots__ = ("position", "clocks", "total_count", "column_names", "rows", "arrow", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMN_NAMES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ARROW_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    total_count: int
    column_names: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[ExportRow]
    arrow: bytes
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., total_count: _Optional[int] = ..., column_names: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[ExportRow, _Mapping]]] = ..., arrow: _Optional[bytes] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class ExportRow(_message.Message):
    __slots__ = ("profile_id", "values")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    values: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    def __init__(self, profile_id: _Optional[str] = ..., values: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ...) -> None: ...
