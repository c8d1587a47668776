"""One content of one file, as it grows: reading it in bounded blocks, read-only, never locked (docs/delivery.md)."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from datetime import datetime
from enum import Enum, auto
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import structlog

from connectors.cdr_file.checkpoint import FileState
from connectors.cdr_file.framing import Framer, RawLine
from connectors.cdr_file.identity import Footprint, Window, footprint, look
from connectors.cdr_file.opening import key_of, open_shared

BLOCK_BYTES = 256 * 1024
# A file may change again within one tick of its times: so long after each change it is read again to be sure.
# Counted by this machine's own clock, as the PBX's may be another.
_TICK_SECONDS = 0.02
_COARSE_TICK_SECONDS = 2.1

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
    `begun` is what was read of it under another name and inode when it was found to be a copy.
    """

    def __init__(
        self, source_file: str, known: Footprint, started_at: datetime | None, begun: FileState | None = None
    ) -> None:
        self.source_file = source_file
        self.known = known
        self.started_at = started_at
        self.begun = begun
        self.path: str | None = None
        self.size = known.offset
        self.unread = False
        self.problem = ""
        self.modified_ns = 0
        self.changed_at = 0.0
        self.keeps_open = False
        self._kept: FileIO | None = None
        self._state: tuple[int, int, int] | None = None
        self._settles_at: float | None = None
        self._framer = Framer(known.offset)

    @property
    def torn_bytes(self) -> int:
        """Bytes of a last line that has no line end yet."""
        return self._framer.torn_bytes

    @property
    def is_open(self) -> bool:
        """Whether it is kept open, and can be read to its end when its name is gone."""
        return self._kept is not None

    def attach(self, path: str, status: os.stat_result) -> None:
        """Take the file's present name and its device and inode, which a copy or a new mount may have changed."""
        self.path = path
        self.known = self.known._replace(device=status.st_dev, inode=status.st_ino)
        self._state = None
        self.notice(status)

    def notice(self, status: os.stat_result) -> None:
        """Take note of the file's size and times; a change of any means that there may be something to read."""
        state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        now = time.monotonic()
        if state != self._state:
            self.changed_at = now if self._state else self.changed_at
            self._state = state
            self._settles_at = now + _tick_seconds(status)
            self.unread = True
            self.size = status.st_size
            self.modified_ns = status.st_mtime_ns
        elif self._settles_at is not None:
            self.unread = True
            if now >= self._settles_at:
                self._settles_at = None

    def read(self) -> Chunk | Outcome:
        """The next block of the file; leaves `unread` false when its end was reached."""
        try:
            return self._read_path(self.path) if self.path else self._read_kept()
        except (FileNotFoundError, NotADirectoryError):
            return Outcome.MOVED
        except OSError as error:
            return self._report(error)

    def release(self) -> None:
        """Keep the file open no longer."""
        if self._kept:
            self._kept.close()
            self._kept = None

    def _read_path(self, path: str) -> Chunk | Outcome:
        with ExitStack() as held:
            stream = held.enter_context(open_shared(path))
            outcome = self._read(stream)
            if self.keeps_open and outcome is not Outcome.MOVED:
                held.pop_all()
                self.release()
                self._kept = stream
        return outcome

    def _read_kept(self) -> Chunk | Outcome:
        return self._read(self._kept) if self._kept else Outcome.MOVED

    def _read(self, stream: FileIO) -> Chunk | Outcome:
        status = os.fstat(stream.fileno())
        if key_of(status) != (self.known.device, self.known.inode):
            return Outcome.MOVED
        stream.seek(0)
        window = look(stream, status.st_size, self.known, BLOCK_BYTES)
        self.problem = ""
        if window is None:
            return Outcome.REPLACED
        return self._take(window, status)

    def _take(self, window: Window, status: os.stat_result) -> Chunk | Outcome:
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
        self._state = None
        problem = error.strerror or str(error)
        if problem != self.problem:
            _log.warning("cannot read file, trying again", file=self.path, problem=problem)
        self.problem = problem
        return Outcome.NOTHING


def _tick_seconds(status: os.stat_result) -> float:
    """How long the file may change again without its times telling: some shares count in steps of two seconds."""
    return _COARSE_TICK_SECONDS if status.st_mtime_ns % 1_000_000_000 == 0 else _TICK_SECONDS


def source_name(path: str | Path, base_directory: Path) -> str:
    """The name of a file in legs and rejects: relative to the folder of the configuration (contract 9)."""
    try:
        return Path(os.path.relpath(path, base_directory)).as_posix()
    except ValueError:  # on another drive
        return Path(path).as_posix()
