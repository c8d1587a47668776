"""What holds for any bytes: nothing is lost, nothing depends on how they arrive, nothing raises (contract 4)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cdr_file.columns import split_fields
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.framing import MAX_LINE_BYTES, Framer
from connectors.cdr_file.parse import LineParser
from tests.cdr_lines import BERLIN, HEADER, READ_AT, line
from tests.fuzz.accounting import account, framed

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
    bytes(2),
    bytes(300),
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


@given(files, st.lists(st.integers(0, 10**6), max_size=20))
def test_every_byte_ends_in_one_leg_reject_header_or_blank_line_or_pending_however_it_arrives(
    data: bytes, cuts: list[int]
) -> None:
    account(data, BERLIN, cuts)


@given(files)
def test_nothing_is_pending_when_the_last_line_is_accepted(data: bytes) -> None:
    framer = Framer()
    framer.feed(data)
    framer.finish()
    assert (framer.torn_bytes, framer.position) == (0, len(data))


@given(files)
def test_an_accepted_last_line_is_read_as_if_it_had_a_line_end(data: bytes) -> None:
    framer = Framer()
    lines = framer.feed(data) + framer.finish()
    ended = framed(data + b"\n", [])[0]
    assert [(line.offset, line.data.strip(b"\0")) for line in lines if line.data.strip(b"\0\r")] == [
        (line.offset, line.data.strip(b"\0")) for line in ended if line.data.strip(b"\0\r")
    ]


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
