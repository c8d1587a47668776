"""Bytes of a cdr.txt → whole lines with their offsets (contract 4). Pure: no file is opened here."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import NamedTuple

from schemas.cdr import quick

MAX_LINE_BYTES = 64 * 1024
# What a crash of Windows leaves where the end of a file was not on disk yet; one NUL alone is text.
_NULS = re.compile(rb"\0\0+")


class RawLine(NamedTuple):
    """One whole line: where it stands and its bytes without the line end.

    `offset` is that of its first byte, `end` that of the first byte behind its line end (a block of NULs is one).
    Of a line over `MAX_LINE_BYTES` only that many bytes are in `data`; `cut` counts those left out.
    """

    offset: int
    data: bytes
    end: int
    cut: int


class Framer:
    """Cuts the bytes of one file, fed block by block, into lines that end in LF or CRLF.

    Two or more NULs end a line too, as soon as something follows them: what stands before them was torn, what
    stands behind is whole. A last line without line end is kept back until its end is fed. Any division of the
    same bytes into blocks gives the same lines. Holds at most one block and `MAX_LINE_BYTES` of a torn line.
    A byte order mark at offset 0, and NULs between lines, belong to no line.
    """

    def __init__(self, offset: int = 0) -> None:
        """Begin at byte `offset`, which must be the beginning of a line."""
        self._start = offset
        self._torn = b""
        self._cut = 0
        self._nuls = 0  # fed behind the torn line; what follows tells what they are

    @property
    def position(self) -> int:
        """Offset of the next byte to be fed."""
        return self._start + len(self._torn) + self._cut + self._nuls

    @property
    def torn_bytes(self) -> int:
        """Bytes of the last line that were fed but have no line end yet; NULs alone are no line."""
        return len(self._torn) + self._cut + self._nuls if self._torn else 0

    def feed(self, block: bytes) -> list[RawLine]:
        """Take the next bytes of the file; return the lines that they complete."""
        lines: list[RawLine] = []
        if self._nuls:
            block = self._behind_nuls(block, lines)
        text = block.rstrip(b"\0")
        begin = 0
        if b"\0\0" in text:
            for nuls in _NULS.finditer(text):
                self._take(text[begin : nuls.start()], lines)
                begin = nuls.end()
                self._end_by_nuls(begin - nuls.start(), lines)
        if begin < len(text):
            self._take(text[begin:], lines)
        self._nuls += len(block) - len(text)
        return lines

    def finish(self) -> list[RawLine]:
        """The torn last line as if it had a line end (`backfill --accept-last-line`); none if there is none."""
        lines: list[RawLine] = []
        self._end_by_nuls(self._nuls, lines)
        self._nuls = 0
        return lines

    def _take(self, text: bytes, lines: list[RawLine]) -> None:
        """Take bytes without a block of NULs."""
        if self._cut:
            text = self._finish_long_line(text, lines)
        parts = self._without_bom(self._torn + text).split(b"\n")
        self._torn = parts.pop()
        start = self._start
        for part in parts:
            end = start + len(part) + 1
            if len(part) > MAX_LINE_BYTES:
                lines.append(_bounded(start, part))
            else:
                lines.append(quick(RawLine, (start, part.rstrip(b"\r"), end, 0)))
            start = end
        self._start = start
        # One byte more than the limit may still be the CR of a line of exactly the limit.
        if len(self._torn) > MAX_LINE_BYTES + 1:
            self._cut += len(self._torn) - MAX_LINE_BYTES
            self._torn = self._torn[:MAX_LINE_BYTES]

    def _behind_nuls(self, block: bytes, lines: list[RawLine]) -> bytes:
        """Count further NULs; when something follows them, end the line or make one NUL its text."""
        rest = block.lstrip(b"\0")
        nuls = self._nuls + len(block) - len(rest)
        self._nuls = 0 if rest else nuls
        if rest and nuls == 1:
            return b"\0" + rest
        if rest:
            self._end_by_nuls(nuls, lines)
        return rest

    def _end_by_nuls(self, nuls: int, lines: list[RawLine]) -> None:
        """The torn line ends with so many NULs in place of a line end."""
        end = self._start + len(self._torn) + self._cut + nuls
        if self._cut:
            lines.append(RawLine(self._start, self._torn, end, self._cut))
        elif self._torn:
            lines.append(_bounded(self._start, self._torn)._replace(end=end))
        self._start, self._torn, self._cut = end, b"", 0

    def _without_bom(self, data: bytes) -> bytes:
        if self._start == 0 and data.startswith(BOM_UTF8):
            self._start = len(BOM_UTF8)
            return data[len(BOM_UTF8) :]
        return data

    def _finish_long_line(self, block: bytes, lines: list[RawLine]) -> bytes:
        """Count what belongs to the line already over the limit; return the bytes behind its end."""
        length = block.find(b"\n")
        if length < 0:
            self._cut += len(block)
            return b""
        self._cut += length
        end = self.position + 1
        lines.append(RawLine(self._start, self._torn, end, self._cut))
        self._start, self._torn, self._cut = end, b"", 0
        return block[length + 1 :]


def _bounded(start: int, part: bytes) -> RawLine:
    """A line that may be over the limit, `part` being its bytes without LF."""
    end = start + len(part) + 1
    if len(part) <= MAX_LINE_BYTES + 1 and len(data := part.rstrip(b"\r")) <= MAX_LINE_BYTES:
        return RawLine(start, data, end, 0)
    return RawLine(start, part[:MAX_LINE_BYTES], end, len(part) - MAX_LINE_BYTES)
