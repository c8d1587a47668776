"""One task of the process that asks the warehouse, while at least one page is open, however many are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import structlog

from pipeline.board.feed import Feed

POLL_SECONDS = 0.3
_AWAY_SECONDS = 2.0

log = structlog.get_logger()


class Source(Protocol):
    """What tells the sections that may have changed, as `pipeline.board.watch.Watch` does."""

    def read(self) -> dict[str, Any]:
        """Sections by name; `warehouse` is always among them."""
        ...

    def close(self) -> None:
        """Nothing is asked any more."""
        ...


async def poll(source: Source, lag: Callable[[], Any], feed: Feed) -> None:
    """Feed what the source tells, until cancelled. A reading that took long is followed by a rest as long.

    `lag` must answer at once; it is what was known last.
    """
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, "board-warehouse")
    problem = ""
    try:
        while True:
            await feed.someone_reads.wait()
            began = time.monotonic()
            sections = await loop.run_in_executor(thread, source.read)
            feed.update({**sections, "lag": lag()})
            problem = _report(problem, sections["warehouse"]["problem"])
            took = time.monotonic() - began
            await asyncio.sleep(_AWAY_SECONDS if problem else max(POLL_SECONDS - took, took))
    finally:
        thread.submit(source.close)
        thread.shutdown(wait=False)  # a question under way ends by itself; the loop has readers to send away


def _report(before: str, problem: str) -> str:
    if problem and not before:
        log.warning("the warehouse cannot be asked; trying again", problem=problem)
    elif before and not problem:
        log.info("the warehouse answers again")
    return problem
