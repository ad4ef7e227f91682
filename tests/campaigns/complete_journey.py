"""The Complete Journey campaign: all of a public data set through the command line, and every answer against SQL by hand.

    python -m tests.campaigns.complete_journey [--households 300] [--store sqlite|postgresql]

The questions below stand beside their meaning in SQL, which reads the original Parquet files with DuckDB and shares nothing
with the service, not even the joined files that are imported. The last line is one JSON object. A cut of it runs in `make
test` where the files are.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from clients.sdk import Client
from tests.harness import Postgres, make_store, running_server

SHARED = Path(__file__).resolve().parents[3] / "shared"
DATA = Path(os.environ.get("TAGLEDGER_COMPLETEJOURNEY", SHARED / "data/completejourney"))
TAGLEDGER = str(Path(sys.executable).with_name("tagledger"))
ALL_HOUSEHOLDS = 10**9
_EXPORT_EVERY = 9


# --- what is imported -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One import: its name, its file as SQL over the original files, and the words after `tagledger import`."""

    name: str
    rows: str
    words: Sequence[str]


_PURCHASE = [
    "--profile",
    "household_id",
    "--type",
    "purchase",
    "--at",
    "transaction_timestamp",
    "--amount",
    "sales_value",
    "--touchpoint",
    "store",
    "--property",
    "product_id",
    "--property",
    "store_id",
    "--property",
    "quantity",
    "--property",
    "basket_id",
    "--property",
    "department=部门",
    "--property",
    "product_category",
    "--property",
    "used_coupon",
]


def _purchases(bounds: str) -> str:
    return f"""
        SELECT household_id, transaction_timestamp, sales_value, product_id, store_id, quantity, basket_id, department,
            product_category, coupon_disc > 0 AS used_coupon, 'shop ' || store_id AS store
        FROM transactions LEFT JOIN products USING (product_id) WHERE {bounds}
        ORDER BY transaction_timestamp, basket_id, product_id"""


def steps(*, purchases_in_two: bool) -> list[Step]:
    """The imports in order. In two, the later half of the year comes first, and the earlier one much later: late."""
    second_half = "transaction_timestamp >= TIMESTAMP '2017-07-01'"
    first = Step("purchases", _purchases("true"), ("interactions", *_PURCHASE))
    late: list[Step] = []
    if purchases_in_two:
        first = Step("purchases-2", _purchases(second_half), ("interactions", *_PURCHASE))
        late = [Step("purchases-1", _purchases(f"NOT {second_half}"), ("interactions", *_PURCHASE))]
    demographics = """
        SELECT d.*, kids_count <> '0' AS has_kids, f.first_day, f.baskets FROM demographics d JOIN (
            SELECT household_id, min(transaction_timestamp)::DATE AS first_day, count(DISTINCT basket_id) AS baskets
            FROM transactions GROUP BY ALL) f USING (household_id)
        ORDER BY household_id"""
    traits = (
        "--profile household_id --trait age --trait income --trait home_ownership=住房 --trait household_size "
        "--trait kids_count --trait has_kids --trait first_day --trait baskets --effective-at 2017-01-01"
    )
    campaigns = """
        SELECT household_id, 'campaign/' || campaign_id AS tag, start_date
        FROM campaigns JOIN descriptions USING (campaign_id) ORDER BY campaign_id, household_id"""
    kinds = """
        SELECT household_id, '活动/' || campaign_type AS tag, start_date, end_date
        FROM campaigns JOIN descriptions USING (campaign_id) ORDER BY household_id, campaign_id"""
    scores = """
        SELECT household_id, count(DISTINCT basket_id) / 128 AS score FROM transactions
        WHERE transaction_timestamp < TIMESTAMP '2017-07-01' GROUP BY ALL ORDER BY household_id"""
    redemptions = "SELECT * FROM redemptions ORDER BY redemption_date, household_id, coupon_upc, campaign_id"
    tags, make = "--profile household_id --tag-column tag --at start_date", "--create-tags"
    redeem = "--profile household_id --type redeem --at redemption_date --property campaign_id --property coupon_upc"
    score = "--profile household_id --tag model/活跃度 --value score --effective-at 2017-07-01"
    return [
        first,
        Step("demographics", demographics, ("traits", *traits.split())),
        *late,
        Step("campaigns", campaigns, ("tags", *tags.split(), make)),
        Step("kinds", kinds, ("tags", *tags.split(), "--expires", "end_date", make)),
        Step("redemptions", redemptions, ("interactions", *redeem.split())),
        Step("scores", scores, ("tags", *score.split(), make)),
    ]


