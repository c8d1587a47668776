"""Which file is which, whatever its name: device, inode and fingerprints of its content (docs/delivery.md)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from connectors.cdr_file.opening import key_of, open_shared

HEAD_BYTES = 1024
# More than a line usually has: the end of a line alone may be that of many.
TAIL_BYTES = 1024


class Footprint(NamedTuple):
    """What a file is known by once it has been read up to `offset`.

    `head` fingerprints its first min(1024, offset) bytes, `tail` the `tail_length` bytes before `offset`.
    All of these bytes have been read, so a file that only grows keeps its footprint.
    """

    device: int
    inode: int
    offset: int
    head: str
    tail: str
    tail_length: int

    @property
    def name(self) -> str:
        """A text for messages and logs."""
        return f"{self.device:x}-{self.inode:x}-{self.head}"


def footprint(device: int, inode: int, head: bytes, before: bytes, offset: int) -> Footprint:
    """The footprint at `offset`; `head`: the file's first bytes, `before`: bytes that end at `offset`."""
    tail = before[-TAIL_BYTES:]
    return Footprint(device, inode, offset, _hash(head[: min(HEAD_BYTES, offset)]), _hash(tail), len(tail))


def beginning_of(device: int, inode: int) -> Footprint:
    """The footprint of a file of which nothing has been read."""
    return footprint(device, inode, b"", b"", 0)


class Window(NamedTuple):
    """Bytes of a file as one look at it found them: its head, those just before an offset, and those behind it.

    `start` is the offset of `data`'s first byte; `data` reaches over the offset that was asked for.
    """

    size: int
    head: bytes
    start: int
    data: bytes

    def before(self, offset: int) -> bytes:
        """The bytes known to end at `offset`."""
        return self.data[: offset - self.start]


def find_content(path: str, status: os.stat_result, contents: Sequence[Footprint]) -> int | None:
    """The place of the first of these contents that the file at this path begins with; None if it is none of them.

    None too if the path names another file by now than the one of `status`, or it cannot be read.
    """
    fitting = [place for place, known in enumerate(contents) if known.offset <= status.st_size]
    if not fitting:
        return None
    try:
        with open_shared(path) as stream:
            if key_of(os.fstat(stream.fileno())) != key_of(status):
                return None
            beginning = _Beginning(stream)
            return next((place for place in fitting if beginning.is_of(contents[place])), None)
    except OSError:
        return None


class _Beginning:
    """The beginning of a file, to compare it with many contents; valid as long as the file is open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = stream.read(HEAD_BYTES)
        self._hashes: dict[int, str] = {}

    def is_of(self, known: Footprint) -> bool:
        """Whether the file begins with the content that has been read up to the known offset."""
        length = min(HEAD_BYTES, known.offset)
        if length not in self._hashes:
            self._hashes[length] = _hash(self._head[:length])
        if self._hashes[length] != known.head:
            return False
        self._stream.seek(known.offset - known.tail_length)
        return _hash(self._stream.read(known.tail_length)) == known.tail


def look(stream: BinaryIO, size: int, known: Footprint, limit: int) -> Window | None:
    """Read up to `limit` bytes behind the known offset; None if this is not the content that was read before.

    Content is another if the file is shorter than the offset or its bytes before it have changed:
    then it was truncated or replaced (contract 4, docs/delivery.md).
    """
    if size < known.offset:
        return None
    head = stream.read(HEAD_BYTES)
    start = known.offset - known.tail_length
    stream.seek(start)
    data = stream.read(known.tail_length + limit)
    same_head = _hash(head[: min(HEAD_BYTES, known.offset)]) == known.head
    if not same_head or _hash(data[: known.tail_length]) != known.tail:
        return None
    return Window(size, head, start, data)


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()
