"""Order, values, merges and foreign names of tags: through the real client, on both stores, and across a restart."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from clients.sdk import ApplyTag, Change, Client, ColumnKind, ExportColumn, RemoveTag, TagValues, errors, replies
from clients.sdk.values import TagValue
from domain import limits
from server.usecases import tag_merging
from tests.harness import STORES, Postgres, make_store, running_server
from tests.stories.asking import AT, connected, members, position, refused

WHY = "a test"
DAY = timedelta(days=1)


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with connected(address) as made:
        for key in ("level/gold", "level/silver", "level/bronze", "vip", "VIP customer"):
            made.define_tag(key, reason=WHY, create_group=True)
        yield made


# --- order, descriptions, values ------------------------------------------------------------------------------------------


def test_tags_of_a_group_are_listed_in_its_order(client: Client) -> None:
    keys = ["level/bronze", "level/silver", "level/gold"]
    client.order_tags("level", keys, reason="ascending")
    assert [(tag.key, tag.rank) for tag in client.tags(group="level")] == list(zip(keys, (1, 2, 3), strict=True))
    client.define_tag("level/platinum", reason=WHY)
    client.retire_tag("level/silver", reason=WHY)
    assert [tag.key for tag in client.tags(group="level")] == ["level/bronze", "level/gold", "level/platinum"]
    client.order_tags("level", ["level/platinum", "level/bronze", "level/gold"], reason="silver is out of use")
    assert [tag.key for tag in client.tags(group="level", show_retired=True)][-1] == "level/silver"
    assert [tag.key for tag in client.tags()] == sorted(tag.key for tag in client.tags())
    assert client.tag("vip").rank == 0
    (entry, *_) = [one.change for one in client.history(group="level", newest_first=True)]
    assert entry == replies.CatalogueEntry(
        "tags_ordered", "level", "", order=("level/platinum", "level/bronze", "level/gold", "level/silver")
    )


def test_an_order_names_each_tag_of_the_group_once(client: Client) -> None:
    def ordered(*keys: str) -> errors.TagledgerError:
        return refused(errors.InvalidField, lambda: client.order_tags("level", keys, reason=WHY), client)

    assert "missing: 'level/bronze'" in str(ordered("level/gold", "level/silver"))
    assert [one.field for one in ordered("level/gold", "level/silver", "level/gold", "level/bronze").violations] == ["keys[2]"]
    assert "'vip' is no tag of group 'level'" in str(ordered("level/gold", "level/silver", "level/bronze", "vip"))
    refused(errors.UnknownTagGroup, lambda: client.order_tags("levle", [], reason=WHY), client)


SIZES = ("S", "M", "L")


@pytest.fixture
def spelled(client: Client) -> Client:
    """Ana has M from AT on and L two days later, Bo S and a date, Cy a date only."""
    client.define_tag("size", values=TagValues("choice", choices=SIZES), reason=WHY)
    client.define_tag("renewal", values=TagValues("date"), reason=WHY)
    client.apply_changeset(
        [
            ApplyTag("ana", "size", "M", AT),
            ApplyTag("ana", "size", "L", AT + 2 * DAY),
            ApplyTag("bo", "size", "S", AT),
            ApplyTag("bo", "renewal", date(2026, 3, 1), AT),
            ApplyTag("cy", "renewal", date(2026, 2, 28), AT),
        ],
        reason=WHY,
    )
    return client


def test_choices_compare_by_their_order_and_dates_by_theirs(spelled: Client) -> None:
    for expression, found in (
        ('tagged size = "L"', {"ana"}),
        ('tagged size != "L"', {"bo"}),
        ('tagged size >= "M"', {"ana"}),
        ('tagged size < "M"', {"bo"}),
        ("tagged renewal < 2026-03-01", {"cy"}),
        ("tagged renewal >= 2026-02-28", {"bo", "cy"}),
        ('tagged size = "M" or tagged renewal = 2026-02-28', {"cy"}),
        ('tagged size >= "M" for at least 1 day', {"ana"}),
        ("top 1 by value(size)", {"ana"}),
        ("top 1 by value(renewal)", {"bo"}),
    ):
        assert members(spelled, expression, as_of=AT + 5 * DAY) == found, expression
        assert not spelled.validate(expression).warnings, expression
    assert members(spelled, 'tagged size = "M"', as_of=AT + DAY) == {"ana"}
    spelled.map_foreign_tags({"crm:size": "size"}, reason=WHY)
    assert members(spelled, 'tagged "crm:size" = "L"') == {"ana"}
    assert not spelled.validate('tagged "crm:size" = "L"').warnings
    for expression, found, told in (
        ("tagged size = 2", set(), "tag 'size' takes one of 'S', 'M', 'L' (got 2)"),
        ('tagged size = "XL"', set(), "tag 'size' takes one of 'S', 'M', 'L' (got 'XL')"),
        ('tagged size != "XL"', {"ana", "bo"}, "(got 'XL')"),
        ('tagged renewal = "M"', set(), "tag 'renewal' takes a date (got 'M')"),
        ("tagged vip = 2026-03-01", set(), "tag 'vip' goes with numbers"),
        ("tagged any of (size, renewal) = 2026-03-01", {"bo"}, "tag 'size' takes one of"),
    ):
        assert members(spelled, expression) == found, expression
        (warning,) = spelled.validate(expression).warnings
        assert told in warning.message
    explained = spelled.explain('tagged size = "L"', profile_id="ana", as_of=AT + 5 * DAY)
    assert explained.profile
    assert explained.profile.member


def test_choices_and_dates_are_told_as_they_were_said(spelled: Client) -> None:
    assert [(tag.key, tag.value) for tag in spelled.profile("bo").tags] == [("renewal", date(2026, 3, 1)), ("size", "S")]
    told = [one.change.value for one in spelled.tag_history("size") if isinstance(one.change, replies.TagEntry)]
    assert told == ["M", "L", "S"]
    columns = [ExportColumn(ColumnKind.TAG_VALUE, key) for key in ("size", "renewal", "vip")]
    rows = {row.profile_id: row.values for row in spelled.export("everyone", columns=columns)}
    assert rows == {
        "ana": ("L", None, None),
        "bo": ("S", date(2026, 3, 1), None),
        "cy": (None, date(2026, 2, 28), None),
    }
    stream = b"".join(part.arrow for part in spelled.export_parts("everyone", columns=columns, arrow=True))
    table = pa.ipc.open_stream(stream).read_all()
    assert [str(table.schema.field(n).type) for n in (1, 2, 3)] == ["string", "date32[day]", "double"]
    assert spelled.tag("size").values == TagValues("choice", choices=SIZES)
    assert str(spelled.tag("size").values) == "choice of S, M, L"
    bulk = spelled.apply_tag_to_segment("tagged renewal", "size", value="M", effective_at=AT + 5 * DAY, reason=WHY)
    assert (bulk.changed_count, members(spelled, 'tagged size = "M"')) == (2, {"bo", "cy"})
    again = spelled.apply_tag_to_segment("tagged renewal", "size", value="M", effective_at=AT + 5 * DAY, reason=WHY)
    assert (again.changed_count, again.already_so_count) == (0, 2)
    for done in (again, bulk):
        assert done.receipt
        spelled.undo_changeset(done.receipt.changeset_id, reason="no")
    assert [tag.value for tag in spelled.profile("bo").tags] == [date(2026, 3, 1), "S"]


def test_what_is_no_choice_or_no_date_is_refused(spelled: Client) -> None:
    def refusal(tag: str, value: TagValue | None) -> str:
        def call() -> object:
            return spelled.apply_tag("dan", tag, value=value, reason=WHY)

        return str(refused(errors.InvalidField, call, spelled))

    assert "takes one of 'S', 'M', 'L' (got 'XL')" in refusal("size", "XL")
    assert "takes one of 'S', 'M', 'L' (got 2)" in refusal("size", 2.0)
    assert "needs a value: one of 'S', 'M', 'L'" in refusal("size", None)
    assert "takes a date (got 'M')" in refusal("renewal", "M")
    assert "takes one of" in refusal("size", date(2026, 3, 1))
    assert "takes a number (got 'M')" in refusal("vip", "M")
    spelled.define_tag("bare", values=TagValues("none"), reason=WHY)
    assert "takes no value" in refusal("bare", "M")
    told = refused(
        errors.InvalidField,
        lambda: spelled.apply_tag_to_segment("everyone", "size", value="XL", reason=WHY),
        spelled,
    )
    assert [one.field for one in told.violations] == ["value"]


def test_choices_are_added_behind_the_others_and_kinds_stay(spelled: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(key: str, values: TagValues) -> str:
        return str(refused(errors.InvalidField, lambda: spelled.change_tag(key, values=values, reason=WHY), spelled))

    for choices in (("M", "L"), ("S", "L", "M"), ("S", "M"), ("XS", *SIZES)):
        assert "begin with the present ones in their order (S, M, L)" in refusal("size", TagValues("choice", choices=choices))
    for key, kind in (("size", "number"), ("size", "date"), ("renewal", "any"), ("vip", "date")):
        spelled.apply_tag("dan", "vip", reason=WHY)
        assert "cannot become" in refusal(key, TagValues(kind))
    for values in (
        TagValues("choice"),
        TagValues("choice", choices=("S", "S")),
        TagValues("choice", choices=("",)),
        TagValues("number", choices=("S",)),
        TagValues("choice", 0, 1, ("S",)),
        TagValues("date", 0),
    ):
        refused(errors.InvalidField, partial(spelled.define_tag, "new", values=values, reason=WHY), spelled)
    spelled.change_tag("size", values=TagValues("choice", choices=(*SIZES, "XL")), reason=WHY)
    spelled.apply_tag("dan", "size", value="XL", reason=WHY)
    assert members(spelled, 'tagged size > "M"') == {"ana", "dan"}
    # Before anybody carries it, a tag may become anything.
    spelled.define_tag("fresh", reason=WHY)
    assert spelled.change_tag("fresh", values=TagValues("date"), reason=WHY).values.kind == "date"
    most = tuple(f"c{n}" for n in range(limits.MAX_CHOICES))
    assert spelled.define_tag("many", values=TagValues("choice", choices=most), reason=WHY).values.choices == most
    told = refused(
        errors.LimitExceeded,
        lambda: spelled.define_tag("more", values=TagValues("choice", choices=(*most, "one too many")), reason=WHY),
        spelled,
    )
    assert told.metadata["limit"] == "choices"


def test_tags_with_choices_are_merged_with_the_same_ones_only(spelled: Client) -> None:
    spelled.define_tag("cut", values=TagValues("choice", choices=SIZES[:2]), reason=WHY)
    spelled.apply_tag("eve", "cut", value="M", effective_at=AT, reason=WHY)
    for key, into in (("cut", "size"), ("vip", "size"), ("renewal", "size"), ("size", "vip")):
        told = refused(errors.NotMergeable, partial(spelled.merge_tags, key, into, reason=WHY), spelled)
        assert "not alike" in str(told)
    spelled.change_tag("cut", values=TagValues("choice", choices=SIZES), reason=WHY)
    spelled.merge_tags("cut", "size", reason=WHY)
    assert members(spelled, 'tagged size = "M"', as_of=AT + DAY) == {"ana", "eve"}


def test_values_are_held_to_the_rule_of_their_tag_from_then_on(client: Client) -> None:
    score = client.define_tag("score", values=TagValues("number", 0, 1), description="of the model", reason=WHY)
    assert (score.values, str(score.values)) == (TagValues("number", 0.0, 1.0), "number from 0 to 1")
    client.apply_changeset([ApplyTag("ana", "score", 0.0), ApplyTag("bo", "score", 1.0)], reason=WHY)
    outside: list[Change] = [ApplyTag("ana", "score", 1.0000001), ApplyTag("bo", "score"), RemoveTag("cy", "score")]
    told = refused(errors.InvalidField, lambda: client.apply_changeset(outside, reason=WHY), client)
    assert [(one.field, one.description) for one in told.violations] == [
        ("tags[0].value", "tag 'score' takes a number of at least 0 and of at most 1 (got 1)"),
        ("tags[1].value", "tag 'score' needs a value: a number of at least 0 and of at most 1"),
    ]
    changed = client.change_tag("score", values=TagValues("none"), reason="yes or no will do")
    assert (changed.values.kind, changed.description) == ("none", "of the model")
    refused(errors.InvalidField, lambda: client.apply_tag_to_segment("everyone", "score", value=0.5, reason=WHY), client)
    assert client.count("tagged score >= 0.5").count == 1  # what was recorded stays
    assert members(client, "top 50% by value(score)") == {"bo"}
    assert members(client, "top 1 by value(score) among (not tagged score >= 1)") == {"ana"}
    client.apply_tag("cy", "score", reason=WHY)
    assert client.change_tag("score", description="", reason=WHY).values.kind == "none"
    assert client.change_tag_group("level", description="of membership", reason=WHY).description == "of membership"
    kinds = [one.change.kind for one in client.tag_history("score") if isinstance(one.change, replies.CatalogueEntry)]
    assert kinds == ["tag_defined", "tag_redefined", "tag_redefined", "tag_redefined"]
    refused(errors.InvalidField, lambda: client.change_tag("score", reason=WHY), client)


# --- names of other systems -----------------------------------------------------------------------------------------------


def test_a_name_of_another_system_stands_wherever_a_key_can(client: Client) -> None:
    names = {"wecom:etAbc": "level/gold", "crm:黄金": "level/gold", "crm:vip": "vip"}
    mapped = client.map_foreign_tags(names, reason="as in WeCom")
    assert (mapped.changed_count, mapped.already_so_count) == (3, 0)
    assert client.map_foreign_tags(names, reason="again").already_so_count == 3
    client.apply_tag("ana", "wecom:etAbc", reason="tagged in WeCom", source="wecom")
    assert members(client, "tagged wecom:etAbc") == members(client, "tagged level/gold") == {"ana"}
    assert members(client, 'tagged any of ("crm:黄金", level/gold)') == {"ana"}
    assert client.validate("tagged wecom:etAbc").warnings == ()
    assert client.tag("wecom:etAbc").key == "level/gold"
    assert client.tag_use("crm:黄金").holder_count == 1
    (why,) = client.explain("tagged any of (wecom:etAbc, level/gold)", profile_id="ana").why.leaves  # type: ignore[union-attr]
    assert [one.entry.attribution.source for one in why.evidence] == ["wecom"]
    assert [one.key for one in client.foreign_tags(namespace="crm")] == ["vip", "level/gold"]
    assert [one.foreign_key for one in client.foreign_tags(key="level/gold")] == ["crm:黄金", "wecom:etAbc"]
    client.define_segment("golden", "tagged wecom:etAbc", reason=WHY)
    client.rename_tag("level/gold", "oro", reason=WHY)
    assert members(client, "in segment golden") == {"ana"}
    client.map_foreign_tags({"wecom:etAbc": "vip"}, reason="it was the wrong one")
    assert members(client, "in segment golden") == set()
    client.remove_tag("ana", "crm:黄金", reason=WHY)
    assert members(client, "tagged level/oro") == set()
    assert client.unmap_foreign_tag("crm:黄金", reason=WHY) == replies.ForeignTag("crm:黄金", "level/oro")
    kept = [one.change for one in client.tag_history("vip") if isinstance(one.change, replies.CatalogueEntry)]
    assert [(one.kind, one.foreign_key) for one in kept][1:] == [
        ("foreign_tag_mapped", "crm:vip"),
        ("foreign_tag_mapped", "wecom:etAbc"),
    ]


def test_a_name_that_cannot_be_mapped_is_refused_with_every_offender(client: Client) -> None:
    def mapped(names: dict[str, str], kind: type[errors.TagledgerError]) -> errors.TagledgerError:
        return refused(kind, lambda: client.map_foreign_tags(names, reason=WHY), client)

    told = mapped({"crm:1": "vip", "crm:2": "vpi", "crm:3": "level/gould"}, errors.UnknownTag)
    assert [one.field for one in told.violations] == ["foreign_tags[1].key", "foreign_tags[2].key"]
    assert "did you mean 'level/gold'?" in str(told)
    client.define_tag("crm:own", reason=WHY)
    assert "rename the tag first" in str(mapped({"crm:own": "vip"}, errors.NameTaken))
    client.map_foreign_tags({"crm:vip": "vip"}, reason=WHY)
    refused(errors.NameTaken, lambda: client.define_tag("crm:vip", reason=WHY), client)
    refused(errors.NameTaken, lambda: client.rename_tag("vip", "crm:vip", reason=WHY), client)
    client.map_foreign_tags({"wecom:level/gold": "vip"}, reason=WHY)
    refused(errors.NameTaken, lambda: client.rename_tag_group("level", "wecom:level", reason=WHY), client)
    refused(errors.InvalidField, lambda: client.rename_tag("wecom:level/gold", "level/gold", reason=WHY), client)
    client.retire_tag("vip", reason=WHY)
    mapped({"crm:other": "vip"}, errors.TagRetired)
    told = refused(errors.UnknownForeignTag, lambda: client.unmap_foreign_tag("crm:vpi", reason=WHY), client)
    assert "did you mean 'crm:vip'?" in str(told)
    unknown = refused(errors.UnknownTag, lambda: client.apply_tag("ana", "oa:1", reason=WHY), client)
    assert "MapForeignTags" in str(unknown)


def test_as_many_names_as_the_limit_are_mapped_at_once_and_no_more(client: Client) -> None:
    space, room = "n" * limits.MAX_NAMESPACE_CHARACTERS, limits.MAX_NAME_CHARACTERS - limits.MAX_NAMESPACE_CHARACTERS - 1
    names = {f"{space}:{k:0{room}}": "vip" for k in range(limits.MAX_FOREIGN_TAGS)}
    assert client.map_foreign_tags(names, reason=WHY).changed_count == limits.MAX_FOREIGN_TAGS
    assert sum(1 for _ in client.foreign_tags()) == limits.MAX_FOREIGN_TAGS
    assert client.validate(f"tagged {next(iter(names))}").warnings == ()
    more = names | {"n:1": "vip"}
    told = refused(errors.LimitExceeded, lambda: client.map_foreign_tags(more, reason=WHY), client)
    assert told.metadata["limit"] == "foreign tags"


# --- merges ---------------------------------------------------------------------------------------------------------------


def _tagged(client: Client) -> int:
    """Ana has one tag, bo the other, cy first one and then the other; the position then."""
    client.apply_changeset(
        [
            ApplyTag("ana", "VIP customer", 3.0, effective_at=AT),
            ApplyTag("bo", "vip", effective_at=AT),
            ApplyTag("cy", "VIP customer", effective_at=AT, expires_at=AT + 2 * DAY),
            ApplyTag("cy", "vip", effective_at=AT + 5 * DAY),
        ],
        reason="by hand",
        actor="staff:wang",
    )
    client.define_segment("important", 'tagged "VIP customer" and not tagged level/gold', reason=WHY)
    return position(client)


def _days(client: Client, expression: str, known_at: int | None = None) -> list[set[str]]:
    return [members(client, expression, known_at, AT + day * DAY) for day in (0, 3, 5)]


def test_after_a_merge_both_keys_mean_the_tag_that_stays(client: Client) -> None:
    before = _tagged(client)
    dry = client.merge_tags("VIP customer", "vip", reason="they are one", dry_run=True)
    assert (dry.receipt, dry.changed_count, position(client)) == (None, 2, before)
    assert dry.preview is not None
    assert dry.preview.segments == (replies.SegmentEffect("important", 1, 2, 0, ""),)
    merge = client.merge_tags("VIP customer", "vip", reason="they are one")
    assert (merge.changed_count, merge.already_so_count) == (2, 0)
    both = [{"ana", "bo", "cy"}, {"ana", "bo"}, {"ana", "bo", "cy"}]
    assert _days(client, "tagged vip") == _days(client, 'tagged "VIP customer"') == both
    assert _days(client, "in segment important") == both
    assert _days(client, "tagged vip", before) == [{"bo"}, {"bo"}, {"bo", "cy"}]
    assert _days(client, 'tagged "VIP customer"', before) == [{"ana", "cy"}, {"ana"}, {"ana"}]
    assert members(client, "tagged vip >= 3") == {"ana"}
    assert members(client, 'tagged vip by "staff:wang"') == {"ana", "bo", "cy"}
    (warning,) = client.validate('tagged "VIP customer"').warnings
    assert (warning.message, warning.suggestion) == (
        "tag 'VIP customer' was merged into 'vip', and means it from then on",
        "vip",
    )
    client.apply_tag("dee", "VIP customer", reason="an old form")
    assert members(client, "tagged vip", as_of=None) >= {"dee"}
    assert client.tag("VIP customer").merged_into == "vip"
    assert client.tag("VIP customer").holder_count == client.tag("vip").holder_count == 4
    assert "VIP customer" not in [tag.key for tag in client.tags()]
    assert client.tag_use("VIP customer").tag == "vip"
    assert client.tag_use("vip").segments == ("important",)
    (leaf, _) = client.explain("in segment important", profile_id="ana").why.leaves  # type: ignore[union-attr]
    assert [one.entry.attribution.reason for one in leaf.evidence] == ["they are one"]
    last = [one.change for one in client.tag_history("vip") if isinstance(one.change, replies.CatalogueEntry)][-1]
    assert (last.kind, last.subject, last.into) == ("tag_merged", "VIP customer", "vip")


def test_a_merge_is_taken_back_and_leaves_what_was_recorded_since(client: Client) -> None:
    before = _tagged(client)
    merge = client.merge_tags("VIP customer", "vip", reason="they are one")
    client.apply_tag("dee", "VIP customer", effective_at=AT, reason="an old form")
    assert merge.receipt is not None
    dry = client.undo_changeset(merge.receipt.changeset_id, reason="they are not", dry_run=True)
    assert dry.preview is not None
    assert [one.segment for one in dry.preview.segments] == ["important"]
    part = lambda: client.undo_changeset(merge.position, expression="everyone", reason=WHY)  # noqa: E731
    assert "leave the segment out" in str(refused(errors.NotUndoable, part, client))
    undo = client.undo_changeset(merge.receipt.changeset_id, reason="they are not")
    assert undo.conflict_count == 0
    assert _days(client, 'tagged "VIP customer"') == _days(client, 'tagged "VIP customer"', before)
    assert [found - {"dee"} for found in _days(client, "tagged vip")] == _days(client, "tagged vip", before)
    assert "dee" in members(client, "tagged vip")
    assert client.tag("VIP customer").merged_into == ""
    again = lambda: client.undo_changeset(merge.position, reason=WHY)  # noqa: E731
    assert "merged into 'vip' no more" in str(refused(errors.NotUndoable, again, client))
    client.undo_changeset(undo.position, reason="they are after all")
    assert _days(client, 'tagged "VIP customer"')[0] == {"ana", "bo", "cy", "dee"}


def test_tags_are_merged_again_as_they_are_then_and_never_into_each_other(client: Client) -> None:
    first = client.apply_tag("ana", "VIP customer", effective_at=AT, reason=WHY)
    apart = client.undo_changeset(client.merge_tags("VIP customer", "vip", reason=WHY).position, reason=WHY)
    client.apply_tag("cy", "VIP customer", effective_at=AT, reason="since")
    client.undo_changeset(first.position, reason="never meant")
    again = client.undo_changeset(apart.position, reason="they are one after all")
    assert members(client, "tagged vip") == members(client, 'tagged "VIP customer"') == {"cy"}
    apart = client.undo_changeset(again.position, reason=WHY)
    client.merge_tags("vip", "VIP customer", reason="the other way round")
    told = refused(errors.TagMerged, lambda: client.undo_changeset(apart.position, reason=WHY), client)
    assert "'VIP customer'" in str(told)
    assert members(client, "tagged vip") == {"cy"}


def test_in_an_exclusive_group_a_merge_is_taken_back_before_what_was_there_before(client: Client) -> None:
    client.define_tag_group("tier", exclusive=True, reason=WHY)
    for key in ("tier/bronze", "tier/silver", "tier/gold"):
        client.define_tag(key, reason=WHY)
    client.apply_tag("ana", "tier/bronze", effective_at=AT, reason=WHY)
    gold = client.apply_tag("ana", "tier/gold", effective_at=AT + DAY, reason="not hers")
    merge = client.merge_tags("tier/bronze", "tier/silver", reason="one tier less")
    assert _days(client, "tagged tier/silver") == [{"ana"}, set(), set()]
    refused(errors.TagMerged, lambda: client.undo_changeset(gold.position, reason=WHY), client)
    client.undo_changeset(merge.position, reason=WHY)
    client.undo_changeset(gold.position, reason=WHY)
    client.merge_tags("tier/bronze", "tier/silver", reason="one tier less")
    assert _days(client, "tagged tier/silver") == [{"ana"}] * 3


def test_of_a_chain_of_merges_the_last_key_is_the_one_to_write(client: Client) -> None:
    client.merge_tags("level/gold", "level/silver", reason=WHY)
    client.merge_tags("level/silver", "level/bronze", reason=WHY)
    assert [one.suggestion for one in client.validate("tagged level/gold").warnings] == ["level/bronze"]
    told = refused(errors.TagMerged, lambda: client.retire_tag("level/gold", reason=WHY), client)
    assert told.metadata["into"] == "level/bronze"
    client.map_foreign_tags({"crm:1": "level/gold"}, reason=WHY)
    client.apply_tag("ana", "crm:1", reason=WHY)
    assert members(client, "tagged level/bronze") == {"ana"}


def test_the_use_of_a_tag_before_it_was_merged_names_the_segments_of_then(client: Client) -> None:
    before = _tagged(client)
    client.merge_tags("VIP customer", "vip", reason=WHY)
    assert client.tag_use("VIP customer", known_at=before).segments == ("important",)
    assert client.tag_use("vip", known_at=before).segments == ()


def test_what_cannot_be_merged_is_refused_with_the_reason(client: Client) -> None:
    def merged(key: str, into: str, kind: type[errors.TagledgerError]) -> str:
        return str(refused(kind, lambda: client.merge_tags(key, into, reason=WHY), client))

    assert "into itself" in merged("vip", "vip", errors.NotMergeable)
    merged("vip", "vpi", errors.UnknownTag)
    client.define_tag_group("tier", exclusive=True, reason=WHY)
    for key in ("tier/a", "tier/b"):
        client.define_tag(key, reason=WHY)
    assert "merge tags of the same group" in merged("vip", "tier/a", errors.NotMergeable)
    assert "merge tags of the same group" in merged("tier/a", "vip", errors.NotMergeable)
    client.define_tag("score", values=TagValues("number"), reason=WHY)
    assert "always has a number" in merged("vip", "score", errors.NotMergeable)
    client.retire_tag("level/gold", reason=WHY)
    assert "restore it first" in merged("vip", "level/gold", errors.TagRetired)
    held = client.apply_tag("ana", "vip", reason=WHY)
    merge = client.merge_tags("level/gold", "vip", reason="a retired one may go")
    for call in (
        lambda: client.merge_tags("level/gold", "level/silver", reason=WHY),
        lambda: client.restore_tag("level/gold", reason=WHY),
        lambda: client.change_tag("level/gold", description="x", reason=WHY),
        lambda: client.undo_changeset(held.position, reason=WHY),
    ):
        told = refused(errors.TagMerged, call, client)
        assert (told.metadata["tag"], told.metadata["into"]) == ("level/gold", "vip")
    client.undo_changeset(merge.position, reason=WHY)
    assert client.tag("level/gold").retired


def test_a_merge_of_too_many_changes_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _tagged(client)
    monkeypatch.setattr(tag_merging, "MAX_MERGED_CHANGES", 4)  # ana's, and three of cy's
    merge = client.merge_tags("VIP customer", "vip", reason=WHY)
    client.undo_changeset(merge.position, reason=WHY)
    monkeypatch.setattr(tag_merging, "MAX_MERGED_CHANGES", 3)
    told = refused(errors.LimitExceeded, lambda: client.merge_tags("VIP customer", "vip", reason=WHY), client)
    assert told.metadata["limit"] == "merged changes"


@pytest.mark.parametrize("kind", STORES)
def test_merges_order_values_and_names_outlive_a_restart(kind: str, tmp_path: Path, postgres: Callable[[], Postgres]) -> None:
    store = make_store(kind, tmp_path, postgres)
    with running_server(store.config()) as address, connected(address) as client:
        for key in ("level/gold", "level/silver", "vip", "VIP customer"):
            client.define_tag(key, reason=WHY, create_group=True)
        before = _tagged(client)
        client.order_tags("level", ["level/silver", "level/gold"], reason=WHY)
        client.change_tag("vip", values=TagValues("any"), description="of all", reason=WHY)
        client.map_foreign_tags({"wecom:et1": "VIP customer"}, reason=WHY)
        client.merge_tags("VIP customer", "vip", reason="they are one")
        shown = list(client.tags(show_retired=True))
    with running_server(store.config()) as address, connected(address) as client:
        assert list(client.tags(show_retired=True)) == shown
        assert _days(client, "tagged wecom:et1") == _days(client, "tagged vip")
        assert _days(client, "tagged wecom:et1", before) == _days(client, 'tagged "VIP customer"', before)
