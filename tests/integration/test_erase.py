"""`erase` leaves no trace of a party in any column of any table, and every sum as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client

from infra.simulator.simulation import write_at_once
from tests.conftest import ClickHouseServer
from tests.integration.program import swyx_cdr

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SUMS = {
    "charges": "SELECT currency, source, carrier_site, counted, count(), sum(amount), sum(duration_seconds) "
    "FROM charges GROUP BY ALL ORDER BY ALL",
    "totals": "SELECT hour, payer_site, carrier_site, currency, source, sum(legs), sum(seconds), sum(amount) "
    "FROM charge_totals GROUP BY ALL ORDER BY ALL",
    "calls": "SELECT direction, disposition, count(), sum(talk_seconds) FROM calls GROUP BY ALL ORDER BY ALL",
    "legs": "SELECT site, count(), sum(costs) FROM legs GROUP BY ALL ORDER BY ALL",
    "settlement": "SELECT * FROM settlement ORDER BY ALL",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three linked sites."""
    folder = tmp_path_factory.mktemp("erase") / "sites"
    write_at_once(folder, start=START, legs=600)
    return folder


@pytest.fixture(scope="module")
def database(folder: Path, clickhouse: ClickHouseServer) -> Iterator[Client]:
    """The warehouse of these sites."""
    with pytest.MonkeyPatch.context() as program:
        database = clickhouse.used_by(program)
        swyx_cdr("backfill", "--config", folder / "swyx-cdr.toml")
        yield database


def sums(database: Client) -> dict[str, Any]:
    return {name: database.execute(query) for name, query in SUMS.items()}


def columns_with(database: Client, pattern: str) -> list[str]:
    """The columns of all tables in which a text matches, whatever their type, rows that are replaced included."""
    query = (
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND type LIKE '%String%' "
        "AND table NOT IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View')"
    )
    found = []
    for table, column in database.execute(query):
        count = f"SELECT count() FROM {table} WHERE match(toString({column}), %(pattern)s)"
        if database.execute(count, {"pattern": pattern})[0][0]:
            found.append(f"{table}.{column}")
    return found


def busiest_user(database: Client) -> tuple[str, str]:
    """The extension of the user of Dortmund who pays the most, and the name, which nobody else has."""
    parties = "[(origination_name, origination_number), (called_name, called_number)]"
    query = (
        f"WITH names AS (SELECT arrayJoin({parties}) AS party, party.1 AS name, right(party.2, 3) AS end FROM legs) "
        "SELECT payer_number, payer_name FROM charges WHERE payer_site = 'dortmund' AND counted AND payer_name IN "
        "(SELECT name FROM names GROUP BY name HAVING uniqExact(end) = 1) GROUP BY ALL ORDER BY count() DESC LIMIT 1"
    )
    ((extension, name),) = database.execute(query)
    return extension, name


def numbers_with(database: Client, extension: str) -> list[str]:
    """The number columns in which the user stands, as extension of Dortmund or in its range."""
    pattern = f"^(\\\\+49|0)?2314777{extension}$".replace("\\\\", "\\")
    found = columns_with(database, pattern)
    for table, site, column in (
        ("leg_rows", "site", "origination_number"),
        ("leg_rows", "site", "called_number"),
        ("leg_rows", "site", "destination_number"),
        ("site_call_rows", "site", "origination_number"),
        ("call_rows", "origin_site", "origination_number"),
        ("charge_rows", "payer_site", "payer_number"),
        ("charge_total_rows", "payer_site", "payer_number"),
    ):
        where = f"SELECT count() FROM {table} WHERE {site} = 'dortmund' AND {column} = '{extension}'"
        found += [f"{table}.{column}"] if database.execute(where)[0][0] else []
    return found


def test_without_yes_it_shows_what_it_would_do_and_changes_nothing(folder: Path, database: Client) -> None:
    extension, name = busiest_user(database)
    command = ("erase", "--config", folder / "swyx-cdr.toml", "--user", extension, "--site", "dortmund")

    shown = swyx_cdr(*command, "--format", "csv")

    assert len(columns_with(database, re.escape(name))) > 4
    assert shown.stdout.startswith("group,table,rows,removed\nberlin,leg_rows,")
    assert "nothing was changed" in shown.stderr


def test_of_a_user_nothing_is_left_and_every_sum_is_as_before(folder: Path, database: Client) -> None:
    extension, name = busiest_user(database)
    before = sums(database)
    assert len(numbers_with(database, extension)) > 4
    assert len(columns_with(database, re.escape(name))) > 4

    swyx_cdr("erase", "--config", folder / "swyx-cdr.toml", "--user", extension, "--site", "dortmund", "--yes")

    assert columns_with(database, re.escape(name)) == []
    assert numbers_with(database, extension) == []
    assert sums(database) == before


def test_of_an_outside_number_nothing_is_left_and_every_sum_is_as_before(folder: Path, database: Client) -> None:
    query = (
        "SELECT destination_number FROM charges WHERE destination_number LIKE '+%' "
        "GROUP BY 1 ORDER BY count() DESC, 1 LIMIT 1"
    )
    ((number,),) = database.execute(query)
    before = sums(database)

    shown = swyx_cdr("erase", "--config", folder / "swyx-cdr.toml", "--number", number, "--yes").stdout

    assert columns_with(database, number[-7:]) == []
    assert sums(database) == before
    assert re.search(r"leg_rows +[1-9]", shown)


def test_the_audit_log_knows_of_it_without_the_number(database: Client) -> None:
    """Of the erasures above, each entered when it began and when it was done."""
    entries = database.execute("SELECT command, what FROM audit ORDER BY at")
    assert [command for command, _ in entries] == ["erase"] * 4
    assert all(re.fullmatch(r"sha256:[0-9a-f]{16} in group berlin(, begun)?", what) for _, what in entries)
