import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Comparison(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPARISON_UNSPECIFIED: _ClassVar[Comparison]
    COMPARISON_EQUAL: _ClassVar[Comparison]
    COMPARISON_NOT_EQUAL: _ClassVar[Comparison]
    COMPARISON_LESS: _ClassVar[Comparison]
    COMPARISON_LESS_OR_EQUAL: _ClassVar[Comparison]
    COMPARISON_GREATER: _ClassVar[Comparison]
    COMPARISON_GREATER_OR_EQUAL: _ClassVar[Comparison]
    COMPARISON_IN: _ClassVar[Comparison]
    COMPARISON_EXISTS: _ClassVar[Comparison]
    COMPARISON_STARTS_WITH: _ClassVar[Comparison]

class Unit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNIT_UNSPECIFIED: _ClassVar[Unit]
    UNIT_MINUTE: _ClassVar[Unit]
    UNIT_HOUR: _ClassVar[Unit]
    UNIT_DAY: _ClassVar[Unit]
    UNIT_WEEK: _ClassVar[Unit]
    UNIT_MONTH: _ClassVar[Unit]
    UNIT_YEAR: _ClassVar[Unit]
COMPARISON_UNSPECIFIED: Comparison
COMPARISON_EQUAL: Comparison
COMPARISON_NOT_EQUAL: Comparison
COMPARISON_LESS: Comparison
COMPARISON_LESS_OR_EQUAL: Comparison
COMPARISON_GREATER: Comparison
COMPARISON_GREATER_OR_EQUAL: Comparison
COMPARISON_IN: Comparison
COMPARISON_EXISTS: Comparison
COMPARISON_STARTS_WITH: Comparison
UNIT_UNSPECIFIED: Unit
UNIT_MINUTE: Unit
UNIT_HOUR: Unit
UNIT_DAY: Unit
UNIT_WEEK: Unit
UNIT_MONTH: Unit
UNIT_YEAR: Unit

class Segment(_message.Message):
    __slots__ = ("text", "tree")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TREE_FIELD_NUMBER: _ClassVar[int]
    text: str
    tree: Expression
    def __init__(self, text: _Optional[str] = ..., tree: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

class Expression(_message.Message):
    __slots__ = ("all", "any", "negation", "everyone", "tagged", "did", "measure", "edge", "trait")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NEGATION_FIELD_NUMBER: _ClassVar[int]
    EVERYONE_FIELD_NUMBER: _ClassVar[int]
    TAGGED_FIELD_NUMBER: _ClassVar[int]
    DID_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    EDGE_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    all: Operands
    any: Operands
    negation: Expression
    everyone: Everyone
    tagged: Tagged
    did: Did
    measure: Measure
    edge: Edge
    trait: TraitCondition
    def __init__(self, all: _Optional[_Union[Operands, _Mapping]] = ..., any: _Optional[_Union[Operands, _Mapping]] = ..., negation: _Optional[_Union[Expression, _Mapping]] = ..., everyone: _Optional[_Union[Everyone, _Mapping]] = ..., tagged: _Optional[_Union[Tagged, _Mapping]] = ..., did: _Optional[_Union[Did, _Mapping]] = ..., measure: _Optional[_Union[Measure, _Mapping]] = ..., edge: _Optional[_Union[Edge, _Mapping]] = ..., trait: _Optional[_Union[TraitCondition, _Mapping]] = ...) -> None: ...

class Operands(_message.Message):
    __slots__ = ("operands",)
    OPERANDS_FIELD_NUMBER: _ClassVar[int]
    operands: _containers.RepeatedCompositeFieldContainer[Expression]
    def __init__(self, operands: _Optional[_Iterable[_Union[Expression, _Mapping]]] = ...) -> None: ...

class Everyone(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class NumberComparison(_message.Message):
    __slots__ = ("comparison", "number")
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    number: float
    def __init__(self, comparison: _Optional[_Union[Comparison, str]] = ..., number: _Optional[float] = ...) -> None: ...

class Tagged(_message.Message):
    __slots__ = ("tags", "value")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    value: NumberComparison
    def __init__(self, tags: _Optional[_Iterable[str]] = ..., value: _Optional[_Union[NumberComparison, _Mapping]] = ...) -> None: ...

class Did(_message.Message):
    __slots__ = ("type", "count", "where", "window")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    type: str
    count: NumberComparison
    where: Filter
    window: Window
    def __init__(self, type: _Optional[str] = ..., count: _Optional[_Union[NumberComparison, _Mapping]] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class Measure(_message.Message):
    __slots__ = ("function", "type", "property", "where", "value", "window", "zone")
    class Function(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FUNCTION_UNSPECIFIED: _ClassVar[Measure.Function]
        FUNCTION_SUM: _ClassVar[Measure.Function]
        FUNCTION_AVG: _ClassVar[Measure.Function]
        FUNCTION_MIN: _ClassVar[Measure.Function]
        FUNCTION_MAX: _ClassVar[Measure.Function]
        FUNCTION_DISTINCT: _ClassVar[Measure.Function]
        FUNCTION_DAYS: _ClassVar[Measure.Function]
    FUNCTION_UNSPECIFIED: Measure.Function
    FUNCTION_SUM: Measure.Function
    FUNCTION_AVG: Measure.Function
    FUNCTION_MIN: Measure.Function
    FUNCTION_MAX: Measure.Function
    FUNCTION_DISTINCT: Measure.Function
    FUNCTION_DAYS: Measure.Function
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    function: Measure.Function
    type: str
    property: str
    where: Filter
    value: NumberComparison
    window: Window
    zone: str
    def __init__(self, function: _Optional[_Union[Measure.Function, str]] = ..., type: _Optional[str] = ..., property: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., value: _Optional[_Union[NumberComparison, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., zone: _Optional[str] = ...) -> None: ...

class Edge(_message.Message):
    __slots__ = ("last", "type", "where", "window")
    LAST_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    last: bool
    type: str
    where: Filter
    window: Window
    def __init__(self, last: _Optional[bool] = ..., type: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class TraitCondition(_message.Message):
    __slots__ = ("trait", "comparison", "values")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    trait: str
    comparison: Comparison
    values: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    def __init__(self, trait: _Optional[str] = ..., comparison: _Optional[_Union[Comparison, str]] = ..., values: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("all", "any", "negation", "condition")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NEGATION_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    all: FilterOperands
    any: FilterOperands
    negation: Filter
    condition: PropertyCondition
    def __init__(self, all: _Optional[_Union[FilterOperands, _Mapping]] = ..., any: _Optional[_Union[FilterOperands, _Mapping]] = ..., negation: _Optional[_Union[Filter, _Mapping]] = ..., condition: _Optional[_Union[PropertyCondition, _Mapping]] = ...) -> None: ...

class FilterOperands(_message.Message):
    __slots__ = ("operands",)
    OPERANDS_FIELD_NUMBER: _ClassVar[int]
    operands: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, operands: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ...) -> None: ...

class PropertyCondition(_message.Message):
    __slots__ = ("property", "comparison", "values")
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    property: str
    comparison: Comparison
    values: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    def __init__(self, property: _Optional[str] = ..., comparison: _Optional[_Union[Comparison, str]] = ..., values: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ...) -> None: ...

class Span(_message.Message):
    __slots__ = ("count", "unit")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    count: int
    unit: Unit
    def __init__(self, count: _Optional[int] = ..., unit: _Optional[_Union[Unit, str]] = ...) -> None: ...

class TimePoint(_message.Message):
    __slots__ = ("instant", "day", "ago")
    INSTANT_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    AGO_FIELD_NUMBER: _ClassVar[int]
    instant: _timestamp_pb2.Timestamp
    day: Day
    ago: Span
    def __init__(self, instant: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., day: _Optional[_Union[Day, _Mapping]] = ..., ago: _Optional[_Union[Span, _Mapping]] = ...) -> None: ...

class Day(_message.Message):
    __slots__ = ("date", "zone")
    DATE_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    date: str
    zone: str
    def __init__(self, date: _Optional[str] = ..., zone: _Optional[str] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("ever", "last", "calendar", "on", "between", "since", "before")
    EVER_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    BETWEEN_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    ever: Ever
    last: Span
    calendar: CalendarWindow
    on: Day
    between: Between
    since: TimePoint
    before: TimePoint
    def __init__(self, ever: _Optional[_Union[Ever, _Mapping]] = ..., last: _Optional[_Union[Span, _Mapping]] = ..., calendar: _Optional[_Union[CalendarWindow, _Mapping]] = ..., on: _Optional[_Union[Day, _Mapping]] = ..., between: _Optional[_Union[Between, _Mapping]] = ..., since: _Optional[_Union[TimePoint, _Mapping]] = ..., before: _Optional[_Union[TimePoint, _Mapping]] = ...) -> None: ...

class Ever(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CalendarWindow(_message.Message):
    __slots__ = ("span", "zone")
    SPAN_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    span: Span
    zone: str
    def __init__(self, span: _Optional[_Union[Span, _Mapping]] = ..., zone: _Optional[str] = ...) -> None: ...

class Between(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: TimePoint
    end: TimePoint
    def __init__(self, start: _Optional[_Union[TimePoint, _Mapping]] = ..., end: _Optional[_Union[TimePoint, _Mapping]] = ...) -> None: ...

class Warning(_message.Message):
    __slots__ = ("line", "column", "message", "suggestion")
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_FIELD_NUMBER: _ClassVar[int]
    line: int
    column: int
    message: str
    suggestion: str
    def __init__(self, line: _Optional[int] = ..., column: _Optional[int] = ..., message: _Optional[str] = ..., suggestion: _Optional[str] = ...) -> None: ...
