"""What the warehouse has of legs that are not in state, and whether all of it has arrived there yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from connectors.clickhouse.client import ClickHouseOptions, connected
from connectors.clickhouse.errors import Failure, WarehouseError, failure_of, first_line
from connectors.clickhouse.sink import GROUP as SINK_GROUP
from connectors.clickhouse.stored import Stored, newest_moment, stored_around
from connectors.kafka.admin import KafkaAdmin, KafkaUnreachable
from connectors.kafka.admin import connect as connect_kafka
from connectors.kafka.options import KafkaOptions
from pipeline.domain.cover import Span
from schemas.topics import CALLS, CHARGES, LEGS, LINKS, SITE_CALLS, TOTALS

_Found = TypeVar("_Found")
_Offsets = Mapping[tuple[str, int], int]

_LOOK_SECONDS = 0.1
_PAUSE_SECONDS = 2.0
_SAY_EVERY_SECONDS = 30
_TOPICS = tuple(topic.name for topic in (LEGS, SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS))
_log = structlog.get_logger()


class Archive(Protocol):
    """All legs whose rows were published, as the worker asks for them."""

    async def note_published(self) -> None:
        """What is published by now must be in the archive before it answers again."""

    async def newest(self, sites: Collection[str], partition: int) -> datetime | None:
        """The last moment of any leg of these sites, `None` without any; their rows go to `partition`."""

    async def around(self, sites: Collection[str], partition: int, span: Span) -> Stored:
        """The legs of these sites that have to do with a stretch of time, all others of their calls, and charges."""


class WarehouseArchive:
    """The warehouse as an archive. Waits, without end, for servers that are away and for a sink that is behind."""

    def __init__(self, warehouse: ClickHouseOptions, kafka: KafkaOptions) -> None:
        self._warehouse = warehouse
        self._kafka = kafka
        self._published: _Offsets = {}
        self._stored: _Offsets = {}
        self._connection = ExitStack()
        self._admin: KafkaAdmin | None = None

    def close(self) -> None:
        """Close the connection to Kafka."""
        self._admin = None
        self._connection.close()

    async def note_published(self) -> None:
        """Take note of the ends of the row topics."""
        self._published = await _patiently(self._ends)

    async def newest(self, sites: Collection[str], partition: int) -> datetime | None:
        """The last moment of any leg of these sites."""
        await self._all_stored(partition)
        return await _patiently(lambda: self._newest(sites))

    async def around(self, sites: Collection[str], partition: int, span: Span) -> Stored:
        """The legs of these sites that have to do with a stretch of time, all others of their calls, and charges."""
        await self._all_stored(partition)
        return await _patiently(lambda: self._around(sites, span))

    async def _all_stored(self, partition: int) -> None:
        """Return when the sink has stored what was published into a partition."""
        waited = 0.0
        while self._missing(partition):
            self._stored = await _patiently(self._committed)
            if self._missing(partition):
                if waited % _SAY_EVERY_SECONDS == 0:
                    _log.info("a late leg waits until the sink has stored what was published before")
                await asyncio.sleep(_LOOK_SECONDS)
                waited = round(waited + _LOOK_SECONDS, 1)

    def _missing(self, partition: int) -> bool:
        return any(self._stored.get(place, 0) < end for place, end in self._published.items() if place[1] == partition)

    def _ends(self) -> _Offsets:
        return self._ask(lambda admin: admin.end_offsets(_TOPICS))

    def _committed(self) -> _Offsets:
        return self._ask(lambda admin: admin.committed_offsets(SINK_GROUP))

    def _ask(self, question: Callable[[KafkaAdmin], _Found]) -> _Found:
        """The answer of Kafka, over one connection as long as it lasts."""
        if self._admin is None:
            self._admin = self._connection.enter_context(connect_kafka(self._kafka))
        try:
            return question(self._admin)
        except Exception:
            self.close()
            raise

    def _newest(self, sites: Collection[str]) -> datetime | None:
        with connected(self._warehouse) as client:
            return newest_moment(client, sites)

    def _around(self, sites: Collection[str], span: Span) -> Stored:
        with connected(self._warehouse) as client:
            return stored_around(client, sites, *span.instants())


async def _patiently(ask: Callable[[], _Found]) -> _Found:
    """The answer of a server, asked in a thread of its own and again until it comes."""
    while True:
        try:
            return await asyncio.to_thread(ask)
        except Exception as error:
            away = isinstance(error, KafkaUnreachable) or failure_of(error) is Failure.TRANSIENT
            if not away and not isinstance(error, WarehouseError):
                raise
            _log.warning("a late leg waits", reason=first_line(error))
        await asyncio.sleep(_PAUSE_SECONDS)
