"""File → queryable in ClickHouse by `swyx-cdr run`, all processes and servers on this machine; prints one JSON line.

First the files of three simulated, linked sites: legs a second from their appearance until `legs` and `calls` show all
of them. Then single lines that are appended: the time until view `calls` shows each, `alone` one after the other with
pauses, `paced` ten a second whatever is still on its way. The base of the rate is the domain core alone: the same legs,
parsed and in memory, into rows that go nowhere.

Usage: end_to_end.py [legs] [lines]
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from bench._program import running, wait_for
from bench._result import show
from bench.core import START, derive, simulated_legs
from bench.parse import cdr_lines
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from connectors.clickhouse.client import connect
from connectors.clickhouse.errors import WarehouseError
from infra.embedded.services import running_services
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.endpoints import clickhouse_options
from pipeline.cli.settings import Settings, load_settings
from schemas.cdr import Leg

LEGS = 40_000
LINES = 120
FIRST_LINES = 5
SITE = "dortmund"
LIVE_START = START + timedelta(days=60)


def lay_out(sites: Path, legs: int) -> list[tuple[Path, Path]]:
    """The sites' folders, all but empty; returns from where to where their files are to be moved."""
    write_at_once(sites, start=START, legs=legs)
    moves = []
    for file in sorted(sites.glob("*/cdr.txt")):
        aside = file.with_name("later.txt")
        file.rename(aside)
        moves.append((aside, file.with_name("cdr1.txt")))
    (sites / SITE / "cdr.txt").write_bytes(cdr_lines(FIRST_LINES))
    return moves


def warehouse(settings: Settings) -> Client | None:
    """A client as soon as the first lines have come through, so that every process is at work."""
    if running_services(settings.pipeline.state_directory) is None:
        return None
    try:
        client = connect(clickhouse_options(settings))
    except WarehouseError:  # has no database yet
        return None
    try:
        if legs_of_calls(client) == FIRST_LINES:
            return client
    except Error:  # has no views yet
        pass
    client.disconnect()
    return None


def legs_of_calls(client: Client) -> int:
    """The legs that the calls have together, 0 as long as view `legs` has another number of them."""
    query = "SELECT sum(leg_count) FROM calls HAVING sum(leg_count) = (SELECT count() FROM legs)"
    rows = client.execute(query)
    return int(rows[0][0]) if rows else 0


def live_lines(count: int, start: datetime, seed: int) -> list[tuple[str, bytes]]:
    """Lines of calls of a single leg each, with the id of the call."""
    data = cdr_lines(count, seed, start)
    parser = LineParser(SITE, Dialect("Europe/Berlin"), "cdr.txt")
    legs = [leg for line in Framer().feed(data) if isinstance(leg := parser.parse(line, start), Leg)]
    return list(zip([leg.leg_id for leg in legs], data.splitlines(keepends=True)[1:], strict=True))


def latencies(client: Client, file: Path, lines: Sequence[tuple[str, bytes]], *, alone: bool) -> list[float]:
    """Seconds from appending each line until `calls` shows it, sorted."""
    waiting: dict[str, float] = {}
    taken: list[float] = []
    left, due = list(lines), time.perf_counter()
    while left or waiting:
        if left and time.perf_counter() >= due and not (alone and waiting):
            call_id, line = left.pop(0)
            waiting[call_id] = due = time.perf_counter()
            with file.open("ab") as stream:
                stream.write(line)
            due += random.uniform(0.05, 0.15)  # noqa: S311
        if waiting:
            shown = client.execute("SELECT call_id FROM calls WHERE call_id IN %(ids)s", {"ids": tuple(waiting)})
            taken += [time.perf_counter() - waiting.pop(call_id) for (call_id,) in shown]
            if alone and not waiting:
                due = time.perf_counter() + random.uniform(0.3, 0.9)  # noqa: S311
        time.sleep(0.01)
    return sorted(taken)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Two of them."""
    return {name: round(seconds[int(len(seconds) * share)], 3) for name, share in (("p50", 0.5), ("p99", 0.99))}


def main() -> None:
    """One run of the program for all."""
    os.environ["SWYX_CDR__BOARD__LISTEN"] = "127.0.0.1:0"  # any free port
    legs, lines = (int(text) for text in sys.argv[1:]) if len(sys.argv) > 1 else (LEGS, LINES)
    with tempfile.TemporaryDirectory() as folder:
        sites = Path(folder) / "sites"
        moves = lay_out(sites, legs)
        settings = load_settings(sites / CONFIGURATION_FILE, os.environ)
        file = sites / SITE / "cdr.txt"
        with running("run", "--config", settings.file) as program:
            client = wait_for(lambda: warehouse(settings), "the first lines are in the warehouse", program, 0.2)
            begin = time.perf_counter()
            for aside, place in moves:
                aside.rename(place)
            wait_for(lambda: legs_of_calls(client) == legs + FIRST_LINES, "all legs are there", program, 0.2)
            seconds = time.perf_counter() - begin
            alone = latencies(client, file, live_lines(lines, LIVE_START, 2), alone=True)
            paced = latencies(client, file, live_lines(lines, LIVE_START + timedelta(days=1), 3), alone=False)
            client.disconnect()
        core = legs / derive(*simulated_legs(legs))
    result = {
        "bench": "end_to_end",
        "legs": legs,
        "legs_per_second": round(legs / seconds),
        "core_alone_legs_per_second": round(core),
        "ratio": round(legs / seconds / core, 2),
        "alone_seconds": percentiles(alone),
        "paced_seconds": percentiles(paced),
    }
    show(result)


if __name__ == "__main__":
    main()
