"""How commands show entries of the catalogue: many as a table, one as its fields."""

from collections.abc import Sequence

from clients.cli.options import Connection
from clients.cli.output import print_fields, print_json, print_table
from clients.sdk import replies

Entry = (
    replies.Tag
    | replies.TagGroup
    | replies.ForeignTag
    | replies.Workspace
    | replies.Segment
    | replies.UploadedList
    | replies.Department
    | replies.Staff
)


def fields_of(entry: object, columns: Sequence[str]) -> dict[str, object]:
    """Return the fields of an entry that are shown, by name."""
    return {column: getattr(entry, column) for column in columns}


def list_entries(name: str, columns: Sequence[str], entries: Sequence[Entry], connection: Connection) -> None:
    """Print entries as one JSON object, or a line each."""
    rows = [fields_of(entry, columns) for entry in entries]
    if connection.as_json:
        print_json({name: rows})
    else:
        print_table([column.replace("_", " ") for column in columns], [tuple(row.values()) for row in rows])


def show_entry(name: str, columns: Sequence[str], entry: Entry, connection: Connection) -> None:
    """Print one entry as one JSON object, or a field a line."""
    fields = fields_of(entry, columns)
    if connection.as_json:
        print_json({name: fields})
    else:
        print_fields({column.replace("_", " "): value for column, value in fields.items()})
