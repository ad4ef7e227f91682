"""The command `tagledger` without its server: the group of all client commands, and the one place that turns failures into
exit codes. `server.command` adds `serve` and `demo`.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from clients.cli import exits
from clients.cli.asking import check, count, explain, members, validate
from clients.cli.catalogue import catalogue
from clients.cli.exporting import export
from clients.cli.history import history
from clients.cli.imports.commands import import_
from clients.cli.output import error_object, print_json, print_text, report
from clients.cli.tagging import tag, untag
from clients.sdk import TagledgerError


class TagledgerGroup(click.Group):
    """A group whose failures are told as people or programs want them, with the exit codes of one table."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        """Run a command line and end the process with its exit code; without ``standalone_mode``, as click does."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        words = list(sys.argv[1:] if args is None else args)
        sys.exit(self._run(words, prog_name or "tagledger", extra))

    def _run(self, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        as_json = "--json" in words
        try:
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
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            return exits.INTERRUPTED
        except BrokenPipeError:
            # Whoever read our output has left; say nothing, also not at exit when Python flushes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return exits.DONE
        except Exception as error:  # noqa: BLE001 - the last resort: programs still get their JSON object and exit code
            traceback.print_exc()
            if as_json:
                print_json({"error": {"reason": "FAULT", "message": repr(error), "violations": []}})
            return exits.FAULT


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


for _command in (import_, tag, untag, count, members, check, explain, validate, export, history, catalogue):
    cli.add_command(_command)
