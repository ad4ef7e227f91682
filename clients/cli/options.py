"""Options that many commands share, each group packed into one value."""

import functools
import getpass
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from clients.cli.times import option_cut, option_instant, zone_of
from clients.sdk import Client, RetryPolicy, TagledgerError, TagValues
from clients.sdk.settings import DEFAULT_TARGET

Command = Callable[..., Any]
# A person waits: a wrong address should be told within a second or so, not after the whole deadline.
_PATIENCE = RetryPolicy(first_seconds=0.1, max_attempts=4)
# What gRPC says, without a reason of ours, when nobody or somebody else listens there.
_NOBODY_THERE = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a command goes, and how it answers."""

    target: str
    workspace: str
    as_json: bool
    timeout_seconds: float
    reader: str

    @contextmanager
    def client(self, attribution: "Attribution | None" = None, retry: RetryPolicy = _PATIENCE) -> Iterator[Client]:
        """Open a client; a call that no service answers tells where it was looked for."""
        with Client(
            self.target,
            workspace=self.workspace,
            reader=self.reader,
            actor=attribution.actor if attribution else None,
            source=attribution.source if attribution else "cli",
            timeout=self.timeout_seconds,
            retry=retry,
        ) as made:
            try:
                yield made
            except TagledgerError as error:
                if error.code in _NOBODY_THERE and not error.reason:
                    error.message += (
                        f"; looked for a service at {self.target}: --target or TAGLEDGER_TARGET says where it listens, "
                        "`tagledger serve` starts one, --timeout waits longer"
                    )
                raise


@dataclass(frozen=True, slots=True)
class Clocks:
    """At which clocks a question is asked."""

    as_of: datetime | None
    known_at: int | datetime | None
    zone: str
    """Of times written without one."""


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


def _filled(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """Refuse an empty text, as a variable that is not set gives it: it was meant to say something."""
    if given is not None and not given.strip():
        raise click.BadParameter("must not be empty", context, option)
    return given


class _Seconds(click.FloatRange):
    """A number of seconds: nan is none, though it is beyond no bound."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


def connection_options(command: Command) -> Command:
    """Add --target, --workspace, --reader, --timeout and --json, handed over as ``connection``."""
    return _packed(
        command,
        "connection",
        lambda given: Connection(*(given.pop(name) for name in ("target", "workspace", "as_json", "timeout", "reader"))),
        click.option(
            "--target",
            envvar="TAGLEDGER_TARGET",
            default=DEFAULT_TARGET,
            show_default=True,
            show_envvar=True,
            callback=_filled,
            metavar="HOST:PORT",
            help="Where the service listens.",
        ),
        click.option("--workspace", default="default", show_default=True, metavar="NAME", help="The tenant."),
        click.option("--reader", default="", metavar="NAME", help="Who reads; staff:ID sees the customers within their role."),
        click.option(
            "--timeout",
            type=_Seconds(min=0.001),
            default=30.0,
            show_default=True,
            metavar="SECONDS",
            help="The deadline of each call; inf for none.",
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
        name = given.pop("zone")
        zone = zone_of(name)
        as_of = option_instant("--as-of", given.pop("as_of"), zone)
        return Clocks(as_of, option_cut(given.pop("known_at"), zone), name)

    return _packed(
        command,
        "clocks",
        pack,
        click.option("--as-of", metavar="TIME", help="The instant at which the question is asked (now unless given)."),
        known_at_option,
        zone_option,
    )


def values_options(command: Command) -> Command:
    """Add the options that say which values go with a tag, handed over as ``values``; None where none of them is given."""

    def pack(given: dict[str, Any]) -> TagValues | None:
        kind, minimum, maximum, choices = (given.pop(name) for name in ("kind", "minimum", "maximum", "choices"))
        if kind is minimum is maximum is None and not choices:
            return None
        return TagValues(kind or ("choice" if choices else "number"), minimum, maximum, choices)

    return _packed(
        command,
        "values",
        pack,
        click.option(
            "--values",
            "kind",
            type=click.Choice(("any", "none", "number", "choice", "date")),
            help="Which values go with its assignments.",
        ),
        click.option("--minimum", type=float, metavar="NUMBER", help="The smallest one, with --values number."),
        click.option("--maximum", type=float, metavar="NUMBER", help="The largest one, with --values number."),
        click.option(
            "--choice", "choices", multiple=True, metavar="TEXT", help="One of them, in their order, with --values choice."
        ),
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


def attribution_options(source: str, reason: str = "default: what the command does") -> Callable[[Command], Command]:
    """Add --actor, --reason and --source, handed over as ``attribution``; ``reason`` says what holds without a reason."""

    def add(command: Command) -> Command:
        return _packed(
            command,
            "attribution",
            lambda given: Attribution(given.pop("actor") or _user(), given.pop("reason"), given.pop("source")),
            click.option("--actor", callback=_filled, metavar="WHO", help="Who decides the change.  [default: cli:$USER]"),
            click.option("--reason", callback=_filled, metavar="TEXT", help=f"Why, for whoever reads the history.  [{reason}]"),
            click.option(
                "--source",
                default=source,
                show_default=True,
                callback=_filled,
                metavar="SYSTEM",
                help="Where it comes from.",
            ),
        )

    return add
