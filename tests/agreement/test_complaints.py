"""What users of other systems complain about, and must not happen here. Each test names its complaint."""

import itertools
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from clients.sdk import ApplyTag, Client, Interaction, RemoveTag, SetTrait
from clients.sdk.errors import InvalidExpression, RequestIdReused
from tests.harness import Store, running_server

TAGLEDGER = str(Path(sys.executable).with_name("tagledger"))
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2017, 6, 15, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(Store("sqlite", data=str(tmp_path_factory.mktemp("complaints"))).config()) as address:
        yield address


@pytest.fixture(scope="module")
def server(target: str) -> Iterator[Client]:
    with Client(target, actor="staff:li") as client:
        yield client


@pytest.fixture
def client(server: Client) -> Client:
    return new_workspace(server)


def new_workspace(server: Client) -> Client:
    """A client of a workspace of its own."""
    name = f"w{uuid.uuid4().hex}"
    server.create_workspace(name, reason="a test")
    return server.in_workspace(name)


def bought(client: Client, *bought_at: datetime, who: str = "p") -> None:
    """Record a purchase at each instant."""
    client.record_interactions([Interaction(who, "purchase", instant) for instant in bought_at])


def members(client: Client, expression: str, as_of: datetime = NOON, known_at: int | None = None) -> set[str]:
    """Members, after making sure that every way of asking gives the same."""
    listed = list(client.members(expression, as_of=as_of, known_at=known_at, page_size=2))
    assert len(listed) == len(set(listed))
    everyone = [*client.members("everyone", known_at=known_at), "nobody"]
    checked = client.check(expression, everyone, as_of=as_of, known_at=known_at).results
    assert [one.profile_id for one in checked if one.member] == [one for one in everyone if one in set(listed)]
    assert [row.profile_id for row in client.export(expression, as_of=as_of, known_at=known_at)] == listed
    pages = list(client.member_pages(expression, as_of=as_of, known_at=known_at))
    assert {page.total_count for page in pages} == {len(listed)}
    assert client.count(expression, as_of=as_of, known_at=known_at).count == len(listed)
    assert client.explain(expression, as_of=as_of, known_at=known_at).count == len(listed)
    return set(listed)


# --- windows --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_three_days_are_72_hours_at_any_hour_of_the_day(client: Client, hour: int) -> None:
    """Braze: "past 3 days" asked at 9 pm Eastern covers 73 hours, because days are cut in UTC."""
    asked = datetime(2017, 6, 14, hour, 0, tzinfo=NEW_YORK).astimezone(UTC)
    bought(client, asked - timedelta(hours=72), who="too early")
    bought(client, asked - timedelta(hours=72) + MICROSECOND, who="just inside")
    bought(client, asked, who="now")
    bought(client, asked + MICROSECOND, who="later")
    for window in ("in last 3 days", "in last 72 hours", "in last 4320 minutes"):
        assert members(client, f"did purchase {window}", asked) == {"just inside", "now"}
    assert members(client, "did purchase in last 73 hours", asked) == {"too early", "just inside", "now"}


@pytest.mark.parametrize(("day", "hours"), [((2017, 3, 12), 23), ((2017, 11, 5), 25), ((2017, 6, 15), 24)])
def test_a_calendar_day_has_the_hours_that_it_has_in_its_zone(client: Client, day: tuple[int, int, int], hours: int) -> None:
    """Mautic #7033, #10621, Segment docs #6400: days cut in UTC, or off by the hour of a clock change."""
    midnight = datetime(*day, tzinfo=NEW_YORK)
    begin, end = midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)
    assert end - begin == timedelta(hours=hours)
    for name, instant in (("before", begin - MICROSECOND), ("first", begin), ("last", end - MICROSECOND), ("after", end)):
        bought(client, instant, who=name)
    on = "-".join(f"{part:02}" for part in day)
    assert members(client, f"did purchase on {on} zone America/New_York", end) == {"first", "last"}
    assert members(client, "did purchase today zone America/New_York", end - MICROSECOND) == {"first", "last"}
    rolling = {23: {"before", "first", "last", "after"}, 24: {"last", "after"}, 25: {"last", "after"}}[hours]
    assert members(client, "did purchase in last 24 hours", end) == rolling


