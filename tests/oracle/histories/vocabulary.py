"""What random histories and questions speak of: eras with a clock change in them, names, values and instants that meet."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.changeset import Personal, Value, ValueType
from domain.language.syntax import Unit
from tests.oracle.histories.rows import EPOCH, microseconds

MINUTE_US: Final = 60_000_000
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
SECOND_US: Final = 1_000_000
UNIT_US: Final = {Unit.SECOND: SECOND_US, Unit.MINUTE: MINUTE_US, Unit.HOUR: HOUR_US, Unit.DAY: DAY_US, Unit.WEEK: 7 * DAY_US}
# Spans that lie between events, and that questions ask for: so that they meet to the microsecond.
SPANS: Final = (
    (30, Unit.SECOND),
    (1, Unit.MINUTE),
    (1, Unit.HOUR),
    (1, Unit.DAY),
    (2, Unit.DAY),
    (1, Unit.WEEK),
    (30, Unit.DAY),
)
SPANS_US: Final = tuple(count * UNIT_US[unit] for count, unit in SPANS)

# Each era has a clock change near its anchor: instants to ask at, and zones to ask in (beside UTC).
ERAS: Final = (
    (("2017-06-15T10:00:00", "2017-06-30T16:00:00", "2017-07-01T00:00:00"), ("Asia/Shanghai", "America/New_York")),
    (("2017-11-05T05:30:00", "2017-11-05T06:30:00"), ("America/New_York", "America/Havana")),  # Havana: midnight twice
    (("2018-03-11T07:00:00", "2018-03-12T04:00:00"), ("America/New_York", "Asia/Kathmandu")),
    (("2018-11-04T03:00:00", "2018-11-05T12:34:56.789012"), ("America/Sao_Paulo", "Asia/Shanghai")),  # midnight skipped
    (("2011-12-30T10:00:00", "2011-12-31T09:59:59.999999"), ("Pacific/Apia", "Asia/Shanghai")),  # a whole day skipped
    (("2016-02-29T23:59:59.999999", "2016-03-01T00:00:00"), ("Pacific/Apia", "Pacific/Pago_Pago")),
    (("2020-12-31T16:00:00", "2021-01-01T00:00:00"), ("Asia/Shanghai", "Pacific/Kiritimati")),
    (("1969-12-31T23:59:59.999999", "1970-01-01T00:00:00"), ("America/New_York", "Europe/London")),  # about the epoch
    (("1919-03-31T04:30:00", "1919-04-01T00:00:00"), ("America/Toronto", "UTC")),  # 23:30 becomes 00:30
    (("2006-10-29T02:31:00", "2006-10-29T03:15:00"), ("America/St_Johns", "UTC")),  # 00:01 becomes 23:01 of the day before
    (("2017-04-01T14:59:59.999999", "2017-04-01T15:15:00"), ("Australia/Lord_Howe", "Asia/Kathmandu")),  # half an hour back
    (("2019-02-28T12:00:00", "2019-02-28T23:30:00"), ("Europe/Berlin", "America/St_Johns")),  # 29 February, in common years
)

ACTORS: Final = ("anna", "batch job", "caf\u00e9", "cafe\u0301")
SOURCES: Final = ("crm", "import", "anna")
SEGMENT_NAMES: Final = ("regulars", "at risk", "新客", "version")
LIST_NAMES: Final = ("autumn", "请勿打扰")
GROUP_NAMES: Final = ("level", "risk", "等级")
TAG_NAMES: Final = ("vip", "gold", "churn", "VIP 客户", "and", "lead-score")
FOREIGN_TAGS: Final = ("wecom:vip", "crm:VIP 客户")
TYPES: Final = ("purchase", "visit", "refund")
TOUCHPOINTS: Final = ("mini_program", "shop", "")
STRINGS: Final = (
    "tea",
    "te",
    "Tea",
    "coffee",
    "",
    "caf\u00e9",
    "cafe\u0301",
    "\uff5e",
    "\U0001f375",
    'say "x"\\\n',
    "p1",
    "p2",
    "p7",
)
NUMBERS: Final = (0.0, -0.0, 1.0, 2.0, -3.5, 0.1, 0.1 + 0.2, 0.8, 18.0, 0.00005, 0.00015, 2.00025, 1e14, -1e14)
DATES: Final = (date(2017, 6, 1), date(2017, 6, 2), date(1969, 12, 31), date(2020, 2, 29), date(1, 1, 1), date(9999, 12, 31))
CHOICES: Final = ("small", "middle", "\u5927", "caf\u00e9")
POOLS: Final[dict[ValueType, tuple[Value, ...]]] = {
    ValueType.STRING: STRINGS,
    ValueType.NUMBER: NUMBERS,
    ValueType.BOOL: (True, False),
    ValueType.DATE: DATES,
    ValueType.PERSONAL: (Personal(1), Personal(2), Personal(7)),
}
PROPERTIES: Final = {
    "category": ValueType.STRING,
    "quantity": ValueType.NUMBER,
    "gift": ValueType.BOOL,
    "品牌": ValueType.STRING,
}
TRAITS: Final = {
    "city": ValueType.STRING,
    "age": ValueType.NUMBER,
    "member": ValueType.BOOL,
    "joined": ValueType.DATE,
    "birthday": ValueType.DATE,
    "email": ValueType.PERSONAL,
}
RESERVED: Final = {"amount": ValueType.NUMBER, "currency": ValueType.STRING, "touchpoint": ValueType.STRING}
AMOUNTS: Final = (0, 1, -1, 5_000, 500_000, 500_000, 999_999, 1_000_000, -200_000, 10**15, -(10**15))
BOUNDS: Final = ("0", "1", "2", "3", "-1", "0.5", "0.1", "0.3", "0.8", "50", "100", "99.9999", "99.99995", "0.00005")
DEFAULT_CURRENCY: Final = "CNY"
CURRENCIES: Final = ("CNY", "USD", "EUR")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a history and the questions about it speak of. Names of tags, types and so on are the module's constants."""

    anchors: tuple[int, ...]
    """Instants that questions are asked at."""
    zones: tuple[str, ...]
    instants: tuple[int, ...]
    """Edges of windows seen from the anchors, and each of them one microsecond off."""
    keys: tuple[str, ...]
    """Every key that a tag may have at some time; some of them no tag has in a given history."""
    days: tuple[date, ...]
    """Dates about the anchors."""
    birthdays: tuple[date, ...]
    """Values of date traits: days, returns of days and some that are still to come, 29 February among them."""


