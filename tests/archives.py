"""Archives for workers whose rows go into no warehouse: without any legs, or with all that was published."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from connectors.clickhouse.stored import Stored
from pipeline.agents.join import Output
from pipeline.domain.cover import Span
from schemas.codec import decode
from schemas.rows import Row
from tests.property.archive import Archive
from tests.property.test_group import Warehouse


class EmptyArchive:
    """Has no legs: whatever has left the state of a worker is gone."""

    async def note_published(self) -> None:
        """Nothing is to be waited for."""

    async def newest(self, sites: Collection[str], partition: int) -> datetime | None:
        """There is no leg."""
        return None

    async def around(self, sites: Collection[str], partition: int, span: Span) -> Stored:
        """There is no leg."""
        return Stored([], [])


class PublishedRows:
    """Has the legs of all rows that were published, at once."""

    def __init__(self) -> None:
        self._rows = Archive()

    def publish(self, outputs: Iterable[Output]) -> None:
        """Take rows as a warehouse would."""
        messages = [decode(output.value) for output in outputs]
        self._rows.take([message for message in messages if isinstance(message, Row)])

    def shown(self) -> Warehouse:
        """What views would show, versions left out."""
        return self._rows.shown()

    async def note_published(self) -> None:
        """Everything is there."""

    async def newest(self, sites: Collection[str], partition: int) -> datetime | None:
        """The last moment of any leg."""
        return self._rows.newest()

    async def around(self, sites: Collection[str], partition: int, span: Span) -> Stored:
        """The legs of a stretch of time, all others of their calls, and charges."""
        _, legs, charges = self._rows.around(span)
        return Stored(legs, charges)
