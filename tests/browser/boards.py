"""A board that runs as a program of its own, on a free port, and the page that it shows."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from pipeline.cli.lifetime import SUPERVISED
from tests.integration.program import wait_until

DEADLINE_MILLISECONDS = 60_000
DESKTOP, PHONE = {"width": 1360, "height": 900}, {"width": 360, "height": 740}


class Board:
    """`swyx-cdr board` with this configuration; it can be stopped and started again on the same port."""

    def __init__(self, config: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._listen = f"127.0.0.1:{probe.getsockname()[1]}"
        self.address = f"http://{self._listen}/"
        self._config, self._log = config, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", "board", "--config", self._config],
                stdin=subprocess.PIPE,
                stderr=log,
                env={**os.environ, SUPERVISED: "1", "SWYX_CDR__BOARD__LISTEN": self._listen},
            )
        wait_until(self._listens, "the board listens")

    def stop(self) -> int:
        """End it as a service manager does; its exit code."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(60)
        finally:
            process.kill()

    def _listens(self) -> bool:
        log = self._log.read_text()
        assert self._process is not None
        assert self._process.poll() is None, log
        return bool(re.search("board ready", log))


@contextmanager
def running_board(config: Path, log: Path) -> Iterator[Board]:
    """A board that listens; stopped at the end."""
    board = Board(config, log)
    try:
        board.start()
        yield board
    finally:
        board.stop()


class Shown:
    """A page of the board in a browser of its own, and what the browser complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(DEADLINE_MILLISECONDS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))

    def calls(self) -> list[str]:
        """The calls listed, by call_id."""
        found: list[str] = self.page.eval_on_selector_all(
            "#calls > li", "items => items.map(item => item.dataset.call)"
        )
        return found

    def wait_for_calls(self, count: int) -> None:
        """Returns when so many calls are listed."""
        self.page.wait_for_function("count => document.querySelectorAll('#calls > li').length === count", arg=count)

    def wait_for_connection(self, state: str) -> None:
        """Returns when the page says that its connection is in this state."""
        self.page.wait_for_selector(f"#connection[data-state='{state}']")


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Shown]:
    """The board's page, by default on a desktop in English; closed at the end."""
    usual: dict[str, Any] = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
    context = browser.new_context(**{**usual, **options})
    try:
        shown = Shown(context.new_page())
        shown.page.goto(address)
        yield shown
    finally:
        context.close()
