"""The `tagledger` command: the clients' commands, and `serve` and `demo` that need the server. The only place they meet."""

import asyncio
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from clients.cli import exits
from clients.cli.main import cli
from clients.cli.output import print_fields, print_json, print_text
from domain.errors import TagledgerError
from server import config


@cli.command()
@click.option("--listen", metavar="HOST:PORT", help="Address of the gRPC service (default 127.0.0.1:7420; port 0: a free one).")
@click.option("--data", metavar="FOLDER", help="Folder of the embedded log (default ./tagledger-data).")
@click.option("--database-url", metavar="URL", help="PostgreSQL instead: postgresql://user:password@host:port/database.")
@click.option("--snapshots", metavar="FOLDER", help="Of the index (default: snapshots in --data; with --database-url, none).")
@click.option("--snapshot-every", type=int, metavar="N", help="Commits between snapshots (default 0: the server chooses).")
@click.option("--metrics", metavar="HOST:PORT", help="Address of the Prometheus page /metrics (default: none).")
@click.option("--currency", metavar="CODE", help="ISO 4217 currency of workspaces that name none (default CNY).")
@click.option("--log-format", type=click.Choice(["auto", "json", "text"]), help="Logs on standard error (default auto).")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Default info.")
@click.option(
    "--shutdown-grace-seconds", type=float, metavar="S", help="How long calls may take to end at a stop (default 10)."
)
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="TOML file with the same settings.")
def serve(file: Path | None, **flags: Any) -> None:
    """Run the service until Ctrl-C or SIGTERM.

    Settings come from flags, then TAGLEDGER_* variables, then the TOML file. Once calls are answered, the address is printed.
    """
    from server import bootstrap, logs  # a quarter of a second that the other commands need not wait

    try:
        settings = config.from_process(flags, file)
        logs.configure(settings)
        asyncio.run(bootstrap.serve(settings, _announce))
    except TagledgerError as error:
        raise click.UsageError(error.message) from error


@cli.command()
@click.option("--data", metavar="FOLDER", help="Folder of the embedded log (default ./tagledger-data).")
@click.option("--database-url", metavar="URL", help="PostgreSQL instead: postgresql://user:password@host:port/database.")
@click.option("--snapshots", metavar="FOLDER", help="Of the index (default: snapshots in --data; with --database-url, none).")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="TOML file with the same settings.")
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="Write where the streams end to a file.")
@click.option("--against", type=click.Path(path_type=Path), metavar="FILE", help="Compare with a checkpoint of earlier.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else, on stdout.")
def verify(file: Path | None, checkpoint: Path | None, against: Path | None, as_json: bool, **flags: Any) -> int:
    """Hold the log against its hashes, the vault against the log, and the newest snapshot's index against both.

    The hashes are of ordinals, not of profile ids, which must be erasable: that an id in the vault was changed shows only
    against a snapshot.

    The first difference is told, with exit code 1. Keep checkpoints elsewhere: whoever can rewrite a log can rewrite its
    hashes. No server may use the embedded log meanwhile; beside servers on PostgreSQL, what was recorded until now is verified.
    It takes as long as a start without a snapshot, and twice the memory.
    """
    from server import logs, verification  # a quarter of a second that the other commands need not wait

    try:
        settings = config.from_process(flags, file)
        logs.configure(settings)
        found = verification.verified(settings, checkpoint, against)
    except TagledgerError as error:
        raise click.UsageError(error.message) from error
    told = {"ok": not found.difference, "changesets": found.changesets, "index_compared": found.index_compared}
    if as_json:
        more = {name: value for name, value in asdict(found).items() if name not in told}
        print_json(told | more)
    else:
        more = {"difference": found.difference, "snapshots refused": "; ".join(found.snapshots_refused)}
        print_fields(told | {name: value for name, value in more.items() if value})
        for one in found.checkpoints:
            print_text(f"{one.workspace}: changeset {one.version} at position {one.position}, {one.chain_sha256}")
    return exits.NO if found.difference else exits.DONE


@cli.command()
@click.option("--data", metavar="FOLDER", help="Folder of the embedded log (default ./tagledger-data).")
@click.option("--database-url", metavar="URL", help="PostgreSQL instead: postgresql://user:password@host:port/database.")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="TOML file with the same settings.")
def scrub(file: Path | None, **flags: Any) -> int:
    """Overwrite what erased profile ids have left in the files of the store.

    A server does this by itself with the embedded log. On PostgreSQL the vault is written anew (VACUUM FULL), and new profiles
    wait meanwhile: run it at a quiet hour after erasures. PostgreSQL's write-ahead log and your backups are not touched.
    """
    from server import bootstrap, logs  # a quarter of a second that the other commands need not wait

    try:
        settings = config.from_process(flags, file)
        logs.configure(settings)
        with closing(bootstrap.event_log(settings, create=False)) as log:
            done = log.scrub()
    except TagledgerError as error:
        raise click.UsageError(error.message) from error
    print_text("scrubbed" if done else "somebody is reading the store; try again in a moment")
    return exits.DONE if done else exits.NO


@cli.command()
@click.option(
    "--listen", metavar="HOST:PORT", default="127.0.0.1:0", help="Address of the demo's service (default: a free port)."
)
def demo(listen: str) -> None:
    """Start a service on a temporary folder, load real data, ask, look at the history, export."""
    from server.demo import story

    story.tell(listen)


def _announce(address: str) -> None:
    print(f"tagledger is serving on {address}", flush=True)


def main() -> None:
    """Entry point of the console script."""
    cli()
