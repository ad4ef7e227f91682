"""The client as callers see it: all rpcs of the service on one connection."""

from .bulk import AsyncBulkCalls
from .catalogue import AsyncCatalogueCalls
from .history import AsyncHistoryCalls
from .ledger import AsyncLedgerCalls
from .lists import AsyncListCalls
from .profiles import AsyncProfileCalls
from .reports import AsyncReportCalls
from .segments import AsyncSegmentCalls
from .staff import AsyncStaffCalls


class AsyncClient(
    AsyncStaffCalls,
    AsyncLedgerCalls,
    AsyncBulkCalls,
    AsyncCatalogueCalls,
    AsyncSegmentCalls,
    AsyncListCalls,
    AsyncHistoryCalls,
    AsyncProfileCalls,
    AsyncReportCalls,
):
    """A connection to Tagledger. Safe for any number of callers at once; close it, or use it in a ``with`` block."""
