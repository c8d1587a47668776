"""Writes one batch of rows while the next one is made."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.writer import RowWriter


class WriterBehind:
    """Batches go into the warehouse in order, each in full before the next, at most one at a time.

    `unwritable` counts the rows that it could not hold, which became rejects. To be used by one thread, in a `with`
    block: its end gives up what is not `wait`ed for, also while the warehouse is away.
    """

    def __init__(self, options: ClickHouseOptions) -> None:
        self._stop = threading.Event()
        self._writer = RowWriter(options, self._stop)
        self._thread = ThreadPoolExecutor(1, "writer")
        self._writing: Future[int] | None = None
        self.unwritable = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.shutdown()
        self._writer.close()

    def write(self, rows: Sequence[WarehouseRow]) -> None:
        """Begin to write a batch as soon as the one before is safe; raises what went wrong with that one."""
        self.wait()
        self._writing = self._thread.submit(self._write, rows)

    def wait(self) -> None:
        """Return when all batches are safe; raises as `RowWriter.write` does."""
        writing, self._writing = self._writing, None
        if writing is not None:
            self.unwritable += writing.result()

    def _write(self, rows: Sequence[WarehouseRow]) -> int:
        unwritable = self._writer.write(rows)
        self._writer.write(unwritable)
        return len(unwritable)
