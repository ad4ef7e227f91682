"""Departments, staff and their customers, through the real client, on both stores."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from clients.sdk import ApplyTag, Client, ColumnKind, ExportColumn, Interaction, TagGroupAxis, TagValues, errors, replies
from server.usecases import catalogue_commands, staff_commands, transferring
from tests.stories.asking import AT, members, position, refused

WHY = "the new year's plan"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """East has a shop below it. Wang is of the shop, Li of east, Zhao of the west. Ana and bo are Wang's, cy Zhao's."""
    with Client(address, actor="job:setup", source="test") as made:
        made.define_department("east", name="华东", reason=WHY)
        made.define_department("east/shop", parent_id="east", reason=WHY)
        made.define_department("west", reason=WHY)
        made.define_staff("wang", name="小王", department_id="east/shop", reason=WHY)
        made.define_staff("li", department_id="east", reason=WHY)
        made.define_staff("zhao", department_id="west", reason=WHY)
        made.record_interactions([Interaction(who, "purchase", AT, amount=10) for who in ("ana", "bo", "cy", "dan")])
        made.bind(["ana", "bo"], "wang", reason=WHY, effective_at=AT)
        made.bind(["cy"], "zhao", reason=WHY, effective_at=AT)
        yield made


def test_customers_of_staff_and_of_departments_are_asked_for(client: Client) -> None:
    assert members(client, "tagged staff:wang") == {"ana", "bo"}
    assert members(client, "in department east") == members(client, 'in department "east/shop"') == {"ana", "bo"}
    assert members(client, "in department west or did visit ever") == {"cy"}
    assert members(client, "not (in department east or in department west)") == {"dan"}
    assert members(client, "tagged staff:wang for at least 3 days", as_of=AT + timedelta(days=4)) == {"ana", "bo"}
    assert members(client, "in department east", as_of=AT - timedelta(days=1)) == set()
    assert client.staff("wang").customer_count == 2
    assert [one.staff_id for one in client.staff_members(department_id="east")] == ["li", "wang"]
    (warning,) = client.validate("in department Wset").warnings
    assert warning.suggestion == "west"
    assert members(client, "in department nowhere") == set()


def test_the_tree_is_that_of_known_at(client: Client) -> None:
    before = position(client)
    client.change_department("east/shop", parent_id="west", reason=WHY)
    assert members(client, "in department east") == set()
    assert members(client, "in department west") == {"ana", "bo", "cy"}
    assert members(client, "in department east", known_at=before) == {"ana", "bo"}
    client.change_staff("zhao", department_id="east", reason=WHY)
    assert members(client, "in department east") == {"cy"}
    assert members(client, "in department east", known_at=1) == set()
    why = client.explain("in department east", profile_id="cy").why
    assert why
    changes = [cited.entry.change for leaf in why.leaves for cited in leaf.evidence]
    assert [change.tag for change in changes if isinstance(change, replies.TagEntry)] == ["staff:zhao"]


def test_a_profile_tells_whose_customer_it_is(client: Client) -> None:
    (wang,) = client.profile("ana").staff
    assert (wang.staff_id, wang.name, wang.department_id, wang.customer_since) == ("wang", "小王", "east/shop", AT)
    assert wang.attribution.reason == WHY
    assert client.profile("ana").tags == ()
    assert client.profile("dan").staff == ()
    client.unbind(["ana"], "wang", reason="moved away", effective_at=AT + timedelta(days=9))
    (wang,) = client.profile("ana", as_of=AT + timedelta(days=1)).staff
    assert wang.customer_until == AT + timedelta(days=9)
    assert client.profile("ana").staff == ()


def test_customers_are_handed_over_and_that_is_taken_back(client: Client) -> None:
    client.define_segment("the east's", "in department east", reason=WHY)
    client.bind(["bo"], "zhao", reason="asked for both")
    told = client.transfer_customers("wang", "zhao", reason=WHY, dry_run=True)
    assert (told.changed_count, told.already_so_count) == (1, 1)
    assert told.preview
    assert told.preview.segments == (replies.SegmentEffect("the east's", 2, 0, 2, ""),)
    before = position(client)
    client.retire_staff("wang", reason="left")
    done = client.transfer_customers("wang", "zhao", reason="left")
    assert done.receipt
    assert (done.changed_count, done.already_so_count) == (1, 1)
    assert members(client, "tagged staff:zhao") == {"ana", "bo", "cy"}
    assert members(client, "in department east") == set()
    assert members(client, "moved from staff:wang to staff:zhao in last 1 hour") == {"ana"}
    assert members(client, "in department east", known_at=before) == {"ana", "bo"}
    (mine,) = [one for one in client.profile_history("ana", newest_first=True) if one.attribution.reason == "left"][:1]
    assert isinstance(mine.change, replies.TagEntry)
    again = client.transfer_customers("wang", "zhao", reason="left", request_id=done.receipt.changeset_id)
    assert again.receipt
    assert again.receipt.replayed
    undone = client.undo_changeset(done.receipt.changeset_id, reason="she stays")
    assert undone.conflict_count == 0
    assert members(client, "tagged staff:wang") == {"ana", "bo"}
    assert members(client, "tagged staff:zhao") == {"bo", "cy"}


def test_some_customers_are_handed_over_from_an_instant_on(client: Client) -> None:
    client.record_interactions([Interaction("bo", "visit", AT)])
    later = AT + timedelta(days=30)
    done = client.transfer_customers("wang", "li", reason=WHY, expression="did visit ever", effective_at=later)
    assert done.changed_count == 1
    assert members(client, "tagged staff:li", as_of=later) == {"bo"}
    assert members(client, "tagged staff:wang", as_of=later - timedelta(microseconds=1)) == {"ana", "bo"}
    nobody = client.transfer_customers("li", "zhao", reason=WHY, effective_at=AT)
    assert (nobody.changed_count, nobody.receipt is not None) == (0, True)


def test_linked_profiles_are_handed_over_as_one(client: Client) -> None:
    client.link([("ana", "dan")], reason="one person")
    assert client.transfer_customers("wang", "zhao", reason=WHY).changed_count == 2
    assert members(client, "tagged staff:zhao") == {"ana", "bo", "cy"}
    assert [one.staff_id for one in client.profile("dan").staff] == ["zhao"]
    client.unlink([("ana", "dan")], reason="two sisters")
    assert members(client, "tagged staff:zhao") == {"ana", "bo", "cy"}


def test_who_left_takes_no_customers(client: Client) -> None:
    left = client.retire_staff("wang", reason="left")
    assert left.retired
    assert members(client, "tagged staff:wang") == members(client, "in department east") == {"ana", "bo"}
    told = refused(errors.TagRetired, lambda: client.bind(["dan"], "wang", reason=WHY), client)
    assert "staff restore wang" in told.message
    refused(errors.StaffRetired, lambda: client.transfer_customers("zhao", "wang", reason=WHY), client)
    refused(errors.StaffRetired, lambda: client.retire_staff("wang", reason=WHY), client)
    assert [one.staff_id for one in client.staff_members()] == ["li", "zhao"]
    assert [one.staff_id for one in client.staff_members(show_retired=True)] == ["li", "wang", "zhao"]
    client.restore_staff("wang", reason="came back")
    client.bind(["dan"], "wang", reason=WHY)
    assert client.staff("wang").customer_count == 3
    refused(errors.NotRetired, lambda: client.restore_staff("wang", reason=WHY), client)


def test_departments_keep_their_order(client: Client) -> None:
    names = {one.department_id: (one.parent_id, one.staff_count) for one in client.departments()}
    assert names == {"east": ("", 1), "east/shop": ("east", 1), "west": ("", 1)}
    for parent in ("east", "east/shop"):
        told = refused(errors.InvalidField, partial(client.change_department, "east", parent_id=parent, reason=WHY), client)
        assert told.violations[0].field == "parent_id"
    refused(errors.DepartmentInUse, lambda: client.retire_department("east", reason=WHY), client)
    refused(errors.DepartmentInUse, lambda: client.retire_department("west", reason=WHY), client)
    client.change_staff("zhao", department_id="", reason=WHY)
    assert client.retire_department("west", reason=WHY).retired
    refused(errors.StaffRetired, lambda: client.retire_department("west", reason=WHY), client)
    refused(errors.StaffRetired, lambda: client.define_staff("sun", department_id="west", reason=WHY), client)
    refused(errors.UnknownDepartment, lambda: client.define_department("north", parent_id="nowhere", reason=WHY), client)
    assert [one.department_id for one in client.departments()] == ["east", "east/shop"]


def test_the_tags_of_customers_are_left_to_staff(client: Client) -> None:
    for call in (
        lambda: client.retire_tag("staff:wang", reason=WHY),
        lambda: client.rename_tag("staff:wang", "staff:wong", reason=WHY),
        lambda: client.change_tag("staff:wang", description="x", reason=WHY),
        lambda: client.define_tag("staff:sun", reason=WHY),
    ):
        told = refused(errors.InvalidField, call, client)
        assert "staff" in told.message
    client.define_tag("vip", reason=WHY)
    refused(errors.InvalidField, lambda: client.rename_tag("vip", "staff:vip", reason=WHY), client)
    refused(errors.InvalidField, lambda: client.merge_tags("staff:wang", "vip", reason=WHY), client)
    assert [one.key for one in client.tags()] == ["vip"]
    assert [one.tag for one in client.review_tags().unused] == ["vip"]
    refused(errors.NameTaken, lambda: client.define_staff("wang", reason=WHY), client)
    refused(errors.InvalidField, lambda: client.define_staff("sun", role="department", reason=WHY), client)
    refused(errors.UnknownStaff, lambda: client.transfer_customers("wang", "wnag", reason=WHY), client)
    refused(errors.InvalidField, lambda: client.transfer_customers("wang", "wang", reason=WHY), client)


def test_limits_are_told_at_their_edges(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for where, name, maximum in (
        (staff_commands, "MAX_DEPARTMENTS", 4),
        (staff_commands, "MAX_STAFF", 4),
        (catalogue_commands, "MAX_PERSONAL_TAGS", 2),
        (transferring, "MAX_PERSONAL_TAGS", 2),
    ):
        monkeypatch.setattr(where, name, maximum)
    client.define_department("north", reason=WHY)
    client.define_staff("sun", reason=WHY)
    for call in (
        lambda: client.define_department("south", reason=WHY),
        lambda: client.define_staff("qian", reason=WHY),
    ):
        assert refused(errors.LimitExceeded, call, client).metadata["maximum"] == "4"
    for key in ("staff:wang/a", "staff:wang/b", "staff:zhao/c", "staff:zhao/d"):
        client.define_tag(key, reason=WHY)
    refused(errors.LimitExceeded, lambda: client.define_tag("staff:wang/c", reason=WHY), client)
    client.apply_tag("ana", "staff:wang/a", reason=WHY)
    refused(errors.LimitExceeded, lambda: client.transfer_customers("wang", "zhao", reason=WHY), client)
    assert client.transfer_customers("wang", "sun", reason=WHY).changed_count == 2


def test_history_tells_of_departments_and_staff(client: Client) -> None:
    client.change_staff("wang", name="王", role="department", reason="promoted")
    changes = [one.change for one in client.changeset(position(client)).entries]
    assert changes == [
        replies.CatalogueEntry("staff_changed", "wang", "", name="王", department_id="east/shop", role="department")
    ]


# --- whom staff may write about and read ------------------------------------------------------------------------------------


@pytest.fixture
def roles(client: Client) -> Client:
    """Wang speaks for own customers, Li for the east, Hu for all. Ana and bo are Wang's, cy is Zhao's, dan nobody's."""
    client.change_staff("li", role="department", reason=WHY)
    client.define_staff("hu", role="headquarters", reason=WHY)
    client.define_tag("vip", reason=WHY)
    client.apply_changeset([ApplyTag(who, "vip") for who in ("ana", "cy", "dan")], reason=WHY)
    return client


