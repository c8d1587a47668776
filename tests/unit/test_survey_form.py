"""What `inspect` counts before any dialect is assumed: bytes, line ends, encodings, headers, texts of dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.framing import MAX_LINE_BYTES
from connectors.cdr_file.survey.bytes import ByteCounts
from connectors.cdr_file.survey.counts import Spots, Tally
from connectors.cdr_file.survey.form import header_facts
from connectors.cdr_file.survey.survey import survey_file
from tests.cdr_lines import HEADER, line
from tests.surveys import NOW, cdrs, surveyed


@pytest.mark.parametrize("cut", range(12))
def test_line_ends_are_counted_alike_however_the_blocks_are_cut(cut: int) -> None:
    data = b"a\r\nb\nc\r\rd\0\r\n"
    counts = ByteCounts()
    for block in (data[:cut], data[cut:]):
        counts.add(block)
    assert (counts.crlf, counts.lf, counts.cr, counts.nuls, counts.size) == (2, 1, 2, 1, len(data))


@pytest.mark.parametrize(
    ("begin", "utf_8", "utf_16"), [(b"\xef\xbb\xbf", True, False), (b"\xff\xfe", False, True), (b"4.1", False, False)]
)
def test_a_byte_order_mark_is_seen(tmp_path: Path, begin: bytes, utf_8: bool, utf_16: bool) -> None:
    found = surveyed(tmp_path, begin + HEADER.encode() + b"\r\n").bytes
    assert (found.has_utf_8_mark, found.has_utf_16_mark) == (utf_8, utf_16)


def test_encodings_are_counted_line_by_line(tmp_path: Path) -> None:
    name = line(OriginationName="Müller")
    lines = [line().encode(), name.encode(), name.encode("cp1252"), name.encode("cp850")]
    counts = surveyed(tmp_path, b"\n".join([*lines, b""])).form.encodings
    assert (counts.ascii, counts.utf_8, counts.windows_1252) == (1, 1, 2)
    assert counts.undefined.lines == [4]


def test_version_and_headers_are_told_by_their_lines(tmp_path: Path) -> None:
    text = f"4.10\r\n{HEADER}\r\n{line()}\r\n\r\n4.10\r\n{HEADER}\r\n{line(CallId='4')}\r\n"
    survey = surveyed(tmp_path, text)
    form = survey.form
    assert (form.version, form.versions.lines, form.headers.lines, form.blank) == ("4.10", [1, 5], [2, 6], 1)
    assert survey.legs.legs == 2


def test_a_header_names_what_is_missing_unknown_and_otherwise_called() -> None:
    names = ["CallID", *COLUMNS[1:33], "Custom0"]
    names[names.index("Costs")] = "Charges"
    facts = header_facts(names)
    assert facts == (("DisconnectReason",), ("Custom0",), (("Charges", "Costs"),), True)


def test_a_header_in_another_order_is_seen() -> None:
    assert not header_facts([*COLUMNS[1:], COLUMNS[0]]).in_order


def test_dates_are_read_by_the_header_in_force(tmp_path: Path) -> None:
    text = f"StartTime,CallId,StartDate\n13:03:28,3,19.11.2002\n{HEADER}\n{line(StartDate='20.11.2002')}\n"
    assert surveyed(tmp_path, text).form.dates.counts == {"19.11.2002": 1, "20.11.2002": 1}


def test_odd_ways_to_write_times_are_told(tmp_path: Path) -> None:
    survey = surveyed(tmp_path, cdrs({"StartTime": "13.03:28", "TransferDate": "19.11.02", "TransferTime": "13:04:00"}))
    assert survey.form.clocks_with_dot.lines == [2]
    assert set(survey.form.dates.counts) == {"19.11.2002", "19.11.02"}


def test_nuls_and_long_lines_are_told_by_their_lines(tmp_path: Path) -> None:
    survey = surveyed(tmp_path, f"{line(OriginationName='a' + chr(0))}\n{'x' * (MAX_LINE_BYTES + 1)}\n")
    assert (survey.form.with_nul.lines, survey.form.too_long.lines) == ([1], [2])
    assert survey.legs.rejects["line_too_long"].spots.lines == [2]


def test_a_last_line_without_line_end_is_told_and_not_read(tmp_path: Path) -> None:
    survey = surveyed(tmp_path, f"{line()}\r\n{line(CallId='4')}")
    assert (survey.legs.legs, survey.torn_bytes) == (1, len(line()))


def test_what_is_appended_during_the_survey_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "cdr.txt"
    file.write_text(cdrs({}, {}), "utf-8")

    def append(_: int) -> None:
        if file.stat().st_size > 10_000:
            return
        with file.open("a", encoding="utf-8") as writing:
            writing.write(f"{line(CallId='9')}\r\n")

    survey = survey_file(file, NOW, append)
    assert (survey.form.lines, survey.legs.legs) == (3, 2)


def test_a_tally_counts_further_keys_together() -> None:
    tally: Tally[str] = Tally(2)
    for key in "aabcdb":
        tally.add(key)
    assert (tally.most(), tally.other, tally.total) == ([("a", 2), ("b", 2)], 2, 6)


def test_spots_keep_the_first_lines_only() -> None:
    spots = Spots()
    for number in range(1, 100):
        spots.add(number)
    assert (spots.count, spots.lines) == (99, [1, 2, 3, 4, 5])
