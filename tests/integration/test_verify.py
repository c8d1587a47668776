"""`verify` finds every kind of wrong row and every line that is nowhere, and nothing in a warehouse that is right."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from clickhouse_driver import Client

from infra.simulator.simulation import write_at_once
from tests.conftest import ClickHouseServer
from tests.integration.program import swyx_cdr

CONFIG = "swyx-cdr.toml"
A_CHARGE = "leg_id = (SELECT min(leg_id) FROM charges WHERE counted AND amount > 0)"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three linked sites with faulty lines."""
    folder = tmp_path_factory.mktemp("verify") / "sites"
    write_at_once(folder, start=datetime(2026, 3, 2, 8, tzinfo=UTC), legs=600, faults=True)
    return folder


@pytest.fixture
def folder(files: Path, tmp_path: Path) -> Path:
    """A copy of the files."""
    return shutil.copytree(files, tmp_path / "sites")


@pytest.fixture
def database(folder: Path, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The warehouse into which they were read."""
    client = clickhouse.used_by(monkeypatch)
    swyx_cdr("backfill", "--config", folder / CONFIG, "--accept-last-line")
    yield client
    client.execute(f"DROP DATABASE {client.connection.database}")


def verified(folder: Path, *options: str) -> tuple[list[str], int]:
    """What `verify` prints, and its exit code."""
    done = swyx_cdr("verify", "--config", folder / CONFIG, *options, check=False)
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines(), done.returncode


def differing(folder: Path, view: str) -> list[str]:
    """The differences of a view that a run that fails prints."""
    lines, code = verified(folder)
    assert code == 1
    return [line for line in lines if line.startswith(f"{view} ")]


def rewrite(database: Client, table: str, where: str, **columns: str) -> None:
    """Write newer states of some rows, with other values in some columns."""
    replaced = ", ".join(f"{value} AS {column}" for column, value in columns.items())
    database.execute(
        f"INSERT INTO {table} (* EXCEPT (started_on)) "
        f"SELECT * EXCEPT (started_on) REPLACE ({replaced}, version + 1 AS version) "
        f"FROM (SELECT * FROM {table} FINAL WHERE {where})"
    )


def test_what_a_backfill_wrote_has_no_differences(folder: Path, database: Client) -> None:
    lines, code = verified(folder)

    assert (lines[-1], code) == ("no differences", 0)


def test_every_file_is_accounted_for(folder: Path, database: Client) -> None:
    lines, _ = verified(folder)

    for file in folder.glob("*/cdr*.txt"):
        (line,) = (line for line in lines if line.startswith(f"{file}: "))
        assert f" {file.stat().st_size} bytes; " in line


def test_a_wrong_amount_is_found_with_what_is_right(folder: Path, database: Client) -> None:
    ((leg_id, amount),) = database.execute(f"SELECT leg_id, amount FROM charges WHERE {A_CHARGE}")
    rewrite(database, "charge_rows", A_CHARGE, amount="amount + 1")

    assert differing(folder, "charges") == [f"charges {leg_id}: amount is {amount + 1}, derived {amount}"]


def test_a_total_that_is_not_the_sum_of_its_charges_is_found(folder: Path, database: Client) -> None:
    rewrite(database, "charge_rows", A_CHARGE, amount="amount + 1")

    (line,) = differing(folder, "charge_totals")
    told, counted = re.search(r"amount is ([0-9.]+), its charges come to ([0-9.]+)", line).groups()  # type: ignore[union-attr]
    assert Decimal(counted) - Decimal(told) == 1


def test_a_call_that_was_lost_is_found(folder: Path, database: Client) -> None:
    ((call_id,),) = database.execute("SELECT min(call_id) FROM calls")
    rewrite(database, "call_rows", f"call_id = '{call_id}'", is_deleted="1")

    assert differing(folder, "calls") == [f"calls {call_id}: is missing"]


def test_a_call_that_follows_from_no_leg_is_found(folder: Path, database: Client) -> None:
    invented = "dortmund:999999:2026-03-02T12:00:00"
    rewrite(database, "call_rows", "call_id = (SELECT min(call_id) FROM calls)", call_id=f"'{invented}'")

    assert f"calls {invented}: follows from no stored leg" in differing(folder, "calls")


def test_a_line_that_nobody_has_read_is_found_with_its_place(folder: Path, database: Client) -> None:
    file = next(file for file in sorted(folder.glob("*/cdr.txt")) if file.read_bytes().endswith(b"\n"))
    offset = file.stat().st_size
    cdr = next(line for line in file.read_bytes().splitlines(keepends=True) if line[:1].isdigit())
    with file.open("ab") as appended:
        appended.write(b"777777" + cdr[cdr.index(b",") :])

    place = f"{file.parent.name}/cdr.txt:{offset}"
    assert differing(folder, "files") == [f"files {place}: this line is not in the warehouse, expected in legs"]


def test_a_reject_that_was_lost_is_found_with_its_place(folder: Path, database: Client) -> None:
    ((name, offset),) = database.execute("SELECT source_file, source_offset FROM rejects ORDER BY 1, 2 LIMIT 1")
    database.execute(f"ALTER TABLE reject_rows DELETE WHERE source_file = '{name}' AND source_offset = {offset}")

    assert differing(folder, "files") == [
        f"files {name}:{offset}: this line is not in the warehouse, expected in rejects"
    ]


def test_days_that_are_not_asked_for_are_not_looked_at(folder: Path, database: Client) -> None:
    rewrite(database, "charge_rows", A_CHARGE, amount="amount + 1")

    lines, code = verified(folder, "--from", "2026-04-01")

    assert (lines[-2:], code) == (["0 days derived anew", "no differences"], 0)


def test_what_privacy_hides_at_the_source_is_no_difference(
    folder: Path, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = (
        'never_recorded = ["???1"]\nmask_destination_digits = 3\nmask_destinations = "stored"\npseudonyms = "env:KEY"\n'
    )
    config = folder / CONFIG
    config.write_text(config.read_text().replace("number_ranges = ", f"{keys}number_ranges = "))
    monkeypatch.setenv("KEY", "correct horse battery staple, twice over")
    client = clickhouse.used_by(monkeypatch)
    swyx_cdr("backfill", "--config", config)

    lines, code = verified(folder)

    client.execute(f"DROP DATABASE {client.connection.database}")
    assert (lines[-1], code) == ("no differences", 0)
    assert any(re.search(r" [1-9]\d* legs never recorded", line) for line in lines)
