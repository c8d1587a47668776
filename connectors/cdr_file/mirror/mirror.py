"""An exact private copy of all that is appended to a site's files, by day (contract 3 `mirror`, docs/operations.md).

What is read goes file → mirror → Kafka. Only whole lines are copied, so that lines of several files do not mix; a
header is repeated where the lines that follow need another one than is in force, as at the beginning of a day.
"""

from __future__ import annotations

import os
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import structlog

from connectors.cdr_file.dialect import Dialect, decoder_of
from connectors.cdr_file.durable import sync_directory
from connectors.cdr_file.errors import TailError
from connectors.cdr_file.followed import Chunk, FollowedFile
from connectors.cdr_file.framing import RawLine
from connectors.cdr_file.identity import Footprint
from connectors.cdr_file.mirror.files import day_file, end_of, remove_old, write_all
from connectors.cdr_file.mirror.journal import Append, Journal, Memory
from connectors.cdr_file.mirror.known import mirrored_part
from connectors.cdr_file.mirror.text import Header, begins_with_header, header_line, header_to_repeat, headers_among

# A last line without line end waits for it in memory; a longer one, which is no CDR, is copied in pieces.
HELD_BYTES = 256 * 1024
# So many contents, those appended last, are known again after a restart.
KNOWN_CONTENTS = 1000
_RETRY_SECONDS = 1.0
_REPORT_SECONDS = 60.0
_TEND_SECONDS = 60.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """The folder of a site's mirror, the days that its files are kept, and the file of its journal."""

    folder: Path
    days: int
    journal: Path


class _Held(NamedTuple):
    """The bytes of a file from `offset` on that are read and not in the mirror: the line has no end yet."""

    offset: int
    data: bytes


