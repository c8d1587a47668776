"""Change notification of the system, by `watchfiles`: wakes the tail at once when a followed file changes.

A hint only. Shares send none for what another machine writes, folders vanish, watches are limited: the tail looks
at its files without being told too, so that nothing depends on what arrives here.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch

import structlog

from connectors.cdr_file.find import innermost_folder

# Changes are gathered in steps of so many milliseconds; each step costs a little processor time, changes or not.
_STEP_MS = 2
_QUIET_STEP_MS = 10
_QUIET_AFTER_SECONDS = 60.0
_TURN_MS = 250
_RETRY_SECONDS = 30.0
# A change that was found by looking is told within this time, if at all.
_DELAY_SECONDS = 1.0

_log = structlog.get_logger()

# Path, device and inode: a folder that was away and came back has to be watched anew.
_Folder = tuple[str, int, int]


class Notifier:
    """Watches folders in a thread of its own and sets `wake` when a file of interest changes in one of them."""

    def __init__(self, globs: Mapping[str, Sequence[str]], wake: threading.Event) -> None:
        """`globs`: the absolute patterns of the files of interest, by site."""
        self._globs = globs
        self._wake = wake
        self._told_at = dict.fromkeys(globs, -math.inf)
        self._bases = frozenset(innermost_folder(pattern) for patterns in globs.values() for pattern in patterns)
        self._paths = self._bases
        self._closed = threading.Event()
        self._complained = False
        self._thread = threading.Thread(target=self._run, name="notify", daemon=True)
        self._thread.start()

    def watch(self, folders: frozenset[str]) -> None:
        """Watch these folders from now on, beside those that the patterns name, whenever they exist."""
        self._paths = self._bases | folders

    def tells_of(self, site: str, grown_at: float) -> bool:
        """Whether notifications work for this site: the growth found at that time (monotonic) was told too."""
        return self._told_at[site] >= grown_at - _DELAY_SECONDS

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            if folders := self._folders():
                self._watch(folders)
            else:
                self._closed.wait(_TURN_MS / 1000)

    def _folders(self) -> frozenset[_Folder]:
        return frozenset(folder for path in self._paths if (folder := _folder(path)))

    def _watch(self, folders: frozenset[_Folder]) -> None:
        """Pass on what happens in these folders, until others are there."""
        from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError  # noqa: PLC0415 - takes 0.2 s

        try:
            with RustNotify([path for path, _, _ in folders], False, False, 0, False, True) as notify:
                while self._folders() == folders:
                    changes = notify.watch(_STEP_MS, self._step_ms(), _TURN_MS, self._closed)
                    if not isinstance(changes, str):
                        self._tell(path for _, path in changes)
                    elif changes != "timeout":
                        return
        except (OSError, WatchfilesRustInternalError) as error:
            if not self._complained:
                _log.warning("no change notification, looking at the files instead", problem=str(error))
            self._complained = True
            self._closed.wait(_RETRY_SECONDS)

    def _step_ms(self) -> int:
        told_at = max(self._told_at.values())
        return _STEP_MS if time.monotonic() - told_at < _QUIET_AFTER_SECONDS else _QUIET_STEP_MS

    def _tell(self, paths: Iterable[str]) -> None:
        now = time.monotonic()
        for path in paths:
            for site, globs in self._globs.items():
                if any(fnmatch(path, pattern) for pattern in globs):
                    self._told_at[site] = now
                    self._wake.set()


def _folder(path: str) -> _Folder | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (path, status.st_dev, status.st_ino)
