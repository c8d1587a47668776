"""What the board asks the warehouse: only what may have changed, and the day of each site's own time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.errors import ClickHouseUnreachable
from connectors.clickhouse.writer import RowWriter
from pipeline.board.watch import Watch
from schemas.cdr import Heartbeat
from schemas.rows import Call
from tests.conftest import ClickHouseServer
from tests.warehouse import charge, execute, fresh_warehouse, reject, site_call

NOW = datetime(2026, 3, 2, 22, 30, 30, tzinfo=UTC)
ZONES = {"dortmund": ZoneInfo("Europe/Berlin"), "london": ZoneInfo("Europe/London")}


TABLES = ("leg_rows", "call_rows", "charge_rows", "reject_rows", "site_rows")


@pytest.fixture(scope="module")
def one_warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    return fresh_warehouse(clickhouse)


@pytest.fixture
def warehouse(one_warehouse: ClickHouseOptions) -> ClickHouseOptions:
    """A warehouse without rows."""
    for table in TABLES:
        execute(one_warehouse, f"TRUNCATE TABLE {table}")
    return one_warehouse


@pytest.fixture
def writer(warehouse: ClickHouseOptions) -> Iterator[RowWriter]:
    with RowWriter(warehouse) as writer:
        yield writer


class Clock:
    """A clock that the test turns."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(warehouse: ClickHouseOptions, clock: Clock) -> Iterator[Watch]:
    watch = Watch(lambda: warehouse, ZONES, clock)
    yield watch
    watch.close()


def call(number: int, ended_at: datetime, version: int = 1) -> Call:
    """A call of a minute at Dortmund."""
    common = site_call(number)._asdict()
    values = {name: common[name] for name in Call._fields if name in common} | {
        "call_id": f"dortmund:{number}:{ended_at:%Y-%m-%dT%H:%M:%S}",
        "origin_site": "dortmund",
        "sites": ("dortmund",),
        "site_call_ids": (),
        "started_at": ended_at - timedelta(minutes=1),
        "ended_at": ended_at,
        "destination_country": "",
        "destination_kind": "unknown",
        "amounts": (("EUR", Decimal("0.36")),),
        "charge_sources": ("aoc",),
        "version": version,
    }
    return Call(**values)


def test_what_did_not_change_is_not_read_again(watch: Watch, writer: RowWriter) -> None:
    writer.write([call(1, NOW)])

    assert {"warehouse", "calls", "hour", "charges", "rejects", "sites"} == watch.read().keys()
    assert watch.read().keys() == {"warehouse"}


def test_a_call_that_was_revised_is_read_again(watch: Watch, writer: RowWriter) -> None:
    writer.write([call(1, NOW)])
    watch.read()

    writer.write([call(1, NOW, version=2)._replace(leg_count=5)])

    (found,) = watch.read()["calls"].values()
    assert found["leg_count"] == 5
    assert found["amounts"] == {"EUR": "0.36"}


def test_a_rejected_line_is_read_alone(watch: Watch, writer: RowWriter) -> None:
    watch.read()

    writer.write([reject()])

    found = watch.read()
    assert found.keys() == {"warehouse", "rejects"}
    assert (found["rejects"]["count"], found["rejects"]["newest"][0]["reason"]) == (1, "bad_time")


def test_the_hour_goes_on_with_the_clock(watch: Watch, writer: RowWriter, clock: Clock) -> None:
    writer.write([call(1, NOW), call(2, NOW - timedelta(minutes=59)), call(3, NOW - timedelta(minutes=60))])
    before = watch.read()["hour"]

    clock.now = NOW + timedelta(minutes=1)
    after = watch.read()["hour"]

    assert (before["calls"][0], before["calls"][-1], sum(before["calls"])) == (1, 1, 2)
    assert after["first"] == before["first"] + 60
    assert (after["calls"][-2:], sum(after["calls"])) == ([1, 0], 1)


def test_a_site_s_state_is_asked_again_as_time_goes_by(watch: Watch, writer: RowWriter, clock: Clock) -> None:
    writer.write([Heartbeat("dortmund", "dortmund", "Europe/Berlin", NOW, NOW, "cdr.txt", 1, 0, 0, "", 3600)])
    watch.read()

    clock.now = NOW + timedelta(seconds=2)

    (site,) = watch.read()["sites"]
    assert (site["site"], site["state"], site["last_seen_at"]) == ("dortmund", "away", int(NOW.timestamp()))


def test_today_is_the_day_of_the_site_that_pays(watch: Watch, writer: RowWriter) -> None:
    """At 22:30 UTC it is 23:30 in Dortmund, 22:30 in London; sites without a zone have UTC."""
    at = {
        "dortmund": [datetime(2026, 3, 1, 22, 59, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)],
        "london": [datetime(2026, 3, 1, 23, 59, tzinfo=UTC), datetime(2026, 3, 2, 0, tzinfo=UTC)],
        "unknown": [datetime(2026, 3, 1, 23, 59, tzinfo=UTC), datetime(2026, 3, 2, 0, tzinfo=UTC)],
    }
    rows = [
        charge(number, payer_site=site, started_at=start, connected_at=start, amount=Decimal(10**number))
        for site, starts in at.items()
        for number, start in enumerate(starts)
    ]
    writer.write([row._replace(leg_id=f"{row.payer_site}:{row.leg_id}", site=row.payer_site) for row in rows])

    charges = watch.read()["charges"]

    assert [(row["payer_site"], row["amount"]) for row in charges["rows"]] == [
        ("dortmund", "10"),
        ("london", "10"),
        ("unknown", "10"),
    ]
    assert charges["totals"] == {"EUR": "30"}


def test_charges_that_are_not_counted_and_other_currencies_stay_out_of_a_total(watch: Watch, writer: RowWriter) -> None:
    usual: dict[str, Any] = {"started_at": NOW, "connected_at": NOW}
    writer.write(
        [
            charge(1, **usual),
            charge(2, **usual, counted=False),
            charge(3, **usual, currency="CHF", amount=Decimal("0.05")),
        ]
    )

    assert watch.read()["charges"]["totals"] == {"CHF": "0.05", "EUR": "1"}


def test_a_table_of_old_calls_shows_the_last_of_them(watch: Watch, writer: RowWriter) -> None:
    old = datetime(2002, 11, 19, 12, 3, 28, tzinfo=UTC)
    writer.write([call(1, old), call(2, old - timedelta(days=3))])

    assert list(watch.read()["calls"]) == [call(1, old).call_id]


def test_a_warehouse_that_is_away_is_told_and_everything_read_when_it_is_back(
    warehouse: ClickHouseOptions, clock: Clock
) -> None:
    away = [ClickHouseUnreachable("away")]

    def options() -> ClickHouseOptions:
        if away:
            raise away.pop()
        return warehouse

    watch = Watch(options, ZONES, clock)

    assert watch.read() == {"warehouse": {"problem": "away"}}
    assert {"calls", "hour", "charges", "rejects", "sites"} < watch.read().keys()
    watch.close()


def test_a_connection_that_breaks_is_made_anew(watch: Watch, warehouse: ClickHouseOptions) -> None:
    watch.read()
    execute(warehouse, "RENAME TABLE leg_rows TO leg_rows_away")
    assert "leg_rows" in watch.read()["warehouse"]["problem"]
    execute(warehouse, "RENAME TABLE leg_rows_away TO leg_rows")
    assert "calls" in watch.read()
