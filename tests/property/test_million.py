"""One line that nobody can read, in the middle of a million good ones (contract 4)."""

from __future__ import annotations

from pathlib import Path

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from schemas.cdr import Reject
from tests.cdr_lines import BERLIN, READ_AT

GOOD = 500_000
BAD = b'"\xff\x00 half a line, and a quote that nobody closes\r\n'
BLOCK = 256 * 1024


def test_an_unreadable_line_in_the_middle_of_a_million_good_ones_costs_one_reject_and_nothing_else(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cdr.txt"
    with file.open("wb") as stream:
        stream.write(b"CallId,StartDate,StartTime\r\n")
        stream.writelines(good(number) for number in range(GOOD))
        place = stream.tell()
        stream.write(BAD)
        stream.writelines(good(number) for number in range(GOOD, 2 * GOOD))

    expected, rejects, most = 0, [], 0
    for _, entries in read_whole(file, LineParser("dortmund", BERLIN, "cdr.txt"), READ_AT):
        most = max(most, len(entries))
        for entry in entries:
            if isinstance(entry, Reject):
                rejects.append((entry.source_offset, entry.raw, entry.reason, expected))
                continue
            assert entry.record.call_id == str(expected)
            expected += 1

    assert expected == 2 * GOOD
    assert rejects == [(place, BAD[:-2], "bad_quoting", GOOD)]
    assert most <= BLOCK // len(good(0)), "more than one block in memory"


def good(number: int) -> bytes:
    return b"%d,19.11.2002,13:03:28\r\n" % number
