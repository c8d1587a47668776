"""Runs the real program on real servers, and compares what two databases show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clickhouse_driver import Client

from pipeline.cli.lifetime import SUPERVISED

DEADLINE_SECONDS = 240
ANY_PORT = {"SWYX_CDR__BOARD__LISTEN": "127.0.0.1:0"}
"""The boards of runs side by side do not want the same port."""
VIEWS = {
    "legs": "version",
    "site_calls": "version",
    "calls": "version",
    "charges": "version",
    "charge_totals": "",
    "link_matches": "",
    "settlement": "",
    "rejects": "rejected_at",
}


def swyx_cdr(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output is in the result."""
    command = [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)
    if check and done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command in the background; ends with the test, gracefully if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        stdin=subprocess.PIPE,
        env={**os.environ, SUPERVISED: "1", **ANY_PORT},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            process.kill()


def wait_until(condition: Callable[[], object], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Look until the condition holds; an AssertionError names `what` when the deadline passes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.1)


def warehouse_of(state_directory: Path, database: str = "cdr") -> Client:
    """A client of the embedded ClickHouse that runs on this state directory."""
    port = json.loads((state_directory / "services.json").read_text())["clickhouse"]["native_port"]
    return Client("127.0.0.1", port=port, database=database, settings={"use_numpy": False})


def contents(client: Client) -> dict[str, list[tuple[object, ...]]]:
    """All rows of every view but `sites`, without versions and moments of reading, sorted."""
    found = {}
    for view, left_out in VIEWS.items():
        columns = f"* EXCEPT ({left_out})" if left_out else "*"
        rows = client.execute(f"SELECT {columns} FROM {view}")
        found[view] = sorted((tuple(map(_comparable, row)) for row in rows), key=repr)
    return found


def _comparable(value: object) -> object:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value


def differences(found: dict[str, list[tuple[object, ...]]], expected: dict[str, list[tuple[object, ...]]]) -> list[str]:
    """The views that differ, with the first few rows that only one side has."""
    texts = []
    for view in VIEWS:
        only_found = (
            [row for row in found[view] if row not in expected[view]][:2] if found[view] != expected[view] else []
        )
        only_expected = [row for row in expected[view] if row not in found[view]][:2] if only_found else []
        if found[view] != expected[view]:
            counts = f"{len(found[view])} and {len(expected[view])} rows"
            texts.append(f"{view}: {counts}; only found: {only_found}; only expected: {only_expected}")
    return texts