@dataclass(frozen=True, slots=True)
class Imported:
    """How one import went."""

    name: str
    rows: int
    position: int
    rows_per_second: float


def originals(households: int) -> "duckdb.DuckDBPyConnection":
    """The original files, of the first households."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET TimeZone = 'UTC'")
    for table, file in (
        ("transactions", "transactions"),
        ("campaigns", "campaigns"),
        ("demographics", "demographics"),
        ("redemptions", "coupon_redemptions"),
    ):
        source = f"SELECT * FROM '{DATA / file}.parquet' WHERE household_id <= {households}"
        connection.execute(f"CREATE VIEW {table} AS {source}")
    connection.execute(f"CREATE VIEW products AS SELECT * FROM '{DATA / 'products'}.parquet'")
    connection.execute(f"CREATE VIEW descriptions AS SELECT * FROM '{DATA / 'campaign_descriptions'}.parquet'")
    return connection


def import_all(target: str, folder: Path, households: int, plan: Sequence[Step], tell: Callable[[str], None]) -> list[Imported]:
    """Write the files and import them, one command each."""
    source = originals(households)
    done = []
    for step in plan:
        path = folder / f"{step.name}.parquet"
        source.execute(f"COPY ({step.rows}) TO '{path}' (FORMAT parquet)")
        line = [TAGLEDGER, "import", step.words[0], str(path), *step.words[1:], "--target", target, "--json"]
        begun = time.perf_counter()
        told = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
        seconds = time.perf_counter() - begun
        assert told["rejected"] == told["duplicates"] == 0, told
        done.append(Imported(step.name, told["rows"], told["position"], told["rows"] / seconds))
        speed = f"{told['rows'] / seconds:,.0f} rows/s"
        tell(f"{step.name}: {told['rows']:,} rows in {seconds:.2f} s, the command's start included: {speed}")
    return done


# --- what is asked --------------------------------------------------------------------------------------------------------

VIEWS = """
CREATE TABLE all_purchases AS
    SELECT household_id AS h, transaction_timestamp::TIMESTAMP AS t, sales_value::DECIMAL(18, 4) AS amount, product_id,
        store_id, quantity, basket_id, department, product_category AS category, coupon_disc > 0 AS used_coupon
    FROM transactions LEFT JOIN products USING (product_id);
CREATE TABLE first_days AS
    SELECT h, min(t)::DATE AS first_day, count(DISTINCT basket_id) AS baskets FROM all_purchases GROUP BY h;
CREATE TABLE all_scores AS
    SELECT h, count(DISTINCT basket_id) / 128.0 AS score FROM all_purchases WHERE t < TIMESTAMP '2017-07-01' GROUP BY h;
CREATE TABLE sent AS
    SELECT household_id AS h, campaign_id AS id, campaign_type AS kind, start_date::TIMESTAMP AS began,
        end_date::TIMESTAMP AS ended, row_number() OVER (ORDER BY household_id, campaign_id) AS place
    FROM campaigns JOIN descriptions USING (campaign_id);

CREATE MACRO clock() AS getvariable('as_of');
CREATE MACRO known(step) AS list_contains(getvariable('known'), step);
CREATE MACRO here(instant, zone) AS timezone(zone, timezone('UTC', instant));

CREATE VIEW p AS SELECT * FROM all_purchases
    WHERE t <= clock() AND known(CASE WHEN t >= TIMESTAMP '2017-07-01' THEN 'purchases-2' ELSE 'purchases-1' END);
