"""The commands `import interactions`, `import tags` and `import traits`."""

import secrets
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from clients.cli import exits
from clients.cli.imports import cells
from clients.cli.imports.changes import KnownTags, TagMapping, TraitMapping, distinct_texts, tag_batches, trait_batches
from clients.cli.imports.inference import infer_kinds
from clients.cli.imports.interactions import InteractionMapping, batches
from clients.cli.imports.plan import Field, Plan, base_id, fields_of
from clients.cli.imports.rejects import RejectsFile, rows_format
from clients.cli.imports.run import Batch, Tally, report_result, run
from clients.cli.imports.sources import Source, chunks, content_digest, open_source, read_tables, require, spooled
from clients.cli.options import Attribution, Connection, attribution_options, connection_options
from clients.cli.output import print_json
from clients.cli.times import option_instant, zone_of
from clients.sdk import Client, RetryPolicy, errors

_PROBE_SECONDS = 5.0
_MAX_CHANGES = 100_000
_MAX_CORRECTIONS = 10_000
_INTERACTIONS_IN_FLIGHT = 4
# One at a time for tags, traits and replacements: of two rows about the same thing, the later in the file must win.
_CHANGES_IN_FLIGHT = 1
_RESERVED = ("amount", "currency", "touchpoint")


@click.group("import")
def import_() -> None:
    """Import interactions, tags or traits from a CSV, JSONL or Parquet file.

    \b
    The same file imported twice, or again after a crash in the middle, is imported once: the ids of the writes follow from
    the file's content and from the mapping (and --batch-rows), and rows recorded before count as duplicates.
    Rejected rows never stop an import; they are counted, and kept with the reason by --rejects.
    Amounts are kept to four decimals, rounded half-even. Empty cells and nulls are absent.
    """


@dataclass(slots=True)
class Import:
    """One import under way: its plan, its file, its client."""

    plan: Plan
    source: Source
    client: Client
    connection: Connection
    reason: str
    tally: Tally

    def base(self, kind: str, mapping: Mapping[str, object]) -> uuid.UUID:
        """Return the id that the request ids derive from."""
        return base_id(content_digest(self.plan.path), self.connection.workspace, kind, mapping, self.plan)

    def use(self, columns: Sequence[str]) -> None:
        """Check that the columns are there and can be imported."""
        require(self.source, columns, self.plan.file_name)

    def typed(self, fields: tuple[Field, ...], known: Mapping[str, str], *, as_trait: bool) -> tuple[Field, ...]:
        """Return the fields with their kinds: as the caller says, as the file says, or for CSV as all its cells read."""
        open_columns = [one.column for one in fields if one.kind is None]
        if self.source.untyped and open_columns:
            tables = read_tables(self.source, open_columns, self.plan.file_name)
            kinds = infer_kinds(tables, open_columns, days=as_trait)
            # Where the workspace knows the name, its type is what the cells have to be read as.
            fields = tuple(replace(one, kind=one.kind or known.get(one.name) or kinds[one.column]) for one in fields)
        else:
            types = self.source.types([one.column for one in fields])
            kinds = {one.column: cells.kind_of(types[one.column], as_trait=as_trait) for one in fields}
            # A text may be a personal one: the file's type does not tell, the workspace may know.
            personal = {one.column for one in fields if known.get(one.name) == "personal" and kinds[one.column] == "string"}
            kinds |= dict.fromkeys(personal, "personal")
            fields = tuple(replace(one, kind=one.kind or kinds[one.column]) for one in fields)
        option = "--trait-type" if as_trait else "--property-type"
        for one in fields:
            recorded = known.get(one.name)
            if recorded and recorded != one.kind:
                raise errors.TypeConflict(
                    f"{one.name} is a {recorded} in this workspace, and column {one.column!r} gives a {one.kind}; "
                    f"say {option} {one.column}={recorded}, or import it under another name: {one.column}=NAME"
                )
        return fields

    def finish(self, made: Iterator[Batch], columns: Sequence[str], in_flight: int) -> int:
        """Send everything, and tell how it went."""
        with RejectsFile(self.plan.rejects, columns) as rejects:
            run(made, self.tally, rejects, in_flight=in_flight, show_progress=self.plan.show_progress)
            self.tally.rows += sum(1 for why in self.source.skipped.values() if why)
            rejects.add_all((row, why, {}) for row, why in sorted(self.source.skipped.items()) if why)
            result = self.tally.result(rejects)
        if self.connection.as_json:
            print_json(result)
        else:
            report_result(result, rejects.examples, self.tally.attributed_otherwise)
        return exits.PARTIAL if rejects.count else exits.DONE