def test_a_month_is_a_month_and_a_year_a_year(client: Client) -> None:
    """PostHog: a month is 30 days in one engine, so that 12 months are 360 days, and of the calendar in the other."""
    asked = datetime(2017, 3, 31, 12, tzinfo=UTC)
    bought(client, datetime(2017, 2, 28, 23, 59, 59, tzinfo=UTC), who="february")
    bought(client, datetime(2017, 3, 1, tzinfo=UTC), who="march")
    bought(client, datetime(2016, 4, 1, tzinfo=UTC), who="a year of months")
    bought(client, datetime(2016, 3, 31, 23, 59, 59, tzinfo=UTC), who="too early")
    assert members(client, "did purchase in this month", asked) == {"march"}
    assert members(client, "did purchase in last 2 calendar months", asked) == {"march", "february"}
    assert members(client, "did purchase in last 12 calendar months", asked) == {"march", "february", "a year of months"}
    assert members(client, "did purchase in this year", asked) == {"march", "february"}
    for rolling in ("in last 1 months", "in last 12 months", "in last 1 years"):
        with pytest.raises(InvalidExpression):
            client.count(f"did purchase {rolling}", as_of=asked)


def test_one_person_is_in_the_segment_whichever_way_is_asked(client: Client) -> None:
    """PostHog PR #65337: flags used UTC and cohorts the team's zone, so one person was in the one and not in the other."""
    late = datetime(2017, 6, 14, 22, tzinfo=NEW_YORK).astimezone(UTC)
    bought(client, late)
    assert members(client, "did purchase on 2017-06-14 zone America/New_York") == {"p"}
    assert members(client, "did purchase on 2017-06-14") == set()
    assert members(client, "did purchase on 2017-06-15") == {"p"}


# --- not ------------------------------------------------------------------------------------------------------------------


def test_a_bare_not_matches_everybody_else(client: Client) -> None:
    """PostHog: no negation on groups, and a cohort of nothing but negations matches nobody."""
    client.define_tag("vip", reason="a test")
    client.apply_changeset([ApplyTag("tagged", "vip", effective_at=NOON)], reason="a test")
    client.apply_changeset([RemoveTag("never tagged", "vip", effective_at=NOON)], reason="a test")
    client.apply_changeset([SetTrait("traits only", "city", "杭州", NOON)], reason="a test")
    bought(client, NOON - timedelta(days=40), who="buyer")
    everybody = {"tagged", "never tagged", "traits only", "buyer"}
    assert members(client, "everyone") == everybody
    assert members(client, "not did purchase") == everybody - {"buyer"}
    assert members(client, "not tagged vip") == everybody - {"tagged"}
    assert members(client, "not (did purchase or tagged vip)") == {"never tagged", "traits only"}
    assert members(client, 'not city = "杭州" and not did purchase in last 30 days') == everybody - {"traits only"}
    assert members(client, "not not did purchase") == {"buyer"}
    assert members(client, "not did nothing_ever_seen") == everybody


def test_who_is_new_has_not_done_it_either(client: Client) -> None:
    """Customer.io: people do not match "has not done A in X days" until they have been known for X days."""
    client.record_interactions([Interaction("new", "visit", NOON - timedelta(minutes=1))])
    assert members(client, "not did purchase in last 365 days") == {"new"}
    assert members(client, "did purchase exactly 0 times in last 365 days") == {"new"}
    assert members(client, "sum(purchase.amount) < 1 in last 365 days") == {"new"}


# --- counts and members ---------------------------------------------------------------------------------------------------


def test_counts_are_their_members_after_every_kind_of_change(client: Client) -> None:
    """PostHog #9584, #31409: more leave than enter, counts that drift from the members, static counts never updated."""
    client.define_tag("vip", reason="a test")
    hours = itertools.count(-50)
    changes: list[list[ApplyTag | RemoveTag]] = [
        [ApplyTag("a", "vip"), ApplyTag("b", "vip"), ApplyTag("c", "vip")],
        [ApplyTag("a", "vip"), RemoveTag("b", "vip")],
        [RemoveTag("b", "vip"), RemoveTag("nobody yet", "vip")],
        [ApplyTag("b", "vip"), RemoveTag("b", "vip"), ApplyTag("b", "vip")],
        [ApplyTag("c", "vip", expires_at=NOON - timedelta(hours=20))],
    ]
    for change in changes:
        at = NOON + timedelta(hours=next(hours))
        dated = [
            ApplyTag(one.profile_id, one.tag, None, at, one.expires_at)
            if isinstance(one, ApplyTag)
            else RemoveTag(one.profile_id, one.tag, at)
            for one in change
        ]
        client.apply_changeset(dated, reason="a test")
        assert members(client, "tagged vip or not tagged vip", at) == members(client, "everyone", at)
    assert members(client, "tagged vip", NOON - timedelta(hours=21)) == {"a", "b", "c"}
    assert members(client, "tagged vip") == {"a", "b"}
    assert client.tag("vip").holder_count == client.count("tagged vip").count == 2