CREATE VIEW r AS SELECT household_id AS h, redemption_date::TIMESTAMP AS t, campaign_id, coupon_upc FROM redemptions
    WHERE redemption_date::TIMESTAMP <= clock() AND known('redemptions');
CREATE VIEW c AS SELECT h, id FROM sent WHERE began <= clock() AND known('campaigns');
CREATE VIEW kind_events AS
    SELECT h, kind, began AS t, place * 2 AS place, true AS applied FROM sent WHERE known('kinds')
    UNION ALL SELECT h, kind, ended, place * 2 + 1, false FROM sent WHERE known('kinds');
CREATE VIEW k AS SELECT h, kind FROM (
    SELECT *, row_number() OVER (PARTITION BY h, kind ORDER BY t DESC, place DESC) AS back FROM kind_events WHERE t <= clock())
    WHERE back = 1 AND applied;
CREATE VIEW d AS SELECT household_id AS h, * EXCLUDE (household_id), kids_count <> '0' AS has_kids
    FROM demographics JOIN first_days ON h = household_id
    WHERE clock() >= TIMESTAMP '2017-01-01' AND known('demographics');
CREATE VIEW s AS SELECT * FROM all_scores WHERE clock() >= TIMESTAMP '2017-07-01' AND known('scores');
CREATE VIEW u AS SELECT h FROM p UNION SELECT h FROM r UNION SELECT h FROM c UNION SELECT h FROM d UNION SELECT h FROM s
    UNION SELECT h FROM kind_events WHERE t <= clock();
