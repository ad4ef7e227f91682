"""Uploaded lists through the real client over a real socket: who is on them, when, who brought them, and what is refused."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import cast

import grpc
import pytest
from tagledger.v1.list_service_pb2 import GetListRequest
from tagledger.v1.list_service_pb2_grpc import ListServiceStub

from clients.sdk import AsyncClient, Client, Interaction, errors, replies
from domain import limits
from server.usecases import list_commands, uploading
from server.usecases.drafts import UploadDraft
from tests.harness import Store, running_server
from tests.stories.asking import AT, connected, members, refused

WHY = "a test"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Ana, bo and cy have bought; nobody else is known."""
    with connected(address) as made:
        made.record_interactions([Interaction(who, "purchase", AT) for who in ("ana", "bo", "cy")])
        yield made


def test_an_upload_replaces_the_list_and_earlier_versions_stay(client: Client) -> None:
    made = client.upload_list("autumn", ["ana", "bo", "bo", "dan"], reason="the mailing", description="who gets a letter")
    assert (made.changed_count, made.already_so_count, made.unknown_count) == (2, 0, 1)
    assert made.unknown_profile_ids == ("dan",)
    assert made.list == replies.UploadedList("autumn", "who gets a letter", False, 1, 2)
    second = client.upload_list("autumn", iter(["bo", "cy"]), reason="the second mailing", actor="staff:wang")
    assert (second.changed_count, second.already_so_count, second.list.version) == (2, 1, 2)
    assert members(client, "in list autumn") == {"bo", "cy"}
    assert members(client, "in list autumn", known_at=made.position) == {"ana", "bo"}
    assert members(client, "in list autumn version 1 and not in list autumn") == {"ana"}
    assert members(client, "not in list autumn and did purchase ever") == {"ana"}
    told = [
        (one.version, one.profile_count, one.added_count, one.removed_count, one.unknown_count, one.attribution.actor)
        for one in client.uploaded_list("autumn").versions
    ]
    assert told == [(2, 2, 1, 1, 0, "staff:wang"), (1, 2, 2, 0, 1, "staff:li")]


def test_pages_of_versions_stay_when_an_upload_comes_between_them(client: Client, address: str) -> None:
    for _ in range(5):
        client.upload_list("autumn", ["ana"], mode="add", reason=WHY)
    told: list[list[int]] = []
    with grpc.insecure_channel(address) as channel:
        read, request = ListServiceStub(channel).GetList, GetListRequest(workspace="default", list="autumn", page_size=2)
        while not told or request.page_token:
            page = read(request)
            told.append([one.version for one in page.versions])
            request.page_token = page.next_page_token
            client.upload_list("autumn", ["ana"], mode="add", reason=WHY)
    assert told == [[5, 4], [3, 2], [1]]


def test_profiles_can_be_added_and_taken_off(client: Client) -> None:
    client.upload_list("autumn", ["ana"], reason=WHY)
    assert client.upload_list("autumn", ["ana", "bo"], mode="add", reason=WHY).already_so_count == 1
    assert members(client, "in list autumn") == {"ana", "bo"}
    taken = client.upload_list("autumn", ["ana", "cy"], mode="remove", reason=WHY)
    assert (taken.changed_count, taken.already_so_count) == (1, 1)
    assert members(client, "in list autumn") == {"bo"}
    assert client.upload_list("autumn", [], reason=WHY).list.profile_count == 0


def test_a_list_has_no_time_of_its_own_and_nobody_is_in_an_answer_before_anything_of_him_is_visible(client: Client) -> None:
    client.record_interactions([Interaction("late", "purchase", AT.replace(month=3))])
    client.upload_list("autumn", ["ana", "late"], reason=WHY)
    assert members(client, "in list autumn", as_of=AT.replace(month=2)) == {"ana"}
    assert members(client, "in list autumn", as_of=AT.replace(month=3)) == {"ana", "late"}
    assert members(client, "in list autumn", as_of=AT.replace(year=2025)) == set()


def test_whoever_was_unknown_when_a_list_was_uploaded_is_not_on_it_later(client: Client) -> None:
    client.upload_list("autumn", ["ana", "dan"], reason=WHY)
    client.record_interactions([Interaction("dan", "purchase", AT)])
    assert members(client, "in list autumn") == {"ana"}


