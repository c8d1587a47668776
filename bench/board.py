"""Row in the warehouse → page of the live board: seconds; prints one JSON line.

The warehouse holds the legs of three simulated, linked sites; the real board serves one reader over server-sent events.
Then single calls are written, one after the other with pauses: the time from the moment at which each is stored until
its event arrives. The base is the same client that asks the view `calls` in a loop instead, until it shows the call.

Usage: board.py [legs] [calls]
"""

from __future__ import annotations

import http.client
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench._program import log_to_stderr, run, running, wait_for
from bench._result import show
from bench.core import START, simulated_legs
from bench.end_to_end import LIVE_START, SITE, percentiles
from bench.parse import cdr_lines
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from connectors.clickhouse.client import connected
from connectors.clickhouse.writer import RowWriter
from infra.embedded.ports import reserved_port
from infra.embedded.services import start_services
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.endpoints import clickhouse_options
from pipeline.cli.settings import Settings, load_settings
from pipeline.domain.state import Group
from pipeline.domain.versions import row_version
from schemas.cdr import Leg
from schemas.rows import Row

LEGS = 50_000
CALLS = 60
EPOCH = 4_000  # newer than that of the backfill


def new_calls(count: int) -> list[tuple[str, list[Row]]]:
    """Calls of one leg each that end after all others: the id of each and its rows."""
    rules, _ = simulated_legs(1)
    parser, group = LineParser(SITE, Dialect("Europe/Berlin"), "later.txt"), Group(rules)
    lines = Framer().feed(cdr_lines(count, 2, LIVE_START))
    legs = [leg for line in lines if isinstance(leg := parser.parse(line, LIVE_START), Leg)]
    return [(leg.leg_id, group.add(leg, row_version(EPOCH, number, 0))) for number, leg in enumerate(legs)]


class Page:
    """One reader of the board's events."""

    def __init__(self, host: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=60)
        self._connection.request("GET", "/events")
        self._answer = self._connection.getresponse()
        self.wait_for("event: snapshot")

    def wait_for(self, text: str) -> None:
        """Return when a line with this text has arrived."""
        while text not in (line := self._answer.readline().decode()):
            if not line:
                sys.exit("the board ended the connection")


def delays(settings: Settings, calls: list[tuple[str, list[Row]]], seen: Callable[[str], None]) -> list[float]:
    """Seconds from each call's being stored until it is seen, sorted."""
    taken = []
    with RowWriter(clickhouse_options(settings)) as writer:
        for call_id, rows in calls:
            writer.write(rows)
            begin = time.perf_counter()
            seen(call_id)
            taken.append(time.perf_counter() - begin)
            time.sleep(random.uniform(0.1, 0.7))  # noqa: S311
    return sorted(taken)


def main() -> None:
    """Fill the warehouse, start the board, write the calls."""
    log_to_stderr()
    legs, count = (int(text) for text in sys.argv[1:]) if len(sys.argv) > 1 else (LEGS, CALLS)
    calls = new_calls(2 * count)
    with tempfile.TemporaryDirectory() as folder, reserved_port() as port:
        write_at_once(Path(folder) / "sites", start=START, legs=legs)
        host = os.environ["SWYX_CDR__BOARD__LISTEN"] = f"127.0.0.1:{port}"
        settings = load_settings(Path(folder) / "sites" / CONFIGURATION_FILE, os.environ)
        with start_services(settings.pipeline.state_directory, {"clickhouse"}):
            run("backfill", "--config", settings.file)
            with running("board", "--config", settings.file) as board:
                page = wait_for(lambda: _opened(host), "the board answers", board, 0.2)
                shown = percentiles(delays(settings, calls[:count], page.wait_for))
            with connected(clickhouse_options(settings)) as client:

                def asked(call_id: str) -> None:
                    while not client.execute("SELECT 1 FROM calls WHERE call_id = %(id)s", {"id": call_id}):
                        pass

                base = percentiles(delays(settings, calls[count:], asked))
    result = {
        "bench": "board",
        "legs": legs,
        "event_seconds": shown,
        "asked_in_a_loop_seconds": base,
        "ratio": round(shown["p50"] / max(base["p50"], 0.001), 1),
    }
    show(result)


def _opened(host: str) -> Page | None:
    try:
        return Page(host)
    except OSError:
        return None


if __name__ == "__main__":
    main()
