"""Checks of single fields, gathered so that a refusal names every offender, not the first."""

import math
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from tagledger.v1 import common_pb2

from domain import limits
from domain.changeset import Personal, Value, ValueType
from domain.errors import InvalidField, Violation
from domain.instants import DAY_US
from domain.language.rules import tag_problem
from domain.names import normalized
from server.usecases.drafts import PersonalText

_WORKSPACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)
_NAMESPACE = re.compile(rf"[a-z0-9._-]{{1,{limits.MAX_NAMESPACE_CHARACTERS}}}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_VIOLATIONS_MAX = 100


class Checks:
    """Collects violations; `refuse` raises them all at once."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []

    def add(self, field: str, description: str) -> None:
        """Note a violation."""
        if len(self._violations) < _VIOLATIONS_MAX:
            self._violations.append(Violation(field, description))

    @property
    def failed(self) -> bool:
        """Is there any?"""
        return bool(self._violations)

    def refuse(self) -> None:
        """Raise InvalidField if there is any violation."""
        if self._violations:
            raise InvalidField.of(self._violations)

    # --- text -------------------------------------------------------------------------------------------------------------

    def workspace(self, field: str, name: str) -> str:
        """A workspace's name."""
        if not _WORKSPACE.fullmatch(name):
            self.add(field, "1 to 63 of a-z, 0-9, '-' and '_', beginning with a letter or digit; the first one is `default`")
        return name

    def text(self, field: str, text: str, maximum: int, *, required: bool) -> str:
        """Free text of at most `maximum` characters."""
        if required and not text.strip():
            self.add(field, f"required: 1 to {maximum:,} characters")
        elif len(text) > maximum:
            self.add(field, f"{len(text):,} characters; at most {maximum:,}")
        elif "\0" in text:
            self.add(field, "must not contain U+0000")
        return text

    def name(self, field: str, name: str) -> str:
        """A name in NFC: 1 to MAX_NAME_CHARACTERS characters, none of them a control character."""
        name = normalized(name)
        if not 1 <= len(name) <= limits.MAX_NAME_CHARACTERS:
            self.add(field, f"a name of 1 to {limits.MAX_NAME_CHARACTERS} characters is needed (got {len(name):,})")
        elif has_control(name):
            self.add(field, "a name must not contain control characters")
        elif name != name.strip():
            self.add(field, "a name must not begin or end with white space")
        return name

    def foreign_key(self, field: str, foreign_key: str) -> str:
        """Another system's name for a tag, `namespace:name`, in NFC."""
        namespace, colon, name = foreign_key.partition(":")
        if not colon or not _NAMESPACE.fullmatch(namespace):
            self.add(
                field,
                "`namespace:name` is needed, for example wecom:etAbc; a namespace is 1 to "
                f"{limits.MAX_NAMESPACE_CHARACTERS} of a-z, 0-9, '.', '-' and '_'",
            )
            return foreign_key
        key = f"{namespace}:{self.name(field, name)}"
        problem = tag_problem(key)  # it has to stand where a tag's key does
        if problem and name:
            self.add(field, problem)
        return key

    def profile_id(self, field: str, profile_id: str) -> str:
        """A profile id."""
        size = len(profile_id.encode())
        if not 1 <= size <= limits.MAX_PROFILE_ID_BYTES:
            self.add(field, f"1 to {limits.MAX_PROFILE_ID_BYTES} bytes of UTF-8 (got {size:,})")
        elif "\0" in profile_id:
            self.add(field, "must not contain U+0000")
        return profile_id

    def profile_ids(self, field: str, profile_ids: Sequence[str]) -> None:
        """Profile ids: first a cheap look at all, then at each if that does not settle it."""
        shortest, longest = min(map(len, profile_ids), default=1), max(map(len, profile_ids), default=0)
        if shortest and longest * 4 <= limits.MAX_PROFILE_ID_BYTES and "\0" not in "".join(profile_ids):
            return
        for i, profile_id in enumerate(profile_ids):
            self.profile_id(f"{field}[{i}]", profile_id)

    def currency(self, field: str, code: str) -> str:
        """An ISO 4217 code."""
        if not _CURRENCY.fullmatch(code):
            self.add(field, f"three capital letters (ISO 4217), for example CNY; got {code[:20]!r}")
        return code

    # --- numbers and instants ---------------------------------------------------------------------------------------------

    def number(self, field: str, number: float) -> float:
        """A finite double within bounds."""
        if not math.isfinite(number) or abs(number) > limits.MAX_NUMBER_MAGNITUDE:
            self.add(
                field, f"finite, magnitude at most {limits.MAX_NUMBER_MAGNITUDE:.0e} (got {number}); longer ids are strings"
            )
        return number

    def instant(self, field: str, us: int) -> int:
        """Microseconds within bounds."""
        if not limits.MIN_INSTANT_US <= us < limits.MAX_INSTANT_US:
            self.add(field, "microseconds since the epoch, from 1900-01-01 to before 2200-01-01")
        return us

    def timestamp(self, field: str, stamp: Timestamp) -> int:
        """A Timestamp as microseconds; what is finer is cut off."""
        if not 0 <= stamp.nanos < 1_000_000_000:
            self.add(field, "nanos must be from 0 to 999,999,999")
        return self.instant(field, stamp.seconds * 1_000_000 + stamp.nanos // 1_000)

    def lifetime(self, field: str, duration: Duration) -> int:
        """In microseconds; 0 for ever."""
        us, rest = divmod(duration.seconds * 1_000_000_000 + duration.nanos, 1_000)
        if rest or not 0 <= us <= limits.MAX_LIFETIME_US:
            days = limits.MAX_LIFETIME_US // DAY_US
            self.add(field, f"whole microseconds are needed, at most {days:,} days; zero for ever")
        return us

    def trait_value(self, field: str, value: common_pb2.Value) -> tuple[ValueType, Value | PersonalText] | None:
        """A typed value; None after a violation."""
        match value.WhichOneof("kind"):
            case "string_value":
                return ValueType.STRING, self._text_of_value(field, value.string_value)
            case "personal_value":
                if not value.personal_value:
                    self.add(field, "a personal text is not empty; send no value to clear the trait")
                if "\0" in value.personal_value:  # a text in a table, which PostgreSQL does not take
                    self.add(field, "a personal text must not contain U+0000")
                return ValueType.PERSONAL, PersonalText(self._text_of_value(field, value.personal_value))
            case "number_value":
                return ValueType.NUMBER, self.number(field, value.number_value)
            case "bool_value":
                return ValueType.BOOL, value.bool_value
            case "date_value":
                day = self._day(field, value.date_value)
                return None if day is None else (ValueType.DATE, day)
            case _:
                self.add(field, "a value is needed: string_value, number_value, bool_value, date_value or personal_value")
        return None

    def tag_value(self, field: str, value: common_pb2.Value) -> str | date | None:
        """A choice or a date; None after a violation."""
        match value.WhichOneof("kind"):
            case "string_value":
                return self._text_of_value(field, value.string_value)
            case "date_value":
                return self._day(field, value.date_value)
            case _:
                self.add(field, "string_value (a choice) or date_value is needed; numbers go into value")
        return None

    def _day(self, field: str, text: str) -> date | None:
        try:
            return iso_date(text)
        except ValueError:
            self.add(field, f"a date as ISO 8601, for example 1990-02-28; got {text[:40]!r}")
            return None

    def _text_of_value(self, field: str, text: str) -> str:
        if len(text.encode()) > limits.MAX_VALUE_BYTES:
            self.add(field, f"at most {limits.MAX_VALUE_BYTES:,} bytes of UTF-8; keep long texts elsewhere")
        return text

    def request_id(self, text: str) -> bytes:
        """A UUID as 16 bytes."""
        return self._uuid("context.request_id", text, "new for each intended write and the same for its retries")

    def changeset_id(self, text: str) -> bytes:
        """A UUID as 16 bytes."""
        return self._uuid("changeset_id", text, "that of a changeset, as history shows it; or name it by its position")

    def _uuid(self, field: str, text: str, remedy: str) -> bytes:
        try:
            return uuid.UUID(text).bytes
        except ValueError:
            self.add(field, f"a UUID is needed, {remedy}; got {text[:50]!r}")
            return bytes(16)


def iso_date(text: str) -> date:
    """`2017-06-01` and nothing else. Raises ValueError."""
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def has_control(text: str) -> bool:
    """Does the text contain C0, DEL or C1 control characters?"""
    return not text.isprintable() and any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text)


def split_key(key: str) -> tuple[str, str]:
    """Group ("" for none) and name of a tag's key: the first `/` ends the group."""
    group, slash, name = key.partition("/")
    return (group, name) if slash else ("", key)


def to_timestamp(us: int) -> Timestamp:
    """Microseconds as a Timestamp."""
    seconds, rest = divmod(us, 1_000_000)
    return Timestamp(seconds=seconds, nanos=rest * 1_000)


def duration_out(us: int) -> Duration | None:
    """None for 0."""
    seconds, rest = divmod(us, 1_000_000)
    return Duration(seconds=seconds, nanos=rest * 1_000) if us else None


def value_out(value: Value, texts: Mapping[int, str] = MappingProxyType({})) -> common_pb2.Value:
    """A typed value as its message. `texts`: of the vault, by number; a personal text that is not among them is told as ""."""
    match value:
        case Personal():
            return common_pb2.Value(personal_value=texts.get(value.number, ""))
        case bool():
            return common_pb2.Value(bool_value=value)
        case str():
            return common_pb2.Value(string_value=value)
        case date():
            return common_pb2.Value(date_value=value.isoformat())
        case _:
            return common_pb2.Value(number_value=value)
