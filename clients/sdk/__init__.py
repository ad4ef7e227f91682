"""The Python client of Tagledger: typed values in and out, no protobuf in any signature.

It ships alone as the distribution `tagledger-client` (import name `tagledger_client`), with grpcio and protobuf only, so it
imports nothing but itself and the stubs in `tagledger.v1`.
"""

from . import errors
from ._async.buffer import AsyncInteractionBuffer
from ._async.client import AsyncClient
from ._sync.buffer import InteractionBuffer
from ._sync.client import Client
from .errors import CallerError, FieldViolation, InteractionsNotRecorded, OutcomeUnknown, ServiceError, TagledgerError
from .settings import RetryPolicy, WriteOptions
from .values import (
    ApplyTag,
    Change,
    ColumnKind,
    ExportColumn,
    Interaction,
    InteractionBatch,
    Personal,
    PropertyColumn,
    RemoveTag,
    SegmentAxis,
    SetTrait,
    TagGroupAxis,
    TagValues,
    TraitAxis,
)

__all__ = [
    "ApplyTag",
    "AsyncClient",
    "AsyncInteractionBuffer",
    "CallerError",
    "Change",
    "Client",
    "ColumnKind",
    "ExportColumn",
    "FieldViolation",
    "Interaction",
    "InteractionBatch",
    "InteractionBuffer",
    "InteractionsNotRecorded",
    "OutcomeUnknown",
    "Personal",
    "PropertyColumn",
    "RemoveTag",
    "RetryPolicy",
    "SegmentAxis",
    "ServiceError",
    "SetTrait",
    "TagGroupAxis",
    "TagValues",
    "TagledgerError",
    "TraitAxis",
    "WriteOptions",
    "errors",
]
