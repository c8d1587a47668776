"""A board that is open while calls arrive, change and vanish: files grow, and a backfill reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from clickhouse_driver import Client
from playwright.sync_api import Browser

from pipeline.cli.backfill import backfill
from tests.browser.boards import Board, opened, running_board
from tests.cdr_lines import line
from tests.conftest import ClickHouseServer

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
CONFIGURATION = """
[[sites]]
name = "dortmund"
files = ["cdr.txt"]
area_code = "231"
"""


class Site:
    """A site that writes CDRs, and a warehouse that they get into by backfill."""

    def __init__(self, folder: Path, warehouse: Client) -> None:
        self.config = folder / "swyx-cdr.toml"
        self.config.write_text(CONFIGURATION)
        self.warehouse = warehouse
        self._file = folder / "cdr.txt"
        self._began = datetime.now(ZoneInfo("Europe/Berlin")).replace(microsecond=0) - timedelta(minutes=20)

    def writes(self, call_id: int, **fields: str) -> None:
        """One more CDR; the one of number n begins n minutes after the site's first minute and lasts 50 s."""
        start, end = (self._began + timedelta(seconds=60 * call_id + more) for more in (0, 50))
        times = {"StartDate": f"{start:%d.%m.%Y}", "StartTime": f"{start:%H:%M:%S}"}
        times |= {"EndDate": f"{end:%d.%m.%Y}", "EndTime": f"{end:%H:%M:%S}"}
        times |= {"ConnectDate": f"{start:%d.%m.%Y}", "ConnectTime": f"{start:%H:%M:%S}"}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line(CallId=str(call_id), **(times | fields)) + "\r\n")

    def stores(self) -> None:
        """All of it is in the warehouse."""
        backfill(config=self.config)

    def call_ids(self) -> list[str]:
        """The calls that the warehouse has, the newest first."""
        return [call_id for (call_id,) in self.warehouse.execute("SELECT call_id FROM calls ORDER BY ended_at DESC")]


@pytest.fixture
def site(tmp_path: Path, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site without calls, and a warehouse that is ready."""
    site = Site(tmp_path, clickhouse.used_by(monkeypatch))
    site.stores()
    return site


@pytest.fixture
def board(site: Site, tmp_path: Path) -> Iterator[Board]:
    with running_board(site.config, tmp_path / "board.log") as board:
        yield board


def test_calls_appear_change_and_vanish_as_in_the_warehouse(site: Site, board: Board, browser: Browser) -> None:
    with opened(browser, board.address) as shown:
        shown.wait_for_connection("live")
        assert shown.page.locator("#no-calls").is_visible()

        site.writes(2, OriginationName=HOSTILE, DestinationDevice="Trunk", Costs="0,36", Currency="EUR", AOC="1")
        site.stores()
        shown.wait_for_calls(1)
        (first,) = site.call_ids()
        call = shown.page.locator(f"[data-call='{first}']")
        assert shown.calls() == [first]
        assert HOSTILE in call.inner_text()
        assert "€0.36" in call.inner_text()
        assert not shown.page.locator("#no-calls").is_visible()

        call.locator("summary").focus()
        shown.page.keyboard.press("Enter")
        call.locator(".legs > li").wait_for()
        site.writes(3, OriginationNumber="77", TransferredToCallId="2")
        site.stores()
        shown.page.wait_for_selector(".legs > li:nth-child(2)")
        assert shown.calls() == site.call_ids() == [first]
        assert call.locator("summary").evaluate("summary => summary === document.activeElement")

        site.writes(1, TransferredToCallId="2")
        site.stores()
        shown.page.wait_for_function("first => !document.querySelector(`[data-call='${first}']`)", arg=first)
        shown.wait_for_calls(1)
        assert shown.calls() == site.call_ids() != [first]
        assert shown.complaints == []


def test_a_page_follows_a_board_that_comes_back_on_its_port(site: Site, board: Board, browser: Browser) -> None:
    with opened(browser, board.address) as shown:
        shown.wait_for_connection("live")

        assert board.stop() == 0
        shown.wait_for_connection("lost")
        site.writes(1)
        site.stores()
        board.start()

        shown.wait_for_connection("live")
        shown.wait_for_calls(1)
        assert shown.calls() == site.call_ids()


def test_a_warehouse_that_is_away_is_told_until_it_is_back(site: Site, board: Board, browser: Browser) -> None:
    with opened(browser, board.address) as shown:
        shown.wait_for_connection("live")
        site.warehouse.execute(f"DROP DATABASE {site.warehouse.connection.database}")

        shown.page.wait_for_selector("#problem:has-text('run `swyx-cdr migrate`')")
        site.writes(1)
        site.stores()

        shown.page.wait_for_selector("#problem[hidden]", state="attached")
        shown.wait_for_calls(1)
