"""Peers, loaded and closed: one after the other, so that memory holds, or side by side."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.peers.apart import PeerApart, apart
from benchmarks.peers.base import Peer, RowFiles
from benchmarks.peers.chdb_peers import ChdbBitmapPeer, ChdbEngine, ChdbScanPeer
from benchmarks.peers.duckdb_peer import DuckDbPeer
from benchmarks.peers.postgres_peer import SETTINGS, PostgresPeer
from benchmarks.processes import postgres
from benchmarks.question import BITMAPS, DUCKDB, POSTGRES, SCAN


def opened(names: Collection[str], rows: RowFiles, folder: Path, *, by_profile: bool) -> Iterator[PeerApart]:
    """The peers of these names. `by_profile`: will they be asked about single profiles?"""
    for made, peers in _OPENERS:
        if not set(made).isdisjoint(names):
            with apart(peers, rows, folder, by_profile=by_profile) as found:
                yield from (peer for peer in found if peer.name in names)


@contextmanager
def opened_together(names: Collection[str], rows: RowFiles, folder: Path) -> Iterator[list[PeerApart]]:
    """The peers of these names, side by side, so that they can take turns."""
    with ExitStack() as stack:
        groups = [
            stack.enter_context(apart(peers, rows, folder, by_profile=False))
            for made, peers in _OPENERS
            if not set(made).isdisjoint(names)
        ]
        yield [peer for group in groups for peer in group if peer.name in names]


@contextmanager
def _duckdb(rows: RowFiles, folder: Path, by_profile: bool) -> Iterator[list[Peer]]:
    peer = DuckDbPeer(rows, folder, by_profile=by_profile)
    try:
        yield [peer]
    finally:
        peer.close()


@contextmanager
def _chdb(rows: RowFiles, folder: Path, by_profile: bool) -> Iterator[list[Peer]]:
    engine = ChdbEngine(folder, rows, by_profile=by_profile)
    try:
        yield [ChdbScanPeer(engine), ChdbBitmapPeer(engine)]
    finally:
        engine.close()


@contextmanager
def _postgres(rows: RowFiles, folder: Path, by_profile: bool) -> Iterator[list[Peer]]:
    with postgres(folder, SETTINGS) as server:
        peer = PostgresPeer(server.new_database(), rows, by_profile=by_profile)
        try:
            yield [peer]
        finally:
            peer.close()


_OPENERS = (((DUCKDB,), _duckdb), ((SCAN, BITMAPS), _chdb), ((POSTGRES,), _postgres))
