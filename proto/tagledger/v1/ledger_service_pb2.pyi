import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import expression_pb2 as _expression_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ApplyChangesetRequest(_message.Message):
    __slots__ = ("context", "tags", "traits")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    tags: _containers.RepeatedCompositeFieldContainer[TagChange]
    traits: _containers.RepeatedCompositeFieldContainer[TraitChange]
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., tags: _Optional[_Iterable[_Union[TagChange, _Mapping]]] = ..., traits: _Optional[_Iterable[_Union[TraitChange, _Mapping]]] = ...) -> None: ...

class TagChange(_message.Message):
    __slots__ = ("profile_id", "tag", "operation", "value", "effective_at_us", "expires_at_us", "typed_value")
    class Operation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OPERATION_UNSPECIFIED: _ClassVar[TagChange.Operation]
        OPERATION_APPLY: _ClassVar[TagChange.Operation]
        OPERATION_REMOVE: _ClassVar[TagChange.Operation]
    OPERATION_UNSPECIFIED: TagChange.Operation
    OPERATION_APPLY: TagChange.Operation
    OPERATION_REMOVE: TagChange.Operation
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_US_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    TYPED_VALUE_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    tag: str
    operation: TagChange.Operation
    value: float
    effective_at_us: int
    expires_at_us: int
    typed_value: _common_pb2.Value
    def __init__(self, profile_id: _Optional[str] = ..., tag: _Optional[str] = ..., operation: _Optional[_Union[TagChange.Operation, str]] = ..., value: _Optional[float] = ..., effective_at_us: _Optional[int] = ..., expires_at_us: _Optional[int] = ..., typed_value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...

class TraitChange(_message.Message):
    __slots__ = ("profile_id", "trait", "value", "effective_at_us")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_US_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    trait: str
    value: _common_pb2.Value
    effective_at_us: int
    def __init__(self, profile_id: _Optional[str] = ..., trait: _Optional[str] = ..., value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., effective_at_us: _Optional[int] = ...) -> None: ...

class ApplyChangesetResponse(_message.Message):
    __slots__ = ("position", "receipt", "changed_count", "already_so_count", "new_profile_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEW_PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    changed_count: int
    already_so_count: int
    new_profile_count: int
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ..., new_profile_count: _Optional[int] = ...) -> None: ...

class InteractionColumns(_message.Message):
    __slots__ = ("profile_ids", "type_names", "type_index", "occurred_at_us", "touchpoint_names", "touchpoint_index", "amounts", "amount_present", "currency_names", "currency_index", "ids", "properties")
    PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAMES_FIELD_NUMBER: _ClassVar[int]
    TYPE_INDEX_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_US_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_NAMES_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_INDEX_FIELD_NUMBER: _ClassVar[int]
    AMOUNTS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_PRESENT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_NAMES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_INDEX_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    profile_ids: _containers.RepeatedScalarFieldContainer[str]
    type_names: _containers.RepeatedScalarFieldContainer[str]
    type_index: _containers.RepeatedScalarFieldContainer[int]
    occurred_at_us: _containers.RepeatedScalarFieldContainer[int]
    touchpoint_names: _containers.RepeatedScalarFieldContainer[str]
    touchpoint_index: _containers.RepeatedScalarFieldContainer[int]
    amounts: _containers.RepeatedScalarFieldContainer[int]
    amount_present: _containers.RepeatedScalarFieldContainer[bool]
    currency_names: _containers.RepeatedScalarFieldContainer[str]
    currency_index: _containers.RepeatedScalarFieldContainer[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    properties: _containers.RepeatedCompositeFieldContainer[PropertyColumn]
    def __init__(self, profile_ids: _Optional[_Iterable[str]] = ..., type_names: _Optional[_Iterable[str]] = ..., type_index: _Optional[_Iterable[int]] = ..., occurred_at_us: _Optional[_Iterable[int]] = ..., touchpoint_names: _Optional[_Iterable[str]] = ..., touchpoint_index: _Optional[_Iterable[int]] = ..., amounts: _Optional[_Iterable[int]] = ..., amount_present: _Optional[_Iterable[bool]] = ..., currency_names: _Optional[_Iterable[str]] = ..., currency_index: _Optional[_Iterable[int]] = ..., ids: _Optional[_Iterable[str]] = ..., properties: _Optional[_Iterable[_Union[PropertyColumn, _Mapping]]] = ...) -> None: ...

class PropertyColumn(_message.Message):
    __slots__ = ("name", "index", "strings", "numbers", "bools")
    NAME_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    BOOLS_FIELD_NUMBER: _ClassVar[int]
    name: str
    index: _containers.RepeatedScalarFieldContainer[int]
    strings: _containers.RepeatedScalarFieldContainer[str]
    numbers: _containers.RepeatedScalarFieldContainer[float]
    bools: _containers.RepeatedScalarFieldContainer[bool]
    def __init__(self, name: _Optional[str] = ..., index: _Optional[_Iterable[int]] = ..., strings: _Optional[_Iterable[str]] = ..., numbers: _Optional[_Iterable[float]] = ..., bools: _Optional[_Iterable[bool]] = ...) -> None: ...

class RecordInteractionsRequest(_message.Message):
    __slots__ = ("context", "interactions")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    interactions: InteractionColumns
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., interactions: _Optional[_Union[InteractionColumns, _Mapping]] = ...) -> None: ...

class RecordInteractionsResponse(_message.Message):
    __slots__ = ("position", "receipt", "accepted_count", "duplicate_count", "new_profile_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEW_PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    accepted_count: int
    duplicate_count: int
    new_profile_count: int
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., accepted_count: _Optional[int] = ..., duplicate_count: _Optional[int] = ..., new_profile_count: _Optional[int] = ...) -> None: ...

class StreamInteractionsRequest(_message.Message):
    __slots__ = ("context", "interactions")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    interactions: InteractionColumns
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., interactions: _Optional[_Union[InteractionColumns, _Mapping]] = ...) -> None: ...