def test_a_write_is_in_the_very_next_answer(client: Client) -> None:
    """Mautic #6614, #3790, PostHog #9747: hours or months until a change is in its segment; B excludes A at a second try."""
    client.define_tag("a", reason="a test")
    for number in range(20):
        client.apply_tag(f"p{number}", "a", reason="a test")
        assert client.count("tagged a").count == 1
        assert client.count("everyone and not tagged a").count == number
        client.remove_tag(f"p{number}", "a", reason="a test")
        assert client.count("tagged a").count == 0


def test_pages_of_one_listing_do_not_shift_while_others_write(client: Client) -> None:
    """pnp Analytics #548: freeze the membership when the treatment starts, or there are two different sets of people."""
    bought(client, NOON - timedelta(days=1), who="first")
    for number in range(50):
        bought(client, NOON - timedelta(days=1), who=f"p{number}")
    listing = client.member_pages("did purchase in last 7 days", as_of=NOON, page_size=10)
    begun = next(listing)
    for number in range(50, 80):
        bought(client, NOON - timedelta(days=1), who=f"p{number}")
    rest = list(listing)
    found = [*begun.profile_ids, *(name for page in rest for name in page.profile_ids)]
    assert found == ["first", *(f"p{number}" for number in range(50))]
    frozen = begun.clocks.known_at
    assert client.count("did purchase in last 7 days", as_of=NOON, known_at=frozen).count == 51
    assert client.count("did purchase in last 7 days", as_of=NOON).count == 81


def test_no_segment_and_no_export_ends_at_a_silent_limit(client: Client) -> None:
    """Unomi UNOMI-119 and -676: 5,000 ids and 50 rules, silently; PostHog #15033: exports end at 10,000 rows."""
    names = [f"p{number}" for number in range(20_001)]
    client.record_interactions([Interaction(name, "purchase", NOON) for name in names])
    assert client.count("did purchase", as_of=NOON).count == len(names)
    assert list(client.members("did purchase", as_of=NOON)) == names
    assert [row.profile_id for row in client.export("did purchase", as_of=NOON)] == names
    many = " or ".join(f"did purchase exactly {number} times" for number in range(400))
    assert client.count(many, as_of=NOON).count == len(names)


def test_what_was_removed_by_hand_stays_removed(client: Client) -> None:
    """Mautic #7862: leads that were removed by hand match again. CordysCRM #103: tags vanish, and nobody knows who did it."""
    client.define_tag("vip", reason="a test")
    client.apply_tag("p", "vip", reason="rule: 3 purchases", actor="rule:3", effective_at=NOON - timedelta(days=2))
    client.remove_tag("p", "vip", reason="asked us to", actor="staff:li", effective_at=NOON - timedelta(days=1))
    bought(client, NOON)
    assert members(client, "tagged vip") == set()
    trail = [entry.attribution for entry in client.profile_history("p", without_interactions=True)]
    assert [(one.actor, one.reason) for one in trail] == [("rule:3", "rule: 3 purchases"), ("staff:li", "asked us to")]


# --- late, twice, and again -----------------------------------------------------------------------------------------------


def test_a_late_interaction_counts_when_it_happened_and_not_when_it_came(client: Client) -> None:
    """Unomi UNOMI-336: a counter of the last days rose for events with an old timestamp."""
    bought(client, NOON - timedelta(days=1))
    before = client.count("everyone").position
    bought(client, NOON - timedelta(days=400), NOON - timedelta(days=20))
    bought(client, NOON + timedelta(days=5))
    assert members(client, "did purchase exactly 1 times in last 7 days") == {"p"}
    assert members(client, "did purchase exactly 2 times in last 30 days") == {"p"}
    assert members(client, "did purchase exactly 3 times") == {"p"}
    assert members(client, "first purchase before 365 days ago") == {"p"}
    assert members(client, "did purchase exactly 1 times", known_at=before) == {"p"}
    assert members(client, "did purchase exactly 4 times", NOON + timedelta(days=5)) == {"p"}


