import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import expression_pb2 as _expression_pb2
from tagledger.v1 import history_service_pb2 as _history_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CountRequest(_message.Message):
    __slots__ = ("context", "segment")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ...) -> None: ...

class CountResponse(_message.Message):
    __slots__ = ("position", "clocks", "count", "warnings", "engine_us")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    ENGINE_US_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    count: int
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    engine_us: int
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., count: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ..., engine_us: _Optional[int] = ...) -> None: ...

class ListMembersRequest(_message.Message):
    __slots__ = ("context", "segment", "page_size", "page_token")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    page_size: int
    page_token: str
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMembersResponse(_message.Message):
    __slots__ = ("position", "clocks", "profile_ids", "total_count", "next_page_token", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    profile_ids: _containers.RepeatedScalarFieldContainer[str]
    total_count: int
    next_page_token: str
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., profile_ids: _Optional[_Iterable[str]] = ..., total_count: _Optional[int] = ..., next_page_token: _Optional[str] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class CompareSegmentRequest(_message.Message):
    __slots__ = ("context", "before", "segment", "page_size", "page_token")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    before: ClockPair
    segment: _expression_pb2.Segment
    page_size: int
    page_token: str
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., before: _Optional[_Union[ClockPair, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ClockPair(_message.Message):
    __slots__ = ("as_of", "known_at")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _common_pb2.KnownAt
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ...) -> None: ...

class CompareSegmentResponse(_message.Message):
    __slots__ = ("position", "clocks", "before_clocks", "entered_count", "left_count", "stayed_count", "changes", "next_page_token", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_CLOCKS_FIELD_NUMBER: _ClassVar[int]
    ENTERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    LEFT_COUNT_FIELD_NUMBER: _ClassVar[int]
    STAYED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    before_clocks: _common_pb2.ReadClocks
    entered_count: int
    left_count: int
    stayed_count: int
    changes: _containers.RepeatedCompositeFieldContainer[MembershipChange]
    next_page_token: str
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., before_clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., entered_count: _Optional[int] = ..., left_count: _Optional[int] = ..., stayed_count: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[MembershipChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class MembershipChange(_message.Message):
    __slots__ = ("profile_id", "entered")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    entered: bool
    def __init__(self, profile_id: _Optional[str] = ..., entered: _Optional[bool] = ...) -> None: ...

class CheckProfilesRequest(_message.Message):
    __slots__ = ("context", "segment", "profile_ids")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    profile_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., profile_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckProfilesResponse(_message.Message):
    __slots__ = ("position", "clocks", "results", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    results: _containers.RepeatedCompositeFieldContainer[ProfileCheck]
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., results: _Optional[_Iterable[_Union[ProfileCheck, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class ProfileCheck(_message.Message):
    __slots__ = ("profile_id", "member", "known")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    member: bool
    known: bool
    def __init__(self, profile_id: _Optional[str] = ..., member: _Optional[bool] = ..., known: _Optional[bool] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("context", "segment", "profile_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    segment: _expression_pb2.Segment
    profile_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., profile_id: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("position", "clocks", "canonical_text", "steps", "count", "profile", "warnings", "engine_us", "why")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_TEXT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    ENGINE_US_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    canonical_text: str
    steps: _containers.RepeatedCompositeFieldContainer[PlanStep]
    count: int
    profile: ProfileCheck
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    engine_us: int
    why: ProfileExplanation
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., canonical_text: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[PlanStep, _Mapping]]] = ..., count: _Optional[int] = ..., profile: _Optional[_Union[ProfileCheck, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ..., engine_us: _Optional[int] = ..., why: _Optional[_Union[ProfileExplanation, _Mapping]] = ...) -> None: ...

class ProfileExplanation(_message.Message):
    __slots__ = ("leaves", "flips_at", "flips_told_until", "note", "event_count")
    LEAVES_FIELD_NUMBER: _ClassVar[int]
    FLIPS_AT_FIELD_NUMBER: _ClassVar[int]
    FLIPS_TOLD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    leaves: _containers.RepeatedCompositeFieldContainer[LeafExplanation]
    flips_at: _timestamp_pb2.Timestamp
    flips_told_until: _timestamp_pb2.Timestamp
    note: str
    event_count: int
    def __init__(self, leaves: _Optional[_Iterable[_Union[LeafExplanation, _Mapping]]] = ..., flips_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., flips_told_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ..., event_count: _Optional[int] = ...) -> None: ...

class LeafExplanation(_message.Message):
    __slots__ = ("expression", "segment", "holds", "evidence", "evidence_count", "flips_at", "flips_told_until", "missing", "note")
    class Missing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MISSING_UNSPECIFIED: _ClassVar[LeafExplanation.Missing]
        MISSING_MUST_HOLD: _ClassVar[LeafExplanation.Missing]
        MISSING_MUST_NOT_HOLD: _ClassVar[LeafExplanation.Missing]
    MISSING_UNSPECIFIED: LeafExplanation.Missing
    MISSING_MUST_HOLD: LeafExplanation.Missing
    MISSING_MUST_NOT_HOLD: LeafExplanation.Missing
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_COUNT_FIELD_NUMBER: _ClassVar[int]
    FLIPS_AT_FIELD_NUMBER: _ClassVar[int]
    FLIPS_TOLD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    expression: str
    segment: str
    holds: bool
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    evidence_count: int
    flips_at: _timestamp_pb2.Timestamp
    flips_told_until: _timestamp_pb2.Timestamp
    missing: LeafExplanation.Missing
    note: str
    def __init__(self, expression: _Optional[str] = ..., segment: _Optional[str] = ..., holds: _Optional[bool] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., evidence_count: _Optional[int] = ..., flips_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., flips_told_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., missing: _Optional[_Union[LeafExplanation.Missing, str]] = ..., note: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("entry", "version", "row")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    entry: _history_service_pb2.HistoryEntry
    version: int
    row: int
    def __init__(self, entry: _Optional[_Union[_history_service_pb2.HistoryEntry, _Mapping]] = ..., version: _Optional[int] = ..., row: _Optional[int] = ...) -> None: ...

class PlanStep(_message.Message):
    __slots__ = ("depth", "operator", "expression", "note", "estimated_count", "actual_count", "elapsed_us", "holds")
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_US_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    depth: int
    operator: str
    expression: str
    note: str
    estimated_count: int
    actual_count: int
    elapsed_us: int
    holds: bool
    def __init__(self, depth: _Optional[int] = ..., operator: _Optional[str] = ..., expression: _Optional[str] = ..., note: _Optional[str] = ..., estimated_count: _Optional[int] = ..., actual_count: _Optional[int] = ..., elapsed_us: _Optional[int] = ..., holds: _Optional[bool] = ...) -> None: ...

class ValidateExpressionRequest(_message.Message):
    __slots__ = ("workspace", "segment")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    segment: _expression_pb2.Segment
    def __init__(self, workspace: _Optional[str] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ...) -> None: ...

class ValidateExpressionResponse(_message.Message):
    __slots__ = ("position", "canonical_text", "tree", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_TEXT_FIELD_NUMBER: _ClassVar[int]
    TREE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    canonical_text: str
    tree: _expression_pb2.Expression
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., canonical_text: _Optional[str] = ..., tree: _Optional[_Union[_expression_pb2.Expression, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...
