"""`export` as its users see it: the legs of a warehouse as a cdr.txt."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.cdr_file.dialect import Dialect
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from infra.simulator.simulation import write_at_once
from pipeline.cli.errors import CommandError
from pipeline.cli.export import export
from schemas.cdr import Leg
from tests.cdr_lines import BERLIN, parsed
from tests.conftest import ClickHouseServer
from tests.integration.program import swyx_cdr
from tests.warehouse import fresh_warehouse, leg_row, select

CONFIG = """
[clickhouse]
url = "clickhouse://default@{options.host}:{options.port}?http_port={options.http_port}"
database = "{options.database}"
[[sites]]
name = "dortmund"
files = ["cdr*.txt"]
area_code = "231"
time_zone = "UTC"
"""


@pytest.fixture
def warehouse(clickhouse: ClickHouseServer) -> ClickHouseOptions:
    return fresh_warehouse(clickhouse)


@pytest.fixture
def config(tmp_path: Path, warehouse: ClickHouseOptions) -> Path:
    """A configuration of an empty warehouse."""
    file = tmp_path / "swyx-cdr.toml"
    file.write_text(CONFIG.format(options=warehouse))
    return file


def store(options: ClickHouseOptions, *starts: datetime, **fields: Any) -> None:
    """Legs that start at these times; the first has the CallId 1."""
    with RowWriter(options) as writer:
        for number, start in enumerate(starts, 1):
            row = leg_row(number, started_at=start, **fields)
            leg_id = f"dortmund:{number}:{start:%Y-%m-%dT%H:%M:%S}"
            writer.write([row._replace(leg=row.leg._replace(leg_id=leg_id))])


def legs_of(data: bytes, dialect: Dialect) -> list[Leg]:
    return [leg for leg in parsed(data, dialect) if isinstance(leg, Leg)]


def content(legs: list[Leg]) -> list[tuple[object, ...]]:
    """The legs, each once, without their place in the file."""
    return sorted({(leg.leg_id, leg.record, leg.anomalies, leg.extra) for leg in legs}, key=repr)


def test_what_was_read_from_files_is_written_again(
    tmp_path: Path, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = tmp_path / "sites"
    write_at_once(sites, start=datetime(2026, 10, 24, 20, tzinfo=UTC), legs=400, sites=1, faults=True)
    clickhouse.used_by(monkeypatch)
    swyx_cdr("backfill", "--config", sites / "swyx-cdr.toml")

    swyx_cdr("export", "--config", sites / "swyx-cdr.toml", "--site", "dortmund", "--output", tmp_path / "out.txt")

    written = legs_of((tmp_path / "out.txt").read_bytes(), BERLIN)
    source = [leg for file in (sites / "dortmund").glob("cdr*.txt") for leg in legs_of(file.read_bytes(), BERLIN)]
    assert content(written) == content(source)
    assert [leg.record.started_at for leg in written] == sorted(leg.record.started_at for leg in written)


def test_days_are_chosen_by_the_local_start(config: Path, warehouse: ClickHouseOptions) -> None:
    store(warehouse, *(datetime(2026, 3, day, hour, tzinfo=UTC) for day in (1, 2, 3) for hour in (0, 23)))
    output = config.with_name("out.txt")

    export("dortmund", config, datetime(2026, 3, 2), datetime(2026, 3, 3), output)  # noqa: DTZ001

    assert [leg.record.call_id for leg in legs_of(output.read_bytes(), Dialect("UTC"))] == ["3", "4"]


def test_without_an_output_the_lines_go_to_standard_output(
    config: Path, warehouse: ClickHouseOptions, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    store(warehouse, datetime(2026, 3, 2, 8, tzinfo=UTC))

    export("dortmund", config)

    assert len(legs_of(capfdbinary.readouterr().out, Dialect("UTC"))) == 1


def test_the_dialect_may_be_another(config: Path, warehouse: ClickHouseOptions) -> None:
    store(warehouse, datetime(2026, 3, 2, 8, tzinfo=UTC), origination_name="Müller")
    output = config.with_name("out.txt")

    export(
        "dortmund",
        config,
        output=output,
        encoding="cp1252",
        date_order="mdy",
        cost_scale=100,
        cost_decimal=",",
        header=False,
        version_line=True,
    )

    version, line = output.read_bytes().splitlines()
    assert version == b"4.10"
    assert line.startswith(b'"1","101","M\xfcller","102",')
    assert b'"03/02/2026","08:00:00"' in line
    assert b'"EUR","36"' in line


def test_a_character_that_the_encoding_lacks_is_named_and_leaves_no_file(
    config: Path, warehouse: ClickHouseOptions
) -> None:
    store(warehouse, datetime(2026, 3, 2, 8, tzinfo=UTC), called_name="Łukasz")

    with pytest.raises(CommandError, match=r"^leg dortmund:1:2026-03-02T08:00:00: CalledName: 'Łukasz' has no form"):
        export("dortmund", config, output=config.with_name("out.txt"), encoding="cp1252")

    assert os.listdir(config.parent) == ["swyx-cdr.toml"]


def test_an_export_is_entered_in_the_audit_log(config: Path, warehouse: ClickHouseOptions) -> None:
    store(warehouse, datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC))

    swyx_cdr("export", "--config", config, "--site", "dortmund", "--from", "2026-03-02", "--until", "2026-03-03")

    entries = select(warehouse, "SELECT command, what, rows FROM audit")
    assert entries == [("export", "site dortmund, from 2026-03-02 until 2026-03-03", 1)]
