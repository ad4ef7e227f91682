# Generated from ../_async/client.py by clients/generate_sync.py. Do not edit.
"""The client as callers see it: all rpcs of the service on one connection."""

from .bulk import BulkCalls
from .catalogue import CatalogueCalls
from .history import HistoryCalls
from .ledger import LedgerCalls
from .lists import ListCalls
from .profiles import SyncProfileCalls
from .reports import ReportCalls
from .segments import SegmentCalls
from .staff import StaffCalls


class Client(
    StaffCalls,
    LedgerCalls,
    BulkCalls,
    CatalogueCalls,
    SegmentCalls,
    ListCalls,
    HistoryCalls,
    SyncProfileCalls,
    ReportCalls,
):
    """A connection to Tagledger. Safe for any number of callers at once; close it, or use it in a ``with`` block."""
