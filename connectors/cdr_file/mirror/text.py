"""The headers among lines, and the one to repeat so that a mirror's file can be read by itself (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.cdr_file.columns import COLUMNS, NO_HEADER, is_header, layout_of, split_fields
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.framing import RawLine
from connectors.cdr_file.writing import LINE_END, encoder_of, quoted

Header = tuple[str, ...]
# What no header is without, whatever the case of its letters.
_IN_EVERY_HEADER = b"starttime"


def headers_among(lines: Sequence[RawLine], decode: Callable[[bytes], str]) -> list[tuple[int, Header]]:
    """The headers among the lines, each with its place in the sequence."""
    found = []
    for place, line in enumerate(lines):
        if _IN_EVERY_HEADER in line.data.lower():
            names = _names(decode(line.data.strip(b"\0")))
            if names:
                found.append((place, names))
    return found


def _names(text: str) -> Header:
    try:
        fields = split_fields(text)
    except UnreadableError:
        return ()
    return tuple(fields) if is_header(fields) else ()


def begins_with_header(lines: Sequence[RawLine], headers: Sequence[tuple[int, Header]]) -> bool:
    """Whether no CDR stands before the first header: at most one line that has a single field."""
    if not headers:
        return False
    first = headers[0][0]
    return first == 0 or (first == 1 and b"," not in lines[0].data)


def header_to_repeat(in_force: Header | None, wanted: Header) -> Header:
    """The header to write so that lines under the header `wanted` are read as such; empty if none is needed.

    `in_force` is the header above the place where they go, None where that is not known. Lines without a header
    get the specification's, unless what is in force has the same columns.
    """
    if in_force == wanted:
        return ()
    if wanted:
        return wanted
    return () if in_force is not None and layout_of(in_force)[1:] == NO_HEADER[1:] else COLUMNS


def header_line(names: Header, encoding: str) -> bytes:
    """The header as a line with its line end, in an encoding in which its names were read."""
    text = quoted(names)
    return (encoder_of(encoding)(text) or text.encode()) + LINE_END
