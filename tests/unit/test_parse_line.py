"""A line as a whole: leg id, position, rejects, and reading on in the middle of a file (contract 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.cdr_file.framing import MAX_LINE_BYTES, Framer
from connectors.cdr_file.parse import LineParser, ParserState
from schemas.cdr import Leg, Position, Reject
from tests.cdr_lines import BERLIN, HEADER, READ_AT, fields, leg, line, parsed, quoted, reject

STARTED = datetime(2002, 11, 19, 12, 3, 28, tzinfo=UTC)


def test_the_leg_id_is_site_call_id_and_local_start() -> None:
    assert leg(line(StartDate="19/11/02", StartTime="13.03:28")).leg_id == "dortmund:3:2002-11-19T13:03:28"


@pytest.mark.parametrize("call_id", ["3", "0", "A-17", "4711:12", "fälle"])
def test_a_call_id_may_be_any_text(call_id: str) -> None:
    assert leg(line(CallId=call_id)).leg_id == f"dortmund:{call_id}:2002-11-19T13:03:28"


def test_texts_are_kept_as_written() -> None:
    record = leg(line(OriginationName=" User A ", DestinationDevice="SwyxGate 1")).record
    assert (record.origination_name, record.destination_device) == (" User A ", "SwyxGate 1")


def test_the_plus_signs_of_newer_examples_are_kept_as_written() -> None:
    written = line(OriginationNumber="+123", CalledNumber="+456", ProjectNumber="+4711", PublicAccessPrefix="+0")
    record = leg(written).record
    assert (record.origination_number, record.called_number) == ("+123", "+456")
    assert (record.project_number, record.public_access_prefix) == ("+4711", "+0")


def test_the_position_names_the_files_first_start_the_file_and_the_offset() -> None:
    first, second = line(), line(CallId="4", StartTime="13:04:00")
    legs = parsed(f"{first}\r\n{second}")
    assert [found.position for found in legs if isinstance(found, Leg)] == [
        Position(STARTED, "cdr.txt", 0),
        Position(STARTED, "cdr.txt", len(first) + 2),
    ]


def test_the_raw_line_is_kept_without_its_end() -> None:
    text = line(OriginationName="Müller")
    assert leg(f"{text}\r\n".encode("cp1252")).raw_line == text


@pytest.mark.parametrize("text", ["\0" + line(), line() + "\0", "\0" + line() + "\0\r"])
def test_nuls_around_a_line_are_left_out(text: str) -> None:
    found = leg(text)
    assert (found.record, found.raw_line, found.anomalies) == (leg(line()).record, line(), ())


def test_a_nul_inside_a_field_is_kept() -> None:
    assert leg(line(OriginationName="User\0A")).record.origination_name == "User\0A"


@pytest.mark.parametrize("text", ["\0", "\0" * 5000, " \0"])
def test_a_line_of_nuls_is_blank(text: str) -> None:
    assert parsed(text) == []


def test_a_good_line_behind_a_torn_one_and_the_nuls_of_a_crash_is_read() -> None:
    torn, good = line()[:40], line(CallId="4")
    first, second = parsed(f"{torn}{chr(0) * 100}{good}")
    assert isinstance(first, Reject)
    assert (first.raw, first.reason) == (torn.encode(), "wrong_number_of_fields")
    assert isinstance(second, Leg)
    assert (second.record.call_id, second.position.offset) == ("4", 140)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_rejected_with_what_to_do(encoding: str) -> None:
    found = parsed(f"{HEADER}\r\n{line()}\r\n{line(CallId='4')}\r\n".encode(encoding))
    assert len(found) == 3
    for entry in found:
        assert isinstance(entry, Reject)
        assert entry.detail.endswith("as in UTF-16: convert the file to UTF-8")


def test_a_reject_keeps_file_offset_and_bytes() -> None:
    raw = line(CallId="").encode("cp1252")
    found = [entry for entry in parsed(line().encode() + b"\r\n" + raw) if isinstance(entry, Reject)]
    assert found == [
        Reject(
            "dortmund",
            "cdr.txt",
            len(line()) + 2,
            raw,
            "no_call_id",
            "CallId: expected an identifier, found it empty",
            READ_AT,
            header=(),
            file_started_at=STARTED,
        )
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line(CallId=" "), "no_call_id"),
        (line(CallId="", StartDate=""), "no_call_id"),
        (line(StartDate="", EndTime=""), "no_start"),
        (line(EndTime="", Costs="x"), "bad_time"),
        (line(Costs="x", AOC="2"), "bad_number"),
        (quoted(fields()[:33]), "wrong_number_of_fields"),
        (quoted(fields()[:33]) + 'x"', "bad_quoting"),
    ],
)
def test_the_first_reason_why_a_line_is_no_cdr_is_given(text: str, reason: str) -> None:
    assert reject(text).reason == reason


def test_a_line_of_64_kib_is_read() -> None:
    name = "x" * (MAX_LINE_BYTES - len(line(OriginationName="")))
    assert leg(line(OriginationName=name) + "\r").record.origination_name == name


def test_a_line_over_64_kib_is_rejected_with_its_first_64_kib() -> None:
    text = line(OriginationName="x" * MAX_LINE_BYTES)
    found = reject(text)
    assert (found.reason, found.raw) == ("line_too_long", text.encode()[:MAX_LINE_BYTES])
    assert found.detail == f"expected at most 65536 bytes, found {len(text)}; only the first 65536 are kept"


def test_a_reject_does_not_stop_the_file() -> None:
    kinds = [type(found) for found in parsed(f"{line()}\nrubbish\n{line(CallId='4')}")]
    assert kinds == [Leg, Reject, Leg]


def test_a_parser_goes_on_in_the_middle_of_a_file() -> None:
    header = "StartDate,StartTime,CallId"
    data = f"{header}\n19.11.2002,13:03:28,3\n19.11.2002,13:04:28,4\n".encode()
    lines = Framer().feed(data)
    first = LineParser("dortmund", BERLIN, "cdr.txt")
    for raw in lines[:2]:
        first.parse(raw, READ_AT)
    second = LineParser("dortmund", BERLIN, "cdr.txt", first.state)

    assert second.state == ParserState(("StartDate", "StartTime", "CallId"), STARTED)
    assert second.parse(lines[2], READ_AT) == first.parse(lines[2], READ_AT)


def test_the_files_start_is_that_of_its_first_cdr_though_a_later_one_starts_earlier() -> None:
    legs = parsed(f"{line()}\n{line(CallId='4', StartTime='12:00:00')}")
    assert {found.position.file_started_at for found in legs if isinstance(found, Leg)} == {STARTED}


def test_a_reject_does_not_give_the_file_its_start() -> None:
    parser = LineParser("dortmund", BERLIN, "cdr.txt")
    parser.parse(Framer().feed(f"{line(Costs='x', StartDate='01.01.2001')}\n".encode())[0], READ_AT)
    assert parser.state == ParserState()


def test_the_header_as_written_is_remembered() -> None:
    parser = LineParser("dortmund", BERLIN, "cdr.txt")
    parser.parse(Framer().feed(f"{HEADER}\n".encode())[0], READ_AT)
    assert parser.state.header[:2] == ("CallId", "OriginationNumber")
