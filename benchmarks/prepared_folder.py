"""A data folder that a server can start on: the population written straight into the log, as the server would have."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.report import Options
from benchmarks.workload import Population, changesets, make
from server.eventlog import payload
from server.eventlog.port import EventLog, NewChangeset
from server.eventlog.sqlite import SqliteEventLog

CHANGESET_ROWS = 1_000
"""As batches come over the wire."""
_GROUP_BYTES = 200_000


@contextmanager
def population_folder(options: Options) -> Iterator[str]:
    """A data folder with the population that the options name; removed at the end."""
    population = make(options.profiles, options.interactions, options.seed)
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "ledger"
        with closing(SqliteEventLog(data)) as log:
            write_population(log, population)
        del population
        yield str(data)


def write_population(log: EventLog, population: Population, rows: int = CHANGESET_ROWS) -> int:
    """Append everything, some changesets to a transaction; how many there are."""
    group: list[NewChangeset] = []
    count = size = 0
    for new in _new_changesets(population, rows):
        if group and size + len(new.state) > _GROUP_BYTES:
            log.append(group)
            group, size = [], 0
        group.append(new)
        count, size = count + 1, size + len(new.state)
    log.append(group)
    return count


def _new_changesets(population: Population, rows: int) -> Iterator[NewChangeset]:
    chain = payload.GENESIS
    for recorded, profile_ids in changesets(population, rows):
        changeset = recorded.changeset
        state, chain = payload.encode(changeset, chain)
        yield NewChangeset(
            workspace=changeset.workspace,
            version=changeset.version,
            topic=payload.TOPIC,
            state=state,
            request_id=uuid.UUID(changeset.changeset_id).bytes,
            request_digest=bytes(32),
            first_ordinal=changeset.first_ordinal,
            profile_ids=profile_ids,
            chain=chain,
        )