def random_vocabulary(rng: random.Random) -> Vocabulary:
    """One of the eras."""
    return vocabulary_of(rng.randrange(len(ERAS)))


def vocabulary_of(era: int) -> Vocabulary:
    """The vocabulary of an era, by its place in ERAS."""
    texts, era_zones = ERAS[era]
    anchors = tuple(microseconds(text) for text in texts)
    zones = ("UTC", *era_zones)
    middle = (EPOCH + timedelta(microseconds=anchors[0])).date()
    days = tuple(middle + timedelta(days=back) for back in (-365, -366, -60, -31, -30, -8, -7, -3, -2, -1, 0, 1, 2))
    edges = {anchor - count * size for anchor in anchors for size in UNIT_US.values() for count in (0, 1, 2, 3, 7, 30)}
    edges |= {midnight(day, zone, fold) for day in days for zone in zones for fold in (0, 1)}
    instants = tuple(sorted(edge + off for edge in edges for off in (-1, 0, 1)))
    grouped = tuple(f"{group}/{name}" for group in GROUP_NAMES for name in TAG_NAMES)
    return Vocabulary(anchors, zones, instants, TAG_NAMES + grouped + FOREIGN_TAGS, days, birthdays_about(days))


def birthdays_about(days: tuple[date, ...]) -> tuple[date, ...]:
    """These days, dates whose yearly returns fall on them or near them, and about as many in leap years' Februaries."""
    near = {day + timedelta(days=off) for day in days[2:] for off in (0, 1, 7)}
    born = {day.replace(year=day.year - back) for day in near for back in (0, 1, 30, -1) if (day.month, day.day) != (2, 29)}
    leap = [date(year, 2, 29) for year in range(1904, 2024, 4)]
    return tuple(sorted(born)) + 3 * days[2:] + tuple(leap) + (date(1900, 2, 28), date(1984, 12, 31))


def midnight(day: date, zone: str, fold: int) -> int:
    """An instant at or near the day's midnight in the zone: exact on most days, and what `fold` makes of it on the others."""
    wall = datetime.combine(day, time(0), ZoneInfo(zone)).replace(fold=fold)
    return (wall - EPOCH) // timedelta(microseconds=1)
