import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HistoryEntry(_message.Message):
    __slots__ = ("attribution", "effective_at", "profile_id", "tag", "trait", "interaction", "catalogue", "list", "retraction", "erasure", "link")
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    RETRACTION_FIELD_NUMBER: _ClassVar[int]
    ERASURE_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    attribution: _common_pb2.Attribution
    effective_at: _timestamp_pb2.Timestamp
    profile_id: str
    tag: TagEntry
    trait: TraitEntry
    interaction: InteractionEntry
    catalogue: CatalogueEntry
    list: ListEntry
    retraction: RetractionEntry
    erasure: ErasureEntry
    link: LinkEntry
    def __init__(self, attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., profile_id: _Optional[str] = ..., tag: _Optional[_Union[TagEntry, _Mapping]] = ..., trait: _Optional[_Union[TraitEntry, _Mapping]] = ..., interaction: _Optional[_Union[InteractionEntry, _Mapping]] = ..., catalogue: _Optional[_Union[CatalogueEntry, _Mapping]] = ..., list: _Optional[_Union[ListEntry, _Mapping]] = ..., retraction: _Optional[_Union[RetractionEntry, _Mapping]] = ..., erasure: _Optional[_Union[ErasureEntry, _Mapping]] = ..., link: _Optional[_Union[LinkEntry, _Mapping]] = ...) -> None: ...

class LinkEntry(_message.Message):
    __slots__ = ("other_profile_id", "kind")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[LinkEntry.Kind]
        KIND_LINKED: _ClassVar[LinkEntry.Kind]
        KIND_UNLINKED: _ClassVar[LinkEntry.Kind]
    KIND_UNSPECIFIED: LinkEntry.Kind
    KIND_LINKED: LinkEntry.Kind
    KIND_UNLINKED: LinkEntry.Kind
    OTHER_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    other_profile_id: str
    kind: LinkEntry.Kind
    def __init__(self, other_profile_id: _Optional[str] = ..., kind: _Optional[_Union[LinkEntry.Kind, str]] = ...) -> None: ...

