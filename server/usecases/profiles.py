"""One profile, whole: its state from the index, who made it so from the log, its segments and its recent history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.changeset import Personal, Recorded
from domain.errors import CallerError
from domain.language.syntax import InSegment
from domain.limits import MAX_PROFILE_SEGMENTS, MIN_INSTANT_US
from projections.history.entries import Entry
from projections.query.checking import ProfileChecker
from projections.query.prepared import Prepared
from projections.query.profile import ProfileState, profile_state
from projections.query.view import View
from server.eventlog.port import EventLog
from server.usecases.auditing import About, Auditing, PageRequest, ordinal_of, read_heading
from server.usecases.clocks import Clocks, KnownAt, Reader, Reading

CHANNELS = "reachable/"
"""How the names of segments begin that say whom a channel reaches."""
_EMPTY_PAGES_MAX = 5
"""Pages of history without anything that holds by as_of: behind so many the timeline ends."""


@dataclass(frozen=True, slots=True)
class _Segments:
    """What the segments in use say of a profile."""

    within: list[str] = field(default_factory=list)
    """By name, those that it is in."""
    unanswered: list[str] = field(default_factory=list)
    """Those that cannot be asked."""
    reachable: dict[str, bool] = field(default_factory=dict)
    """By channel."""


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """What holds of a profile at the clocks of the reading."""

    reading: Reading
    state: ProfileState
    recorded: Mapping[int, Recorded]
    """Without their rows, by version: the changesets that decide its tags and traits."""
    segments: _Segments
    timeline: Sequence[tuple[Recorded, Entry]]
    """The last one first."""
    linked_ids: Sequence[str]
    """Of all profiles of the person; none of one that is not linked."""
    texts: Mapping[int, str]
    """The personal ones, by their numbers in the vault."""


class Profiles:
    """Reads the index, and the log for who and why. Any thread may ask; blocks on the log."""

    def __init__(self, clocks: Clocks, auditing: Auditing, log: EventLog) -> None:
        self._clocks, self._auditing, self._log = clocks, auditing, log

    def read(
        self, reader: Reader, profile_id: str, as_of: int | None, known_at: KnownAt, timeline: int, *, segments: bool
    ) -> ReadProfile:
        """All of one profile, with so many entries of history. Raises UnknownProfile, PositionAhead, OutOfScope."""
        reading = self._clocks.read(reader, as_of, known_at)
        view, ordinal = reading.view, ordinal_of(reading, profile_id)
        state = profile_state(view, ordinal)
        versions = {tag.version for tag in state.tags} | {trait.version for trait in state.traits}
        recorded = {version: read_heading(self._log, reading.state, version) for version in sorted(versions)}
        within = _segments(view, ordinal) if segments and state.first_seen_at is not None else _Segments()
        entries: Sequence[tuple[Recorded, Entry]] = ()
        if timeline and reading.known_at:
            about = About(profile_id=profile_id, effective=(MIN_INSTANT_US, view.as_of + 1))
            entries = self._newest(reader, about, KnownAt(position=reading.known_at), timeline)
        profiles = view.index.persons.profiles_of(ordinal)
        linked = sorted(filter(None, reading.state.profiles.names(profiles))) if len(profiles) > 1 else ()
        numbers = [trait.value.number for trait in state.traits if isinstance(trait.value, Personal)]
        texts = self._log.personal_texts(reading.state.name, numbers) if numbers else {}
        # Of a person that has ended, a text may have gone with another profile.
        told = [one for one in state.traits if not isinstance(one.value, Personal) or one.value.number in texts]
        return ReadProfile(reading, replace(state, traits=told), recorded, within, entries, linked, texts)

    def _newest(self, reader: Reader, about: About, known_at: KnownAt, size: int) -> Sequence[tuple[Recorded, Entry]]:
        found: list[tuple[Recorded, Entry]] = []
        token = ""
        empty = 0
        while empty < _EMPTY_PAGES_MAX:
            page = self._auditing.history(reader, about, known_at, PageRequest(size - len(found), token, newest_first=True))
            found += page.entries
            empty += not page.entries
            token = page.next_token
            if not token or len(found) == size:
                break
        return found


def _segments(view: View, ordinal: int) -> _Segments:
    """Which of the segments in use the profile is in; those of channels are asked whatever their number."""
    segments, checker = view.index.catalogue.segments, ProfileChecker(view, ordinal)
    defined = [one for one in list(segments.entries.values()) if one.versions[0].stream_version <= view.version]
    names = sorted(one.name for one in defined if not one.retired)
    found = _Segments()
    for place, name in enumerate(names):
        channel = name.removeprefix(CHANNELS) if name.startswith(CHANNELS) else ""
        if place >= MAX_PROFILE_SEGMENTS and not channel:
            continue
        try:
            holds = checker.holds(Prepared(InSegment(name)))
        except CallerError:
            found.unanswered.append(name)
            continue
        if holds:
            found.within.append(name)
        if channel:
            found.reachable[channel] = holds
    return found
