import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import expression_pb2 as _expression_pb2
from tagledger.v1 import segment_service_pb2 as _segment_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CrossTabulateRequest(_message.Message):
    __slots__ = ("context", "segment", "axes")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    AXES_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    axes: _containers.RepeatedCompositeFieldContainer[Axis]
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., axes: _Optional[_Iterable[_Union[Axis, _Mapping]]] = ...) -> None: ...

class Axis(_message.Message):
    __slots__ = ("name", "clocks", "parts", "tag_group", "trait")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    TAG_GROUP_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    name: str
    clocks: _segment_service_pb2.ClockPair
    parts: AxisParts
    tag_group: str
    trait: AxisTrait
    def __init__(self, name: _Optional[str] = ..., clocks: _Optional[_Union[_segment_service_pb2.ClockPair, _Mapping]] = ..., parts: _Optional[_Union[AxisParts, _Mapping]] = ..., tag_group: _Optional[str] = ..., trait: _Optional[_Union[AxisTrait, _Mapping]] = ...) -> None: ...

class AxisParts(_message.Message):
    __slots__ = ("parts",)
    PARTS_FIELD_NUMBER: _ClassVar[int]
    parts: _containers.RepeatedCompositeFieldContainer[AxisPart]
    def __init__(self, parts: _Optional[_Iterable[_Union[AxisPart, _Mapping]]] = ...) -> None: ...

class AxisPart(_message.Message):
    __slots__ = ("label", "segment")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    label: str
    segment: _expression_pb2.Segment
    def __init__(self, label: _Optional[str] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ...) -> None: ...

class AxisTrait(_message.Message):
    __slots__ = ("trait", "values_max")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    VALUES_MAX_FIELD_NUMBER: _ClassVar[int]
    trait: str
    values_max: int
    def __init__(self, trait: _Optional[str] = ..., values_max: _Optional[int] = ...) -> None: ...

class CrossTabulateResponse(_message.Message):
    __slots__ = ("position", "clocks", "total_count", "axes", "cells", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    AXES_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    total_count: int
    axes: _containers.RepeatedCompositeFieldContainer[AxisCounts]
    cells: _containers.RepeatedScalarFieldContainer[int]
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., total_count: _Optional[int] = ..., axes: _Optional[_Iterable[_Union[AxisCounts, _Mapping]]] = ..., cells: _Optional[_Iterable[int]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class AxisCounts(_message.Message):
    __slots__ = ("name", "clocks", "parts", "rest_count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    REST_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    clocks: _common_pb2.ReadClocks
    parts: _containers.RepeatedCompositeFieldContainer[PartCount]
    rest_count: int
    def __init__(self, name: _Optional[str] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., parts: _Optional[_Iterable[_Union[PartCount, _Mapping]]] = ..., rest_count: _Optional[int] = ...) -> None: ...

class PartCount(_message.Message):
    __slots__ = ("label", "count")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    label: str
    count: int
    def __init__(self, label: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class SegmentSeriesRequest(_message.Message):
    __slots__ = ("context", "segment", "start", "end", "every", "zone", "as_known_then")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    EVERY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    AS_KNOWN_THEN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    every: _expression_pb2.Span
    zone: str
    as_known_then: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., every: _Optional[_Union[_expression_pb2.Span, _Mapping]] = ..., zone: _Optional[str] = ..., as_known_then: _Optional[bool] = ...) -> None: ...

class SegmentSeriesResponse(_message.Message):
    __slots__ = ("position", "clocks", "count", "entered_count", "left_count", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ENTERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    LEFT_COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    count: int
    entered_count: int
    left_count: int
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., count: _Optional[int] = ..., entered_count: _Optional[int] = ..., left_count: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...
