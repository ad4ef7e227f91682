"""Looks up what interaction ids stand for, so that it can be retracted or replaced: the ids say which changesets, the log what.

Another correction may come between the look-up and the commit: then it is looked up and decided again.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from domain.changeset import RetractedColumns
from domain.errors import CorrectedMeanwhile
from server.eventlog.port import EventLog
from server.usecases.auditing import read_applied
from server.usecases.clocks import Clocks
from server.usecases.committer import Committer
from server.usecases.drafts import Found, Receipt, ReplaceDraft, RetractDraft
from server.usecases.interaction_rows import joined, picked
from server.usecases.state import WorkspaceState

_ATTEMPTS = 10


class Corrections:
    """Records corrections. Any thread may; blocks on the log, and until it is recorded."""

    def __init__(self, clocks: Clocks, log: EventLog, committer: Committer) -> None:
        self._clocks, self._log, self._committer = clocks, log, committer

    def record(self, draft: RetractDraft | ReplaceDraft) -> Receipt:
        """Raises UnknownInteraction, CorrectedMeanwhile where others never rest, and what the committer raises."""
        state = self._clocks.state(draft.request.workspace)
        repeated = self._committer.first_reply(draft.request)
        if repeated:
            return repeated
        ids = draft.ids if isinstance(draft, RetractDraft) else draft.columns.ids
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._committer.submit(replace(draft, found=self._found(state, ids))).result()
            except CorrectedMeanwhile:
                pass
        return self._committer.submit(replace(draft, found=self._found(state, ids))).result()

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
