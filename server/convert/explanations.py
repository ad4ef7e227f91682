"""What one profile's answer hangs on, to the wire."""

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from tagledger.v1 import segment_service_pb2 as pb

from projections.explaining.explainer import ExplainedLeaf, ProfileExplanation
from projections.explaining.world import Event
from server.convert.answers import entries_out
from server.convert.fields import to_timestamp
from server.usecases.state import WorkspaceState

_MISSING = {
    None: pb.LeafExplanation.MISSING_UNSPECIFIED,
    True: pb.LeafExplanation.MISSING_MUST_HOLD,
    False: pb.LeafExplanation.MISSING_MUST_NOT_HOLD,
}


def why_out(state: WorkspaceState, why: ProfileExplanation) -> pb.ProfileExplanation:
    """The leaves and the whole."""
    return pb.ProfileExplanation(
        leaves=[_leaf_out(state, leaf) for leaf in why.leaves],
        flips_at=_instant_out(why.flip.at),
        flips_told_until=_instant_out(why.flip.told_until),
        note=why.note,
        event_count=why.event_count,
    )


def _leaf_out(state: WorkspaceState, leaf: ExplainedLeaf) -> pb.LeafExplanation:
    return pb.LeafExplanation(
        expression=leaf.expression,
        segment=leaf.segment,
        holds=leaf.holds,
        evidence=_evidence_out(state, leaf.evidence),
        evidence_count=leaf.evidence_count,
        flips_at=_instant_out(leaf.flip.at),
        flips_told_until=_instant_out(leaf.flip.told_until),
        missing=_MISSING[leaf.needed],
        note=leaf.note,
    )


def _evidence_out(state: WorkspaceState, events: Sequence[Event]) -> list[pb.Evidence]:
    entries = entries_out(state, [(event.recorded, event.entry) for event in events])
    return [
        pb.Evidence(entry=entry, version=event.recorded.changeset.version, row=event.row)
        for entry, event in zip(entries, events, strict=True)
    ]


def _instant_out(instant: int | None) -> Timestamp | None:
    return None if instant is None else to_timestamp(instant)
