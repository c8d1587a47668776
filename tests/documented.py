"""The warehouse whose results docs/warehouse.md and docs/queries.md show: two working days of three linked sites.

The files are the simulator's, with its faults; what they lack is written into them here: a tariff and users, a charge
that the two ends of a link tell differently, a leg that never came, signs of life.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from infra.simulator.simulation import Simulation
from schemas.cdr import Heartbeat
from tests.conftest import ClickHouseServer
from tests.integration.program import swyx_cdr
from tests.warehouse import empty_database, execute

BERLIN = ZoneInfo("Europe/Berlin")
SITES = {"dortmund": "2", "berlin": "3", "zuerich": "4"}
"""The sites, each with the first digit of its extensions."""

_DAYS = (datetime(2026, 3, 31, 7, tzinfo=BERLIN), datetime(2026, 4, 1, 7, tzinfo=BERLIN))
_LEGS, _LEGS_PER_SECOND = 500, 0.015
_TARIFF = """\
prefix,destination,valid_from,valid_until,weekdays,from_time,until_time,connect_fee,price_per_minute,first_increment,next_increment,minimum
+49,Germany,,,,,,0,0.012,60,60,0
+4915,"Germany, mobile",,,,,,0,0.099,60,1,0
+4916,"Germany, mobile",,,,,,0,0.099,60,1,0
+4917,"Germany, mobile",,,,,,0,0.099,60,1,0
+41,Switzerland,,,,,,0.05,0.029,1,1,0
+43,Austria,,,,,,0,0.039,60,60,0
"""
# In Dortmund's file of the first day: the charge of a call over a link differs from what Berlin tells of it; two calls
# have no charge, of which the tariff has a price for the one to a mobile number, and none for the one to Britain.
_SPOILED = {
    b'"0,0228","Connected"': b'"0,5000","Connected"',
    b'"0,45","Connected","0","","","1","","SwyxGate 2"': b'"","Connected","0","","","0","","SwyxGate 2"',
    b'"0,02","Connected","0","","","1","","SwyxGate 2"': b'"","Connected","0","","","0","","SwyxGate 2"',
}
_SETTINGS = 'tariff = "carrier"\nusers = "{0}.csv"\n'
_TARIFF_SETTINGS = '[[tariffs]]\nname = "carrier"\ncurrency = "EUR"\nrates = "carrier.csv"\n'


@cache
def documented_warehouse(server: ClickHouseServer) -> ClickHouseOptions:
    """The files of the sites read into a database of the server, which its tests share and leave as it is."""
    options = empty_database(server)
    with TemporaryDirectory() as folder:
        write_files(Path(folder))
        _backfill(options, Path(folder) / "swyx-cdr.toml")
    with RowWriter(options) as writer:
        writer.write(heartbeats())
    for view in ("daily_calls", "daily_charges"):
        execute(options, f"SYSTEM REFRESH VIEW {view}_refresh")
        execute(options, f"SYSTEM WAIT VIEW {view}_refresh")
    return options


def _backfill(options: ClickHouseOptions, config: Path) -> None:
    url = f"clickhouse://default@{options.host}:{options.port}?http_port={options.http_port}"
    with pytest.MonkeyPatch.context() as program:
        program.setenv("SWYX_CDR__CLICKHOUSE__URL", url)
        program.setenv("SWYX_CDR__CLICKHOUSE__DATABASE", options.database)
        swyx_cdr("backfill", "--config", config)


def write_files(folder: Path) -> None:
    """The configuration, tariff, users and files of all sites."""
    for seed, start in enumerate(_DAYS, 1):
        day = folder if seed == 1 else folder / f"day{seed}"
        simulation = Simulation(day, start=start, seed=seed, rate=_LEGS_PER_SECOND, legs=_LEGS, faults=True)
        simulation.write_until(math.inf)
        simulation.finish()
        for file in day.glob("*/cdr*.txt") if seed > 1 else ():
            file.rename(folder / file.parent.name / f"{file.stem}-day{seed}.txt")
    _spoil(folder / "dortmund" / "cdr1.txt")
    (folder / "carrier.csv").write_text(_TARIFF, "utf-8")
    for site, digit in SITES.items():
        (folder / f"{site}.csv").write_text(_users(digit), "utf-8")
    config = folder / "swyx-cdr.toml"
    text = re.sub(r'(name = "(\w+)"\n)', lambda site: site[1] + _SETTINGS.format(site[2]), config.read_text("utf-8"))
    config.write_text(text + _TARIFF_SETTINGS, "utf-8")


def _users(digit: str) -> str:
    """Sales has the first hundred extensions of a site, support the second; nobody is known of the others."""
    rows = [
        f"{digit}{number:03},,{'Sales' if number < 100 else 'Support'},{digit}{number // 100 + 1}00,,"
        for number in range(200)
    ]
    return "\n".join(["extension,name,department,cost_centre,valid_from,valid_until", *rows, ""])


def _spoil(file: Path) -> None:
    """What no simulation writes: see `_SPOILED`; and the result of a transfer, call 148, is lost."""
    lines = [line for line in file.read_bytes().splitlines(keepends=True) if not line.startswith(b'"148",')]
    text = b"".join(lines)
    for old, new in _SPOILED.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_bytes(text)


def heartbeats() -> list[Heartbeat]:
    """Dortmund reads, Berlin cannot read its file, Zürich has not been heard of since its last CDR.

    Those of the first two come from the future, so that they stay fresh in a test that takes long.
    """
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    last = datetime(2026, 4, 1, 14, tzinfo=UTC)
    usual = Heartbeat("dortmund", "berlin", "Europe/Berlin", last, now, "dortmund/cdr.txt", 4096, 0, 0, "", 7200)
    problem = {"problem": "berlin/cdr.txt: Permission denied", "bytes_behind": 512}
    berlin = usual._replace(site="berlin", file="berlin/cdr.txt", **problem)  # type: ignore[arg-type]
    zuerich = usual._replace(site="zuerich", time_zone="Europe/Zurich", last_seen_at=last + timedelta(minutes=1))
    return [usual, berlin, zuerich._replace(file="zuerich/cdr.txt")]
