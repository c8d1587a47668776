"""The files that a site's globs find."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Sequence

import structlog

from connectors.cdr_file.opening import key_of

_log = structlog.get_logger()


class Finder:
    """Resolves globs; says once of each that it finds nothing."""

    def __init__(self, globs: Sequence[str]) -> None:
        self._globs = globs
        self._missing: set[str] = set()

    def found(self) -> dict[tuple[int, int], tuple[str, os.stat_result]]:
        """Regular files that the globs find now, each once, by device and inode."""
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
                    found.setdefault(key_of(status), (path, status))
        return found

    def _report_missing(self, pattern: str, any_found: bool) -> None:
        if any_found:
            self._missing.discard(pattern)
        elif pattern not in self._missing:
            self._missing.add(pattern)
            _log.warning("no file found, waiting for one", files=pattern)


def innermost_folder(pattern: str) -> str:
    """The innermost folder that all files of a pattern are in."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder
