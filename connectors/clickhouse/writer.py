"""Writes rows into the warehouse; returns when they are safe there (docs/delivery.md).

Rows are upserts by key and version, so whatever is in doubt is sent again. Used by the sink and by backfill.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self

import structlog
from clickhouse_driver import Client

from connectors.clickhouse.blocks import Block, WarehouseRow, blocks, insert_statement
from connectors.clickhouse.client import ClickHouseOptions, connect
from connectors.clickhouse.errors import Failure, WarehouseError, failure_of, first_line
from connectors.clickhouse.figures import WriteFigures
from connectors.clickhouse.retry import until_done
from schemas.cdr import Reject
from schemas.rows import LegRow
from schemas.topics import topic_name

TOLERATED_REJECTS = 100
TOLERATED_SHARE = 0.1

log = structlog.get_logger()


class RowWriter:
    """Writes blocks of rows over one connection of its own. Not for use by several threads.

    `stop` ends the wait for a warehouse that does not come back; `figures` count the inserts.
    """

    def __init__(
        self, options: ClickHouseOptions, stop: threading.Event | None = None, figures: WriteFigures | None = None
    ) -> None:
        self._options = options
        self._stop = stop or threading.Event()
        self._figures = figures or WriteFigures()
        self._client: Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, rows: Iterable[WarehouseRow]) -> list[Reject]:
        """Writes the newest state of each row; returns the rows that the warehouse cannot hold.

        Blocks until all others are written: known transient failures are tried again without end, on a new
        connection and with the same block. Raises WriteInterrupted when `stop` is set meanwhile, WarehouseError
        if more than a tenth of a large block cannot be written (the program is wrong then, not the rows), and any
        unknown error as it is. After an error some of the rows may be written; to write them again is harmless.
        """
        rejects: list[Reject] = []
        for block in blocks(rows):
            rejects += self._write(block, _Tolerance(block))
        return rejects

    def close(self) -> None:
        """Closes the connection; the next write opens a new one."""
        if self._client is not None:
            client, self._client = self._client, None
            client.disconnect()

    def _write(self, block: Block, tolerance: _Tolerance) -> list[Reject]:
        """Inserts the block; where a row spoils it, halves it until the row stands alone."""
        try:
            self._insert(block)
        except Exception as error:
            if failure_of(error) is not Failure.ROW:
                raise
            if len(block.rows) == 1:
                tolerance.spend(error)
                return [_unwritable(block, error)]
        else:
            return []
        middle = len(block.rows) // 2
        halves = (block.rows[:middle], block.rows[middle:])
        return [reject for rows in halves for reject in self._write(block._replace(rows=rows), tolerance)]

    def _insert(self, block: Block) -> None:
        statement, columns = insert_statement(block)
        begun = monotonic()
        until_done(
            lambda: self._connected().execute(statement, columns, columnar=True), reset=self.close, stop=self._stop
        )
        self._figures.inserted(block.table.name, len(block.rows), monotonic() - begun)

    def _connected(self) -> Client:
        if self._client is None:
            self._client = connect(self._options)
        return self._client


class _Tolerance:
    """How many rows of a block may be set aside before the program is at fault rather than the rows."""

    def __init__(self, block: Block) -> None:
        self._table = block.table.name
        self._left = max(TOLERATED_REJECTS, int(TOLERATED_SHARE * len(block.rows)))

    def spend(self, error: Exception) -> None:
        """Counts one row; raises WarehouseError when there are too many."""
        self._left -= 1
        if self._left < 0:
            raise WarehouseError(
                f"too many rows for {self._table} cannot be written, the last one because: {first_line(error)}; "
                "nothing is acknowledged, report this as a bug"
            ) from error


def _unwritable(block: Block, error: Exception) -> Reject:
    """The one row of the block as a reject: a leg as the line it was, others as text under their topic's name."""
    row: Any = block.rows[0]
    detail = f"{block.table.name}: {first_line(error)}"
    log.error("row cannot be written", table=block.table.name, detail=detail)
    now = datetime.now(UTC)
    if isinstance(row, LegRow):
        leg = row.leg
        source_file, offset = leg.position.source_file, leg.position.offset
        return Reject(leg.site, source_file, offset, leg.raw_line.encode(), "unwritable_row", detail, now)
    raw = repr(row).encode("utf-8", "backslashreplace")
    return Reject(getattr(row, "site", ""), topic_name(block.table.entity), 0, raw, "unwritable_row", detail, now)
