"""How a site writes its file: encodings and what a dialect accepts (contract 3 and 4)."""

from __future__ import annotations

import pytest

from connectors.cdr_file.dialect import Dialect, decoder_of
from tests.cdr_lines import leg, line


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_auto_reads_utf_8_and_windows_1252(encoding: str) -> None:
    assert decoder_of("auto")("Käthe Müller €".encode(encoding)) == "Käthe Müller €"


def test_auto_is_decided_line_by_line() -> None:
    decode = decoder_of("auto")
    assert [decode(text) for text in (b"M\xc3\xbcller", b"M\xfcller", b"M\xc3\xbcller")] == ["Müller"] * 3


def test_a_line_with_one_byte_that_is_no_utf_8_is_windows_1252_as_a_whole() -> None:
    assert decoder_of("auto")(b"\xc3\xbc \xfc") == "Ã¼ ü"


@pytest.mark.parametrize("encoding", ["auto", "cp1252", "windows-1252"])
def test_the_five_undefined_bytes_become_their_code_points(encoding: str) -> None:
    assert decoder_of(encoding)(b"\xfc\x81\x8d\x8f\x90\x9d") == "ü\x81\x8d\x8f\x90\x9d"


@pytest.mark.parametrize("encoding", ["auto", "utf-8", "cp850", "iso8859-15", "ascii", "shift_jis"])
def test_any_bytes_can_be_decoded(encoding: str) -> None:
    decode = decoder_of(encoding)
    for byte in range(256):
        assert decode(bytes((65, byte, 66)))


def test_a_configured_encoding_is_used() -> None:
    name = "Käthe Müller"
    dialect = Dialect("Europe/Berlin", encoding="cp850")
    assert leg(line(OriginationName=name).encode("cp850"), dialect).record.origination_name == name


def test_what_a_configured_encoding_cannot_decode_is_not_lost() -> None:
    assert decoder_of("utf-8")(b"M\xfcller") == "M\\xfcller"


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "hex", "rot13", "no-such-codec", ""])
def test_encodings_that_do_not_extend_ascii_are_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="encoding: expected"):
        Dialect("Europe/Berlin", encoding=encoding)


@pytest.mark.parametrize("zone", ["Europe/Dortmund", "", "Europe", "../etc/passwd"])
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="time_zone: expected"):
        Dialect(zone)


def test_unknown_date_orders_are_refused() -> None:
    with pytest.raises(ValueError, match="date_order: expected"):
        Dialect("Europe/Berlin", date_order="ydm")


def test_unknown_decimal_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="cost_decimal: expected"):
        Dialect("Europe/Berlin", cost_decimal="'")
