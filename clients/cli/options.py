"""Options that many commands share, each group packed into one value."""

import functools
import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from clients.cli.times import option_cut, option_instant, zone_of
from clients.sdk import Client, RetryPolicy
from clients.sdk.settings import DEFAULT_TARGET

Command = Callable[..., Any]
# A person waits: a wrong address should be told within a second or so, not after the whole deadline.
_PATIENCE = RetryPolicy(first_seconds=0.1, max_attempts=4)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a command goes, and how it answers."""

    target: str
    workspace: str
    as_json: bool
    timeout_seconds: float

    def client(self, attribution: "Attribution | None" = None, retry: RetryPolicy = _PATIENCE) -> Client:
        """Open a client."""
        return Client(
            self.target,
            workspace=self.workspace,
            actor=attribution.actor if attribution else None,
            source=attribution.source if attribution else "cli",
            timeout=self.timeout_seconds,
            retry=retry,
        )


@dataclass(frozen=True, slots=True)
class Clocks:
    """At which clocks a question is asked."""

    as_of: datetime | None
    known_at: int | datetime | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who writes, why and from where; ``reason`` is None when the command's own default holds."""

    actor: str
    reason: str | None
    source: str


def _packed(
    command: Command, name: str, pack: Callable[[dict[str, Any]], object], *options: Callable[[Command], Command]
) -> Command:
    @functools.wraps(command)
    def run(**given: Any) -> Any:
        given[name] = pack(given)
        return command(**given)

    decorated: Command = run

    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def connection_options(command: Command) -> Command:
    """Add --target, --workspace, --timeout and --json, handed over as ``connection``."""
    return _packed(
        command,
        "connection",
        lambda given: Connection(given.pop("target"), given.pop("workspace"), given.pop("as_json"), given.pop("timeout")),
        click.option(
            "--target",
            envvar="TAGLEDGER_TARGET",
            default=DEFAULT_TARGET,
            show_default=True,
            metavar="HOST:PORT",
            help="Where the service listens.",
        ),
        click.option("--workspace", default="default", show_default=True, metavar="NAME", help="The tenant."),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=30.0,
            show_default=True,
            metavar="SECONDS",
            help="The deadline of each call.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else, on stdout."),
    )


zone_option = click.option(
    "--zone", default="UTC", show_default=True, metavar="ZONE", help="The zone of times written without one (IANA name)."
)
known_at_option = click.option(
    "--known-at", metavar="TIME|POSITION", help="How far the log is read: a time, or a position (its end unless given)."
)


def clock_options(command: Command) -> Command:
    """Add --as-of, --known-at and --zone, handed over as ``clocks``."""

    def pack(given: dict[str, Any]) -> Clocks:
        zone = zone_of(given.pop("zone"))
        as_of = option_instant("--as-of", given.pop("as_of"), zone)
        return Clocks(as_of, option_cut(given.pop("known_at"), zone))

    return _packed(
        command,
        "clocks",
        pack,
        click.option("--as-of", metavar="TIME", help="The instant at which the question is asked (now unless given)."),
        known_at_option,
        zone_option,
    )


def known_at_options(command: Command) -> Command:
    """Add --known-at and --zone, handed over as ``known_at``."""

    def pack(given: dict[str, Any]) -> int | datetime | None:
        return option_cut(given.pop("known_at"), zone_of(given.pop("zone")))

    return _packed(command, "known_at", pack, known_at_option, zone_option)


def _user() -> str:
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"


def attribution_options(source: str) -> Callable[[Command], Command]:
    """Add --actor, --reason and --source, handed over as ``attribution``."""

    def add(command: Command) -> Command:
        return _packed(
            command,
            "attribution",
            lambda given: Attribution(given.pop("actor") or _user(), given.pop("reason"), given.pop("source")),
            click.option("--actor", metavar="WHO", help="Who decides the change [default: cli:$USER]."),
            click.option("--reason", metavar="TEXT", help="Why, for whoever reads the history."),
            click.option("--source", default=source, show_default=True, metavar="SYSTEM", help="Where it comes from."),
        )

    return add
