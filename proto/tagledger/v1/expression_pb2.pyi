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
    UNIT_SECOND: _ClassVar[Unit]
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
UNIT_SECOND: Unit

class Segment(_message.Message):
    __slots__ = ("text", "tree")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TREE_FIELD_NUMBER: _ClassVar[int]
    text: str
    tree: Expression
    def __init__(self, text: _Optional[str] = ..., tree: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

class Expression(_message.Message):
    __slots__ = ("all", "any", "negation", "everyone", "tagged", "did", "measure", "edge", "trait", "tag_changed", "periods", "resumed", "sequence", "trait_date", "in_segment", "top", "sample", "observed_since", "in_list", "top_tagged", "moved", "trait_related", "in_department")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NEGATION_FIELD_NUMBER: _ClassVar[int]
    EVERYONE_FIELD_NUMBER: _ClassVar[int]
    TAGGED_FIELD_NUMBER: _ClassVar[int]
    DID_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    EDGE_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    TAG_CHANGED_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TRAIT_DATE_FIELD_NUMBER: _ClassVar[int]
    IN_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_SINCE_FIELD_NUMBER: _ClassVar[int]
    IN_LIST_FIELD_NUMBER: _ClassVar[int]
    TOP_TAGGED_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    TRAIT_RELATED_FIELD_NUMBER: _ClassVar[int]
    IN_DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    all: Operands
    any: Operands
    negation: Expression
    everyone: Everyone
    tagged: Tagged
    did: Did
    measure: Measure
    edge: Edge
    trait: TraitCondition
    tag_changed: TagChanged
    periods: Periods
    resumed: Resumed
    sequence: Sequence
    trait_date: TraitDate
    in_segment: InSegment
    top: Top
    sample: Sample
    observed_since: ObservedSince
    in_list: InList
    top_tagged: TopTagged
    moved: Moved
    trait_related: TraitRelated
    in_department: InDepartment
    def __init__(self, all: _Optional[_Union[Operands, _Mapping]] = ..., any: _Optional[_Union[Operands, _Mapping]] = ..., negation: _Optional[_Union[Expression, _Mapping]] = ..., everyone: _Optional[_Union[Everyone, _Mapping]] = ..., tagged: _Optional[_Union[Tagged, _Mapping]] = ..., did: _Optional[_Union[Did, _Mapping]] = ..., measure: _Optional[_Union[Measure, _Mapping]] = ..., edge: _Optional[_Union[Edge, _Mapping]] = ..., trait: _Optional[_Union[TraitCondition, _Mapping]] = ..., tag_changed: _Optional[_Union[TagChanged, _Mapping]] = ..., periods: _Optional[_Union[Periods, _Mapping]] = ..., resumed: _Optional[_Union[Resumed, _Mapping]] = ..., sequence: _Optional[_Union[Sequence, _Mapping]] = ..., trait_date: _Optional[_Union[TraitDate, _Mapping]] = ..., in_segment: _Optional[_Union[InSegment, _Mapping]] = ..., top: _Optional[_Union[Top, _Mapping]] = ..., sample: _Optional[_Union[Sample, _Mapping]] = ..., observed_since: _Optional[_Union[ObservedSince, _Mapping]] = ..., in_list: _Optional[_Union[InList, _Mapping]] = ..., top_tagged: _Optional[_Union[TopTagged, _Mapping]] = ..., moved: _Optional[_Union[Moved, _Mapping]] = ..., trait_related: _Optional[_Union[TraitRelated, _Mapping]] = ..., in_department: _Optional[_Union[InDepartment, _Mapping]] = ...) -> None: ...

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

class ValueComparison(_message.Message):
    __slots__ = ("comparison", "value")
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    comparison: Comparison
    value: _common_pb2.Value
    def __init__(self, comparison: _Optional[_Union[Comparison, str]] = ..., value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...

class Tagged(_message.Message):
    __slots__ = ("tags", "value", "actor", "source", "lasting", "typed_value")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    LASTING_FIELD_NUMBER: _ClassVar[int]
    TYPED_VALUE_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    value: NumberComparison
    actor: str
    source: str
    lasting: Span
    typed_value: ValueComparison
    def __init__(self, tags: _Optional[_Iterable[str]] = ..., value: _Optional[_Union[NumberComparison, _Mapping]] = ..., actor: _Optional[str] = ..., source: _Optional[str] = ..., lasting: _Optional[_Union[Span, _Mapping]] = ..., typed_value: _Optional[_Union[ValueComparison, _Mapping]] = ...) -> None: ...

class TagChanged(_message.Message):
    __slots__ = ("tags", "added", "actor", "source", "window")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    added: bool
    actor: str
    source: str
    window: Window
    def __init__(self, tags: _Optional[_Iterable[str]] = ..., added: _Optional[bool] = ..., actor: _Optional[str] = ..., source: _Optional[str] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class Moved(_message.Message):
    __slots__ = ("before", "after", "dwelt", "actor", "source", "window")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    DWELT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    before: _containers.RepeatedScalarFieldContainer[str]
    after: _containers.RepeatedScalarFieldContainer[str]
    dwelt: Span
    actor: str
    source: str
    window: Window
    def __init__(self, before: _Optional[_Iterable[str]] = ..., after: _Optional[_Iterable[str]] = ..., dwelt: _Optional[_Union[Span, _Mapping]] = ..., actor: _Optional[str] = ..., source: _Optional[str] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

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
        FUNCTION_COUNT: _ClassVar[Measure.Function]
    FUNCTION_UNSPECIFIED: Measure.Function
    FUNCTION_SUM: Measure.Function
    FUNCTION_AVG: Measure.Function
    FUNCTION_MIN: Measure.Function
    FUNCTION_MAX: Measure.Function
    FUNCTION_DISTINCT: Measure.Function
    FUNCTION_DAYS: Measure.Function
    FUNCTION_COUNT: Measure.Function
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
    __slots__ = ("last", "type", "where", "window", "having")
    LAST_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    HAVING_FIELD_NUMBER: _ClassVar[int]
    last: bool
    type: str
    where: Filter
    window: Window
    having: Filter
    def __init__(self, last: _Optional[bool] = ..., type: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., having: _Optional[_Union[Filter, _Mapping]] = ...) -> None: ...

class Periods(_message.Message):
    __slots__ = ("type", "where", "count", "periods")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    type: str
    where: Filter
    count: NumberComparison
    periods: CalendarWindow
    def __init__(self, type: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., count: _Optional[_Union[NumberComparison, _Mapping]] = ..., periods: _Optional[_Union[CalendarWindow, _Mapping]] = ...) -> None: ...

class Resumed(_message.Message):
    __slots__ = ("type", "where", "pause", "window")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    type: str
    where: Filter
    pause: Span
    window: Window
    def __init__(self, type: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., pause: _Optional[_Union[Span, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class Sequence(_message.Message):
    __slots__ = ("type", "where", "steps", "window")
    class Step(_message.Message):
        __slots__ = ("type", "where", "within", "absent")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        WHERE_FIELD_NUMBER: _ClassVar[int]
        WITHIN_FIELD_NUMBER: _ClassVar[int]
        ABSENT_FIELD_NUMBER: _ClassVar[int]
        type: str
        where: Filter
        within: Span
        absent: bool
        def __init__(self, type: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., within: _Optional[_Union[Span, _Mapping]] = ..., absent: _Optional[bool] = ...) -> None: ...
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    type: str
    where: Filter
    steps: _containers.RepeatedCompositeFieldContainer[Sequence.Step]
    window: Window
    def __init__(self, type: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Sequence.Step, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class TraitCondition(_message.Message):
    __slots__ = ("trait", "comparison", "values", "lasting")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    LASTING_FIELD_NUMBER: _ClassVar[int]
    trait: str
    comparison: Comparison
    values: _containers.RepeatedCompositeFieldContainer[_common_pb2.Value]
    lasting: Span
    def __init__(self, trait: _Optional[str] = ..., comparison: _Optional[_Union[Comparison, str]] = ..., values: _Optional[_Iterable[_Union[_common_pb2.Value, _Mapping]]] = ..., lasting: _Optional[_Union[Span, _Mapping]] = ...) -> None: ...

class TraitRelated(_message.Message):
    __slots__ = ("trait", "among")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    AMONG_FIELD_NUMBER: _ClassVar[int]
    trait: str
    among: Expression
    def __init__(self, trait: _Optional[str] = ..., among: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

class TraitDate(_message.Message):
    __slots__ = ("trait", "anniversary", "ahead", "period")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    ANNIVERSARY_FIELD_NUMBER: _ClassVar[int]
    AHEAD_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    trait: str
    anniversary: bool
    ahead: bool
    period: CalendarWindow
    def __init__(self, trait: _Optional[str] = ..., anniversary: _Optional[bool] = ..., ahead: _Optional[bool] = ..., period: _Optional[_Union[CalendarWindow, _Mapping]] = ...) -> None: ...

class InList(_message.Message):
    __slots__ = ("list", "version")
    LIST_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    list: str
    version: int
    def __init__(self, list: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class InDepartment(_message.Message):
    __slots__ = ("department",)
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    department: str
    def __init__(self, department: _Optional[str] = ...) -> None: ...

class InSegment(_message.Message):
    __slots__ = ("segment", "version")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    segment: str
    version: int
    def __init__(self, segment: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class Top(_message.Message):
    __slots__ = ("number", "percent", "function", "type", "property", "where", "window", "zone", "among")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    AMONG_FIELD_NUMBER: _ClassVar[int]
    number: int
    percent: float
    function: Measure.Function
    type: str
    property: str
    where: Filter
    window: Window
    zone: str
    among: Expression
    def __init__(self, number: _Optional[int] = ..., percent: _Optional[float] = ..., function: _Optional[_Union[Measure.Function, str]] = ..., type: _Optional[str] = ..., property: _Optional[str] = ..., where: _Optional[_Union[Filter, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., zone: _Optional[str] = ..., among: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

class TopTagged(_message.Message):
    __slots__ = ("number", "percent", "tag", "among")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    AMONG_FIELD_NUMBER: _ClassVar[int]
    number: int
    percent: float
    tag: str
    among: Expression
    def __init__(self, number: _Optional[int] = ..., percent: _Optional[float] = ..., tag: _Optional[str] = ..., among: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ("percent", "salt")
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    percent: float
    salt: str
    def __init__(self, percent: _Optional[float] = ..., salt: _Optional[str] = ...) -> None: ...

class ObservedSince(_message.Message):
    __slots__ = ("point",)
    POINT_FIELD_NUMBER: _ClassVar[int]
    point: TimePoint
    def __init__(self, point: _Optional[_Union[TimePoint, _Mapping]] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("all", "any", "negation", "condition", "clock", "related")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NEGATION_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    RELATED_FIELD_NUMBER: _ClassVar[int]
    all: FilterOperands
    any: FilterOperands
    negation: Filter
    condition: PropertyCondition
    clock: ClockCondition
    related: PropertyRelated
    def __init__(self, all: _Optional[_Union[FilterOperands, _Mapping]] = ..., any: _Optional[_Union[FilterOperands, _Mapping]] = ..., negation: _Optional[_Union[Filter, _Mapping]] = ..., condition: _Optional[_Union[PropertyCondition, _Mapping]] = ..., clock: _Optional[_Union[ClockCondition, _Mapping]] = ..., related: _Optional[_Union[PropertyRelated, _Mapping]] = ...) -> None: ...

class PropertyRelated(_message.Message):
    __slots__ = ("property", "among")
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    AMONG_FIELD_NUMBER: _ClassVar[int]
    property: str
    among: Expression
    def __init__(self, property: _Optional[str] = ..., among: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

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

class ClockCondition(_message.Message):
    __slots__ = ("part", "zone", "comparison", "values")
    class Part(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PART_UNSPECIFIED: _ClassVar[ClockCondition.Part]
        PART_HOUR: _ClassVar[ClockCondition.Part]
        PART_WEEKDAY: _ClassVar[ClockCondition.Part]
    PART_UNSPECIFIED: ClockCondition.Part
    PART_HOUR: ClockCondition.Part
    PART_WEEKDAY: ClockCondition.Part
    PART_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    part: ClockCondition.Part
    zone: str
    comparison: Comparison
    values: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, part: _Optional[_Union[ClockCondition.Part, str]] = ..., zone: _Optional[str] = ..., comparison: _Optional[_Union[Comparison, str]] = ..., values: _Optional[_Iterable[int]] = ...) -> None: ...

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
