"""Reads a whole file at once: what `backfill` does instead of following it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from connectors.cdr_file.framing import Framer, RawLine
from connectors.cdr_file.parse import LineParser
from schemas.cdr import Leg, Reject

_BLOCK_BYTES = 256 * 1024


def read_whole(
    path: Path, parser: LineParser, read_at: datetime, *, accept_last_line: bool = False
) -> Iterator[tuple[int, list[Leg | Reject]]]:
    """The CDRs and rejects of a file, block by block, each with the offset behind its last whole line.

    A last line without line end is left out unless `accept_last_line`. Raises OSError if the file cannot be read.
    """
    framer = Framer()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            lines = framer.feed(block)
            yield framer.position - framer.torn_bytes, _parsed(parser, lines, read_at)
    if accept_last_line:
        lines = framer.finish()
        yield framer.position, _parsed(parser, lines, read_at)


def _parsed(parser: LineParser, lines: list[RawLine], read_at: datetime) -> list[Leg | Reject]:
    found = (parser.parse(line, read_at) for line in lines)
    return [entry for entry in found if entry is not None]
