"""Bytes to lines (contract 4)."""

from __future__ import annotations

import pytest

from connectors.cdr_file.framing import MAX_LINE_BYTES, Framer, RawLine


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_lines_end_in_lf_or_crlf(line_end: bytes) -> None:
    lines = Framer().feed(b"one" + line_end + b"two" + line_end)
    assert [line.data for line in lines] == [b"one", b"two"]


def test_offset_and_end_are_those_of_the_bytes() -> None:
    assert Framer().feed(b"one\r\ntwo\n") == [RawLine(0, b"one", 5, 0), RawLine(5, b"two", 9, 0)]


def test_a_framer_may_begin_in_the_middle_of_a_file() -> None:
    assert Framer(1000).feed(b"one\n") == [RawLine(1000, b"one", 1004, 0)]


def test_a_torn_line_waits_for_its_end() -> None:
    framer = Framer()
    assert framer.feed(b"one\ntw") == [RawLine(0, b"one", 4, 0)]
    assert framer.torn_bytes == 2
    assert framer.feed(b"o\n") == [RawLine(4, b"two", 8, 0)]


def test_a_cr_and_its_lf_may_come_apart() -> None:
    framer = Framer()
    framer.feed(b"one\r")
    assert framer.feed(b"\n") == [RawLine(0, b"one", 5, 0)]


def test_a_cr_inside_a_line_is_text() -> None:
    assert Framer().feed(b"one\rtwo\n")[0].data == b"one\rtwo"


def test_a_byte_order_mark_at_the_beginning_belongs_to_no_line() -> None:
    assert Framer().feed(b"\xef\xbb\xbfone\n") == [RawLine(3, b"one", 7, 0)]


def test_a_byte_order_mark_may_come_byte_by_byte() -> None:
    framer = Framer()
    lines = [line for byte in b"\xef\xbb\xbfone\n" for line in framer.feed(bytes((byte,)))]
    assert lines == [RawLine(3, b"one", 7, 0)]


def test_a_byte_order_mark_elsewhere_is_text() -> None:
    assert Framer().feed(b"\n\xef\xbb\xbfone\n")[1].data == b"\xef\xbb\xbfone"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_line_of_64_kib_is_whole(line_end: bytes) -> None:
    data = b"x" * MAX_LINE_BYTES
    assert Framer().feed(data + line_end) == [RawLine(0, data, len(data + line_end), 0)]


def test_the_line_end_of_a_line_of_64_kib_may_come_apart() -> None:
    data = b"x" * MAX_LINE_BYTES
    framer = Framer()
    framer.feed(data + b"\r")
    assert framer.feed(b"\n") == [RawLine(0, data, len(data) + 2, 0)]


@pytest.mark.parametrize("line_end", [b"\n", bytes(2)])
@pytest.mark.parametrize("block", [1000, MAX_LINE_BYTES, MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 2, 10**6])
def test_of_a_longer_line_64_kib_are_kept_and_the_rest_counted(block: int, line_end: bytes) -> None:
    data = b"x" * (MAX_LINE_BYTES + 2) + line_end + b"next\n"
    framer = Framer()
    lines = [line for begin in range(0, len(data), block) for line in framer.feed(data[begin : begin + block])]
    begin = MAX_LINE_BYTES + 2 + len(line_end)
    assert lines == [RawLine(0, b"x" * MAX_LINE_BYTES, begin, 2), RawLine(begin, b"next", begin + 5, 0)]


def test_a_line_without_end_is_held_in_bounded_memory() -> None:
    framer = Framer()
    for _ in range(100):
        framer.feed(b"x" * MAX_LINE_BYTES)
    assert framer.torn_bytes == framer.position == 100 * MAX_LINE_BYTES
    assert len(framer._torn) == MAX_LINE_BYTES


def test_the_last_line_without_end_can_be_asked_for() -> None:
    framer = Framer()
    framer.feed(b"one\ntwo")
    assert framer.finish() == [RawLine(4, b"two", 7, 0)]
    assert framer.finish() == []


def test_a_last_line_that_is_too_long_is_bounded_too() -> None:
    framer = Framer()
    framer.feed(b"x" * (MAX_LINE_BYTES + 10))
    assert framer.finish() == [RawLine(0, b"x" * MAX_LINE_BYTES, MAX_LINE_BYTES + 10, 10)]


def test_a_block_of_nuls_between_lines_belongs_to_no_line() -> None:
    assert Framer().feed(b"one\n" + bytes(5) + b"two\n") == [RawLine(0, b"one", 4, 0), RawLine(9, b"two", 13, 0)]


def test_a_block_of_nuls_ends_the_torn_line_before_it() -> None:
    assert Framer().feed(b"on" + bytes(2) + b"two\n") == [RawLine(0, b"on", 4, 0), RawLine(4, b"two", 8, 0)]


def test_one_nul_is_text() -> None:
    assert Framer().feed(b"o\0ne\0\n\0two\n") == [RawLine(0, b"o\0ne\0", 6, 0), RawLine(6, b"\0two", 11, 0)]


def test_nuls_at_the_end_wait_for_what_follows() -> None:
    framer = Framer()
    assert framer.feed(b"one\ntw\0") == [RawLine(0, b"one", 4, 0)]
    assert framer.feed(bytes(3)) == []
    assert (framer.torn_bytes, framer.position) == (6, 10)
    assert framer.feed(b"three\n") == [RawLine(4, b"tw", 10, 0), RawLine(10, b"three", 16, 0)]


def test_one_nul_at_the_end_of_a_block_becomes_text() -> None:
    framer = Framer()
    framer.feed(b"o\0")
    assert framer.feed(b"ne\n") == [RawLine(0, b"o\0ne", 5, 0)]


def test_nuls_without_end_are_held_in_bounded_memory() -> None:
    framer = Framer()
    for _ in range(100):
        framer.feed(bytes(MAX_LINE_BYTES))
    assert (framer.position, framer.torn_bytes, framer._torn) == (100 * MAX_LINE_BYTES, 0, b"")
    assert framer.feed(b"one\n") == [RawLine(100 * MAX_LINE_BYTES, b"one", 100 * MAX_LINE_BYTES + 4, 0)]


def test_nuls_behind_the_last_line_without_end_belong_to_it() -> None:
    framer = Framer()
    framer.feed(b"one" + bytes(3))
    assert framer.finish() == [RawLine(0, b"one", 6, 0)]


def test_a_file_that_ends_with_nuls_only_has_no_last_line() -> None:
    framer = Framer()
    framer.feed(b"one\n" + bytes(3))
    assert framer.finish() == []
    assert framer.position == 7
