"""Taking interactions back from the command line: those with given ids do not count any more."""

from typing import TextIO

import click

from clients.cli.options import Attribution, Connection, attribution_options, connection_options
from clients.cli.output import print_json, print_text, receipt_object
from clients.cli.tagging import REQUEST_ID, reason_of


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--ids-from", type=click.File(encoding="utf-8-sig"), metavar="FILE", help="A file with an id a line, or `-`.")
@REQUEST_ID
@attribution_options("cli", "required")
@connection_options
def retract(
    ids: tuple[str, ...], ids_from: TextIO | None, request_id: str | None, attribution: Attribution, connection: Connection
) -> None:
    """Let interactions not count any more, by the ids that they were recorded with, all of them or none.

    They stay in the history, and in answers at an earlier known-at. `import interactions --replace` records others in their
    place, and `undo` lets them count again.
    """
    wanted = [*ids, *(line.rstrip("\r\n") for line in ids_from or ())]
    if not wanted:
        raise click.UsageError("give the ids of interactions, or --ids-from FILE")
    with connection.client(attribution) as client:
        done = client.retract_interactions(wanted, reason=reason_of(attribution), request_id=request_id)
    if connection.as_json:
        print_json(
            {
                **receipt_object(done),
                "retracted": done.retracted_count,
                "already_so": done.already_so_count,
            }
        )
        return
    already = f", {done.already_so_count:,} did not count before" if done.already_so_count else ""
    print_text(f"{done.retracted_count:,} retracted{already}, at position {done.position}")