def test_staff_read_about_customers_within_their_role(roles: Client) -> None:
    wang, li, hu = (roles.read_by(f"staff:{one}") for one in ("wang", "li", "hu"))
    assert members(wang, "everyone") == members(li, "everyone") == {"ana", "bo"}
    assert members(hu, "everyone") == members(roles, "everyone") == {"ana", "bo", "cy", "dan"}
    assert members(wang, "tagged vip") == {"ana"}
    assert members(wang, "not tagged vip") == {"bo"}
    assert wang.count("in department west").count == 0
    assert members(wang, "top 1 by sum(purchase.amount)") == {"ana"}
    checked = wang.check("tagged vip", ["ana", "cy"])
    assert [(one.member, one.known) for one in checked.results] == [(True, True), (False, False)]
    assert [row.profile_id for row in wang.export("everyone")] == ["ana", "bo"]
    assert wang.profile("ana").tags[0].key == "vip"
    assert next(iter(wang.profile_history("ana"))).profile_id == "ana"
    roles.transfer_customers("wang", "zhao", expression="tagged vip", reason=WHY)
    assert members(wang, "everyone") == members(li, "everyone") == {"bo"}
    for call in (
        lambda: wang.profile("ana"),
        lambda: list(wang.profile_history("ana")),
        lambda: wang.explain("everyone", profile_id="cy"),
        lambda: list(wang.tag_history("vip")),
        lambda: wang.changeset(1),
    ):
        with pytest.raises(errors.OutOfScope) as told:
            call()
        assert told.value.metadata == {"staff_id": "wang", "role": "member"}
    assert list(hu.tag_history("vip"))


