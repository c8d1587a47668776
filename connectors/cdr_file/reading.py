"""A followed file on its way into Kafka: which part of it is sent, which part is confirmed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from connectors.cdr_file.checkpoint import FileState
from connectors.cdr_file.followed import FollowedFile
from connectors.cdr_file.parse import LineParser


@dataclass(slots=True, eq=False)
class Span:
    """A stretch of a file that ends at `end`; `outstanding` of its messages are not confirmed yet."""

    end: FileState
    outstanding: int

    def confirm(self) -> None:
        """One of its messages is confirmed."""
        self.outstanding -= 1


class Reading:
    """One file with its parser and the stretches of it that are on their way.

    `confirmed` moves over the contiguous prefix only: to the end of a span when it and all before it
    are confirmed. `read_to` is the end of the last line read.
    """

    def __init__(self, file: FollowedFile, parser: LineParser, confirmed: FileState) -> None:
        self.file = file
        self.parser = parser
        self.confirmed = confirmed
        self.last_cdr_at = confirmed.last_cdr_at
        self.read_to = confirmed.footprint.offset
        self._spans: deque[Span] = deque()

    @property
    def all_confirmed(self) -> bool:
        """Whether no message of this file is on its way."""
        return not self._spans

    @property
    def bytes_behind(self) -> int:
        """Bytes not yet confirmed; a torn last line is none of them when the file is read up to it."""
        # A block that waits for the mirror is read, and not on its way.
        read_to = max(self.read_to, self.file.known.offset - self.file.torn_bytes)
        end = self.file.size if self.file.unread or self.file.problem else read_to
        return max(0, end - self.confirmed.footprint.offset)

    def add(self, span: Span) -> None:
        """The next stretch of the file is on its way."""
        self._spans.append(span)
        self.read_to = span.end.footprint.offset

    def advance(self) -> bool:
        """Move `confirmed` as far as the confirmations reach; whether it moved."""
        moved = False
        while self._spans and not self._spans[0].outstanding:
            self.confirmed = self._spans.popleft().end
            moved = True
        return moved
