"""The command `tagledger` without its server: the group of all client commands, and the one place that turns failures into
exit codes. `server.command` adds `serve` and `demo`.
"""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from clients.cli import exits, interrupts
from clients.cli.asking import check, compare, count, members, validate
from clients.cli.bulk import tag_segment, undo, untag_segment
from clients.cli.catalogue import catalogue
from clients.cli.correcting import retract
from clients.cli.erasing import erase, erasure
from clients.cli.explaining import explain
from clients.cli.history import history
from clients.cli.linking import link, unlink
from clients.cli.output import error_object, print_json, print_text, report
from clients.cli.profile import profile
from clients.cli.reports import crosstab, series
from clients.cli.staff import staff
from clients.cli.tagging import tag, untag
from clients.sdk import TagledgerError

# These need pyarrow and numpy, which take longer to load than a count takes to answer.
_LATER = {
    "import": ("clients.cli.imports.commands", "import_"),
    "lists": ("clients.cli.lists", "lists"),
    "export": ("clients.cli.exporting", "export"),
}


class TagledgerGroup(click.Group):
    """A group whose failures are told as people or programs want them, with the exit codes of one table."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        """Run a command line and end the process with its exit code; without ``standalone_mode``, as click does."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        words = list(sys.argv[1:] if args is None else args)
        if isinstance(sys.stdout, io.TextIOWrapper):
            # What a terminal or a file cannot hold is spelled out: half an answer would be no answer.
            sys.stdout.reconfigure(errors="backslashreplace")
        sys.exit(self._run(words, prog_name or "tagledger", extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; a reader who has left, as `head` does, is no failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            _forget_stdout()
            return exits.DONE

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List all commands by name, those that are loaded when needed too."""
        return sorted({*self.commands, *_LATER})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loading its module first where it waits for that."""
        if cmd_name in _LATER and cmd_name not in self.commands:
            module, name = _LATER[cmd_name]
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def _run(self, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        as_json = "--json" in words
        try:
            with interrupts.kept():
                code = super().main(words, prog_name, standalone_mode=False, **extra)
            return code if isinstance(code, int) else exits.DONE
        except TagledgerError as error:
            report(error)
            if as_json:
                print_json({"error": error_object(error)})
            return exits.code_of(error)
        except click.ClickException as error:
            error.show()
            if as_json:
                print_json({"error": {"reason": "USAGE", "message": error.format_message(), "violations": []}})
            return error.exit_code
        except OSError as error:
            click.echo(f"error: cannot read or write: {error}", err=True)
            try:
                if as_json:
                    print_json({"error": {"reason": "USAGE", "message": str(error), "violations": []}})
                sys.stdout.flush()
            except OSError:
                _forget_stdout()
            return exits.USAGE
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            return exits.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the last resort: programs still get their JSON object and exit code
            traceback.print_exc()
            if as_json:
                print_json({"error": {"reason": "FAULT", "message": repr(error), "violations": []}})
            return exits.FAULT


def _forget_stdout() -> None:
    """Let go of what could not be written: Python would try once more at its exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=TagledgerGroup, epilog=exits.HELP, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Tags, interactions and segments of customers, as events in one log with two clocks."""


def installed_version() -> str:
    """Return the version of this installation."""
    try:
        return version("tagledger")
    except PackageNotFoundError:
        return "unknown"


@cli.command("version")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else, on stdout.")
def version_(as_json: bool) -> None:
    """Print the version of this program."""
    if as_json:
        print_json({"version": installed_version()})
    else:
        print_text(installed_version())


for _command in (
    tag,
    untag,
    tag_segment,
    untag_segment,
    profile,
    link,
    unlink,
    erase,
    erasure,
    retract,
    undo,
    count,
    members,
    compare,
    check,
    explain,
    validate,
    crosstab,
    series,
    history,
    catalogue,
    staff,
):
    cli.add_command(_command)
