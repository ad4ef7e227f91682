"""Looks up what interaction ids stand for, to retract or replace it: the ids say which changesets, the log says what."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from domain.changeset import RetractedColumns
from server.eventlog.port import EventLog
from server.usecases.auditing import read_applied
from server.usecases.clocks import Clocks
from server.usecases.drafts import CorrectionDraft, Found, RetractDraft
from server.usecases.interaction_rows import joined, picked
from server.usecases.state import WorkspaceState


class Corrections:
    """Reads the log; any thread may."""

    def __init__(self, clocks: Clocks, log: EventLog) -> None:
        self._clocks, self._log = clocks, log

    def looked_up(self, draft: CorrectionDraft) -> CorrectionDraft:
        """The draft with what its ids stand for now; ids that were never recorded are left to the decision."""
        ids = draft.ids if isinstance(draft, RetractDraft) else draft.columns.ids
        return replace(draft, found=self._found(self._clocks.state(draft.request.workspace), ids))

    def _found(self, state: WorkspaceState, ids: Sequence[str]) -> Found:
        latest = state.interaction_ids.latest(state.interaction_ids.named(ids))
        wanted = np.flatnonzero(latest.counts)
        wanted = wanted[np.argsort(latest.versions[wanted], kind="stable")]
        parts, versions = [], list[int]()
        for version, places in groupby(wanted.tolist(), key=lambda place: int(latest.versions[place])):
            here = {ids[place] for place in places}
            columns = read_applied(self._log, state, version).changeset.interactions
            assert columns is not None, "the ids were recorded by it"
            parts.append(picked(columns, [row for row, one in enumerate(columns.ids) if one in here]))
            versions += [version] * len(parts[-1].ordinals)
        return Found(latest, RetractedColumns(joined(parts), versions))