class Mirror:
    """The mirror of one site; one process at a time uses it (`site_lock`), and one thread."""

    def __init__(
        self,
        site: str,
        options: MirrorOptions,
        dialect: Dialect,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises `TailError` where the folder cannot be made or the journal not be read."""
        self._site = site
        self._options = options
        self._encoding = dialect.encoding
        self._decode = decoder_of(dialect.encoding)
        self._zone = ZoneInfo(dialect.time_zone)
        self._now = now
        self._journal = Journal(options.journal, site)
        try:
            options.folder.mkdir(parents=True, exist_ok=True)
            self._memory, self._pending = self._journal.load()
        except OSError as error:
            raise TailError(
                f"{error.filename}: {error.strerror}; mirror and state_directory must be folders that can be written"
            ) from None
        self._held: WeakKeyDictionary[FollowedFile, _Held] = WeakKeyDictionary()
        self._known: WeakKeyDictionary[FollowedFile, Footprint] = WeakKeyDictionary()
        self._last: FollowedFile | None = None
        self._unsynced = False
        self._tidied: date | None = None
        self._retry_at = self._report_at = self._tend_at = 0.0
        self.problem = ""

    def append(self, chunk: Chunk, read_to: int, header: Header) -> bool:
        """Copy what a read of a file has yielded; true when its lines are safe in the mirror.

        False: the mirror cannot be written; call again with the same chunk, and let nobody have its lines before.
        `read_to` is the end of the last line that was read before of this file, `header` the one in force there.
        """
        if self._retry_at and time.monotonic() < self._retry_at:
            return False
        try:
            self._finish()
            self._take(chunk, read_to, header)
            self._finish()
        except OSError as error:
            self._report(error)
            return False
        self._recover()
        return True

    def tend(self) -> None:
        """Complete what a crash has cut off, and once a day remove the files that are too old."""
        if time.monotonic() < self._tend_at:
            return
        self._tend_at = time.monotonic() + _TEND_SECONDS
        try:
            if self._pending:
                self._finish()
                self._recover()
            today = self._today()
            if today != self._tidied:
                remove_old(self._options.folder, today - timedelta(days=self._options.days))
                self._tidied = today
        except OSError as error:
            self._report(error)

    def _take(self, chunk: Chunk, read_to: int, header: Header) -> None:
        """Note in the journal the append of what the chunk brings; keep back what has no line end yet."""
        window = chunk.window
        held = self._held.get(chunk.file) or _Held(self._start(chunk, read_to), b"")
        data = held.data + window.data[max(0, held.offset + len(held.data) - window.start) :]
        whole = max(held.offset, chunk.lines[-1].end if chunk.lines else 0)
        if held.offset + len(data) - whole > HELD_BYTES:
            whole = held.offset + len(data)
        fresh = data[: whole - held.offset]
        if fresh:
            known = chunk.footprint_at(whole)
            self._begin(chunk, _Held(held.offset, fresh), header, known)
            self._known[chunk.file] = known
            self._last = chunk.file
        self._held[chunk.file] = _Held(whole, data[len(fresh) :])

    def _start(self, chunk: Chunk, read_to: int) -> int:
        """Where copying begins in a file that is new to this process: behind what is in the mirror of its content."""
        known = mirrored_part(chunk, read_to, self._memory.contents)
        if known is None:
            return read_to
        self._known[chunk.file] = known
        return known.offset

    def _begin(self, chunk: Chunk, fresh: _Held, header: Header, known: Footprint) -> None:
        name = day_file(self._today())
        size, torn = end_of(self._options.folder / name)
        before = [line for line in chunk.lines if line.end <= fresh.offset]
        lines = chunk.lines[len(before) :]
        for _, names in headers_among(before, self._decode):
            header = names
        in_force = () if not size else self._memory.header if name == self._memory.name else None
        lead, header = self._lead(lines, in_force, header)
        if torn and self._last is not chunk.file:
            lead = b"\n" + lead
        text = fresh.data.removeprefix(BOM_UTF8) if not fresh.offset else fresh.data
        others = (other for other in self._memory.contents if other is not self._known.get(chunk.file))
        memory = Memory((*others, known)[-KNOWN_CONTENTS:], name, header)
        pending = Append(name, size, lead + text)
        self._journal.begin(memory, pending)
        self._memory, self._pending = memory, pending

    def _lead(self, lines: Sequence[RawLine], in_force: Header | None, wanted: Header) -> tuple[bytes, Header]:
        """What goes before the lines, and the header in force behind them."""
        headers = headers_among(lines, self._decode)
        repeated = () if begins_with_header(lines, headers) else header_to_repeat(in_force, wanted)
        last = headers[-1][1] if headers else repeated or in_force or ()
        return header_line(repeated, self._encoding) if repeated else b"", last

    def _finish(self) -> None:
        """Write what the journal says, or the part of it that is not there yet."""
        if self._pending is None:
            return
        name, length, data = self._pending
        self._options.folder.mkdir(parents=True, exist_ok=True)
        # Opened anew each time: another program may empty or remove the file at any moment (kb4042).
        with FileIO(self._options.folder / name, "ab") as stream:
            size = os.fstat(stream.fileno()).st_size
            if self._unsynced and size > length:  # what is there may not be on the disk
                os.truncate(stream.fileno(), length)
                size = length
            # Emptied by another program since then: nothing says how much of it that program has had.
            there = max(0, size - length)
            write_all(stream, data[there:])
            self._unsynced = True
            os.fsync(stream.fileno())
            self._unsynced = False
        if not size:
            sync_directory(self._options.folder)
        self._journal.end()
        self._pending = None

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()

    def _report(self, error: OSError) -> None:
        """Say why the mirror cannot be written, at once and then now and then."""
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        self.problem = f"{self._options.folder}: {error.strerror or error}"
        if time.monotonic() >= self._report_at:
            self._report_at = time.monotonic() + _REPORT_SECONDS
            _log.error("cannot write the mirror, reading waits for it", site=self._site, problem=self.problem)

    def _recover(self) -> None:
        if self.problem:
            _log.info("the mirror is written again", site=self._site)
        self.problem = ""
        self._retry_at = self._report_at = 0.0
