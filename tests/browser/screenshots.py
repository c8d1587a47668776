"""Makes the pictures of the board in docs/images: `.venv/bin/python -m tests.browser.screenshots`.

Three simulated sites with an hour of calls, as the demo has them; real ClickHouse, real board, real browser.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clickhouse_driver import Client
from playwright.sync_api import Browser

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter
from infra.embedded.services import start_services
from infra.simulator.simulation import write_at_once
from pipeline.cli.backfill import backfill
from schemas.cdr import Heartbeat
from tests.browser.boards import opened, running_board
from tests.browser.browser import chromium

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
PICTURES: dict[str, dict[str, Any]] = {
    "board-desktop-light": {"viewport": {"width": 1360, "height": 900}, "color_scheme": "light"},
    "board-desktop-dark": {"viewport": {"width": 1360, "height": 900}, "color_scheme": "dark", "locale": "de-DE"},
    "board-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
}
_LEGS = 3000
_OPENED = """
SELECT call_id FROM calls WHERE length(sites) > 1 AND notEmpty(amounts) AND call_id IN %(listed)s
"""


def main() -> None:
    """Fills a warehouse, starts a board, and takes the pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_at_once(folder / "sites", start=datetime.now(UTC) - timedelta(minutes=100), legs=_LEGS, faults=True)
        config = folder / "sites" / "swyx-cdr.toml"
        with start_services(folder / "sites" / "state", {"clickhouse"}) as services, chromium() as browser:
            backfill(config=config)
            options = ClickHouseOptions(*services.clickhouse_native, database="cdr")
            client = Client(options.host, port=options.port, database=options.database)
            _give_signs_of_life(client, options)
            with running_board(config, folder / "log") as board:
                for picture, look in PICTURES.items():
                    _take(browser, board.address, client, IMAGES / f"{picture}.png", look)


def _give_signs_of_life(client: Client, options: ClickHouseOptions) -> None:
    """As the tails of these sites would; one of them is behind."""
    now = datetime.now(UTC)
    with RowWriter(options) as writer:
        for site, ended in client.execute("SELECT site, max(ended_at) FROM legs GROUP BY site"):
            behind = 18_432 if site == "zuerich" else 0
            file = f"{site}/cdr.txt"
            writer.write([Heartbeat(site, "berlin", "Europe/Berlin", ended, now, file, 250_000, behind, 0, "", 3600)])


def _take(browser: Browser, address: str, client: Client, file: Path, look: dict[str, Any]) -> None:
    with opened(browser, address, reduced_motion="reduce", **look) as shown:
        shown.wait_for_calls(50)
        shown.page.wait_for_selector("#sites tbody")
        listed = shown.calls()[:6]
        told = {call_id for (call_id,) in client.execute(_OPENED, {"listed": listed})}
        chosen = next((call_id for call_id in listed if call_id in told), listed[0])
        summary = shown.page.locator(f"[data-call='{chosen}'] summary")
        summary.dispatch_event("click")
        shown.page.wait_for_selector(".story .legs > li")
        shown.page.screenshot(path=file)
        assert shown.complaints == []


if __name__ == "__main__":
    main()
