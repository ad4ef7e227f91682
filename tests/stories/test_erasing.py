"""A person is erased: no answer has them, no file of ours names them, and what was counted before stays; on both stores."""

import uuid
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from clients.sdk import ApplyTag, Client, Interaction, Personal, SetTrait, errors, replies
from domain import limits
from server.bootstrap import event_log
from server.config import Config
from server.verification import verified
from tests.harness import Store, running_server, until
from tests.stories.asking import AT, connected, members, position, refused

WHY = "asked for it by letter of 3 May"
DAY = timedelta(days=1)
GONE = ("王小明-13800138000", "ben@example.com")
"""Who is erased: names that stand nowhere else."""
EMAILS = ("wang.xiaoming@example.com", "ben.private@example.com")
OTHERS = tuple(f"member-{number}" for number in range(40))


def populate(client: Client) -> None:
    """Everybody is tagged, half of them in each workspace's middle; the two buy most."""
    for key in ("vip", "level/gold", "score"):
        client.define_tag(key, reason="a test", create_group=True)
    everybody = [*OTHERS[:20], *GONE, *OTHERS[20:]]
    client.apply_changeset([ApplyTag(one, "vip", effective_at=AT) for one in everybody], reason="a test")
    client.apply_changeset([ApplyTag(one, "score", float(k), effective_at=AT) for k, one in enumerate(GONE)], reason="a test")
    client.apply_changeset([SetTrait(GONE[0], "city", "杭州", effective_at=AT)], reason="a test")
    emails = zip([*GONE, *OTHERS[:9]], [*EMAILS, *(f"{one}@example.com" for one in OTHERS[:9])], strict=True)
    client.apply_changeset([SetTrait(one, "email", Personal(text), effective_at=AT) for one, text in emails], reason="a test")
    amounts = {GONE[0]: 900, GONE[1]: 800, OTHERS[0]: 5}
    client.record_interactions([Interaction(one, "purchase", AT + DAY, amount=amount) for one, amount in amounts.items()])
    client.upload_list("autumn", [GONE[0], OTHERS[1]], reason="a test")
    client.define_segment("buyers", "did purchase", reason="a test")


def erased(client: Client) -> replies.Erasure:
    return client.erase_profiles([*GONE, "nobody", GONE[0]], reason=WHY)


def test_who_is_erased_is_in_no_answer_that_knows_of_it(client: Client) -> None:
    populate(client)
    before = position(client)
    asked = client.erase_profiles(GONE, reason=WHY, dry_run=True)
    assert (asked.erased_count, asked.unknown_count, asked.receipt) == (2, 0, None)
    assert position(client) == before
    done = erased(client)
    assert (done.erased_count, done.unknown_count) == (2, 1)
    for expression, left in (
        ("everyone", set(OTHERS)),
        ("tagged vip", set(OTHERS)),
        ("in segment buyers", {OTHERS[0]}),
        ("not did purchase", set(OTHERS[1:])),
        ("in list autumn", {OTHERS[1]}),
        ("top 1 by sum(purchase.amount)", {OTHERS[0]}),
        ("top 1 by value(score)", set()),
        ('city = "杭州"', set()),
        ("sum(purchase.amount) >= 100", set()),
    ):
        assert members(client, expression) == left, expression
        assert client.count(expression).count == len(left), expression
        assert members(client, expression, as_of=AT + 2 * DAY) <= left, "however far back it is asked"
    assert client.tag("vip").holder_count == client.tag_use("vip").holder_count == len(OTHERS)
    # What was counted before is counted still, but nobody can say whom.
    assert client.count("tagged vip", known_at=before).count == len(OTHERS) + 2
    assert client.count("top 1 by sum(purchase.amount)", known_at=before).count == 1
    assert members(client, "tagged vip", known_at=before) == set(OTHERS)
    assert [row.profile_id for row in client.export("tagged vip", known_at=before)] == [*OTHERS]


