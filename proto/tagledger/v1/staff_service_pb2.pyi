import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tagledger.v1 import common_pb2 as _common_pb2
from tagledger.v1 import expression_pb2 as _expression_pb2
from tagledger.v1 import ledger_service_pb2 as _ledger_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Department(_message.Message):
    __slots__ = ("department_id", "name", "parent_id", "retired", "created_at", "staff_count")
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    STAFF_COUNT_FIELD_NUMBER: _ClassVar[int]
    department_id: str
    name: str
    parent_id: str
    retired: bool
    created_at: _timestamp_pb2.Timestamp
    staff_count: int
    def __init__(self, department_id: _Optional[str] = ..., name: _Optional[str] = ..., parent_id: _Optional[str] = ..., retired: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., staff_count: _Optional[int] = ...) -> None: ...

class Staff(_message.Message):
    __slots__ = ("staff_id", "name", "department_id", "role", "retired", "created_at")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RETIRED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    name: str
    department_id: str
    role: _common_pb2.StaffRole
    retired: bool
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, staff_id: _Optional[str] = ..., name: _Optional[str] = ..., department_id: _Optional[str] = ..., role: _Optional[_Union[_common_pb2.StaffRole, str]] = ..., retired: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DefineDepartmentRequest(_message.Message):
    __slots__ = ("context", "department_id", "name", "parent_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    department_id: str
    name: str
    parent_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., department_id: _Optional[str] = ..., name: _Optional[str] = ..., parent_id: _Optional[str] = ...) -> None: ...

class DefineDepartmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "department")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    department: Department
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., department: _Optional[_Union[Department, _Mapping]] = ...) -> None: ...

class ChangeDepartmentRequest(_message.Message):
    __slots__ = ("context", "department_id", "name", "parent_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    department_id: str
    name: str
    parent_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., department_id: _Optional[str] = ..., name: _Optional[str] = ..., parent_id: _Optional[str] = ...) -> None: ...

class ChangeDepartmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "department")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    department: Department
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., department: _Optional[_Union[Department, _Mapping]] = ...) -> None: ...

class RetireDepartmentRequest(_message.Message):
    __slots__ = ("context", "department_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    department_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., department_id: _Optional[str] = ...) -> None: ...

class RetireDepartmentResponse(_message.Message):
    __slots__ = ("position", "receipt", "department")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    department: Department
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., department: _Optional[_Union[Department, _Mapping]] = ...) -> None: ...

class ListDepartmentsRequest(_message.Message):
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

class ListDepartmentsResponse(_message.Message):
    __slots__ = ("position", "departments", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    departments: _containers.RepeatedCompositeFieldContainer[Department]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., departments: _Optional[_Iterable[_Union[Department, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DefineStaffRequest(_message.Message):
    __slots__ = ("context", "staff_id", "name", "department_id", "role")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    staff_id: str
    name: str
    department_id: str
    role: _common_pb2.StaffRole
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., staff_id: _Optional[str] = ..., name: _Optional[str] = ..., department_id: _Optional[str] = ..., role: _Optional[_Union[_common_pb2.StaffRole, str]] = ...) -> None: ...

class DefineStaffResponse(_message.Message):
    __slots__ = ("position", "receipt", "staff")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    staff: Staff
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., staff: _Optional[_Union[Staff, _Mapping]] = ...) -> None: ...

class ChangeStaffRequest(_message.Message):
    __slots__ = ("context", "staff_id", "name", "department_id", "role")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    staff_id: str
    name: str
    department_id: str
    role: _common_pb2.StaffRole
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., staff_id: _Optional[str] = ..., name: _Optional[str] = ..., department_id: _Optional[str] = ..., role: _Optional[_Union[_common_pb2.StaffRole, str]] = ...) -> None: ...

class ChangeStaffResponse(_message.Message):
    __slots__ = ("position", "receipt", "staff")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    staff: Staff
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., staff: _Optional[_Union[Staff, _Mapping]] = ...) -> None: ...

class RetireStaffRequest(_message.Message):
    __slots__ = ("context", "staff_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    staff_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., staff_id: _Optional[str] = ...) -> None: ...

class RetireStaffResponse(_message.Message):
    __slots__ = ("position", "receipt", "staff")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    staff: Staff
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., staff: _Optional[_Union[Staff, _Mapping]] = ...) -> None: ...

class RestoreStaffRequest(_message.Message):
    __slots__ = ("context", "staff_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    staff_id: str
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., staff_id: _Optional[str] = ...) -> None: ...

class RestoreStaffResponse(_message.Message):
    __slots__ = ("position", "receipt", "staff")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    staff: Staff
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., staff: _Optional[_Union[Staff, _Mapping]] = ...) -> None: ...

class GetStaffRequest(_message.Message):
    __slots__ = ("workspace", "staff_id")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    staff_id: str
    def __init__(self, workspace: _Optional[str] = ..., staff_id: _Optional[str] = ...) -> None: ...

class GetStaffResponse(_message.Message):
    __slots__ = ("position", "staff", "customer_count")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    position: int
    staff: Staff
    customer_count: int
    def __init__(self, position: _Optional[int] = ..., staff: _Optional[_Union[Staff, _Mapping]] = ..., customer_count: _Optional[int] = ...) -> None: ...

class ListStaffRequest(_message.Message):
    __slots__ = ("workspace", "department_id", "page_size", "page_token", "show_retired")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHOW_RETIRED_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    department_id: str
    page_size: int
    page_token: str
    show_retired: bool
    def __init__(self, workspace: _Optional[str] = ..., department_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., show_retired: _Optional[bool] = ...) -> None: ...

class ListStaffResponse(_message.Message):
    __slots__ = ("position", "staff", "next_page_token")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    position: int
    staff: _containers.RepeatedCompositeFieldContainer[Staff]
    next_page_token: str
    def __init__(self, position: _Optional[int] = ..., staff: _Optional[_Iterable[_Union[Staff, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TransferCustomersRequest(_message.Message):
    __slots__ = ("context", "from_staff_id", "to_staff_id", "segment", "effective_at", "dry_run")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FROM_STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    TO_STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    context: _common_pb2.WriteContext
    from_staff_id: str
    to_staff_id: str
    segment: _expression_pb2.Segment
    effective_at: _timestamp_pb2.Timestamp
    dry_run: bool
    def __init__(self, context: _Optional[_Union[_common_pb2.WriteContext, _Mapping]] = ..., from_staff_id: _Optional[str] = ..., to_staff_id: _Optional[str] = ..., segment: _Optional[_Union[_expression_pb2.Segment, _Mapping]] = ..., effective_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class TransferCustomersResponse(_message.Message):
    __slots__ = ("position", "receipt", "changed_count", "already_so_count", "warnings", "preview")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALREADY_SO_COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    position: int
    receipt: _common_pb2.WriteReceipt
    changed_count: int
    already_so_count: int
    warnings: _containers.RepeatedCompositeFieldContainer[_expression_pb2.Warning]
    preview: _ledger_service_pb2.Preview
    def __init__(self, position: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.WriteReceipt, _Mapping]] = ..., changed_count: _Optional[int] = ..., already_so_count: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[_expression_pb2.Warning, _Mapping]]] = ..., preview: _Optional[_Union[_ledger_service_pb2.Preview, _Mapping]] = ...) -> None: ...
