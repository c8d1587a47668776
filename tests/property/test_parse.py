"""What holds for any bytes: nothing is lost, nothing depends on how they arrive, nothing raises (contract 4)."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cdr_file.columns import split_fields
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.framing import MAX_LINE_BYTES, Framer, RawLine
from connectors.cdr_file.parse import LineParser
from schemas.cdr import Leg, Reject
from tests.cdr_lines import BERLIN, HEADER, READ_AT, line

PIECES = [
    b"\n",
    b"\r\n",
    b"\r",
    b"\xef\xbb\xbf",
    b'"',
    b",",
    b"4.10",
    b"   ",
    b"\x00",
    b"\xfc\x81",
    HEADER.encode(),
    line().encode(),
    line(CallId="4", Costs="x").encode(),
    line(CallId="", OriginationName="M\xfcller").encode("cp1252"),
    line(StartDate="26.10.2025", StartTime="02:30:00").encode(),
    b"x" * (MAX_LINE_BYTES // 2),
]
files = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=30).map(b"".join)
texts = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=8)


def framed(data: bytes, cuts: list[int]) -> tuple[list[RawLine], int]:
    """The lines of the data fed in blocks that end at the cuts, and the bytes of its torn last line."""
    framer = Framer()
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    lines = [found for begin, end in pairwise(edges) for found in framer.feed(data[begin:end])]
    assert framer.position == len(data)
    return lines, framer.torn_bytes


@given(files, st.lists(st.integers(0, 10**6), max_size=20))
def test_any_division_into_blocks_gives_the_same_lines(data: bytes, cuts: list[int]) -> None:
    assert framed(data, cuts) == framed(data, [])


@given(files)
def test_every_byte_is_in_exactly_one_line_or_in_the_torn_end(data: bytes) -> None:
    lines, torn = framed(data, [])
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for raw in lines:
        assert raw.offset == position
        assert data[raw.offset : raw.end].startswith(raw.data)
        behind = data[raw.offset + len(raw.data) + raw.cut : raw.end]
        assert behind.lstrip(b"\r") == b"\n"
        position = raw.end
    assert position + torn == len(data)


@given(files)
def test_every_line_is_one_leg_one_reject_or_no_cdr_and_nothing_raises(data: bytes) -> None:
    parser = LineParser("dortmund", BERLIN, "cdr.txt")
    for raw in framed(data, [])[0]:
        found = parser.parse(raw, READ_AT)
        if isinstance(found, Leg):
            assert found.position.offset == raw.offset
        elif isinstance(found, Reject):
            assert (found.source_offset, found.raw) == (raw.offset, raw.data)


@given(files, st.integers(0, 40))
def test_a_parser_that_goes_on_reads_what_the_first_would_have_read(data: bytes, taken: int) -> None:
    lines = framed(data, [])[0]
    first = LineParser("dortmund", BERLIN, "cdr.txt")
    for raw in lines[:taken]:
        first.parse(raw, READ_AT)
    second = LineParser("dortmund", BERLIN, "cdr.txt", first.state)
    assert [second.parse(raw, READ_AT) for raw in lines[taken:]] == [first.parse(raw, READ_AT) for raw in lines[taken:]]


@given(
    st.lists(texts, min_size=1, max_size=6), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])
)
def test_what_a_csv_writer_writes_is_read_back(fields: list[str], quoting: int) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=quoting, lineterminator="").writerow(fields)  # type: ignore[arg-type]
    assert split_fields(written.getvalue()) == fields


@given(st.text('",ab ', max_size=20))
def test_splitting_agrees_with_the_strict_reader_of_the_standard_library(text: str) -> None:
    try:
        expected = next(csv.reader((text,), strict=True), [""]) or [""]
    except csv.Error:
        with pytest.raises(UnreadableError, match="bad_quoting"):
            split_fields(text)
    else:
        assert split_fields(text) == expected