def test_staff_write_about_customers_within_their_role(roles: Client) -> None:
    wang, li = _by("wang"), _by("li")
    roles.apply_tag("bo", "vip", **wang)
    roles.set_trait("ana", "city", "Shanghai", **li)
    roles.record_interactions([Interaction("bo", "visit", AT)], **wang)
    for call in (
        lambda: roles.apply_tag("cy", "vip", **wang),
        lambda: roles.apply_tag("cy", "vip", **li),
        lambda: roles.apply_tag("somebody new", "vip", **wang),
        lambda: roles.apply_changeset([ApplyTag("ana", "vip"), ApplyTag("dan", "vip")], **wang),
        lambda: roles.record_interactions([Interaction("cy", "visit", AT)], **wang),
        lambda: roles.link([("ana", "cy")], **wang),
        lambda: roles.bind(["cy"], "wang", **wang),
        lambda: roles.bind(["ana"], "zhao", **wang),
        lambda: roles.transfer_customers("zhao", "wang", **wang),
        lambda: roles.transfer_customers("wang", "zhao", dry_run=True, **li),
        lambda: roles.define_tag("mine", **li),
        lambda: roles.upload_list("autumn", ["ana"], **wang),
        lambda: roles.erase_profiles(["ana"], **wang),
        lambda: roles.erase_profiles(["ana"], dry_run=True, **wang),
    ):
        refused(errors.OutOfScope, call, roles)
    assert "'cy'" in refused(errors.OutOfScope, lambda: roles.apply_tag("cy", "vip", **wang), roles).message
    # Who is nobody's customer yet may be taken, together with what is known of them.
    roles.apply_changeset([ApplyTag("dan", "staff:wang"), ApplyTag("dan", "vip"), ApplyTag("eve", "staff:wang")], **wang)
    assert members(roles, "tagged staff:wang") == {"ana", "bo", "dan", "eve"}
    # The head of the east moves customers inside the east.
    assert roles.transfer_customers("wang", "li", **li).changed_count == 4
    refused(errors.OutOfScope, lambda: roles.apply_tag("ana", "vip", **wang), roles)
    roles.apply_tag("ana", "vip", **li)


