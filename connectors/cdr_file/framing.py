"""Bytes of a cdr.txt → whole lines with their offsets (contract 4). Pure: no file is opened here."""

from __future__ import annotations

from typing import NamedTuple

MAX_LINE_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"


class RawLine(NamedTuple):
    """One whole line: where it stands and its bytes without the line end.

    `offset` is that of the line's first byte, `end` that of the first byte behind its line end.
    Of a line over `MAX_LINE_BYTES` only that many bytes are in `data`; `cut` counts those left out.
    """

    offset: int
    data: bytes
    end: int
    cut: int


class Framer:
    """Cuts the bytes of one file, fed block by block, into lines that end in LF or CRLF.

    A last line without line end is kept back until its end is fed. Any division of the same bytes
    into blocks gives the same lines. Holds at most one block and `MAX_LINE_BYTES` of a torn line.
    A byte order mark at offset 0 belongs to no line.
    """

    def __init__(self, offset: int = 0) -> None:
        """Begin at byte `offset`, which must be the beginning of a line."""
        self._start = offset
        self._torn = b""
        self._cut = 0

    @property
    def position(self) -> int:
        """Offset of the next byte to be fed."""
        return self._start + len(self._torn) + self._cut

    @property
    def torn_bytes(self) -> int:
        """Bytes of the last line that were fed but have no line end yet."""
        return len(self._torn) + self._cut

    def feed(self, block: bytes) -> list[RawLine]:
        """Take the next bytes of the file; return the lines that they complete."""
        lines: list[RawLine] = []
        if self._cut:
            block = self._finish_long_line(block, lines)
        parts = self._without_bom(self._torn + block).split(b"\n")
        self._torn = parts.pop()
        start = self._start
        for part in parts:
            end = start + len(part) + 1
            if len(part) > MAX_LINE_BYTES:
                lines.append(_bounded(start, part))
            else:
                lines.append(RawLine._make((start, part.rstrip(b"\r"), end, 0)))
            start = end
        self._start = start
        # One byte more than the limit may still be the CR of a line of exactly the limit.
        if len(self._torn) > MAX_LINE_BYTES + 1:
            self._cut += len(self._torn) - MAX_LINE_BYTES
            self._torn = self._torn[:MAX_LINE_BYTES]
        return lines

    def finish(self) -> list[RawLine]:
        """The torn last line as if it had a line end (`backfill --accept-last-line`); none if there is none."""
        if not self.torn_bytes:
            return []
        if self._cut:
            line = RawLine(self._start, self._torn, self.position, self._cut)
        else:
            line = _bounded(self._start, self._torn)._replace(end=self.position)
        self._start, self._torn, self._cut = self.position, b"", 0
        return [line]

    def _without_bom(self, data: bytes) -> bytes:
        if self._start == 0 and data.startswith(_BOM):
            self._start = len(_BOM)
            return data[len(_BOM) :]
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
