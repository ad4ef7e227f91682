"""Binds a read to a workspace, its two clocks, and whom whoever reads may see."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from domain.errors import PositionAhead
from projections.query.view import View
from server.usecases.deciding import unknown_workspace
from server.usecases.scoping import Scope, scope_of
from server.usecases.state import WorkspaceState


@dataclass(frozen=True, slots=True)
class KnownAt:
    """Where the log is cut: a position or an instant; both None for its end."""

    position: int | None = None
    instant: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a workspace. `actor`: a staff member sees the customers within their role; anybody else, and "", all."""

    workspace: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A read bound to its clocks."""

    state: WorkspaceState
    view: View
    position: int
    """End of what the server had applied."""
    known_at: int
    """Position at which the log is cut."""
    scope: Scope | None = None
    """Whom a staff member who reads may see; None for all."""

    def sees_tag(self, number: int) -> bool:
        """Whether a tag is everybody's, or of somebody of whom whoever reads may see it."""
        return self.scope is None or self.scope.sees(self.state.index.catalogue, number)

    def refuse_tags(self, keys: Iterable[str]) -> None:
        """OutOfScope where one of the keys is that of a tag of somebody's own that whoever reads may not see."""
        if self.scope is not None:
            self.scope.refuse_tags(self.state.index, keys)

    def refuse_outsider(self, ordinal: int | None, profile_id: str) -> None:
        """OutOfScope for a profile of which whoever reads sees nothing."""
        if self.scope is not None and ordinal is not None:
            self.scope.refuse_outsider(ordinal, profile_id)


class Clocks:
    """Finds workspaces, and tells the time."""

    def __init__(self, states: Mapping[str, WorkspaceState], now: Callable[[], int], log_position: Callable[[], int]) -> None:
        """`log_position`: the end of what is applied, of all workspaces; positions count through all of them."""
        self._states = states
        self._log_position = log_position
        self._now = now

    def state(self, workspace: str) -> WorkspaceState:
        """The workspace, or UnknownWorkspace."""
        found = self._states.get(workspace)
        if found is None:
            raise unknown_workspace(workspace)
        return found

    def states(self) -> list[WorkspaceState]:
        """All workspaces, by name."""
        return [self._states[name] for name in sorted(self._states)]

    def now(self, workspace: str) -> Reading:
        """All of it, now. Raises UnknownWorkspace."""
        return self.read(Reader(workspace), None, KnownAt())

    def read(self, reader: Reader, as_of: int | None, known_at: KnownAt) -> Reading:
        """Bind. Raises UnknownWorkspace, PositionAhead, StaffRetired."""
        state = self.state(reader.workspace)
        clock = state.index.clock()
        if known_at.instant is not None:
            version = min(clock.version, state.index.version_at_instant(known_at.instant))
        elif known_at.position is not None:
            end = max(clock.position, self._log_position())
            if known_at.position > end:
                beyond = f"position {known_at.position} lies beyond the end of the log ({end})"
                message = f"known_at: {beyond}; ask for that, or leave known_at out"
                raise PositionAhead(message, metadata={"position": str(known_at.position), "end": str(end)})
            version = state.index.version_at_position(known_at.position)
        else:
            version = clock.version
        # What was just recorded is effective now, even if the wall clock was set back since.
        instant = max(self._now(), clock.recorded_at) if as_of is None else as_of
        cut = clock.position if version == clock.version else state.index.position_of(version)
        scope = scope_of(state.index, reader.actor, max(self._now(), clock.recorded_at))
        view = View(state.index, version, instant, scope.customers if scope else None)
        return Reading(state, view, clock.position, cut, scope)