def test_a_segment_is_tagged_as_far_as_the_role_reaches(roles: Client) -> None:
    done = roles.apply_tag_to_segment("everyone", "vip", **_by("wang"))
    assert (done.changed_count, done.already_so_count) == (1, 1)
    assert members(roles, 'tagged vip by "staff:wang"') == {"ana", "bo"}
    assert done.receipt
    by_job = roles.apply_tag_to_segment("everyone", "vip", reason=WHY)
    assert by_job.receipt
    job, own = by_job.receipt.changeset_id, done.receipt.changeset_id
    refused(errors.OutOfScope, lambda: roles.undo_changeset(job, **_by("wang")), roles)
    assert roles.undo_changeset(job, expression="everyone", **_by("wang")).receipt
    assert roles.undo_changeset(own, **_by("wang")).receipt


def test_tags_of_their_own_are_seen_by_staff_and_by_those_above(roles: Client) -> None:
    own = roles.define_tag("staff:wang/likes tea", **_by("wang"))
    assert (own.group, own.name) == ("staff:wang", "likes tea")
    assert roles.tag_group("staff:wang").owner_staff_id == "wang"
    roles.apply_tag("ana", "staff:wang/likes tea", value=3, **_by("wang"))
    roles.define_tag("staff:zhao/rich", reason=WHY)
    roles.apply_tag("ana", "staff:zhao/rich", reason=WHY)
    wang, li, hu = (roles.read_by(f"staff:{one}") for one in ("wang", "li", "hu"))
    for reader, seen in ((wang, ["staff:wang/likes tea", "vip"]), (li, ["staff:wang/likes tea", "vip"])):
        assert [tag.key for tag in reader.profile("ana").tags] == seen
        told = [one.change for one in reader.profile_history("ana") if isinstance(one.change, replies.TagEntry)]
        assert {change.tag for change in told} == {*seen, "staff:wang"}
    for reader in (hu, roles):
        assert [tag.key for tag in reader.profile("ana").tags] == ["staff:wang/likes tea", "staff:zhao/rich", "vip"]
    assert members(wang, 'tagged "staff:wang/likes tea" >= 3') == {"ana"}
    roles.map_foreign_tags({"oa:rich": "staff:zhao/rich", "oa:tea": "staff:wang/likes tea"}, reason=WHY)
    for call in (
        lambda: wang.count("tagged staff:zhao/rich"),
        lambda: wang.check("everyone and not tagged staff:zhao/rich", ["ana"]),
        lambda: list(wang.export("everyone", columns=[ExportColumn(ColumnKind.TAG, "staff:zhao/rich")])),
        lambda: wang.crosstab([TagGroupAxis("staff:zhao")], "everyone"),
        lambda: wang.tag("staff:zhao/rich"),
        lambda: wang.tag("oa:rich"),
        lambda: wang.tag_use("staff:zhao/rich"),
        lambda: list(wang.tags(group="staff:zhao")),
        lambda: wang.tag_group("staff:zhao"),
        lambda: wang.review_tags(),
    ):
        with pytest.raises(errors.OutOfScope):
            call()
    assert wang.tag("staff:wang/likes tea").holder_count == li.tag_use("staff:wang/likes tea").holder_count == 1
    assert [one.key for one in li.tags(group="staff:wang")] == ["staff:wang/likes tea"]
    assert [one.foreign_key for one in wang.foreign_tags()] == ["oa:tea"]
    for refuse in (
        lambda: roles.apply_tag("ana", "staff:zhao/rich", **_by("wang")),
        lambda: roles.define_tag("staff:zhao/poor", **_by("wang")),
        lambda: roles.retire_tag("staff:zhao/rich", **_by("wang")),
        lambda: roles.rename_tag("staff:zhao/rich", "poor", **_by("li")),
    ):
        refused(errors.OutOfScope, refuse, roles)
    roles.rename_tag("staff:wang/likes tea", "likes green tea", **_by("li"))
    assert [one.key for one in roles.tags()] == ["vip"]
    assert [one.key for one in roles.tags(group="staff:wang")] == ["staff:wang/likes green tea"]
    assert [one.name for one in roles.tag_groups()] == []
    refused(errors.InvalidField, lambda: roles.define_tag("staff:wang/gone", opt_out=True, **_by("wang")), roles)
    green = "staff:wang/likes green tea"
    refused(errors.InvalidField, lambda: roles.change_tag(green, opt_out=True, **_by("wang")), roles)
    refused(errors.UnknownStaff, lambda: roles.define_tag("staff:sun/x", reason=WHY), roles)
    refused(errors.InvalidField, lambda: roles.rename_tag_group("staff:wang", "wang's", reason=WHY), roles)
    refused(errors.InvalidField, lambda: roles.retire_tag_group("staff:wang", reason=WHY), roles)
    refused(errors.InvalidField, lambda: roles.define_tag_group("staff:hu", reason=WHY), roles)


