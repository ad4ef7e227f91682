from tagledger.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UploadMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UPLOAD_MODE_UNSPECIFIED: _ClassVar[UploadMode]
    UPLOAD_MODE_REPLACE: _ClassVar[UploadMode]
    UPLOAD_MODE_ADD: _ClassVar[UploadMode]
    UPLOAD_MODE_REMOVE: _ClassVar[UploadMode]
UPLOAD_MODE_UNSPECIFIED: UploadMode
UPLOAD_MODE_REPLACE: UploadMode
UPLOAD_MODE_ADD: UploadMode
UPLOAD_MODE_REMOVE: UploadMode

class UploadListRequest(_message.Message):
    __slots__ = ("context", "list", "description", "mode", "profile_ids", "last")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    list: str
    description: str
    mode: UploadMode
    profile_ids: _containers.RepeatedScalarFieldContainer[str]
    last: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., list: _Optional[str] = ..., description: _Optional[str] = ..., mode: _Optional[_Union[UploadMode, str]] = ..., profile_ids: _Optional[_Iterable[str]] = ..., last: _Optional[bool] = ...) -> None: ...

class UploadListResponse(_message.Message):
    __slots__ = ("position", "receipt", "list", "changed_count", "already_so_count", "unknown_count", "unknown_profile_ids")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    list: UploadedList
    changed_count: int
    already_so_count: int
    unknown_count: int
    unknown_profile_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., list: _Optional[_Union[UploadedList, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ..., unknown_count: _Optional[int] = ..., unknown_profile_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UploadedList(_message.Message):
    __slots__ = ("name", "description", "retired", "version", "profile_count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    retired: bool
    version: int
    profile_count: int
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., retired: _Optional[bool] = ..., version: _Optional[int] = ..., profile_count: _Optional[int] = ...) -> None: ...

class ListVersion(_message.Message):
    __slots__ = ("version", "profile_count", "added_count", "removed_count", "unknown_count", "attribution")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_COUNT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    version: int
    profile_count: int
    added_count: int
    removed_count: int
    unknown_count: int
    attribution: _common_pb2.Attribution
    def __init__(self, version: _Optional[int] = ..., profile_count: _Optional[int] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., unknown_count: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class GetListRequest(_message.Message):
    __slots__ = ("workspace", "list", "page_size", "page_token")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    list: str
    page_size: int
    page_token: str
    def __init__(self, workspace: _Optional[str] = ..., list: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetListResponse(_message.Message):
    __slots__ = ("position", "list", "versions", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    list: UploadedList
    versions: _containers.RepeatedCompositeFieldContainer[ListVersion]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., list: _Optional[_Union[UploadedList, _Mapping]] = ..., versions: _Optional[_Iterable[_Union[ListVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListListsRequest(_message.Message):
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

class ListListsResponse(_message.Message):
    __slots__ = ("position", "lists", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    lists: _containers.RepeatedCompositeFieldContainer[UploadedList]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., lists: _Optional[_Iterable[_Union[UploadedList, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RetireListRequest(_message.Message):
    __slots__ = ("context", "list")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    list: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., list: _Optional[str] = ...) -> None: ...

class RetireListResponse(_message.Message):
    __slots__ = ("position", "receipt", "list")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    list: UploadedList
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., list: _Optional[_Union[UploadedList, _Mapping]] = ...) -> None: ...