def test_a_repeat_is_answered_as_the_first_whatever_the_parts_and_a_reuse_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, request_id = ["ana", "bo", "nobody"], str(uuid.uuid4())
    first = client.upload_list("autumn", given, reason=WHY, request_id=request_id)
    client.upload_list("autumn", ["cy"], reason=WHY)
    monkeypatch.setattr("clients.sdk._sync.lists._PART", 2)
    again = client.upload_list("autumn", given, reason=WHY, request_id=request_id)
    assert again.replayed
    assert (again.position, again.changed_count, again.unknown_count) == (first.position, 2, 1)
    assert members(client, "in list autumn") == {"cy"}
    refused(
        errors.RequestIdReused,
        lambda: client.upload_list("autumn", [*given, "cy"], reason=WHY, request_id=request_id),
        client,
    )


def test_one_profile_is_checked_and_explained_by_the_upload_that_decides(client: Client) -> None:
    first = client.upload_list("autumn", ["ana", "bo"], reason="the mailing")
    second = client.upload_list("autumn", ["bo"], reason="ana moved away")
    checked = client.check("in list autumn", ["ana", "bo", "cy", "dan"]).results
    assert [one.member for one in checked] == [False, True, False, False]
    for who, position in (("ana", second.position), ("bo", first.position)):
        why = client.explain("in list autumn", profile_id=who).why
        assert why is not None
        (leaf,) = why.leaves
        (evidence,) = leaf.evidence
        assert evidence.entry.attribution.position == position
        assert evidence.entry.profile_id == who
        assert (leaf.holds, leaf.flips_at) == (who == "bo", None)
    # Had the second upload never been recorded, ana would be on it.
    assert members(client, "in list autumn", known_at=second.position - 1) == {"ana", "bo"}
    why = client.explain("in list autumn", profile_id="cy").why
    assert why is not None
    assert (why.leaves[0].evidence, why.leaves[0].missing) == ((), "must hold")


def test_history_tells_who_was_put_on_a_list_and_taken_off(client: Client) -> None:
    client.upload_list("autumn", ["ana", "bo"], reason="the mailing")
    second = client.upload_list("autumn", ["bo"], reason="ana moved away")
    entries = [entry for entry in client.profile_history("ana") if isinstance(entry.change, replies.ListEntry)]
    told = [(cast(replies.ListEntry, entry.change).kind, entry.attribution.reason) for entry in entries]
    assert told == [("added", "the mailing"), ("removed", "ana moved away")]
    changes = [(entry.profile_id, entry.change) for entry in client.changeset(second.position).entries]
    assert changes == [("ana", replies.ListEntry("autumn", "removed"))]


def test_a_segment_may_name_a_list_and_one_that_does_not_exist_is_refused_wherever_it_stands(client: Client) -> None:
    before = client.upload_list("autumn", ["ana"], reason=WHY).position
    client.define_segment("receivers", "in list autumn and did purchase", reason=WHY)
    assert members(client, "in segment receivers") == {"ana"}
    client.upload_list("autumn", ["bo"], reason=WHY)
    assert members(client, "in segment receivers") == {"bo"}
    with pytest.raises(errors.UnknownSegment):
        client.count("in segment receivers", known_at=before)
    for expression in ("in list autum", "did purchase or in list autum", "in list autumn version 3"):
        with pytest.raises(errors.UnknownList, match=r"autumn|versions are 1 to 2"):
            client.count(expression)
        with pytest.raises(errors.UnknownList):
            client.check(expression, ["ana"])
    with pytest.raises(errors.UnknownList, match="in list autumn version 1"):
        client.count("in list autumn", known_at=before - 1)
    refused(errors.UnknownList, lambda: client.define_segment("x", "in list autum", reason=WHY), client)


def test_a_retired_list_takes_no_uploads_and_can_still_be_asked_for(client: Client) -> None:
    client.upload_list("autumn", ["ana"], reason=WHY)
    assert client.retire_list("autumn", reason="over").retired
    assert members(client, "in list autumn") == {"ana"}
    refused(errors.ListRetired, lambda: client.upload_list("autumn", ["bo"], reason=WHY), client)
    refused(errors.ListRetired, lambda: client.retire_list("autumn", reason=WHY), client)
    refused(errors.UnknownList, lambda: client.retire_list("winter", reason=WHY), client)
    refused(errors.UnknownList, lambda: client.upload_list("winter", ["bo"], mode="remove", reason=WHY), client)
    assert [one.name for one in client.uploaded_lists()] == []
    assert [one.name for one in client.uploaded_lists(show_retired=True)] == ["autumn"]


