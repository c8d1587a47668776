"""A site with a mirror, its tail without Kafka, and faults where the mirror writes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from connectors.cdr_file.checkpoint import FileState
from connectors.cdr_file.mirror import mirror
from connectors.cdr_file.mirror.files import write_all
from connectors.cdr_file.mirror.mirror import MirrorOptions
from connectors.cdr_file.reading import Span
from connectors.cdr_file.tail_site import SiteTail, TailSite
from schemas.cdr import Leg, Lifecycle
from schemas.codec import decode, encode
from tests.cdr_lines import BERLIN, parsed


class MirroredSite:
    """Files `source/cdr*.txt`, mirrored to `mirror`; what the tail would have sent to Kafka is in `published`."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "source"
        self.mirror = folder / "mirror"
        self.journal = folder / "state" / "dortmund.journal"
        self.source.mkdir()
        self.now = datetime(2026, 3, 2, 8, tzinfo=UTC)
        self.published: list[Leg] = []
        self.saved: list[FileState] = []
        self.tail = self.started()

    def started(self) -> SiteTail:
        """A tail that goes on from what was saved last."""
        options = MirrorOptions(self.mirror, 30, self.journal)
        site = TailSite("dortmund", "dortmund", (f"{self.source}/cdr*.txt",), self.source, BERLIN, options)
        tail = SiteTail(site, self, encode, self.saved, 0)
        assert tail._mirror
        tail._mirror._now = lambda: self.now
        return tail

    def publish(self, topic: str, key: bytes, value: bytes, token: object, partition: int | None = None) -> bool:
        """Takes a message and confirms it at once."""
        message = decode(value)
        if isinstance(message, Lifecycle):
            self.published += message.legs
        if isinstance(token, Span):
            token.confirm()
        return True

    def append(self, data: bytes, name: str = "cdr.txt") -> None:
        with (self.source / name).open("ab") as stream:
            stream.write(data)

    def read(self) -> None:
        """Read all files to their last complete line."""
        self.tail.is_idle(look_again=True)
        while not self.tail.is_idle():
            self.tail.step()
            self.tail.advance()
            self.tail.look()

    def save(self) -> None:
        """The checkpoint."""
        self.saved = self.tail.states()

    def restart(self) -> None:
        """Another process: nothing is known but what is on the disk, and the checkpoint."""
        self.tail = self.started()

    def mirrored(self) -> bytes:
        """All of the mirror, in the order of its days."""
        return b"".join(file.read_bytes() for file in sorted(self.mirror.glob("cdr-*.txt")))

    def legs(self) -> list[Leg]:
        """What the mirror's files hold, each read by itself."""
        found = [parsed(file.read_bytes()) for file in sorted(self.mirror.glob("cdr-*.txt"))]
        return [leg for legs in found for leg in legs if isinstance(leg, Leg)]


class Killed(BaseException):
    """SIGKILL between two instructions, or in the middle of a write."""


class Faults:
    """Counts what the mirror does to the disk; at the chosen one, before or after it, the process is killed.

    With `full` the disk has no room from there on, for so many writes.
    """

    def __init__(self, at: int, *, after: bool = False, full: int = 0) -> None:
        self.count = 0
        self.written: list[bytes] = []
        self._at = at
        self._after = after
        self._full = full

    @contextmanager
    def happen(self) -> Iterator[None]:
        with (
            patch.object(os, "fsync", self._faulty(os.fsync)),
            patch.object(os, "replace", self._faulty(os.replace)),
            patch.object(os, "truncate", self._faulty(os.truncate)),
            patch.object(mirror, "write_all", self._write),
            patch.object(mirror, "_RETRY_SECONDS", 0),
        ):
            yield

    def _faulty(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            struck = self._is_struck()
            if struck and not self._after:
                self._strike()
            done = operation(*arguments)
            if struck:
                self._strike()
            return done

        return run

    def _write(self, stream: FileIO, data: bytes) -> None:
        if self._is_struck():
            write_all(stream, data[: len(data) // 2])
            self._strike()
        self.written.append(data)
        write_all(stream, data)

    def _is_struck(self) -> bool:
        self.count += 1
        return self._at <= self.count < self._at + max(1, self._full)

    def _strike(self) -> None:
        if self._full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise Killed
