"""The ledger against the oracle, step by step: real decisions, a real SQLite log, restarts, and questions in between.

Hypothesis chooses what happens; after each write the oracle is fed from the stored bytes, so that what is compared has gone the
whole way: draft, decision, payload, commit, index - and, after a restart, log and vault back into the index.
"""

import random
import tempfile
import uuid
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pyroaring import BitMap

from domain.catalogue_changes import Role
from domain.changeset import Attribution, Recorded, Selected, Value
from domain.errors import (
    InvalidField,
    MixedCurrencies,
    NotLinked,
    NotMergeable,
    NotUndoable,
    SegmentCycle,
    SegmentInUse,
    SegmentRetired,
    SegmentUnchanged,
    TagMerged,
    UnknownInteraction,
    UnknownList,
    UnknownProfile,
    UnknownSegment,
    UnknownTag,
)
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import Bound, Everyone, Expression, Op, Tagged, Trait
from domain.tag_catalogue import TagMerge
from projections.naive import NaiveLedger
from projections.naive.rows import Clock
from projections.query import evaluator
from projections.query.view import View
from server.eventlog import payload
from server.eventlog.sqlite import SqliteEventLog
from server.usecases.clocks import Clocks
from server.usecases.commands import (
    ChangeDepartment,
    ChangeSegment,
    ChangeStaff,
    ChangeTag,
    Command,
    CreateWorkspace,
    DefineDepartment,
    DefineGroup,
    DefineSegment,
    DefineStaff,
    DefineTag,
    MapForeignTags,
    RenameSegment,
    RenameTag,
    RetireSegment,
    RetireTag,
    UnmapForeignTag,
)
from server.usecases.committer import Committer
from server.usecases.corrections import Corrections
from server.usecases.drafts import (
    CatalogueDraft,
    ChangesDraft,
    CorrectionDraft,
    Draft,
    EraseDraft,
    InteractionsDraft,
    LinkDraft,
    MergeDraft,
    PersonalText,
    Receipt,
    ReplaceDraft,
    Request,
    RetractDraft,
    TagDraft,
    TagSegmentDraft,
    TraitDraft,
    TransferDraft,
    UndoDraft,
    UploadDraft,
    UploadMode,
)
from server.usecases.state import WorkspaceState
from server.usecases.unknown_ids import UnknownIds
from server.usecases.uploading import GatheredUpload
from tests.oracle.histories import (
    LIST_NAMES,
    PROPERTIES,
    TRAITS,
    TYPES,
    WORKSPACE,
    Interaction,
    interaction_columns,
    random_clock,
    random_expression,
    vocabulary_of,
)
from tests.oracle.histories.staff import DEPARTMENT_IDS, STAFF_IDS
from tests.oracle.histories.vocabulary import FOREIGN_TAGS

VOCABULARY = vocabulary_of(0)
NOW = VOCABULARY.anchors[-1]
PROFILES = [f"客户{n}" for n in range(6)]
TAGS = ["vip", "gold", "level/gold", "tier/gold", "tier/silver"]
"""Those of tiers exclude each other."""
DEPARTMENTS, STAFF = DEPARTMENT_IDS[:3], STAFF_IDS[:2]
SEGMENTS_MAX = 4
profiles = st.sampled_from(PROFILES)
instants = st.one_of(st.none(), st.sampled_from(VOCABULARY.instants))
seeds = st.integers(0, 2**32)
values: dict[str, st.SearchStrategy[Value | PersonalText]] = {
    "city": st.sampled_from(["tea", "", "café"]),
    "age": st.sampled_from([0.0, 18.0, 0.1 + 0.2]),
    "member": st.booleans(),
    "email": st.builds(PersonalText, st.sampled_from(["ana@example.com", "博"])),
}


