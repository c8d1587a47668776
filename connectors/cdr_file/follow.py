"""Follows the files of one site by their globs through growth, truncation, deletion and rotation.

What identifies a file is in `identity`; how one is read in `followed`. Nothing here is told by the system:
files are looked at often enough (`tick`), globs resolved anew now and then (`scan`).
"""

from __future__ import annotations

import heapq
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from connectors.cdr_file.checkpoint import FileState
from connectors.cdr_file.find import Finder
from connectors.cdr_file.followed import Chunk, FollowedFile, Outcome, source_name
from connectors.cdr_file.identity import Footprint, beginning_of, find_content
from connectors.cdr_file.opening import key_of, stays_open_unnoticed

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
Confirmed = Callable[[FollowedFile], FileState | None]


class Follower:
    """The files of one site, oldest first.

    Call `tick` often; then `read` until it returns None. `files` are those that the globs find, in reading
    order (by the start of their first CDR), `lost` those that no glob finds at present, newest last.
    `folders` are those of the files that are looked at on every tick.
    """

    def __init__(
        self,
        globs: Sequence[str],
        base_directory: Path,
        first_start: FirstStart,
        confirmed: Confirmed = lambda _file: None,
    ) -> None:
        """`globs` are absolute.

        `first_start` tells when the first CDR of a file started, if it has one; `confirmed` how far a followed
        file has safely arrived, where a copy of it may begin.
        """
        self._files = Finder(globs)
        self._base = base_directory
        self._first_start = first_start
        self._confirmed = confirmed
        self._next_scan = 0.0
        self._hot: list[FollowedFile] = []
        # Files whose names are gone but which are still open, to be read to their ends.
        self._nameless: list[FollowedFile] = []
        self.folders: frozenset[str] = frozenset()
        self.files: list[FollowedFile] = []
        self.lost: list[FollowedFile] = []

    @property
    def at_end(self) -> bool:
        """Whether every file is read to its last complete line, as of the last tick."""
        return not any(file.unread for file in [*self._nameless, *self.files])

    def restore(self, source_file: str, known: Footprint, started_at: datetime | None) -> FollowedFile:
        """Remember a file from a checkpoint; the next scan finds it under any name, if it still exists."""
        file = FollowedFile(source_file, known, started_at)
        self.lost.append(file)
        return file

    def tick(self) -> None:
        """Look at the files that change; resolve the globs again when it is time or a file has moved."""
        due = time.monotonic() >= self._next_scan
        if due or not all(self._is_as_before(file) for file in self._hot):
            self.scan()

    def scan(self) -> None:
        """Resolve the globs: find new files, and known ones under whatever name they have now."""
        begun = time.monotonic()
        found = self._files.found()
        # A file that was empty may turn out to be a copy of another.
        known = [file for file in [*self.files, *self._nameless] if file.size or file.known.offset]
        self.files, self._nameless = [], []
        for file in known:
            place = found.pop(_known_key(file), None)
            if place is None:
                self._vanish(file)
            else:
                self._keep(file, *place)
        # A file under its own device and inode goes before a copy of it.
        for file in self.lost[::-1]:
            place = found.get(_known_key(file))
            if place is not None and find_content(*place, [file.known]) is not None:
                del found[_known_key(file)]
                self.lost.remove(file)
                self._keep(file, *place)
        originals = self._originals() if found else []
        for path, status in found.values():
            self._adopt(path, status, originals)
        del self.lost[:-LOST_FILES]
        self.files.sort(key=lambda file: (file.started_at or _LAST, file.path))
        self._choose_hot()
        self._next_scan = time.monotonic() + max(_SCAN_SECONDS, (time.monotonic() - begun) / _SCAN_SHARE)

    def read(self) -> Chunk | None:
        """The next block of the oldest file that has one; None when all are read."""
        for file in [*self._nameless, *self.files]:
            if chunk := self._read_file(file):
                return chunk
        return None

    def _read_file(self, file: FollowedFile) -> Chunk | None:
        """The next block of a file, or of what stands in its place; None when it is read."""
        while file.unread:
            outcome = file.read()
            if isinstance(outcome, Chunk):
                return outcome
            if outcome is Outcome.NOTHING:
                break
            self._next_scan = 0.0
            if outcome is Outcome.MOVED or file.path is None:
                file.unread = False
                break
            return self._read_replacement(file, file.path)
        if file.path is None:
            file.release()
            self._nameless.remove(file)
            self._remember(file)
        return None

    def _is_as_before(self, file: FollowedFile) -> bool:
        """Whether the file is still where it was and not begun just now; notes whether it has changed."""
        try:
            status = os.stat(file.path or "")
        except OSError:
            return False
        if key_of(status) != _known_key(file) or (status.st_size and not file.size):
            return False
        file.notice(status)
        return True

    def _choose_hot(self) -> None:
        recent = heapq.nlargest(HOT_FILES, self.files, key=lambda file: (file.changed_at, file.modified_ns))
        for file in self._hot:
            if file not in recent and file.path is not None:
                file.keeps_open = False
                file.release()
        for file in recent:
            file.keeps_open = file.keeps_open or stays_open_unnoticed(file.known.device)
        self._hot = recent
        self.folders = frozenset(os.path.dirname(file.path or "") for file in recent)

    def _read_replacement(self, file: FollowedFile, path: str) -> Chunk | None:
        _log.info("file was truncated or replaced, reading it from its beginning", file=path, read=file.known.offset)
        self.files.remove(file)
        file.release()
        file.path = None
        self._remember(file)
        try:
            replacement = self._adopt(path, os.stat(path), self._originals())
        except OSError:
            return None
        outcome = replacement.read()
        return outcome if isinstance(outcome, Chunk) else None

    def _vanish(self, file: FollowedFile) -> None:
        """No glob finds it any more; what it still holds is read if it is open."""
        path, file.path = file.path, None
        file.unread = file.is_open
        if file.is_open:
            self._nameless.append(file)
            return
        if file.size > file.known.offset:
            unread_bytes = file.size - file.known.offset
            _log.warning("file vanished before it was read to its end", file=path, unread_bytes=unread_bytes)
        self._remember(file)

    def _remember(self, file: FollowedFile) -> None:
        file.unread = file.keeps_open = False
        # What held no CDR yet is as well read again.
        if file.started_at is not None:
            self.lost.append(file)
            del self.lost[:-LOST_FILES]

    def _keep(self, file: FollowedFile, path: str, status: os.stat_result) -> None:
        if path == file.path:
            file.notice(status)
        else:
            file.attach(path, status)
        if not status.st_size and not file.known.offset:
            # What is written into it from now on may make it a copy: that is looked at before it is read.
            file.unread = False
        self.files.append(file)

    def _adopt(self, path: str, status: os.stat_result, originals: Sequence[FileState]) -> FollowedFile:
        """Follow a file that is new under its device and inode: the content of a known one, or a new one."""
        file = self._lost_content(path, status) or self._copied_content(path, status, originals)
        if file is None:
            known = beginning_of(*key_of(status))
            file = FollowedFile(source_name(path, self._base), known, self._first_start(path))
        self._keep(file, path, status)
        return file

    def _lost_content(self, path: str, status: os.stat_result) -> FollowedFile | None:
        """The lost file that this one goes on with; it is lost no more."""
        read_furthest = sorted(self.lost, key=lambda lost: lost.known.offset, reverse=True)
        place = find_content(path, status, [lost.known for lost in read_furthest])
        if place is None:
            return None
        self.lost.remove(read_furthest[place])
        return read_furthest[place]

    def _originals(self) -> list[FileState]:
        """How far the files that are followed are confirmed, the furthest first."""
        states = [state for file in self.files if file.started_at and (state := self._confirmed(file))]
        return sorted(states, key=lambda state: state.footprint.offset, reverse=True)

    def _copied_content(self, path: str, status: os.stat_result, originals: Sequence[FileState]) -> FollowedFile | None:
        """A copy of a file that is followed too: it begins where that one is confirmed (copy and truncate)."""
        place = find_content(path, status, [state.footprint for state in originals])
        if place is None:
            return None
        state = originals[place]
        return FollowedFile(state.source_file, state.footprint, state.parser.file_started_at, state)


def _known_key(file: FollowedFile) -> tuple[int, int]:
    return (file.known.device, file.known.inode)
