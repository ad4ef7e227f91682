"""Prometheus metrics through prometheus-client: calls as they end, positions and sizes when the page is read."""

from collections.abc import Callable, Iterator, Mapping
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.eventlog.port import EventLog
from server.usecases.committer import Committer
from server.usecases.state import WorkspaceState

_LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """One registry per server, so that several servers of one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "tagledger_requests_total", "Calls that ended, by method and gRPC code.", ["method", "code"], registry=self.registry
        )
        self._latency = Histogram(
            "tagledger_request_seconds",
            "Duration of calls by method.",
            ["method"],
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )

        self._children: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, code: str, seconds: float) -> None:
        """A call has ended."""
        found = self._children.get((method, code))
        if found is None:
            found = self._children[method, code] = (self._requests.labels(method, code), self._latency.labels(method))
        found[0].inc()
        found[1].observe(seconds)

    def watch(self, committer: Committer, log: EventLog) -> None:
        """Report the ledger's state on each read of the page."""
        self.registry.register(_LedgerCollector(committer, log))

    def serve(self, host: str, port: int) -> WSGIServer:
        """Answer /metrics in a thread; its `server_port` is the one that was taken."""
        server, _ = start_http_server(port, host, registry=self.registry)
        return server


_WORKSPACE_GAUGES: Mapping[str, tuple[str, Callable[[WorkspaceState], int]]] = {
    "tagledger_index_position": ("Log position that the index reflects.", lambda s: s.index.clock().position),
    "tagledger_changesets": ("Events of the workspace.", lambda s: s.version),
    "tagledger_interactions": ("Interactions in the index.", lambda s: s.index.interaction_count),
    "tagledger_profiles": ("Profiles ever seen.", lambda s: s.index.profile_count - len(s.index.persons)),
    "tagledger_index_bytes": ("Memory of the index, roughly.", lambda s: s.index.size_bytes + s.profiles.size_bytes),
}


class _LedgerCollector(Collector):
    def __init__(self, committer: Committer, log: EventLog) -> None:
        self._committer = committer
        self._log = log

    def collect(self) -> Iterator[Metric]:
        applied, end = self._committer.position, self._log.end()
        yield GaugeMetricFamily("tagledger_log_position", "End of the log.", value=end)
        yield GaugeMetricFamily(
            "tagledger_index_lag", "Log positions that are not in the index yet.", value=max(0, end - applied)
        )
        yield GaugeMetricFamily("tagledger_queued_write_bytes", "Writes waiting.", value=self._committer.queued_bytes)
        states = dict(self._committer.states)
        for name, (text, read) in _WORKSPACE_GAUGES.items():
            family = GaugeMetricFamily(name, text, labels=["workspace"])
            for workspace, state in states.items():
                family.add_metric([workspace], read(state))
            yield family