"""

_NY, _SH = "'America/New_York'", "'Asia/Shanghai'"


def _by(rows: str, having: str) -> str:
    """Households whose group of rows has something: never those without a row."""
    return f"SELECT h FROM ({rows}) GROUP BY h HAVING {having}"


def _total(rows: str, value: str, compare: str) -> str:
    """Households of the universe whose total compares so; those without a row have 0."""
    totals = f"SELECT h, {value} AS n FROM ({rows}) GROUP BY h"
    return f"SELECT u.h FROM u LEFT JOIN ({totals}) USING (h) WHERE coalesce(n, 0) {compare}"


def _p(where: str = "true") -> str:
    return f"SELECT * FROM p WHERE {where}"


def _last(days: str) -> str:
    return f"t > clock() - INTERVAL {days}"


def _not(sql: str) -> str:
    return f"SELECT h FROM u EXCEPT ({sql})"


def _both(*parts: str) -> str:
    return " INTERSECT ".join(f"({part})" for part in parts)


def _any(*parts: str) -> str:
    return " UNION ".join(f"({part})" for part in parts)


def _local(unit: str, zone: str) -> str:
    return f"date_trunc('{unit}', here(clock(), {zone}))"


_SOME, _MILK = "count(*) >= 1", "category = 'FLUID MILK PRODUCTS'"
_REDEEMED = "SELECT * FROM r"


def _first(rows: str, where: str) -> str:
    return f"SELECT h FROM (SELECT h, min(t) AS t FROM ({rows}) GROUP BY h) WHERE {where}"


def _latest(rows: str, where: str) -> str:
    return f"SELECT h FROM (SELECT h, max(t) AS t FROM ({rows}) GROUP BY h) WHERE {where}"


def _holds(kind: str) -> str:
    return f"SELECT h FROM k WHERE kind = '{kind}'"


def _sent(campaign: int) -> str:
    return f"SELECT h FROM c WHERE id = {campaign}"


QUESTIONS: Sequence[tuple[str, str]] = (
    # The universe.
    ("everyone", "SELECT h FROM u"),
    ("not everyone", "SELECT h FROM u WHERE false"),
    ("not did purchase", _not(_by(_p(), _SOME))),
    ("not tagged campaign/18", _not(_sent(18))),
    # Tags.
    ("tagged campaign/18", _sent(18)),
    ("tagged any of (campaign/13, campaign/8, campaign/26)", "SELECT DISTINCT h FROM c WHERE id IN (13, 8, 26)"),
    ("tagged campaign/13 and not tagged campaign/8", _both(_sent(13), _not(_sent(8)))),
    ('tagged "活动/Type A"', _holds("Type A")),
    ('tagged "活动/Type B" and not tagged "活动/Type C"', f"{_holds('Type B')} EXCEPT {_holds('Type C')}"),
    ('tagged any of ("活动/Type A", "活动/Type B", "活动/Type C")', "SELECT DISTINCT h FROM k"),
    ("tagged model/活跃度", "SELECT h FROM s"),
    ("tagged model/活跃度 >= 0.5", "SELECT h FROM s WHERE score >= 0.5"),
    ("tagged model/活跃度 = 0.25", "SELECT h FROM s WHERE score = 0.25"),
    ("tagged any of (model/活跃度, campaign/18) < 0.1", "SELECT h FROM s WHERE score < 0.1"),
    # Traits.
    ('age = "45-54"', "SELECT h FROM d WHERE age = '45-54'"),
    ('age != "45-54"', "SELECT h FROM d WHERE age <> '45-54'"),
    ('not age != "45-54"', _not("SELECT h FROM d WHERE age <> '45-54'")),
    ('age in ("19-24", "25-34", "65+")', "SELECT h FROM d WHERE age IN ('19-24', '25-34', '65+')"),
    ('age >= "35-44"', "SELECT h FROM d WHERE age >= '35-44'"),
    ('income starts with "1"', "SELECT h FROM d WHERE income LIKE '1%'"),
    ("住房 exists", "SELECT h FROM d WHERE home_ownership IS NOT NULL"),
    ("not 住房 exists", _not("SELECT h FROM d WHERE home_ownership IS NOT NULL")),
    ('住房 != "Homeowner"', "SELECT h FROM d WHERE home_ownership <> 'Homeowner'"),
    ("has_kids = true", "SELECT h FROM d WHERE has_kids"),
    ("has_kids != true", "SELECT h FROM d WHERE NOT has_kids"),
    ("first_day < 2017-01-05", "SELECT h FROM d WHERE first_day < DATE '2017-01-05'"),
    ("first_day = 2017-01-02 or baskets > 200", "SELECT h FROM d WHERE first_day = DATE '2017-01-02' OR baskets > 200"),
    ("baskets <= 60", "SELECT h FROM d WHERE baskets <= 60"),
    ('baskets = "20"', "SELECT h FROM d WHERE false"),
    # How often.
    ("did purchase in last 30 days", _by(_p(_last("30 DAY")), _SOME)),
    ("did purchase at least 100 times in last 90 days", _by(_p(_last("90 DAY")), "count(*) >= 100")),
    ("did purchase at most 2 times in last 4 weeks", _total(_p(_last("28 DAY")), "count(*)", "<= 2")),
    ("did purchase exactly 0 times in last 72 hours", _total(_p(_last("72 HOUR")), "count(*)", "= 0")),
    ("did purchase exactly 7 times in last 14 days", _by(_p(_last("14 DAY")), "count(*) = 7")),
    ("did purchase more than 10 times in last 10000 minutes", _by(_p(_last("10000 MINUTE")), "count(*) > 10")),
    ("did purchase less than 3 times in last 7 days", _total(_p(_last("7 DAY")), "count(*)", "< 3")),
    ("did redeem", _by(_REDEEMED, _SOME)),
    ("did redeem at least 2 times where campaign_id = 13 ever", _by("SELECT * FROM r WHERE campaign_id = 13", "count(*) >= 2")),
    ("count(purchase where quantity = 0) > 1", _by(_p("quantity = 0"), "count(*) > 1")),
    ("count(purchase) != 0 in last 1 days", _by(_p(_last("1 DAY")), _SOME)),
    # Filters.
    (
        'did purchase where product_category = "FLUID MILK PRODUCTS" in last 14 days',
        _by(_p(f"{_MILK} AND {_last('14 DAY')}"), _SOME),
    ),
    (
        'did purchase where 部门 != "GROCERY" and amount >= 20 in last 60 days',
        _by(_p(f"department <> 'GROCERY' AND amount >= 20 AND {_last('60 DAY')}"), _SOME),
    ),
    (
        'did purchase where (not 部门 = "GROCERY" and not 部门 exists) in last 60 days',
        _by(_p(f"department IS NULL AND {_last('60 DAY')}"), _SOME),
    ),
    (
        'did purchase where product_category starts with "FRZN" and quantity > 3',
        _by(_p("starts_with(category, 'FRZN') AND quantity > 3"), _SOME),
    ),
    (
        'did purchase at least 5 times where (部门 in ("MEAT", "SEAFOOD") '
        "or amount > 15.5 and not used_coupon = true) in last 45 days",
        _by(
            _p(f"(department IN ('MEAT', 'SEAFOOD') OR (amount > 15.5 AND NOT used_coupon)) AND {_last('45 DAY')}"),
            "count(*) >= 5",
        ),
    ),
    ("did purchase where used_coupon = true in last 30 days", _by(_p(f"used_coupon AND {_last('30 DAY')}"), _SOME)),
    ("did purchase where amount = 0 and store_id in (367, 406)", _by(_p("amount = 0 AND store_id IN (367, 406)"), _SOME)),
    ('did purchase where touchpoint = "shop 367" in last 30 days', _by(_p(f"store_id = 367 AND {_last('30 DAY')}"), _SOME)),
    ('did purchase where currency = "CNY" and amount > 99.99', _by(_p("amount > 99.99"), _SOME)),
    ('did purchase where product_id = "826249"', "SELECT h FROM u WHERE false"),
    (
        "did purchase where amount < 0.5 and quantity >= 2 ever and baskets > 50",
        _both(_by(_p("amount < 0.5 AND quantity >= 2"), _SOME), "SELECT h FROM d WHERE baskets > 50"),
    ),
    # Measures.
    ("sum(purchase.amount) >= 500 in last 90 days", _total(_p(_last("90 DAY")), "sum(amount)", ">= 500")),
    ("sum(purchase.amount) < 100 in last 30 days", _total(_p(_last("30 DAY")), "sum(amount)", "< 100")),
    ("sum(purchase.amount) = 0 in last 10 days", _total(_p(_last("10 DAY")), "sum(amount)", "= 0")),
    (
        'sum(purchase.quantity where 部门 = "PRODUCE") > 25 in last 60 days',
        _total(_p(f"department = 'PRODUCE' AND {_last('60 DAY')}"), "sum(quantity)", "> 25"),
    ),
    ("avg(purchase.amount) > 3.1415", _by(_p(), "sum(amount) > 3.1415 * count(*)")),
    ("avg(purchase.amount) <= 2.5 in last 30 days", _by(_p(_last("30 DAY")), "sum(amount) <= 2.5 * count(*)")),
    (
        "avg(purchase.quantity where quantity < 100) != 1 in last 20 days",
        _by(_p(f"quantity < 100 AND {_last('20 DAY')}"), "sum(quantity) <> count(*)"),
    ),
    ("min(purchase.amount) > 0.99 in last 7 days", _by(_p(_last("7 DAY")), "min(amount) > 0.99")),
    ("max(purchase.amount) < 10 in last 21 days", _by(_p(_last("21 DAY")), "max(amount) < 10")),
    ("max(purchase.quantity) >= 10000", _by(_p(), "max(quantity) >= 10000")),
    ("distinct(purchase.basket_id) >= 10 in last 30 days", _by(_p(_last("30 DAY")), "count(DISTINCT basket_id) >= 10")),
    ("distinct(purchase.store_id) <= 1 in last 90 days", _total(_p(_last("90 DAY")), "count(DISTINCT store_id)", "<= 1")),
    (
        'distinct(purchase.product_category where 部门 = "GROCERY") > 40 in last 60 days',
        _by(_p(f"department = 'GROCERY' AND {_last('60 DAY')}"), "count(DISTINCT category) > 40"),
    ),
    ("days(purchase) >= 20", _by(_p(), "count(DISTINCT t::DATE) >= 20")),
    (
        "days(purchase zone Asia/Shanghai) = 3 in last 14 days",
        _by(_p(_last("14 DAY")), f"count(DISTINCT here(t, {_SH})::DATE) = 3"),
    ),
    (
        "days(purchase where amount > 5 zone America/New_York) < 2 in last 30 days",
        _total(_p(f"amount > 5 AND {_last('30 DAY')}"), f"count(DISTINCT here(t, {_NY})::DATE)", "< 2"),
    ),
    # First and last.
    ("first purchase in last 30 days", _first(_p(), f"{_last('30 DAY')}")),
    ("first purchase before 2017-01-10 zone America/New_York", _first(_p(), f"here(t, {_NY}) < TIMESTAMP '2017-01-10'")),
    ("last purchase before 30 days ago", _latest(_p(), "t < clock() - INTERVAL 30 DAY")),
    ("last redeem in last 8 weeks", _latest(_REDEEMED, f"{_last('56 DAY')}")),
    (
        'first purchase where 部门 = "FLORAL" since 2017-05-01',
        _first(_p("department = 'FLORAL'"), "t >= TIMESTAMP '2017-05-01'"),
    ),
    (
        "last purchase where amount > 20 between 60 days ago and 10 days ago",
        _latest(_p("amount > 20"), "t >= clock() - INTERVAL 60 DAY AND t < clock() - INTERVAL 10 DAY"),
    ),
    # Calendars.
    ("did purchase today", _by(_p("t >= date_trunc('day', clock())"), _SOME)),
    ("did purchase today zone America/New_York", _by(_p(f"here(t, {_NY}) >= {_local('day', _NY)}"), _SOME)),
    (
        "did purchase at least 3 times in this week zone Asia/Shanghai",
        _by(_p(f"here(t, {_SH}) >= {_local('week', _SH)}"), "count(*) >= 3"),
    ),
    ("did purchase in this month", _by(_p("t >= date_trunc('month', clock())"), _SOME)),
    (
        "sum(purchase.amount) >= 200 in this year zone America/New_York",
        _total(_p(f"here(t, {_NY}) >= {_local('year', _NY)}"), "sum(amount)", ">= 200"),
    ),
    (
        "did purchase exactly 0 times in last 2 calendar months zone Asia/Shanghai",
        _total(_p(f"here(t, {_SH}) >= {_local('month', _SH)} - INTERVAL 1 MONTH"), "count(*)", "= 0"),
    ),
    (
        "did purchase at least 10 times in last 2 calendar days zone America/New_York",
        _by(_p(f"here(t, {_NY}) >= {_local('day', _NY)} - INTERVAL 1 DAY"), "count(*) >= 10"),
    ),
    (
        "days(purchase zone America/New_York) >= 5 in last 3 calendar weeks zone America/New_York",
        _by(_p(f"here(t, {_NY}) >= {_local('week', _NY)} - INTERVAL 14 DAY"), f"count(DISTINCT here(t, {_NY})::DATE) >= 5"),
    ),
    ("did redeem in last 1 calendar years", _by("SELECT * FROM r WHERE t >= date_trunc('year', clock())", _SOME)),
    ("did purchase on 2017-03-12 zone America/New_York", _by(_p(f"here(t, {_NY})::DATE = DATE '2017-03-12'"), _SOME)),
    ("did purchase on 2017-11-05 zone America/New_York", _by(_p(f"here(t, {_NY})::DATE = DATE '2017-11-05'"), _SOME)),
    ("did purchase on 2017-11-04", _by(_p("t::DATE = DATE '2017-11-04'"), _SOME)),
    # Spans between points.
    (
        "did purchase between 2017-01-10 and 2017-01-20",
        _by(_p("t >= TIMESTAMP '2017-01-10' AND t < TIMESTAMP '2017-01-20'"), _SOME),
    ),
    ("did purchase between 2017-06-30T16:00:00Z and 2017-07-01 zone Asia/Shanghai", "SELECT h FROM u WHERE false"),
    (
        "did purchase between 2017-06-30T18:30:00.5-04:00 and 2017-07-02 zone Asia/Shanghai",
        _by(_p(f"t >= TIMESTAMP '2017-06-30 22:30:00.5' AND here(t, {_SH}) < TIMESTAMP '2017-07-02'"), _SOME),
    ),
    ("did purchase since 2017-10-01 zone Asia/Shanghai", _by(_p(f"here(t, {_SH}) >= TIMESTAMP '2017-10-01'"), _SOME)),
    ("did purchase before 2017-01-02T04:05:06Z", _by(_p("t < TIMESTAMP '2017-01-02 04:05:06'"), _SOME)),
    (
        "did purchase between 90 minutes ago and 30 minutes ago",
        _by(_p("t >= clock() - INTERVAL 90 MINUTE AND t < clock() - INTERVAL 30 MINUTE"), _SOME),
    ),
    # Together.
    (
        'tagged "活动/Type A" and did purchase where 部门 = "MEAT" in last 30 days and not did redeem in last 30 days',
        _both(
            _holds("Type A"),
            _by(_p(f"department = 'MEAT' AND {_last('30 DAY')}"), _SOME),
            _not(_by(f"SELECT * FROM r WHERE {_last('30 DAY')}", _SOME)),
        ),
    ),
    (
        "not (did redeem or tagged campaign/18) and (age exists or sum(purchase.amount) > 1000) "
        "or last purchase before 120 days ago",
        _any(
            _both(
                _not(_any(_by(_REDEEMED, _SOME), _sent(18))),
                _any("SELECT h FROM d WHERE age IS NOT NULL", _total(_p(), "sum(amount)", "> 1000")),
            ),
            _latest(_p(), "t < clock() - INTERVAL 120 DAY"),
        ),
    ),
    (
        "everyone and not did purchase in this month zone Asia/Shanghai",
        _not(_by(_p(f"here(t, {_SH}) >= {_local('month', _SH)}"), _SOME)),
    ),
    ("not (not (not (has_kids = true and did redeem)))", _not(_both("SELECT h FROM d WHERE has_kids", _by(_REDEEMED, _SOME)))),
)


class Sql:
    """The answers by hand."""

    def __init__(self, households: int) -> None:
        self._connection = originals(households)
        self._connection.execute(VIEWS)

    def instants(self, count: int) -> list[datetime]:
        """Instants of purchases, spread over the year."""
        rows = self._connection.execute(
            f"SELECT t FROM (SELECT t, ntile({count}) OVER (ORDER BY t) AS n FROM all_purchases) GROUP BY n, t "
            "QUALIFY row_number() OVER (PARTITION BY n ORDER BY t DESC) = 1 ORDER BY t"
        ).fetchall()
        return [row[0].replace(tzinfo=UTC) for row in rows]

    def at(self, as_of: datetime, known: Sequence[str]) -> None:
        """Ask from now on at this instant, and knowing only these imports."""
        self._connection.execute(f"SET VARIABLE as_of = TIMESTAMP '{as_of.replace(tzinfo=None).isoformat()}'")
        names = ", ".join(f"'{name}'" for step in known for name in _halves(step))
        self._connection.execute(f"SET VARIABLE known = [{names}]::VARCHAR[]")

    def members(self, sql: str) -> set[str]:
        """The answer to one question."""
        return {str(row[0]) for row in self._connection.execute(sql).fetchall()}


def _halves(step: str) -> Sequence[str]:
    return ("purchases-1", "purchases-2") if step == "purchases" else (step,)


def clocks(sql: Sql) -> list[datetime]:
    """The instants at which everything is asked."""
    (exact,) = sql.instants(2)[:1]
    microsecond = timedelta(microseconds=1)
    return [
        datetime(2016, 12, 1, tzinfo=UTC),
        datetime(2017, 1, 15, tzinfo=UTC),
        datetime(2017, 3, 12, 7, 30, tzinfo=UTC),
        datetime(2017, 7, 1, tzinfo=UTC),
        exact - microsecond,
        exact,
        exact + microsecond,
        exact + timedelta(days=30) - microsecond,
        exact + timedelta(days=30),
        datetime(2017, 11, 5, 5, 30, tzinfo=UTC),
        datetime(2017, 11, 5, 6, 30, tzinfo=UTC),
        datetime(2018, 1, 1, tzinfo=UTC),
    ]


# --- how they are compared ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that is not the one by hand."""

    expression: str
    as_of: datetime
    known_at: int | None
    counted: int
    by_hand: int
    only_here: Sequence[str]
    only_by_hand: Sequence[str]


