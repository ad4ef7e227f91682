"""Changesets and batches of interactions, from the wire to drafts. Columns stay columns: no object per row."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from tagledger.v1 import ledger_service_pb2 as pb

from domain import limits
from domain.changeset import InteractionColumns, PropertyColumn, Value, ValueType
from domain.errors import InvalidField, LimitExceeded, Violation
from domain.language.checker import RESERVED_PROPERTIES
from domain.names import normalized
from domain.tag_values import TagValue
from server.convert.contexts import request_in
from server.convert.fields import Checks
from server.usecases.drafts import ChangesDraft, InteractionsDraft, ReplaceDraft, RetractDraft, TagDraft, TraitDraft

InteractionsRequest = pb.RecordInteractionsRequest | pb.StreamInteractionsRequest | pb.ReplaceInteractionsRequest


# --- tags and traits ------------------------------------------------------------------------------------------------------


def changes_in(request: pb.ApplyChangesetRequest) -> ChangesDraft:
    """A changeset. Raises InvalidField naming every offending field, LimitExceeded."""
    checks = Checks()
    context = request_in(request, request.context, checks)
    count = len(request.tags) + len(request.traits)
    LimitExceeded.refuse(
        "changes", field="tags, traits", maximum=limits.MAX_CHANGES, actual=count, remedy="send several changesets"
    )
    if not count:
        checks.add("tags", "at least one change of a tag or trait is needed")
    tags = [_tag_in(f"tags[{i}]", change, checks) for i, change in enumerate(request.tags)]
    traits = [_trait_in(f"traits[{i}]", change, checks) for i, change in enumerate(request.traits)]
    checks.refuse()
    return ChangesDraft(context, tags, traits)


def _tag_in(path: str, change: pb.TagChange, checks: Checks) -> TagDraft:
    asked = tagging_in(f"{path}.", change, checks)
    profile_id = checks.profile_id(f"{path}.profile_id", change.profile_id)
    return TagDraft(profile_id, asked.tag, asked.applied, asked.value, asked.effective_at, asked.expires_at)


class Tagging(NamedTuple):
    """What is done with a tag, for one profile or many."""

    tag: str
    applied: bool
    value: TagValue | None
    effective_at: int | None
    expires_at: int | None


def tagging_in(path: str, change: pb.TagChange | pb.TagSegmentRequest, checks: Checks) -> Tagging:
    """The fields that both have; `path`: what stands before their names."""
    applied = change.operation == pb.TagChange.OPERATION_APPLY
    if not applied and change.operation != pb.TagChange.OPERATION_REMOVE:
        checks.add(f"{path}operation", "OPERATION_APPLY or OPERATION_REMOVE is needed")
    effective = checks.instant(f"{path}effective_at_us", change.effective_at_us) if change.HasField("effective_at_us") else None
    expires = checks.instant(f"{path}expires_at_us", change.expires_at_us) if change.HasField("expires_at_us") else None
    value: TagValue | None = checks.number(f"{path}value", change.value) if change.HasField("value") else None
    if change.HasField("typed_value"):
        if value is not None:
            checks.add(f"{path}typed_value", "stands in the place of value; send one of them")
        value = checks.tag_value(f"{path}typed_value", change.typed_value)
    if not applied and (value is not None or expires is not None):
        checks.add(path.rstrip(".") or "operation", "value and expires_at_us go with OPERATION_APPLY only")
    if expires is not None and effective is not None and expires <= effective:
        checks.add(f"{path}expires_at_us", "must lie after effective_at_us")
    if not change.tag:
        checks.add(f"{path}tag", "a tag's key is needed, `name` or `group/name`")
    return Tagging(normalized(change.tag), applied, value, effective, expires)


def _trait_in(path: str, change: pb.TraitChange, checks: Checks) -> TraitDraft:
    effective = (
        checks.instant(f"{path}.effective_at_us", change.effective_at_us) if change.HasField("effective_at_us") else None
    )
    kind, value = None, None
    if change.HasField("value"):
        typed = checks.trait_value(f"{path}.value", change.value)
        kind, value = typed if typed else (None, None)
    profile_id = checks.profile_id(f"{path}.profile_id", change.profile_id)
    return TraitDraft(profile_id, checks.name(f"{path}.trait", change.trait), kind, value, effective)


# --- interactions ---------------------------------------------------------------------------------------------------------


def interactions_in(request: InteractionsRequest, *, reason_required: bool = False) -> InteractionsDraft:
    """A batch. Raises InvalidField naming every offending field, LimitExceeded."""
    checks = Checks()
    context = request_in(request, request.context, checks, reason_required=reason_required)
    columns = request.interactions
    profile_ids = list(columns.profile_ids)
    _check_size(columns, len(profile_ids))
    batch = _Batch(columns, len(profile_ids), checks)
    checks.profile_ids("interactions.profile_ids", profile_ids)
    made = batch.columns()
    checks.refuse()
    return InteractionsDraft(context, profile_ids, made)


def retraction_in(request: pb.RetractInteractionsRequest) -> RetractDraft:
    """Which interactions are not to count. Raises InvalidField naming every offending field, LimitExceeded."""
    checks = Checks()
    context = request_in(request, request.context, checks)
    LimitExceeded.refuse(
        "corrections", field="ids", maximum=limits.MAX_CORRECTIONS, actual=len(request.ids), remedy="send several requests"
    )
    if not request.ids:
        checks.add("ids", "at least one id is needed")
    for i, one in enumerate(request.ids):
        if not one or len(one.encode()) > limits.MAX_INTERACTION_ID_BYTES:
            checks.add(f"ids[{i}]", f"1 to {limits.MAX_INTERACTION_ID_BYTES} bytes of UTF-8")
    checks.refuse()
    return RetractDraft(context, list(dict.fromkeys(request.ids)), None)


def replacement_in(request: pb.ReplaceInteractionsRequest) -> ReplaceDraft:
    """A batch, each row with an id of its own. Raises InvalidField naming every offending field, LimitExceeded."""
    rows, remedy = len(request.interactions.profile_ids), "send several requests"
    LimitExceeded.refuse("corrections", field="interactions", maximum=limits.MAX_CORRECTIONS, actual=rows, remedy=remedy)
    batch, checks = interactions_in(request, reason_required=True), Checks()
    ids = batch.columns.ids or [""] * len(batch.profile_ids)
    first = dict(zip(reversed(ids), reversed(range(len(ids))), strict=True))
    for i, one in enumerate(ids):
        if not one:
            checks.add(f"interactions.ids[{i}]", "an id is needed: it says what is replaced")
        elif first[one] < i:
            checks.add(f"interactions.ids[{i}]", f"is that of row {first[one]} too; each id may come once")
    checks.refuse()
    return ReplaceDraft(batch.request, batch.profile_ids, batch.columns, None)


def _check_size(columns: pb.InteractionColumns, rows: int) -> None:
    LimitExceeded.refuse(
        "batch rows", field="interactions", maximum=limits.MAX_BATCH_ROWS, actual=rows, remedy="send several batches"
    )
    LimitExceeded.refuse(
        "properties",
        field="interactions.properties",
        maximum=limits.MAX_PROPERTIES_PER_BATCH,
        actual=len(columns.properties),
        remedy="leave some out, or send them with other interactions",
    )
    if not rows:
        raise InvalidField.of([Violation("interactions.profile_ids", "at least one interaction is needed")])


class _Batch:
    """One batch while it is checked."""

    def __init__(self, columns: pb.InteractionColumns, rows: int, checks: Checks) -> None:
        self._columns, self._rows, self._checks = columns, rows, checks

    def columns(self) -> InteractionColumns:
        """The columns as the log has them."""
        columns = self._columns
        types = self._names("type_names", columns.type_names)
        touchpoints = self._names("touchpoint_names", columns.touchpoint_names)
        currencies = list(columns.currency_names)
        for i, code in enumerate(currencies):
            self._checks.currency(f"interactions.currency_names[{i}]", code)
        if not types:
            self._checks.add("interactions.type_names", "at least one interaction type is needed")
        if len(types) > 1 and not columns.type_index:
            self._checks.add("interactions.type_index", "needed when there are several type_names")
        return InteractionColumns(
            ordinals=(),
            types=types,
            type_index=self._index("type_index", columns.type_index, len(types)),
            occurred_at=self._instants(),
            touchpoints=touchpoints,
            touchpoint_index=self._index("touchpoint_index", columns.touchpoint_index, len(touchpoints) + 1),
            amounts=self._amounts(),
            currencies=currencies,
            currency_index=self._index("currency_index", columns.currency_index, len(currencies) + 1),
            ids=self._ids(),
            properties=self._properties(),
        )

    def _length(self, field: str, column: Sequence[object], *, optional: bool = True) -> bool:
        """Is the column there, one entry a row? Notes a violation when its length is wrong."""
        if len(column) == self._rows:
            return True
        if len(column) or not optional:
            self._checks.add(f"interactions.{field}", f"has {len(column):,} entries for {self._rows:,} rows of profile_ids")
        return False

    def _names(self, field: str, names: Sequence[str]) -> list[str]:
        found = [self._checks.name(f"interactions.{field}[{i}]", name) for i, name in enumerate(names)]
        if len(set(found)) < len(found):
            self._checks.add(f"interactions.{field}", "each name may come once (names are compared after NFC)")
        return found

    def _index(self, field: str, index: Sequence[int], size: int) -> Sequence[int]:
        if not self._length(field, index):
            return ()
        places = np.array(index, dtype=np.uint32)
        if places.max() >= size:
            row = int(np.argmax(places >= size))
            self._checks.add(f"interactions.{field}[{row}]", f"points beyond its names (got {places[row]}, {size} possible)")
        return array("I", places.tobytes()) if places.any() or (field == "type_index" and size > 1) else ()

    def _instants(self) -> Sequence[int]:
        if not self._length("occurred_at_us", self._columns.occurred_at_us, optional=False):
            return ()
        instants = np.array(self._columns.occurred_at_us, dtype=np.int64)
        for i in np.flatnonzero((instants < limits.MIN_INSTANT_US) | (instants >= limits.MAX_INSTANT_US)).tolist():
            self._checks.instant(f"interactions.occurred_at_us[{i}]", int(instants[i]))
        return array("q", instants.tobytes())

    def _amounts(self) -> Sequence[int | None]:
        columns = self._columns
        if not self._length("amounts", columns.amounts):
            if columns.amount_present:
                self._checks.add("interactions.amount_present", "goes with amounts")
            return ()
        amounts = np.array(columns.amounts, dtype=np.int64)
        present = np.ones(len(amounts), dtype=np.bool_)
        if self._length("amount_present", columns.amount_present):
            present = np.array(columns.amount_present, dtype=np.bool_)
        too_large = (amounts > limits.MAX_AMOUNT_UNITS) | (amounts < -limits.MAX_AMOUNT_UNITS)
        for i in np.flatnonzero(present & too_large).tolist():
            self._checks.add(f"interactions.amounts[{i}]", f"magnitude at most {limits.MAX_AMOUNT_UNITS:,} (1/10,000 units)")
        if present.all():
            return array("q", amounts.tobytes())
        known = zip(amounts.tolist(), present.tolist(), strict=True)
        return [amount if there else None for amount, there in known] if present.any() else ()

    def _ids(self) -> Sequence[str]:
        ids = list(self._columns.ids)
        if not self._length("ids", ids):
            return ()
        if max(map(len, ids)) * 4 > limits.MAX_INTERACTION_ID_BYTES:
            for i, one in enumerate(ids):
                if len(one.encode()) > limits.MAX_INTERACTION_ID_BYTES:
                    self._checks.add(f"interactions.ids[{i}]", f"at most {limits.MAX_INTERACTION_ID_BYTES} bytes of UTF-8")
        return ids if any(ids) else ()

    def _properties(self) -> Sequence[PropertyColumn]:
        found = [self._property(i, column) for i, column in enumerate(self._columns.properties)]
        names = [column.name for column in found if column]
        if len(set(names)) < len(names):
            self._checks.add("interactions.properties", "each property may come once (names are compared after NFC)")
        return [column for column in found if column and any(column.index)]

    def _property(self, i: int, column: pb.PropertyColumn) -> PropertyColumn | None:
        path = f"properties[{i}]"
        name = self._checks.name(f"interactions.{path}.name", column.name)
        if name in RESERVED_PROPERTIES:
            self._checks.add(f"interactions.{path}.name", f"{name!r} is reserved; use its own column")
        filled = [kind for kind in ("strings", "numbers", "bools") if len(getattr(column, kind))]
        if len(filled) > 1:
            self._checks.add(f"interactions.{path}", f"one dictionary only (got {' and '.join(filled)})")
            return None
        kind = _DICTIONARIES[filled[0]] if filled else ValueType.STRING
        values = self._values(path, kind, list(getattr(column, filled[0])) if filled else [])
        if not self._length(f"{path}.index", column.index, optional=False):
            return None
        return PropertyColumn(
            name, kind, values, self._index(f"{path}.index", column.index, len(values) + 1) or array("I", bytes(4 * self._rows))
        )

    def _values(self, path: str, kind: ValueType, values: list[Value]) -> list[Value]:
        for i, value in enumerate(values):
            if kind is ValueType.NUMBER:
                self._checks.number(f"interactions.{path}.numbers[{i}]", value)  # type: ignore[arg-type]
            elif kind is ValueType.STRING and len(str(value)) * 4 > limits.MAX_VALUE_BYTES < len(str(value).encode()):
                self._checks.add(f"interactions.{path}.strings[{i}]", f"at most {limits.MAX_VALUE_BYTES:,} bytes of UTF-8")
        return values


_DICTIONARIES = {"strings": ValueType.STRING, "numbers": ValueType.NUMBER, "bools": ValueType.BOOL}
