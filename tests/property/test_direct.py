"""A backfill ends in the same rows wherever it is killed, and however little of the legs it keeps in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.clickhouse.blocks import WarehouseRow, blocks
from connectors.clickhouse.leftovers import Name
from connectors.clickhouse.stored import Stored
from pipeline.cli import direct, recovery, rederived
from pipeline.cli.direct import DirectGroups
from pipeline.cli.recovery import put_right
from pipeline.domain.cover import Span, hour_of
from pipeline.domain.versions import row_version
from schemas.cdr import Leg
from schemas.keys import local_day
from tests.property.archive import Archive
from tests.property.test_cover import days_of_legs
from tests.property.test_group import RULES, run
from tests.property.workers import CrashError, Steps


class Writer:
    """Takes rows as `WriterBehind` does; a kill leaves any rows of the block that is being written."""

    unwritable = 0

    def __init__(self, archive: Archive, random: Random, steps: Steps) -> None:
        self._archive = archive
        self._random = random
        self._steps = steps
        self._waiting: Sequence[WarehouseRow] = ()

    def write(self, rows: Sequence[WarehouseRow]) -> None:
        """Has the batch before written."""
        self.wait()
        self._waiting = rows

    def wait(self) -> None:
        """Writes block by block."""
        rows, self._waiting = self._waiting, ()
        for block in blocks(rows):
            for row in self._random.sample(block.rows, len(block.rows)):
                self._steps.take()
                self._archive.take([row])


def newest_moment(archive: Archive, sites: Iterable[str]) -> datetime | None:
    """The last moment of any leg."""
    return archive.newest()


def names_of_epochs(archive: Archive, epochs: Collection[int]) -> list[Name]:
    """The rows whose newest state is of these epochs, withdrawn ones among them: older states may be merged away."""
    return [Name(*name) for name, row in archive.states().items() if row.version >> 52 in epochs]


def days_of_epochs(archive: Archive, sites: Collection[str], epochs: Collection[int]) -> list[date]:
    """The local days of these rows; those around the hours of totals."""
    days = set()
    for entity, key in names_of_epochs(archive, epochs):
        day = date.fromisoformat(key[:10] if entity == "totals" else local_day(key))
        days |= {day + timedelta(days=apart) for apart in ((-1, 0, 1) if entity == "totals" else (0,))}
    return sorted(days)


def names_of_day(archive: Archive, sites: Collection[str], day: date) -> set[Name]:
    """The rows of a day, but for legs and totals."""
    names = [Name(*name) for name in archive.shown() if name[0] not in {"legs", "totals"}]
    return {name for name in names if local_day(name.key) == day.isoformat()}


def totals_of_epochs(archive: Archive, sites: Collection[str], epochs: Collection[int]) -> set[Name]:
    """The totals that are of these epochs and were not withdrawn."""
    shown = archive.shown().keys()
    return {name for name in names_of_epochs(archive, epochs) if name.entity == "totals" and name in shown}


def stored_around(archive: Archive, sites: Iterable[str], first: datetime, until: datetime) -> Stored:
    """The legs of a stretch of time, all others of their calls, and charges."""
    _, legs, charges = archive.around(Span(hour_of(first), hour_of(until)))
    return Stored(legs, charges)


def recover(archive: Archive, writer: Writer, epoch: int) -> None:
    """Put right what all backfills before this one have left; backfills have odd epochs."""
    put_right(archive, writer, RULES, range(3, 2 * epoch, 2), 2 * epoch)  # type: ignore[arg-type]


def backfill(archive: Archive, legs: list[Leg], random: Random, writer: Writer, epoch: int) -> None:
    """Read all legs in any order, some at once; what is too much to keep is given up whenever rows are written."""
    groups = DirectGroups([RULES], archive, writer)  # type: ignore[arg-type]
    legs = random.sample(legs, len(legs))
    read = 0
    while read < len(legs):
        some = legs[read : read + random.randint(1, 5)]
        groups.add(some, row_version(2 * epoch + 1, read, 0))
        read += len(some)
    groups.flush()


def attempts(archive: Archive, legs: list[Leg], kills: Sequence[int | None], random: Random, at_once: int) -> None:
    """Backfills one after the other, each killed after so many rows, or not at all."""
    steps = Steps()
    with patch.multiple(direct, ROWS_AT_ONCE=at_once, _LEGS_IN_STATE=at_once, _LEGS_KEPT=at_once // 2):
        for epoch, kill in enumerate(kills, 1):
            steps.left = kill
            with suppress(CrashError):
                writer = Writer(archive, random, steps)
                recover(archive, writer, epoch)
                backfill(archive, legs, random, writer, epoch)


@pytest.fixture(autouse=True, scope="module")
def _in_memory() -> Iterator[None]:
    with (
        patch.multiple(direct, newest_moment=newest_moment, stored_around=stored_around),
        patch.multiple(rederived, stored_around=stored_around),
        patch.multiple(
            recovery, days_of_epochs=days_of_epochs, names_of_day=names_of_day, totals_of_epochs=totals_of_epochs
        ),
    ):
        yield


_kills = st.lists(st.integers(0, 80), max_size=3)
_seeds = st.integers(0, 1 << 32)


@given(days_of_legs(), _kills, _seeds, st.integers(1, 20))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_backfill_killed_anywhere_and_begun_again_gives_the_same_rows(
    legs: list[Leg], kills: list[int], seed: int, at_once: int
) -> None:
    archive = Archive()

    attempts(archive, legs, [*kills, None], Random(seed), at_once)  # noqa: S311

    assert archive.shown() == run(legs)


@given(days_of_legs(), _kills, _seeds, st.integers(1, 20))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_a_killed_backfill_left_is_put_right_without_reading_a_line_again(
    legs: list[Leg], kills: list[int], seed: int, at_once: int
) -> None:
    archive, random = Archive(), Random(seed)  # noqa: S311

    attempts(archive, legs, kills, random, at_once)
    recover(archive, Writer(archive, random, Steps()), len(kills) + 1)

    assert archive.shown() == run(archive.sightings())
