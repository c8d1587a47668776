"""Follows the files of one site by their globs through growth, truncation, deletion and rotation.

What identifies a file is in `identity`; how one is read in `followed`. Nothing here is told by the system:
files are looked at often enough (`tick`), globs resolved anew now and then (`scan`).
"""

from __future__ import annotations

import glob
import heapq
import os
import stat
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from connectors.cdr_file.followed import Chunk, FollowedFile, Outcome, source_name
from connectors.cdr_file.identity import Footprint, beginning_of, look

# A vanished file may come back, or its content under another name and inode; so many are remembered.
LOST_FILES = 200
# So many files, those changed last, are looked at on every tick, the others on every scan.
HOT_FILES = 8

_SCAN_SECONDS = 0.25
# Resolving the globs of a huge folder must not take more than this part of the time.
_SCAN_SHARE = 0.05
_LAST = datetime.max.replace(tzinfo=UTC)

_log = structlog.get_logger()

FirstStart = Callable[[str], datetime | None]


class Follower:
    """The files of one site, oldest first.

    Call `tick` often; then `read` until it returns None. `files` are those that the globs find, in reading
    order (by the start of their first CDR), `lost` those that no glob finds at present, newest last.
    """

    def __init__(self, globs: Sequence[str], base_directory: Path, first_start: FirstStart) -> None:
        """`globs` are absolute; `first_start` tells when the first CDR of a file started, if it has one."""
        self._globs = globs
        self._base = base_directory
        self._first_start = first_start
        self._next_scan = 0.0
        self._missing: set[str] = set()
        self._hot: list[FollowedFile] = []
        self.files: list[FollowedFile] = []
        self.lost: list[FollowedFile] = []

    @property
    def at_end(self) -> bool:
        """Whether every file is read to its last complete line, as of the last tick."""
        return not any(file.unread for file in self.files)

    def restore(self, source_file: str, known: Footprint, started_at: datetime | None) -> FollowedFile:
        """Remember a file from a checkpoint; the next scan finds it under any name, if it still exists."""
        file = FollowedFile(source_file, known, started_at)
        self.lost.append(file)
        return file

    def tick(self) -> None:
        """Look at the files that change; resolve the globs again when it is time or a file has moved."""
        if time.monotonic() >= self._next_scan:
            self.scan()
            return
        for file in self._hot:
            try:
                status = os.stat(file.path or "")
            except OSError:
                self._next_scan = 0.0
                continue
            if _key(status) == _key_of(file):
                file.notice(status)
            else:
                self._next_scan = 0.0

    def scan(self) -> None:
        """Resolve the globs: find new files, and known ones under whatever name they have now."""
        begun = time.monotonic()
        found = self._find()
        known, self.files = self.files, []
        for file in known:
            place = found.pop(_key_of(file), None)
            if place is None:
                self._vanish(file)
            else:
                self._keep(file, *place)
        # A file under its own device and inode goes before a copy of it.
        for file in self.lost[::-1]:
            place = found.get(_key_of(file))
            if place is not None and _holds(*place, file):
                del found[_key_of(file)]
                self.lost.remove(file)
                self._keep(file, *place)
        for path, status in found.values():
            self._adopt(path, status)
        del self.lost[:-LOST_FILES]
        self.files.sort(key=lambda file: (file.started_at or _LAST, file.path))
        self._hot = heapq.nlargest(HOT_FILES, self.files, key=lambda file: file.modified_ns)
        self._next_scan = time.monotonic() + max(_SCAN_SECONDS, (time.monotonic() - begun) / _SCAN_SHARE)

    def read(self) -> Chunk | None:
        """The next block of the oldest file that has one; None when all are read."""
        for file in list(self.files):
            while file.unread:
                outcome = file.read()
                if isinstance(outcome, Chunk):
                    return outcome
                if outcome is Outcome.NOTHING:
                    break
                self._next_scan = 0.0
                if outcome is Outcome.MOVED:
                    file.unread = False
                    break
                return self._read_replacement(file)
        return None

    def _read_replacement(self, file: FollowedFile) -> Chunk | None:
        path = file.path or ""
        _log.info("file was truncated or replaced, reading it from its beginning", file=path, read=file.known.offset)
        self.files.remove(file)
        self._lose(file)
        try:
            replacement = self._adopt(path, os.stat(path))
        except OSError:
            return None
        outcome = replacement.read()
        return outcome if isinstance(outcome, Chunk) else None

    def _find(self) -> dict[tuple[int, int], tuple[str, os.stat_result]]:
        """Regular files that the globs find, each once, by device and inode."""
        found: dict[tuple[int, int], tuple[str, os.stat_result]] = {}
        for pattern in self._globs:
            paths = sorted(glob.glob(pattern, recursive=True))
            self._report_missing(pattern, bool(paths))
            for path in paths:
                try:
                    status = os.stat(path)
                except OSError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    found.setdefault(_key(status), (path, status))
        return found

    def _report_missing(self, pattern: str, any_found: bool) -> None:
        if any_found:
            self._missing.discard(pattern)
        elif pattern not in self._missing:
            self._missing.add(pattern)
            _log.warning("no file found, waiting for one", files=pattern)

    def _vanish(self, file: FollowedFile) -> None:
        unread = file.size - file.known.offset
        if unread > 0:
            _log.warning("file vanished before it was read to its end", file=file.path, unread_bytes=unread)
        self._lose(file)

    def _lose(self, file: FollowedFile) -> None:
        file.path = None
        file.unread = False
        # What held no CDR yet is as well read again.
        if file.started_at is not None:
            self.lost.append(file)

    def _keep(self, file: FollowedFile, path: str, status: os.stat_result) -> None:
        if path == file.path:
            file.notice(status)
        else:
            file.attach(path, status)
        self.files.append(file)

    def _adopt(self, path: str, status: os.stat_result) -> FollowedFile:
        """Follow a file that is new under its device and inode: the content of a lost one, or a new one."""
        read_furthest = sorted(self.lost, key=lambda lost: lost.known.offset, reverse=True)
        file = next((lost for lost in read_furthest if _holds(path, status, lost)), None)
        if file is None:
            known = beginning_of(status.st_dev, status.st_ino)
            file = FollowedFile(source_name(path, self._base), known, self._first_start(path))
        else:
            self.lost.remove(file)
        self._keep(file, path, status)
        return file


def _key(status: os.stat_result) -> tuple[int, int]:
    return (status.st_dev, status.st_ino)


def _key_of(file: FollowedFile) -> tuple[int, int]:
    return (file.known.device, file.known.inode)


def _holds(path: str, status: os.stat_result, file: FollowedFile) -> bool:
    """Whether the file at this path begins with what was read of `file`."""
    if status.st_size < file.known.offset:
        return False
    try:
        with open(path, "rb", buffering=0) as stream:
            return look(stream, status.st_size, file.known, 0) is not None
    except OSError:
        return False
