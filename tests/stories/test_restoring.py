"""Tags and groups that were retired, in use again; through the real client, on both stores."""

from collections.abc import Iterator

import pytest

from clients.sdk import Client, errors, replies
from tests.stories.asking import connected, members, refused

WHY = "a test"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Two tags of a group, and one by itself; ana carries gold."""
    with connected(address) as made:
        for key in ("level/gold", "level/silver", "vip"):
            made.define_tag(key, reason=WHY, create_group=True)
        made.apply_tag("ana", "level/gold", reason=WHY)
        yield made


def test_a_restored_tag_can_be_applied_again_and_its_history_says_so(client: Client) -> None:
    client.retire_tag("level/gold", reason="no more gold")
    refused(errors.TagRetired, lambda: client.apply_tag("bo", "level/gold", reason=WHY), client)
    assert not client.restore_tag("level/gold", reason="gold is back").retired
    client.apply_tag("bo", "level/gold", reason=WHY)
    assert members(client, "tagged level/gold") == {"ana", "bo"}
    kinds = [one.change.kind for one in client.tag_history("level/gold") if isinstance(one.change, replies.CatalogueEntry)]
    assert kinds == ["group_defined", "tag_defined", "tag_retired", "tag_restored"]
    client.retire_tag("level/gold", reason="gone for good")
    assert client.tag("level/gold").retired


def test_a_group_comes_back_with_the_tags_that_were_retired_with_it(client: Client) -> None:
    client.retire_tag("level/silver", reason="before")
    client.retire_tag_group("level", reason=WHY)
    assert "restore it first" in str(refused(errors.TagRetired, lambda: client.restore_tag("level/gold", reason=WHY), client))
    assert not client.restore_tag_group("level", reason=WHY).retired
    assert [client.tag(key).retired for key in ("level/gold", "level/silver")] == [False, True]
    client.restore_tag("level/silver", reason=WHY)
    assert [tag.key for tag in client.tags()] == ["level/gold", "level/silver", "vip"]


def test_what_is_in_use_is_not_restored(client: Client) -> None:
    refused(errors.NotRetired, lambda: client.restore_tag("vip", reason=WHY), client)
    refused(errors.NotRetired, lambda: client.restore_tag_group("level", reason=WHY), client)
    refused(errors.UnknownTag, lambda: client.restore_tag("vop", reason=WHY), client)
