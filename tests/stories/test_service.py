"""The server as an operator meets it: a process that announces itself, health, reflection, metrics, settings, and an end."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pool import Default
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tagledger.v1 import (
    catalogue_service_pb2,
    export_service_pb2,
    history_service_pb2,
    ledger_service_pb2,
    segment_service_pb2,
)

from clients.sdk import Client, Interaction
from domain.errors import InvalidField
from server import config

TAGLEDGER = str(Path(sys.executable).with_name("tagledger"))
MODULES = (catalogue_service_pb2, export_service_pb2, history_service_pb2, ledger_service_pb2, segment_service_pb2)
SERVICES = [service.full_name for module in MODULES for service in module.DESCRIPTOR.services_by_name.values()]


@contextmanager
def process(*flags: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [TAGLEDGER, "serve", "--listen", "127.0.0.1:0", "--log-format", "json", *flags]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        announcement = started.stdout.readline()
        assert announcement.startswith("tagledger is serving on ")
        yield started, announcement.split()[-1]
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate()


def bought(client: Client, who: str) -> None:
    client.record_interactions([Interaction(who, "purchase", datetime(2026, 1, 1, tzinfo=UTC))])


def test_a_server_announces_itself_stops_on_sigterm_and_comes_back_with_everything(tmp_path: Path) -> None:
    for times in (1, 2):
        with process("--data", str(tmp_path / "data")) as (server, address):
            with Client(address, actor="a", source="s") as client:
                bought(client, f"customer-{times}")
                assert client.count("did purchase").count == times
            server.send_signal(signal.SIGTERM)
            _, logs = server.communicate(timeout=30)
            assert server.returncode == 0
            events = [json.loads(line)["event"] for line in logs.splitlines()]
            assert events == ["serving", "stopping", "stopped"]


def test_health_and_reflection_speak_of_every_service(sqlite_address: str) -> None:
    with grpc.insecure_channel(sqlite_address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", *SERVICES):
            found = health.Check(health_pb2.HealthCheckRequest(service=name))
            assert found.status == health_pb2.HealthCheckResponse.SERVING
        reflected = ProtoReflectionDescriptorDatabase(channel)
        assert set(SERVICES) <= set(reflected.get_services())
        file = reflected.FindFileContainingSymbol("tagledger.v1.SegmentService")
        assert "Count" in {method.name for method in file.service[0].method}


def test_the_metrics_page_tells_requests_positions_and_sizes(tmp_path: Path) -> None:
    with process("--data", str(tmp_path / "data"), "--metrics", "127.0.0.1:0") as (server, address):
        with Client(address, actor="a", source="s") as client:
            bought(client, "a")
            assert server.stderr is not None
            page_address = json.loads(server.stderr.readline())["metrics"]
            with urllib.request.urlopen(f"http://{page_address}/metrics") as page:
                lines = dict(line.rsplit(" ", 1) for line in page.read().decode().splitlines() if not line.startswith("#"))
    method = 'method="tagledger.v1.LedgerService/RecordInteractions"'
    assert float(lines[f'tagledger_requests_total{{code="OK",{method}}}']) == 1
    assert float(lines["tagledger_log_position"]) == 2
    assert float(lines["tagledger_index_lag"]) == 0
    assert float(lines['tagledger_index_position{workspace="default"}']) == 2
    assert float(lines['tagledger_interactions{workspace="default"}']) == 1
    assert float(lines['tagledger_index_bytes{workspace="default"}']) > 0


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "tagledger.toml"
    file.write_text('listen = "127.0.0.1:1"\ncurrency = "EUR"\nlog_level = "error"\n')
    environment = {"TAGLEDGER_LISTEN": "127.0.0.1:2", "TAGLEDGER_CURRENCY": "USD", "PATH": os.defpath}
    made = config.load({"listen": "127.0.0.1:3", "currency": None}, environment, file)
    assert (made.listen, made.currency, made.log_level) == ("127.0.0.1:3", "USD", "error")


def test_every_bad_setting_is_named_with_where_it_came_from(tmp_path: Path) -> None:
    file = tmp_path / "tagledger.toml"
    file.write_text('colour = "red"\nlog_level = "loud"\n')
    with pytest.raises(InvalidField) as refused:
        config.load({"listen": "nowhere"}, {"TAGLEDGER_CURRENCY": "yuan"}, file)
    named = {violation.field for violation in refused.value.violations}
    assert named == {f"{file}: colour", f"{file}: log_level", "--listen", "TAGLEDGER_CURRENCY"}


def test_every_reply_carries_a_position_and_every_write_says_who_and_why() -> None:
    pool = Default()
    for name in SERVICES:
        for method in pool.FindServiceByName(name).methods:
            assert "position" in method.output_type.fields_by_name, method.full_name
            context = method.input_type.fields_by_name.get("context")
            kind = context.message_type if context else None
            if kind is not None and kind.name == "WriteContext":
                fields = set(kind.fields_by_name)
                assert {"workspace", "request_id", "actor", "reason", "source"} <= fields


def test_a_position_of_another_workspace_cuts_the_log_like_any_other(address: str) -> None:
    with Client(address, actor="a", source="s") as client:
        bought(client, "before")
        client.create_workspace("other", reason="a test")
        position = (
            client.in_workspace("other")
            .record_interactions([Interaction("x", "purchase", datetime(2026, 1, 1, tzinfo=UTC))])
            .position
        )
        bought(client, "after")
        assert client.count("did purchase", known_at=position).count == 1
        assert client.in_workspace("other").count("did purchase", known_at=position).count == 1
