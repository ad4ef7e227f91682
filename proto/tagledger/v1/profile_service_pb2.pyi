import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import history_service_pb2 as _history_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProfileLink(_message.Message):
    __slots__ = ("first_profile_id", "second_profile_id")
    FIRST_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    SECOND_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    first_profile_id: str
    second_profile_id: str
    def __init__(self, first_profile_id: _Optional[str] = ..., second_profile_id: _Optional[str] = ...) -> None: ...

class LinkProfilesRequest(_message.Message):
    __slots__ = ("context", "links")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    links: _containers.RepeatedCompositeFieldContainer[ProfileLink]
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., links: _Optional[_Iterable[_Union[ProfileLink, _Mapping]]] = ...) -> None: ...

class LinkProfilesResponse(_message.Message):
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

class UnlinkProfilesRequest(_message.Message):
    __slots__ = ("context", "links")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    links: _containers.RepeatedCompositeFieldContainer[ProfileLink]
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., links: _Optional[_Iterable[_Union[ProfileLink, _Mapping]]] = ...) -> None: ...

class UnlinkProfilesResponse(_message.Message):
    __slots__ = ("position", "receipt", "changed_count", "already_so_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    changed_count: int
    already_so_count: int
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ...) -> None: ...

class GetProfileRequest(_message.Message):
    __slots__ = ("context", "profile_id", "timeline_size", "without_segments", "recency_hours")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_SIZE_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    RECENCY_HOURS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.ReadContext
    profile_id: str
    timeline_size: int
    without_segments: bool
    recency_hours: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, context: _Optional[_Union[_common_pb2.ReadContext, _Mapping]] = ..., profile_id: _Optional[str] = ..., timeline_size: _Optional[int] = ..., without_segments: _Optional[bool] = ..., recency_hours: _Optional[_Iterable[int]] = ...) -> None: ...

class ProfileTag(_message.Message):
    __slots__ = ("key", "value", "carried_since", "effective_at", "carried_until", "attribution", "credited_actor", "credited_source", "typed_value")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CARRIED_SINCE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    CARRIED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    CREDITED_ACTOR_FIELD_NUMBER: _ClassVar[int]
    CREDITED_SOURCE_FIELD_NUMBER: _ClassVar[int]
    TYPED_VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: float
    carried_since: _timestamp_pb2.Timestamp
    effective_at: _timestamp_pb2.Timestamp
    carried_until: _timestamp_pb2.Timestamp
    attribution: _common_pb2.Attribution
    credited_actor: str
    credited_source: str
    typed_value: _common_pb2.Value
    def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ..., carried_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., carried_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ..., credited_actor: _Optional[str] = ..., credited_source: _Optional[str] = ..., typed_value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ...) -> None: ...

class ProfileTrait(_message.Message):
    __slots__ = ("name", "value", "effective_at", "attribution")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: _common_pb2.Value
    effective_at: _timestamp_pb2.Timestamp
    attribution: _common_pb2.Attribution
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[_common_pb2.Value, _Mapping]] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ProfileActivity(_message.Message):
    __slots__ = ("type", "count", "first_at", "last_at", "amounts")
    class AmountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    TYPE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_FIELD_NUMBER: _ClassVar[int]
    AMOUNTS_FIELD_NUMBER: _ClassVar[int]
    type: str
    count: int
    first_at: _timestamp_pb2.Timestamp
    last_at: _timestamp_pb2.Timestamp
    amounts: _containers.ScalarMap[str, int]
    def __init__(self, type: _Optional[str] = ..., count: _Optional[int] = ..., first_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., amounts: _Optional[_Mapping[str, int]] = ...) -> None: ...

