"""Decides commands on segments: which change they make, or why they are refused."""

from typing import assert_never

from domain.catalogue_changes import SegmentChanged, SegmentDefined, SegmentRenamed, SegmentRetired
from domain.errors import NameTaken, SegmentInUse, SegmentUnchanged, Violation
from domain.errors import SegmentRetired as RetiredError
from domain.language.printer import to_text
from domain.language.syntax import Expression
from domain.segment_catalogue import Outline, SegmentChange, SegmentEntry, Segments
from server.usecases.commands import ChangeSegment, DefineSegment, RenameSegment, RetireSegment, SegmentCommand

_NAMED_MAX = 20


def decide_segment_command(command: SegmentCommand, segments: Segments) -> SegmentChange:
    """The change. Raises a CallerError when the command cannot be carried out."""
    match command:
        case DefineSegment():
            if segments.taken(command.name):
                raise name_taken("segment", command.name)
            text = _version_text(segments, command.expression, command.name, None)
            return SegmentDefined(len(segments.entries) + 1, command.name, command.description, text)
        case ChangeSegment():
            entry = _living(segments, command.name, "name", "takes no new version; define another segment")
            text = _version_text(segments, command.expression, entry.name, entry.number)
            _refuse_unchanged(segments, entry, text)
            return SegmentChanged(entry.number, text)
        case RenameSegment():
            entry = segments.named(command.name, "name")
            if segments.taken(command.new_name):
                raise name_taken("segment", command.new_name)
            return SegmentRenamed(entry.number, command.new_name)
        case RetireSegment():
            entry = _living(segments, command.name, "name", "was retired before; nothing was changed")
            _refuse_used(segments, entry)
            return SegmentRetired(entry.number)
        case _:
            assert_never(command)


def name_taken(what: str, name: str) -> NameTaken:
    """The refusal, with its remedy."""
    return NameTaken(f"there is a {what} named {name!r} already; choose another name", metadata={"name": name})


def _version_text(segments: Segments, expression: Expression, name: str, number: int | None) -> str:
    """The canonical text of what can be the next version of a segment (None: the first of a new one)."""
    outline = Outline.of(expression)
    segments.refuse_version(outline, name, number)
    for leaf in outline.segments:
        _living(segments, leaf.segment, "segment", "cannot be named by a new definition; write out what it says")
    return to_text(expression)


def _living(segments: Segments, name: str, field: str, remedy: str) -> SegmentEntry:
    entry = segments.named(name, field)
    if entry.retired:
        message = f"segment {name!r} is retired: it {remedy}"
        raise RetiredError(message, metadata={"segment": name}, violations=[Violation(field, message)])
    return entry


def _refuse_unchanged(segments: Segments, entry: SegmentEntry, text: str) -> None:
    newest = len(entry.versions)
    if segments.text(entry.number, newest) == text:
        message = f"version {newest} of segment {entry.name!r} says the same already; nothing was changed"
        metadata = {"segment": entry.name, "version": str(newest)}
        raise SegmentUnchanged(message, metadata=metadata, violations=[Violation("segment", message)])


def _refuse_used(segments: Segments, entry: SegmentEntry) -> None:
    names = sorted(user.name for user in segments.users(entry.number))
    if names:
        named = ", ".join(repr(name) for name in names[:_NAMED_MAX])
        more = f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
        message = f"segment {entry.name!r} is named by {named}{more}; change or retire these first"
        metadata = {"segments": ",".join(names[:_NAMED_MAX])}
        raise SegmentInUse(message, metadata=metadata, violations=[Violation("name", message)])
