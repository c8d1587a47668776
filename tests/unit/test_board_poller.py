"""The one task that asks the warehouse: only while someone reads, and as often as the answers allow."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pipeline.board.feed import Feed
from pipeline.board.poller import poll

AWAY = {"warehouse": {"problem": "away"}}
HERE = {"warehouse": {"problem": ""}, "sites": []}


class Source:
    """A warehouse that gives these answers, the last one again and again."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.closed = threading.Event()

    def read(self) -> dict[str, Any]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        self.closed.set()


def polled(source: Source, use: Callable[[Feed], Awaitable[None]]) -> None:
    """Run a test beside the task, and end that."""

    async def run() -> None:
        feed = Feed()
        task = asyncio.create_task(poll(source, lambda: {"worker": 1, "sink": 2}, feed))
        await asyncio.wait_for(use(feed), 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


def test_nobody_reads_and_nothing_is_asked() -> None:
    source = Source(HERE)

    async def use(_feed: Feed) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    polled(source, use)
    assert source.asked == 0


def test_a_reader_gets_the_answers_and_the_lag() -> None:
    found: dict[str, Any] = {}

    async def use(feed: Feed) -> None:
        reader = feed.join()
        while found.keys() != {"warehouse", "sites", "lag"}:
            event = await reader.next()
            assert event is not None
            found[event.name] = json.loads(event.data)

    polled(Source(HERE), use)
    assert found == {**HERE, "lag": {"worker": 1, "sink": 2}}


def test_a_warehouse_that_is_away_is_asked_again_until_it_answers() -> None:
    problems: list[str] = []

    async def use(feed: Feed) -> None:
        reader = feed.join()
        while problems != ["away", ""]:
            event = await reader.next()
            assert event is not None
            if event.name == "warehouse":
                problems.append(json.loads(event.data)["problem"])

    source = Source(AWAY, HERE)
    polled(source, use)
    assert source.closed.wait(60)


def test_a_bug_ends_the_task() -> None:
    class Broken(Source):
        def read(self) -> dict[str, Any]:
            raise ValueError("bug")

    async def run() -> None:
        feed = Feed()
        feed.join()
        with pytest.raises(ValueError, match="bug"):
            await asyncio.wait_for(poll(Broken(HERE), lambda: None, feed), 60)

    asyncio.run(run())
