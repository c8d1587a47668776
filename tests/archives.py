"""Archives for workers whose rows go into no warehouse."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from connectors.clickhouse.stored import Stored
from pipeline.domain.cover import Span


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