@contextmanager
def _opened(file: str, common: dict[str, Any], connection: Connection, attribution: Attribution) -> Iterator[Import]:
    """Open the file and the client of an import; the first call tells whether the service and the workspace are there."""
    if file == "-" and common["form"] not in ("csv", "jsonl"):
        raise click.UsageError("reading from a pipe needs --format csv or --format jsonl")
    show = sys.stderr.isatty() and not connection.as_json
    with tempfile.TemporaryDirectory(prefix="tagledger-") as folder:
        path = spooled(file, Path(folder))
        name = "standard input" if file == "-" else path.name
        rejects = _rejects_path(common["rejects"], path)
        salt = secrets.token_hex(16) if common["again"] else ""
        plan = Plan(path, name, zone_of(common["zone"]), rejects, common["batch_rows"], salt, show)
        source = open_source(path, common["form"])
        with connection.client(attribution, RetryPolicy()) as client:
            position = client.names(timeout=min(_PROBE_SECONDS, connection.timeout_seconds)).position
            reason = attribution.reason or f"import of {name}"
            yield Import(plan, source, client, connection, reason, Tally(position))


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of all imports, handed over as ``common``."""
    names = ("form", "zone", "rejects", "batch_rows", "again")

    def run_it(**given: Any) -> Any:
        return command(common={name: given.pop(name) for name in names}, **given)

    run_it.__name__, run_it.__doc__ = command.__name__, command.__doc__
    run_it.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    options = (
        click.option(
            "--format", "form", type=click.Choice(("csv", "jsonl", "parquet")), help="By the file's name unless given."
        ),
        click.option("--zone", default="UTC", show_default=True, metavar="ZONE", help="The zone of times written without one."),
        click.option("--rejects", metavar="FILE", type=click.Path(dir_okay=False), help="Keep rejected rows: .csv or .jsonl."),
        click.option(
            "--batch-rows",
            type=click.IntRange(1, 100_000),
            default=10_000,
            show_default=True,
            metavar="N",
            help="Rows in one write; another number makes another import of the same file.",
        ),
        click.option("--again", is_flag=True, help="Import the file once more, even if it was imported before."),
    )
    decorated: Callable[..., Any] = run_it
    for option in reversed(options):
        decorated = option(decorated)
    return connection_options(attribution_options("import", "default: import of FILE")(decorated))


_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="FILE")
_PROFILE = click.option("--profile", required=True, metavar="COLUMN", help="The column of profile ids.")
_EFFECTIVE = click.option("--effective-at", metavar="TIME", help="When all rows hold (the moment of recording unless given).")


def _one_of(first: str, given: object, second: str, other: object, *, required: bool) -> None:
    if given is not None and other is not None:
        raise click.UsageError(f"give {first} or {second}, not both")
    if required and given is None and other is None:
        raise click.UsageError(f"give {first} or {second}")


@import_.command()
@_FILE
@_PROFILE
@click.option("--type", "type_name", metavar="NAME", help="The interaction type of all rows.")
@click.option("--type-column", metavar="COLUMN", help="The column of interaction types.")
@click.option("--at", required=True, metavar="COLUMN", help="When it happened: timestamps, days or ISO 8601 text.")
@click.option("--amount", metavar="COLUMN", help="Amounts, rounded half-even to four decimals.")
@click.option("--currency", metavar="CODE", help="The currency of all amounts (the workspace's unless given).")
@click.option("--currency-column", metavar="COLUMN", help="The column of currency codes.")
@click.option("--id", "id_column", metavar="COLUMN", help="Ids that make an interaction count once for ever.")
@click.option("--replace", "replaces", is_flag=True, help="Rows count in the place of what was recorded under their ids.")
@click.option("--touchpoint", metavar="COLUMN", help="The column of touchpoints.")
@click.option("--property", "properties", multiple=True, metavar="COLUMN[=NAME]", help="A property; may be repeated.")
@click.option(
    "--property-type",
    "kinds",
    multiple=True,
    metavar="COLUMN=KIND",
    help="string, number or bool, whatever the cells look like.",
)
@_common
def interactions(
    file: str,
    profile: str,
    type_name: str | None,
    type_column: str | None,
    at: str,
    amount: str | None,
    currency: str | None,
    currency_column: str | None,
    id_column: str | None,
    replaces: bool,
    touchpoint: str | None,
    properties: tuple[str, ...],
    kinds: tuple[str, ...],
    common: dict[str, Any],
    connection: Connection,
    attribution: Attribution,
) -> int:
    """Import what profiles did, one interaction a row."""
    _one_of("--type", type_name, "--type-column", type_column, required=True)
    _one_of("--currency", currency, "--currency-column", currency_column, required=False)
    common["batch_rows"] = min(common["batch_rows"], _MAX_CORRECTIONS) if replaces else common["batch_rows"]
    if replaces and not id_column:
        raise click.UsageError("--replace needs --id: the column that says what is replaced")
    fields = fields_of(properties, kinds, "property")
    for one in fields:
        if one.name in _RESERVED:
            raise click.UsageError(f"--property: {one.name!r} is reserved; use --{one.name}, or {one.column}=NAME")
        if one.kind == "date":
            raise click.UsageError("--property-type: properties hold no days; import them as string")
    mapping = InteractionMapping(
        profile, type_name, type_column, at, amount, currency, currency_column, id_column, touchpoint, fields, replaces
    )
    with _opened(file, common, connection, attribution) as job:
        job.use(mapping.columns())
        base = job.base("interactions", mapping.described())
        typed = replace(mapping, properties=job.typed(fields, job.client.names().properties, as_trait=False))
        cut = chunks(job.source, mapping.columns(), job.plan.batch_rows, job.plan.file_name)
        made = batches(cut, typed, job.plan, base, job.client, job.reason)
        return job.finish(made, mapping.columns(), _CHANGES_IN_FLIGHT if replaces else _INTERACTIONS_IN_FLIGHT)


def _known_tags(job: Import, mapping: TagMapping, create: bool, base: uuid.UUID) -> KnownTags:
    """Return what is known of tags; makes missing ones first when asked to."""
    tags = {tag.key: tag for tag in job.client.tags(show_retired=True)}
    tags |= {name.foreign_key: tags[name.key] for name in job.client.foreign_tags() if name.key in tags}
    retired = {key: tag.retired for key, tag in tags.items()}
    unusable: dict[str, str] = {}
    if create:
        tables = read_tables(job.source, [mapping.tag_column or ""], job.plan.file_name)
        wanted = distinct_texts(tables, mapping.tag_column) if mapping.tag_column else [cells.nfc(mapping.tag or "")]
        for key in wanted:
            if key in retired:
                continue
            try:
                request_id = str(uuid.uuid5(base, f"tag:{key}"))
                job.client.define_tag(key, reason=job.reason, create_group=True, request_id=request_id)
                retired[key] = False
            except (errors.NameTaken, errors.RequestIdReused):
                retired[key] = False
            except (errors.InvalidField, errors.TagRetired) as error:
                unusable[key] = f"{key}: {error.message}"

    def refusal(key: str) -> str | None:
        if key in unusable:
            return unusable[key]
        if key not in retired:
            return f"tag {key!r} is not in the catalogue; define it, or import with --create-tags"
        return f"tag {key!r} is retired and can no longer be applied" if retired[key] else None

    return KnownTags(refusal, {key: tag.values.kind for key, tag in tags.items() if tag.values.kind in ("choice", "date")})


@import_.command()
@_FILE
@_PROFILE
@click.option("--tag", metavar="KEY", help="The tag of all rows.")
@click.option("--tag-column", metavar="COLUMN", help="The column of tag keys.")
@click.option("--at", metavar="COLUMN", help="The column of times from which the tag holds.")
@_EFFECTIVE
@click.option("--value", metavar="COLUMN", help="What goes with the assignment: a score, a choice or a date.")
@click.option("--expires", metavar="COLUMN", help="When the tag is removed again.")
@click.option("--create-tags", is_flag=True, help="Define tags, and their groups, that are missing.")
@_common
def tags(
    file: str,
    profile: str,
    tag: str | None,
    tag_column: str | None,
    at: str | None,
    effective_at: str | None,
    value: str | None,
    expires: str | None,
    create_tags: bool,
    common: dict[str, Any],
    connection: Connection,
    attribution: Attribution,
) -> int:
    """Import who carries which tag, one assignment a row."""
    _one_of("--tag", tag, "--tag-column", tag_column, required=True)
    _one_of("--at", at, "--effective-at", effective_at, required=False)
    since = option_instant("--effective-at", effective_at, zone_of(common["zone"]))
    mapping = TagMapping(profile, cells.nfc(tag) if tag else tag, tag_column, at, since, value, expires)
    with _opened(file, common, connection, attribution) as job:
        job.use(mapping.columns())
        base = job.base("tags", mapping.described())
        known = _known_tags(job, mapping, create_tags, base)
        cut = chunks(job.source, mapping.columns(), job.plan.batch_rows, job.plan.file_name)
        made = tag_batches(cut, mapping, job.plan, base, job.client, job.reason, known)
        return job.finish(made, mapping.columns(), _CHANGES_IN_FLIGHT)


@import_.command()
@_FILE
@_PROFILE
@click.option("--trait", "traits_", multiple=True, required=True, metavar="COLUMN[=NAME]", help="A trait; may be repeated.")
@click.option(
    "--trait-type",
    "kinds",
    multiple=True,
    metavar="COLUMN=KIND",
    help="string, number, bool, date or personal (names, telephones: kept apart), whatever the cells look like.",
)
@click.option("--at", metavar="COLUMN", help="The column of times from which the values hold.")
@_EFFECTIVE
@_common
def traits(
    file: str,
    profile: str,
    traits_: tuple[str, ...],
    kinds: tuple[str, ...],
    at: str | None,
    effective_at: str | None,
    common: dict[str, Any],
    connection: Connection,
    attribution: Attribution,
) -> int:
    """Import traits, one profile a row; `accepted` counts rows."""
    _one_of("--at", at, "--effective-at", effective_at, required=False)
    since = option_instant("--effective-at", effective_at, zone_of(common["zone"]))
    fields = fields_of(traits_, kinds, "trait")
    mapping = TraitMapping(profile, at, since, fields)
    common["batch_rows"] = min(common["batch_rows"], _MAX_CHANGES // len(fields))
    with _opened(file, common, connection, attribution) as job:
        job.use(mapping.columns())
        base = job.base("traits", mapping.described())
        typed = replace(mapping, traits=job.typed(fields, job.client.names().traits, as_trait=True))
        cut = chunks(job.source, mapping.columns(), job.plan.batch_rows, job.plan.file_name)
        made = trait_batches(cut, typed, job.plan, base, job.client, job.reason)
        return job.finish(made, mapping.columns(), _CHANGES_IN_FLIGHT)


def _rejects_path(name: str | None, source: Path) -> Path | None:
    """Return where rejected rows go, None for nowhere; refused before anything is sent if that cannot be meant."""
    if not name:
        return None
    path = Path(name)
    if rows_format(path) is None:
        raise click.UsageError(f"--rejects: {name} ends neither in .csv nor in .jsonl, which tells how to write it")
    if path.resolve() == source.resolve():
        raise click.UsageError(f"--rejects: {name} is the file that is imported; give another name")
    if not path.parent.is_dir():
        raise click.UsageError(f"--rejects: there is no folder {path.parent} to write {path.name} into")
    return path