class ErasureEntry(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TagEntry(_message.Message):
    __slots__ = ("tag", "kind", "value", "credited_actor", "credited_source", "typed_value", "lapses_at")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[TagEntry.Kind]
        KIND_APPLIED: _ClassVar[TagEntry.Kind]
        KIND_REMOVED: _ClassVar[TagEntry.Kind]
        KIND_EXPIRES: _ClassVar[TagEntry.Kind]
    KIND_UNSPECIFIED: TagEntry.Kind
    KIND_APPLIED: TagEntry.Kind
    KIND_REMOVED: TagEntry.Kind
    KIND_EXPIRES: TagEntry.Kind
    TAG_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CREDITED_ACTOR_FIELD_NUMBER: _ClassVar[int]
    CREDITED_SOURCE_FIELD_NUMBER: _ClassVar[int]
    TYPED_VALUE_FIELD_NUMBER: _ClassVar[int]
    LAPSES_AT_FIELD_NUMBER: _ClassVar[int]
    tag: str
    kind: TagEntry.Kind
    value: float
    credited_actor: str
    credited_source: str
    typed_value: _common_pb2.Value
    lapses_at: _timestamp_pb2.Timestamp
    def __init__(self, tag: _Optional[str] = ..., kind: _Optional[_Union[TagEntry.Kind, str]] = ..., value: _Optional[float] = ..., credited_actor: _Optional[str] = ..., credited_source: _Optional[str] = ..., typed_value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., lapses_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TraitEntry(_message.Message):
    __slots__ = ("trait", "value")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    trait: str
    value: _common_pb2.Value
    def __init__(self, trait: _Optional[str] = ..., value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...

class InteractionEntry(_message.Message):
    __slots__ = ("type", "touchpoint", "amount", "currency", "id", "properties")
    class PropertiesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _common_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    type: str
    touchpoint: str
    amount: int
    currency: str
    id: str
    properties: _containers.MessageMap[str, _common_pb2.Value]
    def __init__(self, type: _Optional[str] = ..., touchpoint: _Optional[str] = ..., amount: _Optional[int] = ..., currency: _Optional[str] = ..., id: _Optional[str] = ..., properties: _Optional[_Mapping[str, _common_pb2.Value]] = ...) -> None: ...

class RetractionEntry(_message.Message):
    __slots__ = ("interaction", "recorded_position")
    INTERACTION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_POSITION_FIELD_NUMBER: _ClassVar[int]
    interaction: InteractionEntry
    recorded_position: int
    def __init__(self, interaction: _Optional[_Union[InteractionEntry, _Mapping]] = ..., recorded_position: _Optional[int] = ...) -> None: ...

class ListEntry(_message.Message):
    __slots__ = ("list", "kind")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[ListEntry.Kind]
        KIND_ADDED: _ClassVar[ListEntry.Kind]
        KIND_REMOVED: _ClassVar[ListEntry.Kind]
    KIND_UNSPECIFIED: ListEntry.Kind
    KIND_ADDED: ListEntry.Kind
    KIND_REMOVED: ListEntry.Kind
    LIST_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    list: str
    kind: ListEntry.Kind
    def __init__(self, list: _Optional[str] = ..., kind: _Optional[_Union[ListEntry.Kind, str]] = ...) -> None: ...

class CatalogueEntry(_message.Message):
    __slots__ = ("kind", "subject", "new_name", "expression", "into", "foreign_key", "description", "values", "opt_out", "order", "name", "department_id", "role", "lifetime")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    INTO_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_KEY_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subject: str
    new_name: str
    expression: str
    into: str
    foreign_key: str
    description: str
    values: _common_pb2.TagValues
    opt_out: bool
    order: _containers.RepeatedScalarFieldContainer[str]
    name: str
    department_id: str
    role: _common_pb2.StaffRole
    lifetime: _duration_pb2.Duration
    def __init__(self, kind: _Optional[str] = ..., subject: _Optional[str] = ..., new_name: _Optional[str] = ..., expression: _Optional[str] = ..., into: _Optional[str] = ..., foreign_key: _Optional[str] = ..., description: _Optional[str] = ..., values: _Optional[_Union[_common_pb2.TagValues, _Mapping]] = ..., opt_out: _Optional[bool] = ..., order: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ..., department_id: _Optional[str] = ..., role: _Optional[_Union[_common_pb2.StaffRole, str]] = ..., lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ListProfileHistoryRequest(_message.Message):
    __slots__ = ("workspace", "profile_id", "known_at", "page_size", "page_token", "newest_first", "without_interactions", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    profile_id: str
    known_at: _common_pb2.KnownAt
    page_size: int
    page_token: str
    newest_first: bool
    without_interactions: bool
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., profile_id: _Optional[str] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., newest_first: _Optional[bool] = ..., without_interactions: _Optional[bool] = ..., reader: _Optional[str] = ...) -> None: ...

class ListProfileHistoryResponse(_message.Message):
    __slots__ = ("position", "entries", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    entries: _containers.RepeatedCompositeFieldContainer[HistoryEntry]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., entries: _Optional[_Iterable[_Union[HistoryEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListTagHistoryRequest(_message.Message):
    __slots__ = ("workspace", "tag", "known_at", "page_size", "page_token", "newest_first", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    tag: str
    known_at: _common_pb2.KnownAt
    page_size: int
    page_token: str
    newest_first: bool
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., tag: _Optional[str] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., newest_first: _Optional[bool] = ..., reader: _Optional[str] = ...) -> None: ...

class ListTagHistoryResponse(_message.Message):
    __slots__ = ("position", "entries", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    entries: _containers.RepeatedCompositeFieldContainer[HistoryEntry]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., entries: _Optional[_Iterable[_Union[HistoryEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListHistoryRequest(_message.Message):
    __slots__ = ("workspace", "known_at", "page_size", "page_token", "newest_first", "without_interactions", "profile_id", "tag", "group", "actor", "source", "recorded", "effective", "segment_name", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_NAME_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    known_at: _common_pb2.KnownAt
    page_size: int
    page_token: str
    newest_first: bool
    without_interactions: bool
    profile_id: str
    tag: str
    group: str
    actor: str
    source: str
    recorded: Period
    effective: Period
    segment_name: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., newest_first: _Optional[bool] = ..., without_interactions: _Optional[bool] = ..., profile_id: _Optional[str] = ..., tag: _Optional[str] = ..., group: _Optional[str] = ..., actor: _Optional[str] = ..., source: _Optional[str] = ..., recorded: _Optional[_Union[Period, _Mapping]] = ..., effective: _Optional[_Union[Period, _Mapping]] = ..., segment_name: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class Period(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    def __init__(self, start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListHistoryResponse(_message.Message):
    __slots__ = ("position", "entries", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    entries: _containers.RepeatedCompositeFieldContainer[HistoryEntry]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., entries: _Optional[_Iterable[_Union[HistoryEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetTagUseRequest(_message.Message):
    __slots__ = ("workspace", "tag", "as_of", "known_at", "days", "zone", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    tag: str
    as_of: _timestamp_pb2.Timestamp
    known_at: _common_pb2.KnownAt
    days: int
    zone: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., tag: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_common_pb2.KnownAt, _Mapping]] = ..., days: _Optional[int] = ..., zone: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class GetTagUseResponse(_message.Message):
    __slots__ = ("position", "clocks", "tag", "holder_count", "appliers", "other_applier_count", "days", "segments", "last_changed_at")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    HOLDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    APPLIERS_FIELD_NUMBER: _ClassVar[int]
    OTHER_APPLIER_COUNT_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    tag: str
    holder_count: int
    appliers: _containers.RepeatedCompositeFieldContainer[TagApplier]
    other_applier_count: int
    days: _containers.RepeatedCompositeFieldContainer[TagDay]
    segments: _containers.RepeatedScalarFieldContainer[str]
    last_changed_at: _timestamp_pb2.Timestamp
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., tag: _Optional[str] = ..., holder_count: _Optional[int] = ..., appliers: _Optional[_Iterable[_Union[TagApplier, _Mapping]]] = ..., other_applier_count: _Optional[int] = ..., days: _Optional[_Iterable[_Union[TagDay, _Mapping]]] = ..., segments: _Optional[_Iterable[str]] = ..., last_changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TagApplier(_message.Message):
    __slots__ = ("actor", "source", "holder_count")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    HOLDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    actor: str
    source: str
    holder_count: int
    def __init__(self, actor: _Optional[str] = ..., source: _Optional[str] = ..., holder_count: _Optional[int] = ...) -> None: ...

class TagDay(_message.Message):
    __slots__ = ("day", "holder_count", "added_count", "removed_count")
    DAY_FIELD_NUMBER: _ClassVar[int]
    HOLDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    day: str
    holder_count: int
    added_count: int
    removed_count: int
    def __init__(self, day: _Optional[str] = ..., holder_count: _Optional[int] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ...) -> None: ...

class ReviewTagsRequest(_message.Message):
    __slots__ = ("workspace", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class ReviewTagsResponse(_message.Message):
    __slots__ = ("position", "unused", "alike")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    UNUSED_FIELD_NUMBER: _ClassVar[int]
    ALIKE_FIELD_NUMBER: _ClassVar[int]
    position: int
    unused: _containers.RepeatedCompositeFieldContainer[UnusedTag]
    alike: _containers.RepeatedCompositeFieldContainer[AlikeTags]
    def __init__(self, position: _Optional[int] = ..., unused: _Optional[_Iterable[_Union[UnusedTag, _Mapping]]] = ..., alike: _Optional[_Iterable[_Union[AlikeTags, _Mapping]]] = ...) -> None: ...

class UnusedTag(_message.Message):
    __slots__ = ("tag", "last_changed_at")
    TAG_FIELD_NUMBER: _ClassVar[int]
    LAST_CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    tag: str
    last_changed_at: _timestamp_pb2.Timestamp
    def __init__(self, tag: _Optional[str] = ..., last_changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AlikeTags(_message.Message):
    __slots__ = ("tag", "other_tag", "holder_count", "other_holder_count", "common_count", "names_alike")
    TAG_FIELD_NUMBER: _ClassVar[int]
    OTHER_TAG_FIELD_NUMBER: _ClassVar[int]
    HOLDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    OTHER_HOLDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMMON_COUNT_FIELD_NUMBER: _ClassVar[int]
    NAMES_ALIKE_FIELD_NUMBER: _ClassVar[int]
    tag: str
    other_tag: str
    holder_count: int
    other_holder_count: int
    common_count: int
    names_alike: bool
    def __init__(self, tag: _Optional[str] = ..., other_tag: _Optional[str] = ..., holder_count: _Optional[int] = ..., other_holder_count: _Optional[int] = ..., common_count: _Optional[int] = ..., names_alike: _Optional[bool] = ...) -> None: ...

class GetChangesetRequest(_message.Message):
    __slots__ = ("workspace", "changeset_id", "at_position", "page_size", "page_token", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    CHANGESET_ID_FIELD_NUMBER: _ClassVar[int]
    AT_POSITION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    changeset_id: str
    at_position: int
    page_size: int
    page_token: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., changeset_id: _Optional[str] = ..., at_position: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class GetChangesetResponse(_message.Message):
    __slots__ = ("position", "attribution", "entries", "entry_count", "next_page_token", "content_sha256", "chain_sha256")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    CHAIN_SHA256_FIELD_NUMBER: _ClassVar[int]
    position: int
    attribution: _common_pb2.Attribution
    entries: _containers.RepeatedCompositeFieldContainer[HistoryEntry]
    entry_count: int
    next_page_token: str
    content_sha256: str
    chain_sha256: str
    def __init__(self, position: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[HistoryEntry, _Mapping]]] = ..., entry_count: _Optional[int] = ..., next_page_token: _Optional[str] = ..., content_sha256: _Optional[str] = ..., chain_sha256: _Optional[str] = ...) -> None: ...
