"""What readers of the board get: a snapshot, changes with ids, what they missed; all of it bounded."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pipeline.board.feed import Event, Feed, Reader, TooManyReadersError


def call(call_id: str, **fields: object) -> dict[str, Any]:
    return {"call_id": call_id, **fields}


def calls(*found: dict[str, Any]) -> dict[str, Any]:
    return {"calls": {one["call_id"]: one for one in found}}


def waiting(reader: Reader, count: int) -> list[Event | None]:
    """The next events of a reader, which are there already."""

    async def take() -> list[Event | None]:
        return [await asyncio.wait_for(reader.next(), 10) for _ in range(count)]

    return asyncio.run(take())


def told(reader: Reader, count: int) -> list[tuple[str, Any]]:
    return [(event.name, json.loads(event.data)) for event in waiting(reader, count) if event]


def test_a_new_reader_gets_everything_as_it_is() -> None:
    feed = Feed()
    feed.update({**calls(call("a"), call("b")), "lag": None})

    (snapshot,) = feed.join().first

    assert snapshot.name == "snapshot"
    assert json.loads(snapshot.data) == {"calls": [call("a"), call("b")], "lag": None}


def test_a_reader_is_told_of_new_changed_and_vanished_calls_and_of_nothing_else() -> None:
    feed = Feed()
    feed.update(calls(call("same"), call("changed", legs=1), call("gone")))
    reader = feed.join()

    feed.update(calls(call("new"), call("same"), call("changed", legs=2)))

    assert told(reader, 3) == [("gone", call("gone")), ("call", call("changed", legs=2)), ("call", call("new"))]


def test_a_section_is_told_when_it_differs() -> None:
    feed = Feed()
    feed.update({"sites": [1], "lag": 1})
    reader = feed.join()

    feed.update({"sites": [1], "lag": 2})

    assert told(reader, 1) == [("lag", 2)]


def test_a_reader_that_comes_back_gets_what_it_missed() -> None:
    feed = Feed()
    for number in range(1, 5):
        feed.update({"lag": number})

    missed = feed.join(f"{feed.life}-2").first

    assert [(event.number, event.data) for event in missed] == [(3, "3"), (4, "4")]


def test_a_reader_that_missed_nothing_gets_nothing() -> None:
    feed = Feed()
    feed.update({"lag": 1})

    assert feed.join(f"{feed.life}-1").first == []


@pytest.mark.parametrize("last_id", ["", "x", "other-2", "{life}-0", "{life}-9", "{life}-", "{life}-²", "{life}-1x"])
def test_a_reader_gets_everything_where_what_it_missed_is_not_known(last_id: str) -> None:
    feed = Feed(kept=2)
    for number in range(1, 5):
        feed.update({"lag": number})

    assert [event.name for event in feed.join(last_id.format(life=feed.life)).first] == ["snapshot"]


def test_after_a_snapshot_a_reader_resumes_where_that_was_taken() -> None:
    feed = Feed()
    feed.update({"lag": 1})
    (snapshot,) = feed.join().first
    feed.update({"lag": 2})

    assert [event.data for event in feed.join(feed.id_of(snapshot)).first] == ["2"]


def test_a_slow_reader_is_sent_away_and_others_are_not() -> None:
    feed = Feed(waiting=2)
    slow, quick = feed.join(), feed.join()
    for number in range(1, 3):
        feed.update({"lag": number})
    waiting(quick, 2)

    feed.update({"lag": 3})

    assert waiting(slow, 1) == [None]
    assert slow.has_ended
    assert told(quick, 1) == [("lag", 3)]


def test_there_are_no_more_readers_than_allowed() -> None:
    feed = Feed(readers=1)
    first = feed.join()
    with pytest.raises(TooManyReadersError):
        feed.join()

    feed.leave(first)
    feed.join()


def test_the_end_reaches_everyone_who_reads_and_who_comes_later() -> None:
    feed = Feed()
    before = feed.join()

    feed.end()

    assert waiting(before, 1) == [None]
    assert waiting(feed.join(), 1) == [None]


def test_the_warehouse_is_asked_while_someone_reads() -> None:
    feed = Feed()
    reader = feed.join()
    assert feed.someone_reads.is_set()
    feed.leave(reader)
    assert not feed.someone_reads.is_set()