class ProfileStaff(_message.Message):
    __slots__ = ("staff_id", "name", "department_id", "customer_since", "customer_until", "attribution")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_SINCE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    name: str
    department_id: str
    customer_since: _timestamp_pb2.Timestamp
    customer_until: _timestamp_pb2.Timestamp
    attribution: _common_pb2.Attribution
    def __init__(self, staff_id: _Optional[str] = ..., name: _Optional[str] = ..., department_id: _Optional[str] = ..., customer_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., customer_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ProfileChannel(_message.Message):
    __slots__ = ("channel", "reachable")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    channel: str
    reachable: bool
    def __init__(self, channel: _Optional[str] = ..., reachable: _Optional[bool] = ...) -> None: ...

class GetProfileResponse(_message.Message):
    __slots__ = ("position", "clocks", "profile_id", "first_seen_at", "tags", "traits", "activities", "last_interaction_at", "recency_tier", "segments", "unanswered_segments", "lists", "timeline", "linked_profile_ids", "staff", "channels")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    LAST_INTERACTION_AT_FIELD_NUMBER: _ClassVar[int]
    RECENCY_TIER_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    UNANSWERED_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    LINKED_PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    position: int
    clocks: _common_pb2.ReadClocks
    profile_id: str
    first_seen_at: _timestamp_pb2.Timestamp
    tags: _containers.RepeatedCompositeFieldContainer[ProfileTag]
    traits: _containers.RepeatedCompositeFieldContainer[ProfileTrait]
    activities: _containers.RepeatedCompositeFieldContainer[ProfileActivity]
    last_interaction_at: _timestamp_pb2.Timestamp
    recency_tier: int
    segments: _containers.RepeatedScalarFieldContainer[str]
    unanswered_segments: _containers.RepeatedScalarFieldContainer[str]
    lists: _containers.RepeatedScalarFieldContainer[str]
    timeline: _containers.RepeatedCompositeFieldContainer[_history_service_pb2.HistoryEntry]
    linked_profile_ids: _containers.RepeatedScalarFieldContainer[str]
    staff: _containers.RepeatedCompositeFieldContainer[ProfileStaff]
    channels: _containers.RepeatedCompositeFieldContainer[ProfileChannel]
    def __init__(self, position: _Optional[int] = ..., clocks: _Optional[_Union[_common_pb2.ReadClocks, _Mapping]] = ..., profile_id: _Optional[str] = ..., first_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tags: _Optional[_Iterable[_Union[ProfileTag, _Mapping]]] = ..., traits: _Optional[_Iterable[_Union[ProfileTrait, _Mapping]]] = ..., activities: _Optional[_Iterable[_Union[ProfileActivity, _Mapping]]] = ..., last_interaction_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recency_tier: _Optional[int] = ..., segments: _Optional[_Iterable[str]] = ..., unanswered_segments: _Optional[_Iterable[str]] = ..., lists: _Optional[_Iterable[str]] = ..., timeline: _Optional[_Iterable[_Union[_history_service_pb2.HistoryEntry, _Mapping]]] = ..., linked_profile_ids: _Optional[_Iterable[str]] = ..., staff: _Optional[_Iterable[_Union[ProfileStaff, _Mapping]]] = ..., channels: _Optional[_Iterable[_Union[ProfileChannel, _Mapping]]] = ...) -> None: ...

class EraseProfilesRequest(_message.Message):
    __slots__ = ("context", "profile_ids", "dry_run")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    profile_ids: _containers.RepeatedScalarFieldContainer[str]
    dry_run: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., profile_ids: _Optional[_Iterable[str]] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class EraseProfilesResponse(_message.Message):
    __slots__ = ("position", "receipt", "erased_count", "unknown_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ERASED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    erased_count: int
    unknown_count: int
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., erased_count: _Optional[int] = ..., unknown_count: _Optional[int] = ...) -> None: ...

class GetErasureRequest(_message.Message):
    __slots__ = ("workspace", "changeset_id", "at_position")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    CHANGESET_ID_FIELD_NUMBER: _ClassVar[int]
    AT_POSITION_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    changeset_id: str
    at_position: int
    def __init__(self, workspace: _Optional[str] = ..., changeset_id: _Optional[str] = ..., at_position: _Optional[int] = ...) -> None: ...

class GetErasureResponse(_message.Message):
    __slots__ = ("position", "certificate")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    position: int
    certificate: ErasureCertificate
    def __init__(self, position: _Optional[int] = ..., certificate: _Optional[_Union[ErasureCertificate, _Mapping]] = ...) -> None: ...

class ErasureCertificate(_message.Message):
    __slots__ = ("attribution", "profile_count", "content_sha256", "chain_sha256", "vault_cleared", "index_cleared", "snapshots_cleared", "files_scrubbed")
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    CHAIN_SHA256_FIELD_NUMBER: _ClassVar[int]
    VAULT_CLEARED_FIELD_NUMBER: _ClassVar[int]
    INDEX_CLEARED_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOTS_CLEARED_FIELD_NUMBER: _ClassVar[int]
    FILES_SCRUBBED_FIELD_NUMBER: _ClassVar[int]
    attribution: _common_pb2.Attribution
    profile_count: int
    content_sha256: str
    chain_sha256: str
    vault_cleared: bool
    index_cleared: bool
    snapshots_cleared: bool
    files_scrubbed: bool
    def __init__(self, attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ..., profile_count: _Optional[int] = ..., content_sha256: _Optional[str] = ..., chain_sha256: _Optional[str] = ..., vault_cleared: _Optional[bool] = ..., index_cleared: _Optional[bool] = ..., snapshots_cleared: _Optional[bool] = ..., files_scrubbed: _Optional[bool] = ...) -> None: ...
