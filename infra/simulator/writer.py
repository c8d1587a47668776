"""Appends lines to the sites' cdr.txt files as SwyxServer does, with or without the trouble that real files have."""

from __future__ import annotations

from pathlib import Path

from infra.simulator.text import broken_line, head
from infra.simulator.world import Site

# The trouble, by the number of the line within its site, so that even short files have each kind of it.
BROKEN_AT = 5
REPEATED_HEADER_AT, REPEATED_HEADER_EVERY = 10, 100
ROTATED_AT = 30
TORN_AT, TORN_EVERY, TORN_BYTES = 7, 25, 20


class SiteFile:
    """The cdr.txt of one site: lines are collected and appended by `flush`; the file is open only meanwhile.

    A file that is missing or empty (another program may clear it, kb4042) begins with its header again.
    With `faults`: a repeated header now and then, one unreadable line, a change to `cdr1.txt`, and lines whose
    second half is written by the next `flush` only.
    """

    def __init__(self, directory: Path, site: Site, *, faults: bool) -> None:
        self.path = directory / site.name / "cdr.txt"
        self.rejects = 0
        self._site = site
        self._faults = faults
        self._lines = 0
        self._waiting = bytearray()
        self._torn = b""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.flush()

    def add(self, line: bytes) -> None:
        """Takes one whole line."""
        self._lines += 1
        if self._faults and self._lines == ROTATED_AT:
            self.finish()
            self.path = self.path.with_name("cdr1.txt")
        if self._faults and self._lines == BROKEN_AT:
            self._waiting += broken_line(self._site)
            self.rejects += 1
        if self._faults and self._lines % REPEATED_HEADER_EVERY == REPEATED_HEADER_AT:
            self._waiting += head(self._site.generation)
        self._waiting += line

    def flush(self) -> None:
        """Appends what waits; with faults, the last line of some may stay torn until the next time."""
        data, self._torn = self._torn + bytes(self._waiting), b""
        if self._faults and self._waiting and self._lines % TORN_EVERY == TORN_AT:
            data, self._torn = data[:-TORN_BYTES], data[-TORN_BYTES:]
        self._waiting.clear()
        self._append(data)

    def finish(self) -> None:
        """Appends everything, torn lines too."""
        self.flush()
        self._append(self._torn)
        self._torn = b""

    def _append(self, data: bytes) -> None:
        if not self.path.exists() or not self.path.stat().st_size:
            data = head(self._site.generation) + data
        if data:
            with self.path.open("ab") as file:
                file.write(data)