def compare(
    client: Client, sql: Sql, known: Sequence[str], as_of: datetime, known_at: int | None = None
) -> Iterator[Difference]:
    """Ask everything at one pair of clocks: the count, and all members, against SQL."""
    sql.at(as_of, known)
    for expression, query in QUESTIONS:
        by_hand = sql.members(query)
        listed = list(client.members(expression, as_of=as_of, known_at=known_at))
        counted = client.count(expression, as_of=as_of, known_at=known_at).count
        if counted != len(listed) or len(listed) != len(set(listed)) or set(listed) != by_hand:
            here = set(listed)
            yield Difference(
                expression, as_of, known_at, counted, len(by_hand), sorted(here - by_hand)[:5], sorted(by_hand - here)[:5]
            )


def assert_one_answer(client: Client, as_of: datetime, households: Sequence[str]) -> None:
    """Count, members by small pages, check, explain and export agree on every question."""
    for expression, _ in QUESTIONS:
        listed = list(client.members(expression, as_of=as_of, page_size=97))
        checked = client.check(expression, households, as_of=as_of).results
        assert {one.profile_id for one in checked if one.member} == set(listed), expression
        assert [row.profile_id for row in client.export(expression, as_of=as_of)] == listed, expression
        counted = client.count(expression, as_of=as_of).count
        assert counted == len(listed) == client.explain(expression, as_of=as_of).count, expression