def test_numbers_are_of_the_customers_within_the_role(roles: Client) -> None:
    roles.apply_changeset([ApplyTag(who, "vip") for who in ("ana", "cy", "dan")], reason=WHY)
    wang = roles.read_by("staff:wang")
    assert (roles.tag("vip").holder_count, wang.tag("vip").holder_count) == (3, 1)
    every, own = (reader.tag_use("vip") for reader in (roles, wang))
    assert [(use.holder_count, use.days[-1].added_count, use.appliers[0].holder_count) for use in (every, own)] == [
        (3, 3, 3),
        (1, 1, 1),
    ]
    every_step, own_step = (reader.explain("tagged vip").steps[0] for reader in (roles, wang))
    assert (every_step.actual_count, own_step.actual_count) == (3, 1)
    assert own_step.estimated_count <= every_step.estimated_count


def test_tags_of_their_own_go_with_the_customers_and_come_back(roles: Client) -> None:
    for key in ("staff:wang/likes tea", "staff:wang/unused", "staff:li/likes tea"):
        roles.define_tag(key, reason=WHY)
    roles.define_tag("staff:wang/size", values=TagValues("number", 0, 9), reason=WHY)
    roles.apply_changeset([ApplyTag("ana", "staff:wang/likes tea"), ApplyTag("bo", "staff:wang/size", value=4)], reason=WHY)
    roles.apply_tag("cy", "staff:wang/size", value=1, reason=WHY)  # who is none of theirs keeps what was said
    told = roles.transfer_customers("wang", "li", dry_run=True, **_by("li"))
    assert told.changed_count == 2
    done = roles.transfer_customers("wang", "li", **_by("li"))
    assert done.receipt
    assert members(roles, 'tagged "staff:li/likes tea"') == {"ana"}
    assert members(roles, "tagged staff:li/size = 4") == {"bo"}
    assert members(roles, "tagged staff:wang/size") == {"cy"}
    assert members(roles, 'tagged "staff:wang/likes tea"') == set()
    made = next(one for one in roles.tags(group="staff:li") if one.name == "size")
    assert made.values == TagValues("number", 0, 9)
    undone = roles.undo_changeset(done.receipt.changeset_id, **_by("li"))
    assert undone.conflict_count == 0
    assert members(roles, 'tagged "staff:wang/likes tea"') == {"ana"}
    assert members(roles, "tagged staff:wang/size = 4") == {"bo"}
    assert members(roles, "tagged staff:li/size") == members(roles, 'tagged "staff:li/likes tea"') == set()
    assert members(roles, "tagged staff:wang") == {"ana", "bo"}


