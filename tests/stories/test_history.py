"""History asked in every way: what fits, held against a look at every entry of every changeset, over small pages."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from clients.sdk import ApplyTag, Client, Interaction, RemoveTag, SetTrait, errors, replies
from server.usecases import auditing
from tests.stories.asking import AT, connected

DAY = timedelta(days=1)
TIERS = ("tier/silver", "tier/gold")


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Some weeks of two people's work, and of a batch job."""
    with connected(address) as made:
        made.define_tag_group("tier", exclusive=True, reason="a start")
        for key in (*TIERS, "vip"):
            made.define_tag(key, reason="a start")
        for k, (who, key) in enumerate((("ana", "tier/silver"), ("bob", "vip"), ("ana", "tier/gold"), ("cy", "vip"))):
            by = ("staff:wang", "staff:e\u0301va", "batch")[k % 3]
            made.apply_tag(who, key, effective_at=AT + k * DAY, reason="a reason", actor=by, source=("crm", "import")[k % 2])
        made.apply_changeset(
            [RemoveTag("bob", "vip", effective_at=AT + 9 * DAY), SetTrait("bob", "age", 41), ApplyTag("cy", "tier/silver")],
            reason="by hand",
            actor="staff:wang",
        )
        made.record_interactions([Interaction("ana", "visit", AT + k * DAY) for k in range(3)], actor="batch")
        made.upload_list("letters", ["ana", "cy"], reason="a letter", actor="batch")
        made.define_segment("loyal", "tagged vip", reason="a start", actor="staff:wang")
        made.define_segment("others", "not in segment loyal", reason="the rest", actor="batch")
        made.change_segment("loyal", "tagged vip or tagged tier/gold", reason="more of them", actor="batch")
        made.rename_segment("loyal", "faithful", reason="a better word", actor="batch")
        made.apply_tag_to_segment("everyone", "tier/gold", effective_at=AT + 20 * DAY, reason="a gift", actor="staff:wang")
        yield made


def _everything(client: Client) -> list[replies.HistoryEntry]:
    end = client.count("everyone").position
    return [entry for position in range(1, end + 1) for entry in client.changeset(position).entries]


def _is_of(entry: replies.HistoryEntry, *keys: str) -> bool:
    match entry.change:
        case replies.TagEntry(tag):
            return tag in keys
        case replies.CatalogueEntry(subject=subject):
            return subject in (*keys, *(key.partition("/")[0] for key in keys))
        case _:
            return False


def test_whatever_fits_is_found_in_order_and_nothing_else(client: Client) -> None:
    every = _everything(client)
    start, end = every[4].attribution.recorded_at, every[-1].attribution.recorded_at
    asked: list[tuple[dict[str, Any], Callable[[replies.HistoryEntry], bool]]] = [
        ({}, lambda _: True),
        ({"actor": "staff:wang"}, lambda entry: entry.attribution.actor == "staff:wang"),
        ({"actor": "staff:\u00e9va"}, lambda entry: entry.attribution.actor == "staff:e\u0301va"),
        ({"actor": "nobody"}, lambda _: False),
        ({"source": "import"}, lambda entry: entry.attribution.source == "import"),
        ({"recorded": (start, end)}, lambda entry: start <= entry.attribution.recorded_at < end),
        ({"recorded": (None, start)}, lambda entry: entry.attribution.recorded_at < start),
        ({"effective": (AT + DAY, AT + 9 * DAY)}, lambda entry: AT + DAY <= entry.effective_at < AT + 9 * DAY),
        ({"effective": (AT + 9 * DAY, None)}, lambda entry: entry.effective_at >= AT + 9 * DAY),
        ({"profile_id": "bob"}, lambda entry: entry.profile_id == "bob"),
        ({"tag": "vip"}, lambda entry: _is_of(entry, "vip")),
        ({"group": "tier"}, lambda entry: _is_of(entry, *TIERS)),
        ({"group": "tier", "tag": "vip"}, lambda _: False),
        ({"segment": "faithful"}, lambda entry: _is_of(entry, "loyal", "faithful")),
        ({"segment": "faithful", "actor": "staff:wang"}, lambda entry: _is_of(entry, "loyal")),
        ({"segment": "others", "profile_id": "bob"}, lambda _: False),
        ({"segment": "others", "tag": "vip"}, lambda _: False),
        ({"segment": "faithful", "effective": (None, AT)}, lambda _: False),
        ({"tag": "vip", "actor": "staff:wang"}, lambda entry: _is_of(entry, "vip") and entry.attribution.actor == "staff:wang"),
        (
            {"profile_id": "ana", "without_interactions": True, "actor": "batch"},
            lambda entry: (
                (entry.profile_id, entry.attribution.actor) == ("ana", "batch")
                and not isinstance(entry.change, replies.InteractionEntry)
            ),
        ),
        (
            {"known_at": every[3].attribution.position},
            lambda entry: entry.attribution.position <= every[3].attribution.position,
        ),
    ]
    for given, fits in asked:
        expected = [entry for entry in every if fits(entry)]
        for page_size in (1, 3, 1_000):
            assert list(client.history(**given, page_size=page_size)) == expected, given
        newest = list(client.history(**given, page_size=2, newest_first=True))
        assert newest == expected[::-1], given
    assert list(client.profile_history("bob")) == [entry for entry in every if entry.profile_id == "bob"]


def test_a_page_ends_where_enough_changesets_were_looked_at(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "_PAGE_CHANGESETS_MAX", 2)
    every = _everything(client)
    late = (AT + 9 * DAY, None)
    expected = [entry for entry in every if entry.effective_at >= late[0]]
    assert list(client.history(effective=late)) == expected
    assert list(client.history(effective=late, newest_first=True)) == expected[::-1]


def test_pages_do_not_shift_when_more_is_recorded(client: Client) -> None:
    every = _everything(client)
    pages = client.history(newest_first=True, page_size=2)
    first = [next(pages), next(pages)]
    client.apply_tag("new", "vip", reason="meanwhile")
    assert [*first, *pages] == every[::-1]


def test_what_cannot_be_asked_is_refused_by_its_field(client: Client) -> None:
    wrong: list[tuple[dict[str, Any], type[errors.TagledgerError], str]] = [
        ({"recorded": (AT, AT)}, errors.InvalidField, "recorded.end"),
        ({"effective": (AT + DAY, AT)}, errors.InvalidField, "effective.end"),
        ({"recorded": (datetime(2300, 1, 1, tzinfo=AT.tzinfo), None)}, errors.InvalidField, "recorded.start"),
        ({"tag": "vpi"}, errors.UnknownTag, "did you mean 'vip'"),
        ({"group": "teir"}, errors.UnknownTagGroup, "did you mean 'tier'"),
        ({"segment": "faithfull"}, errors.UnknownSegment, "faithful"),
        ({"profile_id": "nobody"}, errors.UnknownProfile, "nobody"),
    ]
    for given, kind, told in wrong:
        with pytest.raises(kind, match=told):
            list(client.history(**given))
