"""What becomes of every byte of a file, checked against the file and not against how the parser works (contract 4)."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from connectors.cdr_file.dialect import Dialect, decoder_of
from connectors.cdr_file.framing import MAX_LINE_BYTES, Framer, RawLine
from connectors.cdr_file.parse import PARSER_VERSION, LineParser
from schemas.cdr import Leg, Lifecycle, Reject
from schemas.codec import decode, encode

READ_AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
REASONS = {
    *("no_call_id", "no_start", "wrong_number_of_fields", "bad_time", "bad_number", "line_too_long", "bad_quoting"),
}
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r*(\n|\0\0+(?!\0|\Z))")
_VERSION = re.compile(r'\s*"?\s*[0-9.]+\s*"?\s*')
_LETTERS = re.compile(r"[^\W\d_]")


def account(data: bytes, dialect: Dialect, cuts: Iterable[int] = ()) -> Counter[str]:
    """Read a file in blocks that end at `cuts`; count its lines by what they became, and its bytes.

    Raises `AssertionError` where a byte is in no line, in two, or in none of leg, reject, header, version line,
    blank line and pending tail; and where a leg or a reject is not what its line says.
    """
    lines, torn = framed(data, cuts)
    assert (lines, torn) == framed(data, ()), "other lines for another division into blocks"
    behind = _check_tiling(data, lines)
    assert behind + torn <= len(data)
    assert not data[behind : len(data) - torn].strip(b"\0"), "bytes between the last line and the pending tail"
    tail = data[len(data) - torn :]
    assert b"\n" not in tail
    assert b"\0\0" not in tail.rstrip(b"\0"), "a line that has ended is pending"
    counts = _parse(lines, dialect)
    counts["bytes"] = len(data)
    counts["pending"] = torn
    return counts


def framed(data: bytes, cuts: Iterable[int]) -> tuple[list[RawLine], int]:
    """The lines of the data fed in blocks that end at the cuts, and the bytes of its torn last line."""
    framer = Framer()
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    lines = [found for begin, end in pairwise(edges) for found in framer.feed(data[begin:end])]
    assert framer.position == len(data)
    return lines, framer.torn_bytes


def _check_tiling(data: bytes, lines: list[RawLine]) -> int:
    """Whether the lines stand in the file one behind the other; returns the end of the last."""
    position = len(_BOM) if data.startswith(_BOM) else 0
    for line in lines:
        assert line.offset >= position, "bytes in two lines"
        assert not data[position : line.offset].strip(b"\0"), "bytes in no line"
        behind = line.offset + len(line.data) + line.cut
        assert data[line.offset : behind].startswith(line.data)
        assert b"\n" not in data[line.offset : behind]
        assert not line.cut or len(line.data) == MAX_LINE_BYTES
        assert (ends := _LINE_END.match(data, behind)), "no line end"
        assert ends.end() == line.end
        position = line.end
    return position


def _parse(lines: list[RawLine], dialect: Dialect) -> Counter[str]:
    parser, decoder = LineParser("dortmund", dialect, "cdr.txt"), decoder_of(dialect.encoding)
    counts: Counter[str] = Counter()
    legs: list[Leg] = []
    for line in lines:
        state = parser.state
        found = parser.parse(line, READ_AT)
        text = decoder(line.data.strip(b"\0"))
        if isinstance(found, Leg):
            _check_leg(found, line, text)
            again = LineParser("dortmund", dialect, "cdr.txt", state) if not legs else parser
            assert again.parse(line, READ_AT) == found
            legs.append(found)
            counts["legs"] += 1
        elif isinstance(found, Reject):
            _check_reject(found, line)
            counts[found.reason] += 1
        else:
            counts[_no_cdr(text)] += 1
    if legs:
        message = Lifecycle("dortmund", "1-2-3", PARSER_VERSION, tuple(legs))
        assert decode(encode(message)) == message
    return counts


def _check_leg(leg: Leg, line: RawLine, text: str) -> None:
    assert leg.raw_line == text
    assert leg.position.offset == line.offset
    record = leg.record
    assert record.call_id.strip()
    assert leg.leg_id.startswith(f"dortmund:{record.call_id}:")
    assert record.costs is None or 0 <= record.costs < 10**12
    assert all(at is None or at.tzinfo is UTC for at in record if isinstance(at, datetime | None))
    if "\r" not in text:  # of which the standard library thinks otherwise
        kept = {*record, *(value for _, value in leg.extra)}
        fields = next(csv.reader((text,), strict=True))
        assert [field for field in fields if _LETTERS.search(field) and field not in kept] == []


def _check_reject(reject: Reject, line: RawLine) -> None:
    assert (reject.raw, reject.source_offset) == (line.data, line.offset)
    assert reject.reason in REASONS
    assert reject.detail
    assert (reject.reason == "line_too_long") == bool(line.cut)
    assert decode(encode(reject)) == reject


def _no_cdr(text: str) -> str:
    if not text.strip():
        return "blank"
    if _VERSION.fullmatch(text):
        return "version"
    assert "callid" in text.lower(), f"neither CDR nor reject: {text!r}"
    assert "starttime" in text.lower(), f"neither CDR nor reject: {text!r}"
    return "header"
