import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import expression_pb2 as _expression_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Workspace(_message.Message):
    __slots__ = ("name", "currency", "created_at")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    name: str
    currency: str
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., currency: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TagGroup(_message.Message):
    __slots__ = ("name", "description", "retired", "tag_count", "created_at", "exclusive", "owner_staff_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    TAG_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    OWNER_STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    retired: bool
    tag_count: int
    created_at: _timestamp_pb2.Timestamp
    exclusive: bool
    owner_staff_id: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., retired: _Optional[bool] = ..., tag_count: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., exclusive: _Optional[bool] = ..., owner_staff_id: _Optional[str] = ...) -> None: ...

class Tag(_message.Message):
    __slots__ = ("key", "group", "name", "description", "retired", "created_at", "created_by", "number", "values", "merged_into", "rank", "opt_out", "lifetime")
    KEY_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    MERGED_INTO_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FIELD_NUMBER: _ClassVar[int]
    key: str
    group: str
    name: str
    description: str
    retired: bool
    created_at: _timestamp_pb2.Timestamp
    created_by: str
    number: int
    values: _common_pb2.TagValues
    merged_into: str
    rank: int
    opt_out: bool
    lifetime: _duration_pb2.Duration
    def __init__(self, key: _Optional[str] = ..., group: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., retired: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., number: _Optional[int] = ..., values: _Optional[_Union[_common_pb2.TagValues, _Mapping]] = ..., merged_into: _Optional[str] = ..., rank: _Optional[int] = ..., opt_out: _Optional[bool] = ..., lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ForeignTag(_message.Message):
    __slots__ = ("foreign_key", "key")
    FOREIGN_KEY_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    foreign_key: str
    key: str
    def __init__(self, foreign_key: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class NamedSegment(_message.Message):
    __slots__ = ("name", "description", "retired", "version", "expression", "created_at", "created_by", "number")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    retired: bool
    version: int
    expression: str
    created_at: _timestamp_pb2.Timestamp
    created_by: str
    number: int
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., retired: _Optional[bool] = ..., version: _Optional[int] = ..., expression: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class SegmentVersion(_message.Message):
    __slots__ = ("version", "expression", "attribution")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    version: int
    expression: str
    attribution: _common_pb2.Attribution
    def __init__(self, version: _Optional[int] = ..., expression: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class CreateWorkspaceRequest(_message.Message):
    __slots__ = ("context", "currency")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    currency: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., currency: _Optional[str] = ...) -> None: ...

class CreateWorkspaceResponse(_message.Message):
    __slots__ = ("position", "receipt", "workspace")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    workspace: Workspace
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., workspace: _Optional[_Union[Workspace, _Mapping]] = ...) -> None: ...

class ListWorkspacesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWorkspacesResponse(_message.Message):
    __slots__ = ("position", "workspaces", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    WORKSPACES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    workspaces: _containers.RepeatedCompositeFieldContainer[Workspace]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., workspaces: _Optional[_Iterable[_Union[Workspace, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DefineTagGroupRequest(_message.Message):
    __slots__ = ("context", "name", "description", "exclusive")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    description: str
    exclusive: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., exclusive: _Optional[bool] = ...) -> None: ...

class DefineTagGroupResponse(_message.Message):
    __slots__ = ("position", "receipt", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class GetTagGroupRequest(_message.Message):
    __slots__ = ("workspace", "name", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    name: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., name: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class GetTagGroupResponse(_message.Message):
    __slots__ = ("position", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class ListTagGroupsRequest(_message.Message):
    __slots__ = ("workspace", "page_size", "page_token", "show_retired")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHOW_RETIRED_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    page_size: int
    page_token: str
    show_retired: bool
    def __init__(self, workspace: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., show_retired: _Optional[bool] = ...) -> None: ...

class ListTagGroupsResponse(_message.Message):
    __slots__ = ("position", "groups", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    groups: _containers.RepeatedCompositeFieldContainer[TagGroup]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., groups: _Optional[_Iterable[_Union[TagGroup, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RenameTagGroupRequest(_message.Message):
    __slots__ = ("context", "name", "new_name")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    new_name: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ..., new_name: _Optional[str] = ...) -> None: ...

class RenameTagGroupResponse(_message.Message):
    __slots__ = ("position", "receipt", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class RetireTagGroupRequest(_message.Message):
    __slots__ = ("context", "name")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class RetireTagGroupResponse(_message.Message):
    __slots__ = ("position", "receipt", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class RestoreTagGroupRequest(_message.Message):
    __slots__ = ("context", "name")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class RestoreTagGroupResponse(_message.Message):
    __slots__ = ("position", "receipt", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class ChangeTagGroupRequest(_message.Message):
    __slots__ = ("context", "name", "description")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    description: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class ChangeTagGroupResponse(_message.Message):
    __slots__ = ("position", "receipt", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class OrderTagsRequest(_message.Message):
    __slots__ = ("context", "group", "keys")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    group: str
    keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., group: _Optional[str] = ..., keys: _Optional[_Iterable[str]] = ...) -> None: ...

class OrderTagsResponse(_message.Message):
    __slots__ = ("position", "receipt", "group")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    group: TagGroup
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., group: _Optional[_Union[TagGroup, _Mapping]] = ...) -> None: ...

class DefineTagRequest(_message.Message):
    __slots__ = ("context", "key", "description", "create_group", "values", "opt_out", "lifetime")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CREATE_GROUP_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    key: str
    description: str
    create_group: bool
    values: _common_pb2.TagValues
    opt_out: bool
    lifetime: _duration_pb2.Duration
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., key: _Optional[str] = ..., description: _Optional[str] = ..., create_group: _Optional[bool] = ..., values: _Optional[_Union[_common_pb2.TagValues, _Mapping]] = ..., opt_out: _Optional[bool] = ..., lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class DefineTagResponse(_message.Message):
    __slots__ = ("position", "receipt", "tag")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    tag: Tag
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class GetTagRequest(_message.Message):
    __slots__ = ("workspace", "key", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    key: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., key: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class GetTagResponse(_message.Message):
    __slots__ = ("position", "tag", "holder_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    HOLDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    tag: Tag
    holder_count: int
    def __init__(self, position: _Optional[int] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ..., holder_count: _Optional[int] = ...) -> None: ...

class ListTagsRequest(_message.Message):
    __slots__ = ("workspace", "page_size", "page_token", "group", "show_retired", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SHOW_RETIRED_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    page_size: int
    page_token: str
    group: str
    show_retired: bool
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., group: _Optional[str] = ..., show_retired: _Optional[bool] = ..., reader: _Optional[str] = ...) -> None: ...

class ListTagsResponse(_message.Message):
    __slots__ = ("position", "tags", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., tags: _Optional[_Iterable[_Union[Tag, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RenameTagRequest(_message.Message):
    __slots__ = ("context", "key", "new_name")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    key: str
    new_name: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., key: _Optional[str] = ..., new_name: _Optional[str] = ...) -> None: ...

class RenameTagResponse(_message.Message):
    __slots__ = ("position", "receipt", "tag")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    tag: Tag
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class RetireTagRequest(_message.Message):
    __slots__ = ("context", "key")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    key: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., key: _Optional[str] = ...) -> None: ...

class RetireTagResponse(_message.Message):
    __slots__ = ("position", "receipt", "tag")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    tag: Tag
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class RestoreTagRequest(_message.Message):
    __slots__ = ("context", "key")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    key: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., key: _Optional[str] = ...) -> None: ...

class RestoreTagResponse(_message.Message):
    __slots__ = ("position", "receipt", "tag")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    tag: Tag
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class ChangeTagRequest(_message.Message):
    __slots__ = ("context", "key", "description", "values", "opt_out", "lifetime")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    key: str
    description: str
    values: _common_pb2.TagValues
    opt_out: bool
    lifetime: _duration_pb2.Duration
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., key: _Optional[str] = ..., description: _Optional[str] = ..., values: _Optional[_Union[_common_pb2.TagValues, _Mapping]] = ..., opt_out: _Optional[bool] = ..., lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ChangeTagResponse(_message.Message):
    __slots__ = ("position", "receipt", "tag")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    tag: Tag
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class MapForeignTagsRequest(_message.Message):
    __slots__ = ("context", "foreign_tags")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_TAGS_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    foreign_tags: _containers.RepeatedCompositeFieldContainer[ForeignTag]
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., foreign_tags: _Optional[_Iterable[_Union[ForeignTag, _Mapping]]] = ...) -> None: ...

class MapForeignTagsResponse(_message.Message):
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

class UnmapForeignTagRequest(_message.Message):
    __slots__ = ("context", "foreign_key")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_KEY_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    foreign_key: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., foreign_key: _Optional[str] = ...) -> None: ...

class UnmapForeignTagResponse(_message.Message):
    __slots__ = ("position", "receipt", "foreign_tag")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_TAG_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    foreign_tag: ForeignTag
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., foreign_tag: _Optional[_Union[ForeignTag, _Mapping]] = ...) -> None: ...

class ListForeignTagsRequest(_message.Message):
    __slots__ = ("workspace", "page_size", "page_token", "namespace", "key", "reader")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    page_size: int
    page_token: str
    namespace: str
    key: str
    reader: str
    def __init__(self, workspace: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., namespace: _Optional[str] = ..., key: _Optional[str] = ..., reader: _Optional[str] = ...) -> None: ...

class ListForeignTagsResponse(_message.Message):
    __slots__ = ("position", "foreign_tags", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_TAGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    foreign_tags: _containers.RepeatedCompositeFieldContainer[ForeignTag]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., foreign_tags: _Optional[_Iterable[_Union[ForeignTag, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DefineSegmentRequest(_message.Message):
    __slots__ = ("context", "name", "description", "segment")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    description: str
    segment: _expression_pb2.Segment
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ...) -> None: ...

class DefineSegmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "segment", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    segment: NamedSegment
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., segment: _Optional[_Union[NamedSegment, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class ChangeSegmentRequest(_message.Message):
    __slots__ = ("context", "name", "segment")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    segment: _expression_pb2.Segment
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ...) -> None: ...

class ChangeSegmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "segment", "warnings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    segment: NamedSegment
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., segment: _Optional[_Union[NamedSegment, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ...) -> None: ...

class GetSegmentRequest(_message.Message):
    __slots__ = ("workspace", "name", "page_size", "page_token")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    name: str
    page_size: int
    page_token: str
    def __init__(self, workspace: _Optional[str] = ..., name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetSegmentResponse(_message.Message):
    __slots__ = ("position", "segment", "versions", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    segment: NamedSegment
    versions: _containers.RepeatedCompositeFieldContainer[SegmentVersion]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., segment: _Optional[_Union[NamedSegment, _Mapping]] = ..., versions: _Optional[_Iterable[_Union[SegmentVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListSegmentsRequest(_message.Message):
    __slots__ = ("workspace", "page_size", "page_token", "show_retired")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHOW_RETIRED_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    page_size: int
    page_token: str
    show_retired: bool
    def __init__(self, workspace: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., show_retired: _Optional[bool] = ...) -> None: ...

class ListSegmentsResponse(_message.Message):
    __slots__ = ("position", "segments", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    segments: _containers.RepeatedCompositeFieldContainer[NamedSegment]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., segments: _Optional[_Iterable[_Union[NamedSegment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RenameSegmentRequest(_message.Message):
    __slots__ = ("context", "name", "new_name")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    new_name: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ..., new_name: _Optional[str] = ...) -> None: ...

class RenameSegmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "segment")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    segment: NamedSegment
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., segment: _Optional[_Union[NamedSegment, _Mapping]] = ...) -> None: ...

class RetireSegmentRequest(_message.Message):
    __slots__ = ("context", "name")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    name: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class RetireSegmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "segment")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    segment: NamedSegment
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., segment: _Optional[_Union[NamedSegment, _Mapping]] = ...) -> None: ...

class ListNamesRequest(_message.Message):
    __slots__ = ("workspace",)
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    def __init__(self, workspace: _Optional[str] = ...) -> None: ...

class TypedName(_message.Message):
    __slots__ = ("name", "type")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: _common_pb2.ValueType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[_common_pb2.ValueType, str]] = ...) -> None: ...

class ListNamesResponse(_message.Message):
    __slots__ = ("position", "interaction_types", "touchpoints", "properties", "traits", "profile_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_TYPES_FIELD_NUMBER: _ClassVar[int]
    TOUCHPOINTS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    interaction_types: _containers.RepeatedScalarFieldContainer[str]
    touchpoints: _containers.RepeatedScalarFieldContainer[str]
    properties: _containers.RepeatedCompositeFieldContainer[TypedName]
    traits: _containers.RepeatedCompositeFieldContainer[TypedName]
    profile_count: int
    def __init__(self, position: _Optional[int] = ..., interaction_types: _Optional[_Iterable[str]] = ..., touchpoints: _Optional[_Iterable[str]] = ..., properties: _Optional[_Iterable[_Union[TypedName, _Mapping]]] = ..., traits: _Optional[_Iterable[_Union[TypedName, _Mapping]]] = ..., profile_count: _Optional[int] = ...) -> None: ...
