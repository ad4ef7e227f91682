"""The maps of profile ids and interaction ids say what a dict would, across tables, runs and merges."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections import identity
from projections.identity import ProfileMap
from projections.index import key_map
from projections.index.key_map import MISSING, KeyMap
from projections.index.keys import SEED_BYTES, TEXT_CHARACTERS_MAX, KeyMaker, Keys, as_bytes

_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=TEXT_CHARACTERS_MAX)


@given(st.lists(_TEXTS, unique=True, min_size=1, max_size=60))
def test_keys_tell_texts_apart_whatever_batch_they_come_in(texts: list[str]) -> None:
    maker = KeyMaker(bytes(SEED_BYTES))
    together = as_bytes(maker.keys(texts))
    assert len(set(together)) == len(texts)
    assert together == [as_bytes(KeyMaker(bytes(SEED_BYTES)).keys([text]))[0] for text in texts]


def test_a_text_and_the_same_with_zeros_behind_it_have_different_keys() -> None:
    keys = as_bytes(KeyMaker().keys(["a", "a\0", "a\0\0\0\0", "", "\0"]))
    assert len(set(keys)) == 5


@pytest.fixture
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal and merge after few entries."""
    monkeypatch.setattr(key_map, "_SEALED_ENTRIES", 64)
    monkeypatch.setattr(key_map, "_FIRST_SLOTS", 16)


def clashing_keys(rng: np.random.Generator, count: int) -> Keys:
    """Distinct keys of which many share the upper half, or the bucket, or the slot."""
    high = rng.integers(0, 1 << 64, size=count, dtype=np.uint64)
    high[::3] = high[0]
    high[1::3] &= np.uint64(0xFFFF)
    return np.column_stack((high, np.arange(count, dtype=np.uint64)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.usefixtures("small_runs")
def test_a_map_says_what_a_dict_would(seed: int) -> None:
    rng = np.random.default_rng(seed)
    everything = clashing_keys(rng, 3_000)
    rng.shuffle(everything)
    names = as_bytes(everything)
    known: dict[bytes, int] = {}
    entries, at = KeyMap(), 0
    while at < 2_500:
        count = int(rng.integers(1, 200))
        batch = np.arange(at, min(at + count, 2_500))
        entries.add(everything[batch], batch.astype(np.uint32))
        known |= {names[place]: place for place in batch.tolist()}
        at += count
        if rng.random() < 0.3:
            entries.compact()
        asked = rng.integers(0, 3_000, size=150)
        expected = [known.get(names[place], MISSING) for place in asked.tolist()]
        assert entries.find(everything[asked]).tolist() == expected
        assert entries.find(everything[asked]).tolist() == expected, "also when it remembers"
    assert len(entries) == 2_500


@pytest.mark.usefixtures("small_runs")
def test_readers_beside_the_writer_and_the_compactor_miss_nothing_that_was_there() -> None:
    keys = KeyMaker().keys([f"profile-{k}" for k in range(20_000)])
    entries, added, failures, end = KeyMap(), [0], [], threading.Event()

    def read() -> None:
        rng = np.random.default_rng(7)
        while not end.is_set():
            if count := added[0]:
                places = rng.integers(0, count, size=50)
                if entries.find(keys[places]).tolist() != places.tolist():
                    failures.append(count)

    def compact() -> None:
        while not end.is_set():
            entries.compact()

    threads = [threading.Thread(target=read), threading.Thread(target=read), threading.Thread(target=compact)]
    for thread in threads:
        thread.start()
    for first in range(0, 20_000, 40):
        batch = np.arange(first, first + 40)
        entries.add(keys[batch], batch.astype(np.uint32))
        added[0] = first + 40
    end.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_profiles_keep_their_ordinals_and_names_across_chunks() -> None:
    profiles, names = ProfileMap(), [f"会员-{k}" for k in range(40_000)]
    for first in range(0, 40_000, 7_000):
        batch = names[first : first + 7_000]
        profiles.add(batch, profiles.keys(batch))
    assert len(profiles) == 40_000
    assert profiles.ordinals([names[0], "nobody", names[39_999], names[16_384]]) == [0, None, 39_999, 16_384]
    assert profiles.names([0, 16_383, 16_384, 39_999]) == [names[0], names[16_383], names[16_384], names[39_999]]


@pytest.mark.usefixtures("small_runs")
@pytest.mark.parametrize("seed", range(4))
def test_what_is_dropped_is_found_no_more_wherever_it_lay_and_may_come_anew(seed: int) -> None:
    """Keys come, are dropped and come again with other values, while runs are merged and written without them."""
    rng = np.random.default_rng(seed)
    keys, entries = KeyMaker().keys([f"profile-{k}" for k in range(300)]), KeyMap()
    known: dict[int, int] = {}
    fresh = 0
    for _ in range(400):
        key = int(rng.integers(0, 300))
        if key not in known:
            entries.add(keys[[key]], np.asarray([fresh], np.uint32))
            known[key], fresh = fresh, fresh + 1
        elif rng.random() < 0.5:
            entries.drop(np.asarray([known.pop(key)], np.uint32))
        match rng.integers(0, 8):
            case 0:
                entries.compact()
            case 1:
                entries.purge()
                assert entries.purged
                runs = np.concatenate([run.values for run in entries.runs()]) if entries.runs() else np.empty(0)
                assert set(runs.tolist()) <= set(known.values())
        assert entries.find(keys).tolist() == [known.get(k, MISSING) for k in range(300)]


def test_an_erased_profile_has_no_name_and_its_id_none_of_the_old_ordinals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "CHUNK_NAMES", 8)
    profiles, names = ProfileMap(), [f"会员-{k}" for k in range(30)]
    profiles.add(names, profiles.keys(names))
    gone = [0, 7, 8, 15, 27, 29]
    profiles.erase(gone)
    left = ["" if k in gone else name for k, name in enumerate(names)]
    assert profiles.names(range(30)) == left
    assert profiles.ordinals(names) == [None if k in gone else k for k in range(30)]
    profiles.add([names[7], ""], profiles.keys([names[7], ""]))  # the second one was erased before this is read
    assert profiles.ordinals([names[7], ""]) == [30, None]
    assert (profiles.names([7, 30, 31]), len(profiles)) == (["", names[7], ""], 32)
