"""Writes one batch of rows while the next one is made.

To make rows and to pack them are both work for Python, of which one process does one thing at a time. So each batch is
packed and sent by a child process.
"""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from clickhouse_driver import errors

from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.child import CAN_FORK, Child
from connectors.clickhouse.client import ClickHouseOptions, refusal
from connectors.clickhouse.errors import WarehouseError
from connectors.clickhouse.writer import RowWriter


class WriterBehind:
    """Batches go into the warehouse in order, each in full before the next, at most one at a time.

    `unwritable` counts the rows that it could not hold, which became rejects. To be used in a `with` block, by a
    process without other threads: its end gives up what is not `wait`ed for, also while the warehouse is away. Where
    there are no forks, each batch is written before the next one is made.
    """

    def __init__(self, options: ClickHouseOptions) -> None:
        self._options = options
        self._writing: Child | None = None
        self.unwritable = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writing is not None:
            self._writing.end()

    def write(self, rows: Sequence[WarehouseRow]) -> None:
        """Begin to write a batch when the one before is safe; raises what went wrong with that one."""
        self.wait()
        if CAN_FORK:
            self._writing = Child(lambda answer: _write_and_tell(self._options, rows, answer))
        else:
            self.unwritable += _written(self._options, rows)

    def wait(self) -> None:
        """Return when all batches are safe.

        Raises what `RowWriter.write` raises, as WarehouseError; an unknown error stands in the output with its trace.
        """
        if self._writing is None:
            return
        try:
            outcome = self._writing.answer()
        except EOFError:
            outcome = WarehouseError("the process that writes rows ended early; it said above why")
        self._writing.end()
        self._writing = None
        if isinstance(outcome, WarehouseError):
            raise outcome
        self.unwritable += outcome


def _write_and_tell(options: ClickHouseOptions, rows: Sequence[WarehouseRow], answer: Connection) -> None:
    try:
        answer.send(_written(options, rows))
    except WarehouseError as error:
        answer.send(error)


def _written(options: ClickHouseOptions, rows: Sequence[WarehouseRow]) -> int:
    """Write rows; returns how many became rejects."""
    try:
        with RowWriter(options) as writer:
            rejects = writer.write(rows)
            writer.write(rejects)
    except errors.ServerException as error:
        raise refusal(error, options) from error
    return len(rejects)
