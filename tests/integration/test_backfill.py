"""Backfill in parts: whatever is read when, the warehouse ends in the rows of one run over everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from clickhouse_driver import Client

from infra.simulator.simulation import write_at_once
from tests.conftest import ClickHouseServer
from tests.integration.program import contents, differences, swyx_cdr

SITES = ("dortmund", "berlin", "zuerich")
Contents = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three linked sites with faulty lines and rotated files."""
    folder = tmp_path_factory.mktemp("backfill") / "sites"
    write_at_once(folder, start=datetime(2026, 3, 2, 8, tzinfo=UTC), legs=600, faults=True)
    return folder


@pytest.fixture
def database(clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A database of its own, which the program is told of by environment variables."""
    return clickhouse.used_by(monkeypatch)


@pytest.fixture
def whole(folder: Path, database: Client) -> Contents:
    """The rows of one backfill over all files."""
    swyx_cdr("backfill", "--config", folder / "swyx-cdr.toml")
    return contents(database)


def test_reading_one_site_again_changes_nothing(folder: Path, database: Client, whole: Contents) -> None:
    swyx_cdr("backfill", "--config", folder / "swyx-cdr.toml", "--site", "berlin", folder / "berlin" / "cdr.txt")

    assert differences(contents(database), whole) == []


def test_sites_read_one_after_the_other_give_the_rows_of_one_run(
    folder: Path, database: Client, whole: Contents
) -> None:
    database.execute(f"DROP DATABASE {database.connection.database}")

    for site in SITES:
        for file in sorted((folder / site).iterdir(), reverse=True):
            swyx_cdr("backfill", "--config", folder / "swyx-cdr.toml", "--site", site, file)

    assert differences(contents(database), whole) == []


def test_a_last_line_without_line_end_is_left_out_and_named_unless_it_is_accepted(
    tmp_path: Path, database: Client
) -> None:
    write_at_once(tmp_path / "sites", start=datetime(2026, 3, 2, 8, tzinfo=UTC), legs=20, sites=1)
    config, file = tmp_path / "sites" / "swyx-cdr.toml", tmp_path / "sites" / "dortmund" / "cdr.txt"
    file.write_bytes(file.read_bytes().rstrip(b"\r\n"))

    left_out = swyx_cdr("backfill", "--config", config)
    accepted = swyx_cdr("backfill", "--config", config, "--accept-last-line")

    assert left_out.stdout == "19 legs and 0 rejects of 1 files\n"
    assert f"{file}: the last line has no line end and is left out; --accept-last-line reads it" in left_out.stderr
    assert accepted.stdout == "20 legs and 0 rejects of 1 files\n"