def test_the_order_of_arrival_does_not_change_the_answer(server: Client) -> None:
    """CordysCRM #138, Unomi UNOMI-336: what is there in the end depends on which message came first."""
    answers = set()
    for order in itertools.permutations(range(4)):
        client = new_workspace(server)
        client.define_tag("vip", reason="a test")
        day = [NOON - timedelta(days=number) for number in range(4)]
        for number in order:
            if number == 3:
                client.record_interactions([Interaction("p", "purchase", day[2], amount="9.99")])
            elif number == 2:
                client.apply_tag("p", "vip", reason="a test", effective_at=day[2], expires_at=day[0])
            elif number == 1:
                client.remove_tag("p", "vip", reason="a test", effective_at=day[1])
            else:
                client.apply_tag("p", "vip", reason="a test", effective_at=day[1] + timedelta(hours=1))
        asked = ("tagged vip", "not tagged vip and did purchase in last 2 days", "sum(purchase.amount) = 9.99")
        answers.add(tuple(client.count(one, as_of=at).count for one in asked for at in day))
    assert len(answers) == 1


def test_the_same_write_sent_again_counts_once(client: Client) -> None:
    """PostHog #17211: no idempotency key for events from a server, so every retry counts."""
    request_id, row = str(uuid.uuid4()), [Interaction("p", "purchase", NOON, amount=1)]
    first = client.record_interactions(row, request_id=request_id)
    again = client.record_interactions(row, request_id=request_id)
    assert (again.position, again.replayed) == (first.position, True)
    assert members(client, "did purchase exactly 1 times") == {"p"}
    with pytest.raises(RequestIdReused):
        client.record_interactions([Interaction("q", "purchase", NOON, amount=1)], request_id=request_id)
    assert members(client, "everyone") == {"p"}


def test_rows_without_an_id_are_never_taken_for_one(client: Client) -> None:
    """WxJava #2314: callbacks carry no message id, so a generic dedupe drops all but one."""
    rows = [Interaction("p", "visit", NOON), Interaction("p", "visit", NOON), Interaction("q", "visit", NOON)]
    assert client.record_interactions(rows).accepted_count == 3
    assert client.record_interactions(rows).accepted_count == 3
    assert members(client, "did visit exactly 4 times") == {"p"}
    assert members(client, "did visit exactly 2 times") == {"q"}


def test_an_id_is_its_workspaces_own_and_a_duplicate_is_always_told(server: Client, client: Client) -> None:
    """analytics-ruby #241, RudderStack: ids are deduplicated across sources and users, and events vanish with HTTP 200.

    Here an id belongs to the whole workspace, by contract; but the reply counts what it left out, and other workspaces do not
    matter. Sources that number their events alike must put their name into the id.
    """
    other = new_workspace(server)
    rows = [Interaction("p", "purchase", NOON, id="1"), Interaction("q", "purchase", NOON, id="pos:1")]
    first = client.record_interactions(rows, source="web")
    assert (first.accepted_count, first.duplicate_count) == (2, 0)
    again = client.record_interactions([Interaction("q", "purchase", NOON, id="1")], source="pos")
    assert (again.accepted_count, again.duplicate_count) == (0, 1)
    assert other.record_interactions(rows).accepted_count == 2
    within = client.record_interactions([Interaction("r", "visit", NOON, id="r1"), Interaction("s", "visit", NOON, id="r1")])
    assert (within.accepted_count, within.duplicate_count) == (1, 1)


def test_a_file_imported_again_changes_nothing_and_an_export_replaces_its_file(
    client: Client, target: str, tmp_path: Path
) -> None:
    """A second import doubles every purchase; Dittofeed #1140: a second export is appended to the first."""
    rows = [f"p{number % 7},2017-06-{number % 14 + 1:02},{number}.25" for number in range(500)]
    path, output = tmp_path / "purchases.csv", tmp_path / "segment.csv"
    path.write_text("who,day,paid\n" + "\n".join(rows) + "\n")

    def run(*words: str) -> dict[str, object]:
        line = [TAGLEDGER, *words, "--workspace", client.workspace, "--target", target, "--json"]
        found: dict[str, object] = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
        return found

    mapping = ("--profile", "who", "--type", "purchase", "--at", "day", "--amount", "paid")
    first = run("import", "interactions", str(path), *mapping)
    before = members(client, "sum(purchase.amount) >= 17000"), client.count("everyone").position
    renamed = path.rename(tmp_path / "renamed.csv")
    again = run("import", "interactions", str(renamed), *mapping)
    assert (first["accepted"], again["accepted"], again["duplicates"]) == (500, 0, 500)
    assert (members(client, "sum(purchase.amount) >= 17000"), client.count("everyone").position) == before
    for _ in range(2):
        run("export", "did purchase", "--output", str(output))
        assert len(output.read_text().splitlines()) == 8
