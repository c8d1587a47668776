"""Row messages from Kafka into the warehouse, the quick way where it is safe and the sure way where it is not."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

import structlog

from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.direct import HEAD_BYTES, DirectWriter
from connectors.clickhouse.errors import Failure, failure_of, first_line
from connectors.clickhouse.figures import WriteFigures
from connectors.clickhouse.http import HttpClient
from connectors.clickhouse.writer import RowWriter
from schemas.cdr import Lifecycle, Reject, Rerate
from schemas.codec import DecodeError, decode

log = structlog.get_logger()


class Message(Protocol):
    """What is needed of a Kafka record; `value` is None where Kafka marks a key as deleted."""

    @property
    def topic(self) -> str:
        """Its topic."""

    @property
    def partition(self) -> int:
        """Its partition."""

    @property
    def offset(self) -> int:
        """Its offset in the partition."""

    @property
    def value(self) -> bytes | None:
        """Its bytes."""


class MessageWriter:
    """Writes row messages. Those of the current row schemas are handed to the server as they are; all others, and
    blocks that the server refuses, are decoded and written row by row, so that what is wrong is found.

    Where the HTTP interface does not answer, all messages are decoded. Not for use by several threads.
    """

    def __init__(self, options: ClickHouseOptions, stop: threading.Event, figures: WriteFigures | None = None) -> None:
        self._figures = figures or WriteFigures()
        self._rows = RowWriter(options, stop, self._figures)
        self._direct = DirectWriter(options, stop, self._figures) if HttpClient(options).answers() else None
        if self._direct is None:
            log.warning("no HTTP interface, rows take the slower native protocol", address=options.http_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()
        if self._direct is not None:
            self._direct.close()

    def write(self, messages: Iterable[Message]) -> list[Reject]:
        """Returns when all rows are safe; returns what cannot be decoded or written.

        Raises what `RowWriter.write` and `DirectWriter.write` raise; some of the rows may be written then, to
        write them again is harmless.
        """
        rows: list[WarehouseRow] = []
        rejects: list[Reject] = []
        for head, group in _by_head(messages).items():
            if not self._written_directly(head, group):
                _decode(group, rows, rejects)
        rejects += self._rows.write(rows)
        self._figures.rejects += len(rejects)
        return rejects

    def _written_directly(self, head: bytes, group: Sequence[Message]) -> bool:
        if self._direct is None or not self._direct.knows(head):
            return False
        try:
            self._direct.write(head, [message.value for message in group if message.value is not None])
        except Exception as error:
            if failure_of(error) is not Failure.ROW:
                raise
            log.warning("block refused, looking for the row", topic=group[0].topic, reason=first_line(error))
            return False
        return True


def _by_head(messages: Iterable[Message]) -> dict[bytes, list[Message]]:
    """Messages by the bytes that name their schema, in order; marks of deletion carry no row and are left out."""
    groups: dict[bytes, list[Message]] = {}
    for message in messages:
        if message.value is not None:
            groups.setdefault(message.value[:HEAD_BYTES], []).append(message)
    return groups


def _decode(messages: Iterable[Message], rows: list[WarehouseRow], rejects: list[Reject]) -> None:
    for message in messages:
        try:
            rows.append(_row(message.value or b""))
        except DecodeError as error:
            rejects.append(_undecodable(message, str(error)))


def _row(data: bytes) -> WarehouseRow:
    row = decode(data)
    if isinstance(row, Lifecycle | Rerate):
        raise DecodeError(f"expected a row, found {type(row).__name__}")
    return row


def _undecodable(message: Message, detail: str) -> Reject:
    place = f"{message.topic}-{message.partition}"
    log.error("undecodable message", place=place, offset=message.offset, detail=detail)
    data = message.value or b""
    return Reject("", place, message.offset, data, "undecodable_message", detail, datetime.now(UTC))
