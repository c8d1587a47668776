"""The state of a site in the view `sites`: the first that applies of away, no_file, unreadable, behind, silent, ok."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from schemas.cdr import Heartbeat
from schemas.rows import LegRow
from tests.conftest import ClickHouseServer
from tests.warehouse import fresh_warehouse, leg_row, select

SUMMER, WINTER = timedelta(hours=2), timedelta(hours=1)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
NOTHING = timedelta(0)


@pytest.fixture(scope="module")
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    """A warehouse that the tests share, each with a site of its own."""
    return fresh_warehouse(clickhouse)


@pytest.fixture
def writer(warehouse: ClickHouseOptions) -> Iterator[RowWriter]:
    with RowWriter(warehouse) as writer:
        yield writer


@pytest.fixture
def site() -> str:
    return f"site-{uuid4().hex[:8]}"


def ago(span: timedelta) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - span


def heartbeat(site: str, silent: timedelta = 3 * HOUR, seen: timedelta = NOTHING, **fields: object) -> Heartbeat:
    """A site whose newest CDR ended so long ago."""
    offset = int(SUMMER.total_seconds())
    usual = Heartbeat(site, site, "Europe/Berlin", ago(silent), ago(seen), "cdr.txt", 100, 0, 0, "", offset)
    return usual._replace(**fields)  # type: ignore[arg-type]


def legs(site: str, count: int, *weeks: float, local: timedelta = SUMMER, began: timedelta = 2 * HOUR) -> list[LegRow]:
    """So many CDRs that began so long and so many weeks ago; `local` is what local time was ahead of UTC."""
    rows = []
    for week in weeks:
        for number in range(count):
            started = ago(began + week * WEEK) + timedelta(seconds=number)
            row = leg_row(number, started_at=started)
            leg_id = f"{site}:{number}:{started + local:%Y-%m-%dT%H:%M:%S}"
            rows.append(row._replace(leg=row.leg._replace(site=site, leg_id=leg_id)))
    return rows


def state(warehouse: ClickHouseOptions, site: str) -> object:
    return select(warehouse, f"SELECT state FROM sites WHERE site = '{site}'")[0][0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "ok"),
        ({"last_cdr_at": None}, "ok"),
        ({"torn_bytes": 7}, "ok"),
        ({"bytes_behind": 1}, "behind"),
        ({"bytes_behind": 1, "problem": "cdr.txt: Permission denied"}, "unreadable"),
        ({"file": "", "problem": "cdr.txt: Permission denied"}, "no_file"),
        ({"file": "", "seen": timedelta(seconds=90)}, "away"),
        ({"seen": timedelta(seconds=30)}, "ok"),
    ],
)
def test_a_site_is_in_the_first_state_that_applies(
    fields: dict[str, Any], expected: str, site: str, warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    writer.write([heartbeat(site, **fields)])
    assert state(warehouse, site) == expected


@pytest.mark.parametrize(
    ("busy", "quiet", "expected"),
    [
        ((1, 2, 3, 4), (), "silent"),
        ((1,), (1.4,), "silent"),
        ((1, 2, 4), (3,), "ok"),
        ((1, 3, 4), (), "ok"),
        ((0,), (), "ok"),
        ((5, 6), (), "ok"),
    ],
)
def test_a_site_is_silent_where_each_known_week_before_had_ten_cdrs_in_the_same_hours(
    busy: tuple[float, ...],
    quiet: tuple[float, ...],
    expected: str,
    site: str,
    warehouse: ClickHouseOptions,
    writer: RowWriter,
) -> None:
    writer.write([heartbeat(site), *legs(site, 10, *busy), *legs(site, 9, *quiet)])
    assert state(warehouse, site) == expected


@pytest.mark.parametrize(("local", "expected"), [(WINTER + HOUR / 2, "silent"), (WINTER - HOUR / 2, "ok")])
def test_usual_hours_are_hours_of_local_time(
    local: timedelta, expected: str, site: str, warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    writer.write([heartbeat(site), *legs(site, 10, 1, 2, 3, 4, local=local)])
    assert state(warehouse, site) == expected


def test_revisions_of_a_leg_are_one_cdr(site: str, warehouse: ClickHouseOptions, writer: RowWriter) -> None:
    rows = legs(site, 9, 1, 1.4)
    for version in range(2):
        writer.write([row._replace(version=version) for row in rows])
    writer.write([heartbeat(site)])
    assert state(warehouse, site) == "ok"


@pytest.mark.parametrize(("minutes", "expected"), [(14, "ok"), (16, "silent")])
def test_less_than_a_quarter_of_an_hour_is_no_silence(
    minutes: int, expected: str, site: str, warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    silent = timedelta(minutes=minutes)
    writer.write([heartbeat(site, silent=silent), *legs(site, 10, 1, 2, 3, 4, began=silent - HOUR / 30)])
    assert state(warehouse, site) == expected


def test_a_site_that_is_silent_for_weeks_stays_silent(
    site: str, warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    writer.write([heartbeat(site, silent=3 * WEEK), *legs(site, 10, 3, 4, 5, 6, 7)])
    assert state(warehouse, site) == "silent"


@pytest.mark.parametrize(("busy", "expected"), [((1, 1.4), True), ((), False)])
def test_only_a_silence_has_a_beginning(
    busy: tuple[float, ...], expected: bool, site: str, warehouse: ClickHouseOptions, writer: RowWriter
) -> None:
    writer.write([heartbeat(site), *legs(site, 10, *busy)])
    query = f"SELECT silent_since, last_cdr_at FROM sites WHERE site = '{site}'"
    ((since, last_cdr_at),) = select(warehouse, query)
    assert since == (last_cdr_at if expected else None)