@contextmanager
def _running(store: str, folder: Path) -> Iterator[str]:
    databases: list[Postgres] = []

    def postgres() -> Postgres:
        databases.append(Postgres(folder / "postgres"))
        return databases[0]

    try:
        with running_server(make_store(store, folder, postgres).config()) as address:
            yield address
    finally:
        for database in databases:
            database.stop()


def main() -> int:
    """Run the campaign; 0 when every answer agrees."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=ALL_HOUSEHOLDS, help="the first so many households only")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    plan = steps(purchases_in_two=False)
    differences: list[Difference] = []
    with tempfile.TemporaryDirectory(prefix="complete-journey-") as name, _running(given.store, Path(name)) as target:
        done = import_all(target, Path(name), given.households, plan, print)
        sql = Sql(given.households)
        asked, begun = clocks(sql), time.perf_counter()
        with Client(target) as client:
            for as_of in asked:
                found = list(compare(client, sql, [step.name for step in plan], as_of))
                for one in found:
                    print(one)
                differences += found
            for number, step in enumerate(done):
                found = list(compare(client, sql, [one.name for one in plan[: number + 1]], asked[-1], step.position))
                for one in found:
                    print(one)
                differences += found
            assert_one_answer(client, asked[-1], list(client.members("everyone", as_of=asked[-1])))
    result: dict[str, Any] = {
        "questions": len(QUESTIONS),
        "asked": len(QUESTIONS) * (len(asked) + len(done)),
        "differences": len(differences),
        "seconds": round(time.perf_counter() - begun, 1),
        "rows_per_second": {one.name: round(one.rows_per_second) for one in done},
    }
    print(json.dumps(result))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
