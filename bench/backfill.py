"""Files → warehouse by the real command: legs a second and the size of its process; prints one JSON line.

The files are those of three simulated, linked sites. The time is that of the whole process, its start included.
The base is the writer alone with rows of the same legs (the first of them), ready in memory, in batches of the same
size. ClickHouse runs on the same machine.

Usage: backfill.py [legs]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench._program import Used, log_to_stderr, run
from bench._result import show
from bench.core import START, rows_of, simulated_legs
from connectors.clickhouse.client import ClickHouseOptions, connect
from connectors.clickhouse.migrate import migrate
from connectors.clickhouse.writer import RowWriter
from infra.embedded.services import start_services
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.direct import ROWS_AT_ONCE
from pipeline.cli.endpoints import clickhouse_options
from pipeline.cli.settings import Settings, load_settings
from schemas.rows import Row

LEGS = 100_000
BASE_LEGS = 20_000


def backfill(settings: Settings, legs: int) -> tuple[float, Used]:
    """Seconds that the command takes for files of so many legs, and what its process uses."""
    begin = time.perf_counter()
    used = run("backfill", "--config", settings.file)
    seconds = time.perf_counter() - begin
    client = connect(clickhouse_options(settings))
    ((found,),) = client.execute("SELECT count() FROM legs")
    client.disconnect()
    if found != legs:
        sys.exit(f"expected {legs} legs in the warehouse, found {found}")
    return seconds, used


def write_alone(options: ClickHouseOptions, rows: Sequence[Row]) -> float:
    """Seconds in which the writer writes rows that are ready."""
    migrate(options)
    with RowWriter(options) as writer:
        begin = time.perf_counter()
        for start in range(0, len(rows), ROWS_AT_ONCE):
            writer.write(rows[start : start + ROWS_AT_ONCE])
        return time.perf_counter() - begin


def main() -> None:
    """Measure the command, then the base."""
    log_to_stderr()
    legs = int(sys.argv[1]) if len(sys.argv) > 1 else LEGS
    base_legs = min(legs, BASE_LEGS)
    with tempfile.TemporaryDirectory() as folder:
        write_at_once(Path(folder) / "sites", start=START, legs=legs)
        settings = load_settings(Path(folder) / "sites" / CONFIGURATION_FILE, os.environ)
        with start_services(settings.pipeline.state_directory, {"clickhouse"}):
            seconds, used = backfill(settings, legs)
            rows = rows_of(*simulated_legs(base_legs))
            alone = base_legs / write_alone(replace(clickhouse_options(settings), database="base"), rows)
    result = {
        "bench": "backfill",
        "legs": legs,
        "legs_per_second": round(legs / seconds),
        "processor_microseconds_per_leg": round(used.processor_seconds / legs * 1e6, 1),
        "memory_mb": round(used.largest_megabytes),
        "writer_alone_legs_per_second": round(alone),
        "ratio": round(legs / seconds / alone, 2),
    }
    show(result)


if __name__ == "__main__":
    main()