def test_nothing_is_told_of_who_was_erased(client: Client) -> None:
    populate(client)
    receipt = erased(client).receipt
    assert receipt is not None
    for call in (
        lambda: client.profile(GONE[0]),
        lambda: list(client.profile_history(GONE[0])),
        lambda: list(client.export_parts("everyone", after_profile_id=GONE[1])),
    ):
        with pytest.raises(errors.UnknownProfile):
            call()
    assert client.check("everyone", [GONE[0]]).results == (replies.ProfileCheck(GONE[0], False, False),)
    assert client.explain("everyone", profile_id=GONE[0]).profile == replies.ProfileCheck(GONE[0], False, False)
    told = [one for one in client.tag_history("score") if isinstance(one.change, replies.TagEntry)]
    assert [(one.profile_id, one.change.value) for one in told if isinstance(one.change, replies.TagEntry)] == [
        ("", 0.0),
        ("", 1.0),
    ]
    entries = client.changeset(receipt.changeset_id).entries
    assert [(one.profile_id, type(one.change)) for one in entries] == [("", replies.ErasureEntry)] * 2
    (found,) = {one.attribution.changeset_id for one in client.history(recorded=(receipt.recorded_at, None))}
    assert found == receipt.changeset_id


def test_whoever_comes_with_the_id_later_is_somebody_new(client: Client) -> None:
    populate(client)
    erased(client)
    client.apply_tag(GONE[0], "level/gold", reason="a new customer")
    profile = client.profile(GONE[0])
    assert [tag.key for tag in profile.tags] == ["level/gold"]
    assert (profile.traits, profile.activities, profile.lists) == ((), (), ())
    assert members(client, "tagged level/gold and not tagged vip") == {GONE[0]}
    again = client.erase_profiles([GONE[0]], reason=WHY)
    assert again.erased_count == 1
    assert members(client, "tagged level/gold") == set()


def test_nothing_brings_the_erased_back(client: Client) -> None:
    populate(client)
    tagging = client.apply_tag_to_segment("did purchase", "level/gold", reason="a test").receipt
    before = position(client)
    receipt = erased(client).receipt
    assert tagging
    assert receipt
    told = refused(errors.NotUndoable, lambda: client.undo_changeset(receipt.changeset_id, reason="no"), client)
    assert "an erasure" in str(told)
    undone = client.undo_changeset(tagging.changeset_id, reason="it was wrong")
    assert undone.changed_count == 1
    # Found with the log as it was, but they are gone.
    assert client.apply_tag_to_segment("did purchase", "score", reason="a test", known_at=before).changed_count == 1
    uploaded = client.upload_list("autumn", [*GONE, OTHERS[2]], reason="a test")
    assert (uploaded.list.profile_count, uploaded.unknown_count) == (1, 2)
    assert client.merge_tags("score", "level/gold", reason="a test").changed_count == 1
    assert members(client, "tagged level/gold") == {OTHERS[0]}


def test_an_erasure_is_refused_where_there_is_nobody_to_erase(client: Client) -> None:
    populate(client)

    def refusal(ids: list[str], kind: type[errors.TagledgerError]) -> str:
        return str(refused(kind, lambda: client.erase_profiles(ids, reason=WHY), client))

    assert "none of them" in refusal(["nobody"], errors.UnknownProfile)
    assert "name at least one" in refusal([], errors.InvalidField)
    assert "profile_ids[1]" in refusal([GONE[0], ""], errors.InvalidField)
    refusal([f"p{number}" for number in range(limits.MAX_ERASED_PROFILES + 1)], errors.LimitExceeded)
    refused(errors.InvalidField, lambda: client.erase_profiles(GONE, reason=""), client)
    most = [*GONE, *(f"p{number}" for number in range(limits.MAX_ERASED_PROFILES - 2))]
    assert client.erase_profiles(most, reason=WHY).unknown_count == limits.MAX_ERASED_PROFILES - 2
    refusal([*GONE], errors.UnknownProfile)
    with pytest.raises(errors.UnknownChangeset) as told:
        client.erasure(1)
    assert "erased nobody" in str(told.value)
    with pytest.raises(errors.UnknownChangeset):
        client.erasure(str(uuid.uuid4()))


