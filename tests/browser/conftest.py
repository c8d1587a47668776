"""A browser for all tests of this folder, and a board of simulated sites that they only look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clickhouse_driver import Client
from playwright.sync_api import Browser

from infra.simulator.simulation import write_at_once
from pipeline.cli.backfill import backfill
from tests.browser.boards import running_board
from tests.browser.browser import chromium
from tests.conftest import ClickHouseServer


class Stocked(NamedTuple):
    """A board at `address` and its `warehouse`, which holds all that is simulated; `truth` is what was."""

    address: str
    warehouse: Client
    truth: dict[str, Any]


@pytest.fixture(scope="module")  # while playwright runs, no other test of the process can run an event loop
def browser() -> Iterator[Browser]:
    """A Chromium; each test opens a context of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def stocked(clickhouse: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    """Three linked sites whose calls of five minutes ended within the last hour."""
    folder = tmp_path_factory.mktemp("board") / "sites"
    write_at_once(folder, start=datetime.now(UTC) - timedelta(minutes=10), legs=150, faults=True)
    config, database = folder / "swyx-cdr.toml", clickhouse.fresh_database()
    _connect(config, clickhouse, database)
    backfill(config=config)
    truth = json.loads((folder / "truth.json").read_text())
    with running_board(config, folder / "board.log") as board:
        yield Stocked(board.address, clickhouse.client(database), truth)


def _connect(config: Path, clickhouse: ClickHouseServer, database: str) -> None:
    url = f"clickhouse://default@{clickhouse.host}:{clickhouse.port}?http_port={clickhouse.http_port}"
    embedded = '[clickhouse]\nurl = "embedded"\ndatabase = "cdr"'
    text = config.read_text()
    assert embedded in text
    config.write_text(text.replace(embedded, f'[clickhouse]\nurl = "{url}"\ndatabase = "{database}"'))