class StreamInteractionsResponse(_message.Message):
    __slots__ = ("position", "batch_count", "accepted_count", "duplicate_count", "replayed_batch_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    BATCH_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_BATCH_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    batch_count: int
    accepted_count: int
    duplicate_count: int
    replayed_batch_count: int
    def __init__(self, position: _Optional[int] = ..., batch_count: _Optional[int] = ..., accepted_count: _Optional[int] = ..., duplicate_count: _Optional[int] = ..., replayed_batch_count: _Optional[int] = ...) -> None: ...

class RetractInteractionsRequest(_message.Message):
    __slots__ = ("context", "ids")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RetractInteractionsResponse(_message.Message):
    __slots__ = ("position", "receipt", "retracted_count", "already_so_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    RETRACTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    retracted_count: int
    already_so_count: int
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., retracted_count: _Optional[int] = ..., already_so_count: _Optional[int] = ...) -> None: ...

class ReplaceInteractionsRequest(_message.Message):
    __slots__ = ("context", "interactions")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    interactions: InteractionColumns
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., interactions: _Optional[_Union[InteractionColumns, _Mapping]] = ...) -> None: ...

class ReplaceInteractionsResponse(_message.Message):
    __slots__ = ("position", "receipt", "accepted_count", "replaced_count", "new_profile_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REPLACED_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEW_PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    accepted_count: int
    replaced_count: int
    new_profile_count: int
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., accepted_count: _Optional[int] = ..., replaced_count: _Optional[int] = ..., new_profile_count: _Optional[int] = ...) -> None: ...

class TagSegmentRequest(_message.Message):
    __slots__ = ("context", "segment", "as_of", "known_at", "tag", "operation", "value", "effective_at_us", "expires_at_us", "dry_run", "typed_value")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_US_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TYPED_VALUE_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    segment: _expression_pb2.Segment
    as_of: _timestamp_pb2.Timestamp
    known_at: _common_pb2.KnownAt
    tag: str
    operation: TagChange.Operation
    value: float
    effective_at_us: int
    expires_at_us: int
    dry_run: bool
    typed_value: _common_pb2.Value
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ..., tag: _Optional[str] = ..., operation: _Optional[_Union[TagChange.Operation, str]] = ..., value: _Optional[float] = ..., effective_at_us: _Optional[int] = ..., expires_at_us: _Optional[int] = ..., dry_run: _Optional[bool] = ..., typed_value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...

class TagSegmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "clocks", "changed_count", "already_so_count", "warnings", "preview")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    clocks: _common_pb2.ReadClocks
    changed_count: int
    already_so_count: int
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    preview: Preview
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ..., preview: _Optional[_Union[Preview, _Mapping]] = ...) -> None: ...

class MergeTagsRequest(_message.Message):
    __slots__ = ("context", "key", "into_key", "dry_run")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    INTO_KEY_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    key: str
    into_key: str
    dry_run: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., key: _Optional[str] = ..., into_key: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class MergeTagsResponse(_message.Message):
    __slots__ = ("position", "receipt", "changed_count", "already_so_count", "preview")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    changed_count: int
    already_so_count: int
    preview: Preview
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ..., preview: _Optional[_Union[Preview, _Mapping]] = ...) -> None: ...

class UndoChangesetRequest(_message.Message):
    __slots__ = ("context", "changeset_id", "at_position", "segment", "as_of", "known_at", "dry_run")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    CHANGESET_ID_FIELD_NUMBER: _ClassVar[int]
    AT_POSITION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    changeset_id: str
    at_position: int
    segment: _expression_pb2.Segment
    as_of: _timestamp_pb2.Timestamp
    known_at: _common_pb2.KnownAt
    dry_run: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., changeset_id: _Optional[str] = ..., at_position: _Optional[int] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class UndoChangesetResponse(_message.Message):
    __slots__ = ("position", "receipt", "changed_count", "already_so_count", "conflict_count", "conflict_profile_ids", "warnings", "preview")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    changed_count: int
    already_so_count: int
    conflict_count: int
    conflict_profile_ids: _containers.RepeatedScalarFieldContainer[str]
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    preview: Preview
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ..., conflict_count: _Optional[int] = ..., conflict_profile_ids: _Optional[_Iterable[str]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ..., preview: _Optional[_Union[Preview, _Mapping]] = ...) -> None: ...

class Preview(_message.Message):
    __slots__ = ("changed_profile_ids", "segments", "dependent_segment_count")
    CHANGED_PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    DEPENDENT_SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    changed_profile_ids: _containers.RepeatedScalarFieldContainer[str]
    segments: _containers.RepeatedCompositeFieldContainer[SegmentEffect]
    dependent_segment_count: int
    def __init__(self, changed_profile_ids: _Optional[_Iterable[str]] = ..., segments: _Optional[_Iterable[_Union[SegmentEffect, _Mapping]]] = ..., dependent_segment_count: _Optional[int] = ...) -> None: ...

class SegmentEffect(_message.Message):
    __slots__ = ("segment", "count", "entered_count", "left_count", "refusal")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ENTERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    LEFT_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    segment: str
    count: int
    entered_count: int
    left_count: int
    refusal: str
    def __init__(self, segment: _Optional[str] = ..., count: _Optional[int] = ..., entered_count: _Optional[int] = ..., left_count: _Optional[int] = ..., refusal: _Optional[str] = ...) -> None: ...