class LedgerMachine(RuleBasedStateMachine):
    """Two ledgers, one fast and one plain, that must always give the same answers."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tagledger-machine-"))
        self.now = NOW - 1_000_000
        self.oracle = NaiveLedger(WORKSPACE)
        self.history: list[Recorded] = []
        self.ids: set[str] = set()
        self.requests: list[tuple[Draft, Receipt]] = []
        self._start()
        self._write(CatalogueDraft(self._request(), CreateWorkspace("CNY")))
        self._command(DefineGroup("tier", "", exclusive=True))
        for key in TAGS:
            group, _, name = key.rpartition("/")
            self._command(DefineTag(group, name, "", create_group=True))
        for department in DEPARTMENTS:
            self._command(DefineDepartment(department, "", ""))
        for staff in STAFF:
            self._command(DefineStaff(staff, "", DEPARTMENTS[0], Role.MEMBER))
        for name in LIST_NAMES:
            self._write(UploadDraft(self._request(), name, "", UploadMode.REPLACE, BitMap(), UnknownIds.of([], 0)))

    def teardown(self) -> None:
        if hasattr(self, "committer"):
            self._stop()
            rmtree(self.folder)

    # --- what happens -----------------------------------------------------------------------------------------------------

    @rule(profile=profiles, tag=st.sampled_from(TAGS), at=instants, lasts=st.sampled_from([None, 1, 3_600_000_000]), seed=seeds)
    def apply_tag(self, profile: str, tag: str, at: int | None, lasts: int | None, seed: int) -> None:
        expires = None if lasts is None else (self.now if at is None else at) + lasts
        value = random.Random(seed).choice([None, None, 0.8, 1.0])
        self._write(ChangesDraft(self._request(), [TagDraft(profile, self._key(tag), True, value, at, expires)], ()))

    @rule(profile=profiles, tag=st.sampled_from(TAGS), at=instants)
    def remove_tag(self, profile: str, tag: str, at: int | None) -> None:
        self._write(ChangesDraft(self._request(), [TagDraft(profile, self._key(tag), False, None, at, None)], ()))

    @rule(
        tag=st.sampled_from(TAGS),
        applied=st.booleans(),
        at=instants,
        lasts=st.sampled_from([None, 1, 60_000_000]),
        seed=seeds,
    )
    def tag_a_segment(self, tag: str, applied: bool, at: int | None, lasts: int | None, seed: int) -> None:
        """Everyone that the oracle finds in it is tagged, and "already so" is what the oracle says was so."""
        rng = random.Random(seed)
        expression = parse(to_text(random_expression(rng, VOCABULARY, 1)))
        as_of, known_at = random_clock(rng, self.history, VOCABULARY)
        try:
            members = self.oracle.members(expression, as_of, known_at)
        except MixedCurrencies:
            return
        # What is recorded for a person is recorded for the first of its profiles, and so is one of both.
        about, persons = self.oracle.about_persons(self.history[-1].position), self.state.index.persons
        found = persons.first_profiles(BitMap(sorted(members)))
        members = frozenset(found) - self._erased
        effective = self.now if at is None else at
        expires = effective + lasts if applied and lasts is not None else None
        value = rng.choice([None, 0.8]) if applied else None
        selected = Selected(to_text(expression), as_of, known_at)
        key, end = self._key(tag), self.history[-1].position
        number = self.oracle.catalogue.meant(key, Clock(as_of, end))
        assert number is not None

        lifetime = self.state.index.catalogue.tags[number].lifetime
        lapses = effective + lifetime if applied and expires is None and lifetime else None

        def state_of(ledger: NaiveLedger, ordinal: int, instant: int) -> tuple[bool, float | None, int | None]:
            state = ledger.tag_state(ordinal, number, instant, end)
            if state is None or not state.holds:
                return False, None, None
            assert state.value is None or isinstance(state.value, float)
            return True, state.value, None if expires else state.lapses_at

        def held(ordinal: int, instant: int) -> tuple[bool, float | None, int | None] | None:
            """None where the profile and the person that it is of differ."""
            own = state_of(self.oracle, ordinal, instant)
            return own if own == state_of(about, about.person_of.get(ordinal, ordinal), instant) else None

        asked = [(effective, (applied, value, lapses))]
        if expires is not None:
            asked += [(expires - 1, (True, value, None)), (expires, (False, None, None))]
        already = [all(held(ordinal, instant) == state for instant, state in asked) for ordinal in members]
        receipt = self._write(TagSegmentDraft(self._request(), key, applied, value, at, expires, selected, found))
        assert (receipt.changed, receipt.already_so) == (len(members) - sum(already), sum(already))
        if members:
            end = receipt.position
            about = self.oracle.about_persons(end)
            assert all(held(ordinal, effective) == (applied, value, lapses) for ordinal in members)

    @rule(which=seeds, part=st.booleans())
    def take_a_changeset_back(self, which: int, part: bool) -> None:
        """An undo of anything, other undos among it; `test_undo` tells what it must do, here it meets everything else."""
        rng = random.Random(which)
        changesets = [one.changeset for one in self.history]
        merges = [one for one in changesets if any(isinstance(change, TagMerge) for change in one.catalogue)]
        able = [one for one in changesets if one.tags or one.traits or one.interactions or one.retracted or one.links]
        if able or merges:
            undone = rng.choice(merges if merges and rng.random() < 0.3 else able + merges)
            members = BitMap(rng.sample(range(len(PROFILES)), 3)) if part else None
            with suppress(NotUndoable, TagMerged):
                self._write(UndoDraft(self._request(), undone, None, members))

    @rule(tag=st.sampled_from(TAGS), into=st.sampled_from(TAGS))
    def merge_tags(self, tag: str, into: str) -> None:
        """Both keys then ask for one tag; `test_tag_merging` tells who carries it."""
        with suppress(NotMergeable, TagMerged):
            self._write(MergeDraft(self._request(), self._key(tag), self._key(into)))

    @rule(which=seeds)
    def reorganise(self, which: int) -> None:
        """Departments move in the tree, and staff from one to another."""
        rng = random.Random(which)
        somewhere = rng.choice(["", *DEPARTMENTS])
        of_staff = rng.random() < 0.5
        with suppress(InvalidField):  # below itself
            if of_staff:
                self._command(ChangeStaff(rng.choice(STAFF), None, somewhere, None))
            else:
                self._command(ChangeDepartment(rng.choice(DEPARTMENTS), None, somewhere))

    @rule(profile=profiles, staff=st.sampled_from(STAFF), applied=st.booleans(), at=instants)
    def bind(self, profile: str, staff: str, applied: bool, at: int | None) -> None:
        self._write(ChangesDraft(self._request(), [TagDraft(profile, f"staff:{staff}", applied, None, at, None)], ()))

    @rule(giver=st.sampled_from(STAFF), at=instants)
    def transfer(self, giver: str, at: int | None) -> None:
        """Whoever is a customer of one at the instant is one of the other from then on."""
        taker = next(one for one in STAFF if one != giver)
        effective = self.now if at is None else at

        def customers(staff: str) -> set[int]:
            member, end = self.state.index.catalogue.staff.member(staff), self.history[-1].position
            assert member
            everybody = range(self.state.index.profile_count)
            states = [self.oracle.tag_state(one, member.tag, effective, end) for one in everybody]
            return {one for one, state in zip(everybody, states, strict=True) if state and state.holds} - self._erased

        given, had = customers(giver), customers(taker)
        receipt = self._write(TransferDraft(self._request(), giver, taker, at, None, None))
        assert (receipt.changed, receipt.already_so) == (len(given - had), len(given & had))
        assert (customers(giver), customers(taker)) == (set(), given | had)

    @rule(first=profiles, second=profiles, linked=st.booleans())
    def link(self, first: str, second: str, linked: bool) -> None:
        """Two are one person from then on, or not by this link any more."""
        if first != second:
            try:
                self._write(LinkDraft(self._request(), linked, [first], [second]))
            except (NotLinked, UnknownProfile):
                assert not linked

    @rule(profile=profiles)
    def erase(self, profile: str) -> None:
        """Nobody has the id any more; whoever comes with it later is somebody new."""
        (ordinal,) = self.state.profiles.ordinals([profile])
        draft = EraseDraft(self._request(), [profile, "nobody"])
        if ordinal is None:
            with pytest.raises(UnknownProfile):
                self._submit(draft)
            return
        person = self.state.index.persons.of(ordinal, self.state.version)
        receipt = self._write(draft)
        assert (receipt.changed, receipt.unknown) == (len(person.profiles) if person else 1, 1)
        assert self.state.profiles.ordinals([profile]) == [None]
        assert (self.state.profiles.names([ordinal]), self.log.profile_ids(WORKSPACE, [ordinal])) == ([""], {ordinal: ""})

    @rule()
    def purge(self) -> None:
        self.state.profiles.purge()

    @rule(tag=st.sampled_from(TAGS), opt_out=st.booleans())
    def let_a_tag_opt_out(self, tag: str, opt_out: bool) -> None:
        """Who carries it is in no answer, from then on, or is again."""
        with suppress(TagMerged):
            self._command(ChangeTag(self._key(tag), None, None, opt_out, None))

    @rule(tag=st.sampled_from(TAGS), lifetime=st.sampled_from([0, 1, 60_000_000, 2 * 86_400_000_000]))
    def give_a_tag_a_lifetime(self, tag: str, lifetime: int) -> None:
        """What is assigned from then on lapses when it is over."""
        with suppress(TagMerged):
            self._command(ChangeTag(self._key(tag), None, None, None, lifetime))

    @rule(tag=st.sampled_from(TAGS), name=st.sampled_from(FOREIGN_TAGS))
    def map_a_foreign_tag(self, tag: str, name: str) -> None:
        command: Command = MapForeignTags({name: self._key(tag)})
        if name in self.state.index.catalogue.foreign_tags() and tag == TAGS[0]:
            command = UnmapForeignTag(name)
        self._command(command)

    @rule(profile=profiles, name=st.sampled_from(FOREIGN_TAGS), applied=st.booleans(), at=instants)
    def tag_by_a_foreign_name(self, profile: str, name: str, applied: bool, at: int | None) -> None:
        with suppress(UnknownTag):
            self._write(ChangesDraft(self._request(), [TagDraft(profile, name, applied, None, at, None)], ()))

    @rule(
        name=st.sampled_from(LIST_NAMES),
        mode=st.sampled_from(UploadMode),
        parts=st.lists(st.lists(profiles), max_size=2),
        first_seen=st.lists(st.one_of(st.none(), profiles), min_size=3, max_size=3),
    )
    def upload_a_list(self, name: str, mode: UploadMode, parts: list[list[str]], first_seen: list[str | None]) -> None:
        """Profiles may be seen first while the parts come, and when all have come and the upload waits to be decided."""
        seen = iter(first_seen)
        empty = UploadDraft(self._request(), name, "", mode, BitMap(), UnknownIds.of([], 0))
        upload = GatheredUpload(empty, self.state)
        for part in parts:
            upload.add(part)
            self._see(next(seen))
        draft = upload.draft()
        self._see(next(seen))
        given = {profile for part in parts for profile in part}
        known = {ordinal for ordinal in self.state.profiles.ordinals(sorted(given)) if ordinal is not None}
        lists = self.state.index.catalogue.lists
        before = set(self.state.index.list_members.newest(lists.named(name).number))
        if mode is UploadMode.REPLACE and given and not known:
            with pytest.raises(UnknownProfile):
                self._submit(draft)
            return
        receipt = self._write(draft)
        expected = {UploadMode.REPLACE: known, UploadMode.ADD: before | known, UploadMode.REMOVE: before - known}[mode]
        assert set(self.state.index.list_members.newest(lists.named(name).number)) == expected
        assert (receipt.changed, receipt.unknown) == (len(before ^ expected), len(given) - len(known))

    def _see(self, profile: str | None) -> None:
        if profile is not None:
            self._write(ChangesDraft(self._request(), [TagDraft(profile, self._key("vip"), False, None, None, None)], ()))

    @rule(profile=profiles, name=st.sampled_from(sorted(values)), at=instants, data=st.data(), clear=st.booleans())
    def set_trait(self, profile: str, name: str, at: int | None, data: st.DataObject, clear: bool) -> None:
        value = None if clear else data.draw(values[name])
        draft = TraitDraft(profile, name, None if value is None else TRAITS[name], value, at)
        try:
            self._write(ChangesDraft(self._request(), (), [draft]))
        except InvalidField:
            assert clear, "only clearing is refused, and only while nobody has had a value"
            assert name not in self.state.index.traits

    @rule(rows=st.lists(st.tuples(profiles, st.sampled_from(VOCABULARY.instants), st.integers(0, 5)), min_size=1), seed=seeds)
    def interact(self, rows: list[tuple[str, int, int]], seed: int) -> None:
        """Late, future and repeated interactions; an id of 0 stands for none."""
        rng = random.Random(seed)
        ids = [f"id-{number}" if number else "" for _, _, number in rows]
        made = [
            Interaction(
                0,
                rng.choice(TYPES),
                at,
                amount=rng.choice([None, 0, 500_000]),
                currency=rng.choice([None] * 9 + ["USD"]),
                touchpoint=rng.choice([None, "shop"]),
                id=one,
                properties=rng.choice([{}, {"category": "tea", "quantity": 2.0}, {"gift": True}]),
            )
            for (_, at, _), one in zip(rows, ids, strict=True)
        ]
        columns = interaction_columns(made)
        assert columns is not None
        assert all(PROPERTIES[column.name] is column.type for column in columns.properties)
        draft = InteractionsDraft(self._request(), [profile for profile, _, _ in rows], replace(columns, ordinals=()))
        receipt = self._write(draft)
        fresh = [one for i, one in enumerate(ids) if not one or (one not in self.ids and one not in ids[:i])]
        assert (receipt.accepted, receipt.duplicates) == (len(fresh), len(ids) - len(fresh))
        self.ids |= set(fresh) - {""}

    @rule(numbers=st.lists(st.integers(1, 5), min_size=1))
    def retract(self, numbers: list[int]) -> None:
        """Interactions do not count any more, by their ids; none of them where one was never recorded."""
        ids = [f"id-{number}" for number in dict.fromkeys(numbers)]
        draft = RetractDraft(self._request(), ids, None)
        if not self.ids.issuperset(ids):
            with pytest.raises(UnknownInteraction):
                self._submit(self.corrections.looked_up(draft))
            return
        count = len(self._counting_ids() & set(ids))
        receipt = self._correct(draft)
        assert (receipt.changed, receipt.already_so) == (count, len(ids) - count)
        assert not self._counting_ids() & set(ids)

    @rule(rows=st.lists(st.tuples(profiles, st.sampled_from(VOCABULARY.instants), st.integers(1, 5)), min_size=1), seed=seeds)
    def replace_interactions(self, rows: list[tuple[str, int, int]], seed: int) -> None:
        """Others count in the place of what was recorded under their ids, if anything was."""
        by_id = {f"id-{number}": (profile, at) for profile, at, number in rows}
        rng = random.Random(seed)
        made = [Interaction(0, rng.choice(TYPES), at, amount=1, id=one) for one, (_, at) in by_id.items()]
        columns = interaction_columns(made)
        assert columns is not None
        replaced = len(self._counting_ids() & by_id.keys())
        names = [profile for profile, _ in by_id.values()]
        receipt = self._correct(ReplaceDraft(self._request(), names, replace(columns, ordinals=()), None))
        assert (receipt.accepted, receipt.changed) == (len(made), replaced)
        self.ids |= by_id.keys()
        assert self._counting_ids() >= by_id.keys()

    def _counting_ids(self) -> set[str]:
        """The ids whose interactions count, by the log."""
        counting: set[str] = set()
        for changeset in (one.changeset for one in self.history):
            counting -= set(changeset.retracted.rows.ids) if changeset.retracted else set()
            counting |= set(changeset.interactions.ids) if changeset.interactions else set()
        return counting - {""}

    @rule(which=seeds)
    def repeat_a_request(self, which: int) -> None:
        """A repeat is answered with the first reply, and writes nothing."""
        draft, first = self.requests[which % len(self.requests)]
        end = len(self.history)
        assert self._submit(draft) == replace(first, replayed=True, conflicting=())
        self._feed_oracle()
        assert len(self.history) == end

    @rule(tag=st.sampled_from(TAGS), suffix=st.integers(0, 2))
    def rename_tag(self, tag: str, suffix: int) -> None:
        name = f"{tag.rpartition('/')[2]}{suffix}"
        group = tag.rpartition("/")[0]
        if self.state.index.catalogue.tag_number(f"{group}/{name}" if group else name) is None:
            self._command(RenameTag(self._key(tag), name))

    @rule()
    def retire_a_spare_tag(self) -> None:
        if self.state.index.catalogue.tag_number("spare") is None:
            self._command(DefineTag("", "spare", "", create_group=False))
            self._command(RetireTag("spare"))

    @rule(which=st.integers(1, SEGMENTS_MAX), seed=seeds)
    def say_what_a_segment_means(self, which: int, seed: int) -> None:
        """A new segment, or the next version of one; it may name the others."""
        segments = self.state.index.catalogue.segments
        expression = parse(to_text(random_expression(random.Random(seed), VOCABULARY, 1, segments=list(segments.names()))))
        command: Command = DefineSegment(f"segment-{len(segments.entries) + 1}", "", expression)
        if which in segments.entries:
            command = ChangeSegment(segments.entries[which].name, expression)
        with suppress(SegmentCycle, SegmentRetired, SegmentUnchanged, UnknownList, UnknownSegment):
            self._command(command)

    @rule(which=st.integers(1, SEGMENTS_MAX), name=st.integers(1, SEGMENTS_MAX))
    def rename_segment(self, which: int, name: int) -> None:
        """Names move from one to another, as far as they are free."""
        segments = self.state.index.catalogue.segments
        if which in segments.entries and not segments.taken(f"segment {name}"):
            self._command(RenameSegment(segments.entries[which].name, f"segment {name}"))

    @rule()
    def retire_a_spare_segment(self) -> None:
        segments = self.state.index.catalogue.segments
        if not segments.taken("spare") and len(segments.entries) == SEGMENTS_MAX:
            self._command(DefineSegment("spare", "", Everyone()))
            with suppress(SegmentInUse):
                self._command(RetireSegment("spare"))

    @rule()
    def restart(self) -> None:
        before = self._contents()
        self._stop()
        self._start()
        assert self._contents() == before

    @rule()
    def merge_runs(self) -> None:
        for rows in self.state.index.interactions.values():
            rows.compact_fully()

    @rule(step=st.integers(1, 10**9))
    def wait(self, step: int) -> None:
        self.now += step

    # --- what must hold ---------------------------------------------------------------------------------------------------

    @rule(seed=seeds)
    def ask(self, seed: int) -> None:
        """Members and count equal the oracle's, at any two clocks."""
        rng = random.Random(seed)
        named = list(self.state.index.catalogue.segments.names())
        expression = parse(to_text(random_expression(rng, VOCABULARY, segments=named)))
        as_of, known_at = random_clock(rng, self.history, VOCABULARY)
        view = View(self.state.index, self.state.index.version_at_position(known_at), as_of)
        try:
            expected = self.oracle.members(expression, as_of, known_at)
        except (MixedCurrencies, UnknownList, UnknownSegment) as refused:
            with pytest.raises(type(refused)):
                evaluator.members(expression, view)
            return
        assert frozenset(evaluator.members(expression, view)) == expected
        assert evaluator.count(expression, view) == len(expected)

    @invariant()
    def the_end_of_log_and_index_agree(self) -> None:
        if hasattr(self, "committer"):
            assert self.state.index.clock().position == self.history[-1].position == self.log.end()

    @invariant()
    def tags_and_traits_agree_after_every_step(self) -> None:
        """Asked after each write, so that remembered states must move on, whatever came late."""
        if not hasattr(self, "committer"):
            return
        index, end = self.state.index, self.history[-1].position
        keys = [self._key(tag) for tag in TAGS]
        asked: list[Expression] = [
            *(Tagged((key,)) for key in keys),
            Tagged((keys[0],), Bound(Op.GE, Decimal("0.9"))),
            Everyone(),
        ]
        asked += [Trait("age", Op.GE, (Decimal(18),)), Trait("email", Op.EXISTS, ())]
        for as_of in (VOCABULARY.anchors[0], self.now):
            view = View(index, index.clock().version, as_of)
            for leaf in asked:
                assert frozenset(evaluator.members(leaf, view)) == self.oracle.members(leaf, as_of, end)

    # --- machinery --------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.log = SqliteEventLog(self.folder)
        self.committer = Committer(self.log, lambda: self.now, follow_seconds=None)
        self.committer.catch_up()
        self.committer.start()
        clocks = Clocks(self.committer.states, lambda: self.now, lambda: self.committer.position)
        self.corrections = Corrections(clocks, self.log)

    def _stop(self) -> None:
        self.committer.stop()
        self.log.close()

    @property
    def _erased(self) -> set[int]:
        """By the log."""
        return {int(ordinal) for one in self.history for ordinal in one.changeset.erased}

    @property
    def state(self) -> WorkspaceState:
        return self.committer.states[WORKSPACE]

    def _key(self, tag: str) -> str:
        """The key that the tag has now."""
        return self.state.index.catalogue.key(TAGS.index(tag) + 1)

    def _request(self) -> Request:
        return Request(WORKSPACE, uuid.uuid4().bytes, bytes(32), Attribution("machine", "test", "test"), 100)

    def _command(self, command: Command) -> None:
        self._write(CatalogueDraft(self._request(), command))

    def _submit(self, draft: Draft) -> Receipt:
        return self.committer.submit(draft).result(timeout=30)

    def _correct(self, draft: CorrectionDraft) -> Receipt:
        return self._write(self.corrections.looked_up(draft))

    def _write(self, draft: Draft) -> Receipt:
        receipt = self._submit(draft)
        assert not receipt.replayed
        self.requests.append((draft, receipt))
        self._feed_oracle()
        assert self.history[-1].position == receipt.position
        return receipt

    def _feed_oracle(self) -> None:
        """Give the oracle what the log really holds."""
        after = self.history[-1].position if self.history else 0
        for event in self.log.read(after=after, limit=1_000):
            recorded = payload.decode(event.workspace, event.version, event.position, event.state)
            self.history.append(recorded)
            self.oracle.apply(recorded)

    def _contents(self) -> list[object]:
        """What a restart must bring back: clocks, profiles, and answers."""
        index = self.state.index
        everyone = parse("everyone")
        bought = parse("sum(purchase.quantity) >= 2 or tagged any of (vip, gold)")
        views = [View(index, index.clock().version, at) for at in VOCABULARY.anchors]
        profiles = self.state.profiles.names(range(len(self.state.profiles)))
        answers = [frozenset(evaluator.members(one, view)) for one in (everyone, bought) for view in views]
        return [index.clock(), index.profile_count, profiles, self.state.chain, self.state.version, answers]


LedgerMachine.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLedgerMachine = LedgerMachine.TestCase
