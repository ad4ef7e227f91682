"""Reports on tags, to the wire."""

from tagledger.v1 import history_service_pb2 as pb

from server.convert.contexts import clocks_out
from server.convert.fields import to_timestamp
from server.usecases.tag_use import TagReview, TagUse


def tag_use_out(use: TagUse) -> pb.GetTagUseResponse:
    """What became of one tag."""
    made = pb.GetTagUseResponse(
        position=use.reading.position,
        clocks=clocks_out(use.reading),
        tag=use.reading.view.index.catalogue.key(use.tag.number),
        holder_count=use.holders,
        appliers=[pb.TagApplier(actor=by.actor, source=by.source, holder_count=count) for by, count in use.appliers],
        other_applier_count=use.other_appliers,
        days=[
            pb.TagDay(day=one.day.isoformat(), holder_count=one.holders, added_count=one.added, removed_count=one.removed)
            for one in use.days
        ],
        segments=use.segments,
    )
    if use.last_changed_at is not None:
        made.last_changed_at.CopyFrom(to_timestamp(use.last_changed_at))
    return made


def tag_review_out(review: TagReview) -> pb.ReviewTagsResponse:
    """What is worth a look."""
    key = review.reading.view.index.catalogue.key
    unused = []
    for one in review.unused:
        at = None if one.last_changed_at is None else to_timestamp(one.last_changed_at)
        unused.append(pb.UnusedTag(tag=key(one.tag.number), last_changed_at=at))
    alike = [
        pb.AlikeTags(
            tag=key(pair.one.number),
            other_tag=key(pair.other.number),
            holder_count=pair.holders[0],
            other_holder_count=pair.holders[1],
            common_count=pair.common,
            names_alike=pair.names_alike,
        )
        for pair in review.alike
    ]
    return pb.ReviewTagsResponse(position=review.reading.position, unused=unused, alike=alike)