def test_the_bounds_of_a_list_hold_at_their_edges(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (limits.MAX_LIST_IDS, limits.MAX_LIST_VERSIONS, limits.MAX_LISTS) == (20_000_000, 1_000, 10_000)
    monkeypatch.setattr(uploading, "MAX_LIST_IDS", 3)
    monkeypatch.setattr(list_commands, "MAX_LIST_VERSIONS", 2)
    assert client.upload_list("autumn", ["ana", "ana", "bo"], reason=WHY).list.version == 1
    told = refused(errors.LimitExceeded, lambda: client.upload_list("autumn", ["ana"] * 4, reason=WHY), client)
    assert told.metadata["limit"] == "list ids"
    assert client.upload_list("autumn", ["bo"], reason=WHY).list.version == 2
    told = refused(errors.LimitExceeded, lambda: client.upload_list("autumn", ["bo"], reason=WHY), client)
    assert told.metadata["limit"] == "list versions"
    monkeypatch.setattr(list_commands, "MAX_LISTS", 1)
    told = refused(errors.LimitExceeded, lambda: client.upload_list("winter", ["bo"], reason=WHY), client)
    assert told.metadata["limit"] == "lists"


def test_what_the_client_cannot_send_is_told_before_anything_is_recorded(client: Client) -> None:
    refused(errors.InvalidField, lambda: client.upload_list("autumn", ["ana", cast(str, 7)], reason=WHY), client)
    refused(errors.InvalidField, lambda: client.upload_list("autumn", ["ana"], mode="swap", reason=WHY), client)


@pytest.mark.parametrize("before", [1, 2, 5])
def test_an_upload_that_breaks_off_records_nothing(client: Client, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    monkeypatch.setattr("clients.sdk._sync.lists._PART", 2)

    def broken() -> Iterator[str]:
        yield from ["ana"] * before
        raise OSError("the file went away")

    for _ in range(20):  # whether the server sees a broken stream or an ended one is a matter of luck
        with pytest.raises(OSError, match="went away"):
            client.upload_list("autumn", broken(), reason=WHY)
    assert list(client.uploaded_lists()) == []


def test_the_asynchronous_client_tells_what_its_iterator_raised(address: str, client: Client) -> None:
    async def upload() -> None:
        async with AsyncClient(address, actor="staff:li", source="test") as other:
            await other.upload_list("autumn", ["ana", cast(str, 7)], reason=WHY)

    async def stream() -> None:
        async with AsyncClient(address, actor="staff:li", source="test") as other:
            await other.stream_interactions([cast(list[Interaction], [7])])

    for call in (upload, stream):
        with pytest.raises((errors.CallerError, AttributeError), match=r"7|profile_id"):
            asyncio.run(call())
    assert list(client.uploaded_lists()) == []


def test_a_list_on_which_nobody_would_be_left_by_a_wrong_column_is_refused(client: Client) -> None:
    client.upload_list("autumn", ["ana"], reason=WHY)
    told = refused(errors.UnknownProfile, lambda: client.upload_list("autumn", ["x", "y", "x"], reason=WHY), client)
    assert "none of the 2 ids" in told.message
    assert client.upload_list("autumn", ["x"], mode="add", reason=WHY).unknown_count == 1


def test_a_profile_that_is_seen_while_a_list_comes_is_on_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.sdk._sync.lists._PART", 1)

    def given() -> Iterator[str]:
        yield from ["dan", "eve", "fay", "eve"]
        client.record_interactions([Interaction(who, "purchase", AT) for who in ("gus", "dan")])
        yield "ana"

    draft = uploading.GatheredUpload.draft

    def while_it_waits(upload: uploading.GatheredUpload) -> UploadDraft:
        waiting = draft(upload)
        client.record_interactions([Interaction(who, "purchase", AT) for who in ("hal", "fay")])
        return waiting

    monkeypatch.setattr(uploading.GatheredUpload, "draft", while_it_waits)
    made = client.upload_list("autumn", given(), reason=WHY)
    assert (made.changed_count, made.unknown_count, made.unknown_profile_ids) == (3, 1, ("eve",))
    assert members(client, "in list autumn") == {"ana", "dan", "fay"}


def test_a_server_that_starts_again_knows_every_version_from_the_log_and_from_a_snapshot(store: Store) -> None:
    for every in (0, 1):
        name = f"list {every}"
        with running_server(store.config(snapshot_every=every)) as address, connected(address) as client:
            client.record_interactions([Interaction(who, "purchase", AT) for who in ("ana", "bo")])
            client.upload_list(name, ["ana", "bo"], reason=WHY)
            client.upload_list(name, ["bo"], reason=WHY)
            before = client.uploaded_list(name)
        with running_server(store.config(snapshot_every=every)) as address, connected(address) as client:
            assert client.uploaded_list(name) == before
            assert members(client, f'in list "{name}"') == {"bo"}
            assert members(client, f'in list "{name}" version 1') == {"ana", "bo"}
            assert client.upload_list(name, ["ana"], mode="add", reason=WHY).list.version == 3
