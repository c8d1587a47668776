"""What a worker holds after a restart, and what it asks the warehouse for (docs/architecture.md)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pipeline.agents.entries import Floor, floor_entry, message_key
from pipeline.agents.groups import Groups
from pipeline.agents.join import Source, join
from pipeline.domain.cover import hour_of
from schemas.cdr import Leg, Lifecycle
from schemas.codec import encode
from schemas.rows import SiteCall
from tests.archives import PublishedRows
from tests.builders import START, leg, rules

HOUR = 3600
NOW = hour_of(START)


class Worker:
    """A worker without Kafka: its table, its rows, and restarts at will."""

    def __init__(self, archive: PublishedRows) -> None:
        self.archive = archive
        self.table: dict[bytes, bytes] = {}
        self.groups = self._new()
        self._offset = 0

    def join(self, *legs: Leg) -> None:
        """Join one message, publish and store it."""
        self._offset += 1
        data = encode(Lifecycle(legs[0].site, "", 1, legs))
        source = Source("cdr.lifecycle", 0, self._offset)
        joined = asyncio.run(join(data, source, self.groups, self.archive, 1, datetime.now(UTC)))
        self.archive.publish(joined.outputs)
        held = self.groups.of_site(legs[0].site)
        self.table.update([floor_entry(Floor("berlin", 1, "", held.complete_from))])
        self.table[message_key(0, self._offset)] = data

    def restart(self) -> None:
        """Begin again with the table."""
        self.groups = self._new()
        self.groups.rebuild(self.table.items, 1)

    def legs_of_site_calls(self) -> list[int]:
        """How many legs each site call has."""
        rows = self.archive.shown().values()
        return sorted(row.leg_count for row in rows if isinstance(row, SiteCall))

    @staticmethod
    def _new() -> Groups:
        return Groups({"berlin": rules()}, lambda: "not to be read")


def backfilled(*legs: Leg) -> PublishedRows:
    """A warehouse that a backfill has filled with these legs."""
    worker = Worker(PublishedRows())
    for one in legs:
        worker.join(one)
    return worker.archive


def test_a_call_that_a_backfill_began_and_the_stream_went_on_with_stays_whole_over_a_restart() -> None:
    worker = Worker(backfilled(leg("1", 0)))
    worker.join(leg("2", 10 * HOUR, transferred_to_call_id="1"))

    worker.restart()
    worker.join(leg("3", 30 * HOUR, transferred_to_call_id="2"))

    assert worker.legs_of_site_calls() == [3]


def test_a_call_around_the_hour_from_which_on_the_table_is_complete_stays_whole_over_a_restart() -> None:
    worker = Worker(backfilled(leg("1", 0)))
    worker.join(leg("2", 20 * HOUR, transferred_to_call_id="1"))
    worker.join(leg("3", 40 * HOUR, transferred_to_call_id="2"))

    worker.restart()
    worker.join(leg("4", 60 * HOUR, transferred_to_call_id="3"))

    assert worker.legs_of_site_calls() == [4]


def test_restarts_do_not_move_the_hour_from_which_on_the_table_is_complete() -> None:
    worker = Worker(backfilled(leg("1", 0)))
    worker.join(leg("2", 40 * HOUR))

    for _ in range(3):
        worker.restart()

    assert worker.groups.of_site("dortmund").complete_from == NOW + 1


def test_recent_calls_are_restored_from_the_table_alone() -> None:
    worker = Worker(backfilled(leg("1", 0)))
    worker.join(leg("2", 40 * HOUR))

    worker.restart()

    assert leg("2", 40 * HOUR).leg_id in worker.groups.of_site("dortmund").group
    assert worker.groups.of_site("dortmund").group.lacks(leg("3", 60 * HOUR)) is None


def test_a_worker_that_has_seen_everything_restores_everything() -> None:
    worker = Worker(PublishedRows())
    worker.join(leg("1", 0))

    worker.restart()

    assert worker.groups.legs == 1
    assert worker.groups.of_site("dortmund").group.lacks(leg("2", -10_000 * HOUR)) is None


def test_a_table_of_another_epoch_is_not_trusted() -> None:
    worker = Worker(PublishedRows())
    worker.join(leg("1", 0))

    worker.groups.rebuild(worker.table.items, 2)

    assert (worker.groups.legs, worker.groups.of_site("dortmund").opened) == (0, False)


def test_a_message_without_legs_leads_to_nothing() -> None:
    empty, source = encode(Lifecycle("dortmund", "", 1, ())), Source("cdr.lifecycle", 0, 1)
    groups = Groups({"berlin": rules()}, lambda: "not to be read")
    joined = asyncio.run(join(empty, source, groups, PublishedRows(), 1, datetime.now(UTC)))
    assert (joined.outputs, joined.store) == ([], False)