def test_a_repeat_is_answered_as_the_first_time(client: Client) -> None:
    populate(client)
    request_id = str(uuid.uuid4())
    first, second = (client.erase_profiles(GONE, reason=WHY, request_id=request_id) for _ in range(2))
    assert first.receipt
    assert second.receipt
    assert (second.receipt.changeset_id, second.receipt.replayed) == (first.receipt.changeset_id, True)
    assert second.erased_count == 2


# --- files ----------------------------------------------------------------------------------------------------------------


def naming(folder: Path) -> set[str]:
    """The files below a folder that have a byte sequence of who is to be erased."""
    wanted, found = [one.encode() for one in (*GONE, *EMAILS)], set[str]()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the server removes files meanwhile
            if path.is_file() and any(one in path.read_bytes() for one in wanted):
                found.add(path.name)
    return found


def store_files(config: Config) -> Path:
    """The folder where the store has its tables, all of them on disk."""
    if not config.database_url:
        return Path(config.data)
    with psycopg.connect(config.database_url, autocommit=True) as database:
        database.execute("CHECKPOINT")
        folder = "current_setting('data_directory') || '/base/' || oid"
        row = database.execute(f"SELECT {folder} FROM pg_database WHERE datname = current_database()").fetchone()
    assert row
    return Path(row[0])


def test_no_file_names_them_any_more(config: Config, store: Store, tmp_path: Path) -> None:
    """Looked for in the raw bytes of the store and of the snapshots, while the server runs and after it."""
    snapshots = tmp_path / "snapshots"
    with running_server(config) as address, connected(address) as client:
        populate(client)
        until(lambda: bool(naming(snapshots)))
        for number in range(3):  # in the middle of the vault, not only at its end
            with connected(address).in_workspace(f"workspace-{number}") as other:
                other.create_workspace(other.workspace, reason="a test")
                other.record_interactions([Interaction(f"{one}-{number}", "visit", AT) for one in OTHERS * 9])
        if store.database_url:  # as autovacuum does sooner or later: statistics hold samples of columns
            with psycopg.connect(store.database_url) as database:
                database.execute("ANALYZE")
        assert naming(store_files(config)), "it can be found"
        receipt = erased(client).receipt
        assert receipt
        until(lambda: client.erasure(receipt.changeset_id).complete)
        certificate = client.erasure(receipt.position)
        assert (certificate.profile_count, certificate.attribution.reason) == (2, WHY)
        assert certificate.files_scrubbed is (True if store.data else None)
        assert (certificate.content_sha256, certificate.chain_sha256) == (
            client.changeset(receipt.changeset_id).content_sha256,
            client.changeset(receipt.changeset_id).chain_sha256,
        )
        until(lambda: not naming(snapshots))
        if store.data:
            assert naming(Path(store.data)) == set()
        client.apply_tag(OTHERS[0], "vip", reason="a test")
        count = client.count("everyone").count
    if store.database_url:
        with closing(event_log(config)) as log:
            assert log.scrub()
        assert naming(store_files(config)) == set()
    assert verified(config, None, None).difference == ""
    with running_server(config) as address, connected(address) as client:
        assert client.count("everyone").count == count == len(OTHERS)
        until(lambda: client.erasure(receipt.position).complete)
    assert naming(snapshots) == set()
    if store.data:
        assert naming(Path(store.data)) == set()


def test_the_whole_log_is_read_again_without_them(config: Config, tmp_path: Path) -> None:
    with running_server(config) as address, connected(address) as client:
        populate(client)
        erased(client)
        client.apply_tag(GONE[0], "level/gold", reason="a new customer")
        asked = ("tagged vip", "tagged level/gold", "top 3 by sum(purchase.amount)", "not tagged vip")
        answers = [members(client, expression) for expression in asked]
    with running_server(Config(config.listen, config.data, config.database_url, snapshots="none")) as address:
        with connected(address) as client:
            assert [members(client, expression) for expression in asked] == answers
            assert client.tag("vip").holder_count == len(OTHERS)