def test_who_left_neither_writes_nor_reads(roles: Client) -> None:
    roles.retire_staff("wang", reason="left")
    refused(errors.StaffRetired, lambda: roles.apply_tag("ana", "vip", **_by("wang")), roles)
    with pytest.raises(errors.StaffRetired):
        roles.read_by("staff:wang").count("everyone")
    assert members(roles.read_by("staff:li"), "everyone") == {"ana", "bo"}


def test_what_is_refused_leaves_nothing_behind_for_who_writes_at_the_same_moment(roles: Client) -> None:
    """Refused writes of staff name profiles that nobody has seen; jobs write about the same ones meanwhile."""
    names = [f"new-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        refusals = [pool.submit(roles.apply_tag, name, "vip", **_by("wang")) for name in names]
        writes = [pool.submit(roles.apply_tag, name, "vip", reason=WHY) for name in names]
        for write in writes:
            assert write.result().changed_count == 1
        for refusal in refusals:
            assert isinstance(refusal.exception(), errors.OutOfScope)
    assert members(roles, "tagged vip") >= set(names)
    assert roles.profile(names[0]).tags[0].key == "vip"


def test_linked_profiles_are_read_and_written_as_one(roles: Client) -> None:
    roles.link([("ana", "dan")], reason="one person")
    wang = roles.read_by("staff:wang")
    assert wang.profile("dan").linked_profile_ids == ("ana", "dan")
    roles.apply_tag("dan", "vip", **_by("wang"))
    assert members(wang, "tagged vip") == {"ana"}
    roles.unlink([("ana", "dan")], reason="two sisters")
    with pytest.raises(errors.OutOfScope):
        wang.profile("dan")


def test_nobody_takes_a_customer_by_another_of_their_ids_or_for_a_moment(roles: Client) -> None:
    roles.link([("dan", "cy")], reason="one person")
    for changes in (
        [ApplyTag("dan", "staff:wang")],  # cy, who is the same person, is Zhao's
        [ApplyTag("new", "staff:wang", effective_at=AT, expires_at=AT + timedelta(days=1)), ApplyTag("new", "vip")],
    ):
        refused(errors.OutOfScope, partial(roles.apply_changeset, changes, **_by("wang")), roles)
    roles.unlink([("dan", "cy")], reason="two after all")
    roles.unbind(["bo"], "wang", reason="moved away")
    back_dated = [ApplyTag("bo", "staff:wang", effective_at=AT + timedelta(days=1)), ApplyTag("bo", "vip")]
    refused(errors.OutOfScope, lambda: roles.apply_changeset(back_dated, **_by("wang")), roles)
    assert roles.apply_changeset([ApplyTag("dan", "staff:wang"), ApplyTag("dan", "vip")], **_by("wang")).changed_count == 1


def test_a_refusal_names_nobody_whom_the_request_did_not_name(roles: Client) -> None:
    order = roles.record_interactions([Interaction("cy", "purchase", AT, id="order-1")])
    both = roles.apply_changeset([ApplyTag("ana", "vip", 1.0), ApplyTag("cy", "vip", 1.0)], reason=WHY)
    roles.link([("cy", "dan"), ("dan", "eve")], reason="one person")
    for call in (
        lambda: roles.retract_interactions(["order-1"], **_by("wang")),
        lambda: roles.undo_changeset(order.position, dry_run=True, **_by("wang")),
        lambda: roles.undo_changeset(both.position, dry_run=True, **_by("wang")),
    ):
        told = refused(errors.OutOfScope, call, roles)
        assert "'cy'" not in told.message
        assert "1 of the profiles are none of their customers; " in told.message
    told = refused(errors.OutOfScope, lambda: roles.unlink([("cy", "eve")], **_by("wang")), roles)
    assert "'dan'" not in told.message
    # What others have said since is not theirs to know of either.
    at = AT + timedelta(days=3)
    said = roles.apply_changeset([ApplyTag(who, "vip", 2.0, at) for who in ("ana", "cy")], reason=WHY)
    roles.apply_tag("cy", "vip", value=3.0, effective_at=at, reason=WHY)
    for dry_run in (True, False):
        done = roles.undo_changeset(said.position, dry_run=dry_run, **_by("wang"))
        assert (done.conflict_count, done.conflict_profile_ids) == (1, ())


def test_an_explanation_cites_no_tags_of_others_own(roles: Client) -> None:
    roles.define_tag("staff:zhao/rich", reason=WHY)
    roles.apply_tag("ana", "staff:zhao/rich", reason=WHY)
    roles.define_segment("rich", "tagged staff:zhao/rich", reason=WHY)
    for expression in ("everyone", "in segment rich"):
        for reader, seen in ((roles, True), (roles.read_by("staff:wang"), False)):
            why = reader.explain(expression, profile_id="ana").why
            assert why
            cited = [cited.entry.change for leaf in why.leaves for cited in leaf.evidence]
            told = [change.tag for change in cited if isinstance(change, replies.TagEntry)]
            assert ("staff:zhao/rich" in told) is seen, expression
            assert all(leaf.evidence_count >= len(leaf.evidence) for leaf in why.leaves)


def test_persons_are_handed_over_as_long_as_they_are_customers(client: Client) -> None:
    client.link([("ana", "bo"), ("cy", "eve")], reason="the same ones")
    assert client.transfer_customers("wang", "li", dry_run=True, reason=WHY).changed_count == 1
    client.unbind(["eve"], "zhao", reason="by the other id")
    assert members(client, "tagged staff:zhao") == set()
    done = client.transfer_customers("zhao", "li", reason=WHY)
    assert (done.changed_count, members(client, "tagged staff:li")) == (0, set())
    client.bind(["bo"], "li", reason=WHY)
    done = client.transfer_customers("wang", "li", reason=WHY)
    assert (done.changed_count, done.already_so_count) == (0, 1)
    assert members(client, "tagged staff:li") == {"ana"}
    assert members(client, "tagged staff:wang") == set()


def test_a_link_by_mistake_opens_nothing_when_it_is_taken_apart(roles: Client) -> None:
    roles.link([("ana", "cy")], reason="a mistake")
    linked = position(roles)
    wang = roles.read_by("staff:wang")
    assert wang.profile("cy").linked_profile_ids == ("ana", "cy")
    roles.unlink([("ana", "cy")], reason="it was")
    for call in (
        lambda: wang.profile("cy", known_at=linked),
        lambda: list(wang.profile_history("cy", known_at=linked)),
    ):
        with pytest.raises(errors.OutOfScope):
            call()
    assert members(wang, "everyone", known_at=linked) == {"bo"}
    assert roles.profile("cy", known_at=linked).linked_profile_ids == ("ana", "cy")


def test_who_comes_back_needs_a_department_that_is_there(client: Client) -> None:
    client.retire_staff("zhao", reason="left")
    client.retire_department("west", reason="closed")
    told = refused(errors.StaffRetired, lambda: client.restore_staff("zhao", reason=WHY), client)
    assert "give them another one first" in told.message
    client.change_staff("zhao", department_id="east", reason=WHY)
    assert not client.restore_staff("zhao", reason=WHY).retired


def test_tags_that_cannot_be_handed_over_are_told(roles: Client) -> None:
    for key, values in (("staff:wang/size", TagValues("number")), ("staff:li/size", TagValues("none"))):
        roles.define_tag(key, values=values, reason=WHY)
    for key in ("staff:wang/tea", "staff:li/tea", "staff:wang/coffee"):
        roles.define_tag(key, reason=WHY)
    roles.apply_changeset([ApplyTag("ana", "staff:wang/size", 4.0), ApplyTag("ana", "staff:wang/tea")], reason=WHY)
    told = refused(errors.InvalidField, lambda: roles.transfer_customers("wang", "li", reason=WHY), roles)
    assert "'staff:wang/size' cannot be handed over to 'staff:li/size', which takes no value" in told.message
    roles.change_tag("staff:li/size", values=TagValues("number", 0, 9), reason=WHY)
    roles.retire_tag("staff:li/tea", reason=WHY)
    told = refused(errors.TagRetired, lambda: roles.transfer_customers("wang", "li", reason=WHY), roles)
    assert "restore it first" in told.message
    roles.restore_tag("staff:li/tea", reason=WHY)
    assert roles.transfer_customers("wang", "li", reason=WHY).changed_count == 2
    assert members(roles, "tagged staff:li/size = 4") == members(roles, "tagged staff:li/tea") == {"ana"}


def _by(staff_id: str) -> Any:
    """Who writes, and why."""
    return {"actor": f"staff:{staff_id}", "reason": WHY}
