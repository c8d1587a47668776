"""One content of one file, as it grows: reading it in bounded blocks, read-only, never locked (docs/delivery.md)."""

from __future__ import annotations

import os
import time
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

import structlog

from connectors.cdr_file.framing import Framer, RawLine
from connectors.cdr_file.identity import Footprint, Window, footprint, look

BLOCK_BYTES = 256 * 1024
# A file may change again within one tick of its time stamp: one this young is read again to be sure.
_YOUNG_NANOSECONDS = 20_000_000

_log = structlog.get_logger()


class Chunk(NamedTuple):
    """What one read of a file yielded: whole lines, perhaps none, and the means to say where it was read to."""

    file: FollowedFile
    lines: list[RawLine]
    window: Window

    def footprint_at(self, offset: int) -> Footprint:
        """The footprint of the file when it is read up to `offset`, the end of one of the lines."""
        window = self.window
        return footprint(self.file.known.device, self.file.known.inode, window.head, window.before(offset), offset)


class Outcome(Enum):
    """Why a read yielded no bytes."""

    NOTHING = auto()
    MOVED = auto()  # the path names another file now, or none
    REPLACED = auto()  # the file is shorter than what was read, or its read part has changed


class FollowedFile:
    """A file that is read from its first byte on, whatever its name becomes.

    `source_file` is the name it was first read under, relative to the configuration; `path` the present one,
    None while no glob finds it. `known` says what has been read, a torn last line included.
    `started_at` is the start of its first CDR, as far as known: files are read in that order.
    """

    def __init__(self, source_file: str, known: Footprint, started_at: datetime | None) -> None:
        self.source_file = source_file
        self.known = known
        self.started_at = started_at
        self.path: str | None = None
        self.size = known.offset
        self.unread = False
        self.problem = ""
        self.modified_ns = 0
        self._seen: tuple[int, int] | None = None
        self._framer = Framer(known.offset)

    @property
    def torn_bytes(self) -> int:
        """Bytes of a last line that has no line end yet."""
        return self._framer.torn_bytes

    def attach(self, path: str, status: os.stat_result) -> None:
        """Take the file's present name and its device and inode, which a copy or a new mount may have changed."""
        self.path = path
        self.known = self.known._replace(device=status.st_dev, inode=status.st_ino)
        self._seen = None
        self.notice(status)

    def notice(self, status: os.stat_result) -> None:
        """Take note of the file's size and time; a change of either means that there is something to read."""
        seen = (status.st_size, status.st_mtime_ns)
        if seen != self._seen:
            self.unread = True
            self.size = status.st_size
            self.modified_ns = status.st_mtime_ns

    def read(self) -> Chunk | Outcome:
        """The next block of the file; leaves `unread` false when its end was reached."""
        if self.path is None:
            return Outcome.MOVED
        try:
            with open(self.path, "rb", buffering=0) as stream:
                status = os.fstat(stream.fileno())
                if (status.st_dev, status.st_ino) != (self.known.device, self.known.inode):
                    return Outcome.MOVED
                window = look(stream, status.st_size, self.known, BLOCK_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return Outcome.MOVED
        except OSError as error:
            return self._report(error)
        self.problem = ""
        if window is None:
            return Outcome.REPLACED
        return self._take(window, status)

    def _take(self, window: Window, status: os.stat_result) -> Chunk | Outcome:
        young = time.time_ns() - status.st_mtime_ns < _YOUNG_NANOSECONDS
        self._seen = None if young else (status.st_size, status.st_mtime_ns)
        self.size = status.st_size
        block = window.data[self.known.tail_length :]
        if not block:
            self.unread = False
            return Outcome.NOTHING
        lines = self._framer.feed(block)
        chunk = Chunk(self, lines, window)
        self.known = chunk.footprint_at(self._framer.position)
        self.unread = self.known.offset < status.st_size
        return chunk

    def _report(self, error: OSError) -> Outcome:
        """Note why the file cannot be read; it is tried again when it is noticed again."""
        self.unread = False
        self._seen = None
        problem = error.strerror or str(error)
        if problem != self.problem:
            _log.warning("cannot read file, trying again", file=self.path, problem=problem)
        self.problem = problem
        return Outcome.NOTHING


def source_name(path: str | Path, base_directory: Path) -> str:
    """The name of a file in legs and rejects: relative to the folder of the configuration (contract 9)."""
    try:
        return Path(os.path.relpath(path, base_directory)).as_posix()
    except ValueError:  # on another drive
        return Path(path).as_posix()
