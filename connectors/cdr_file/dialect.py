"""How one site writes its cdr.txt: what the file itself does not say (contract 3). Pure."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# Codecs that give letters, marks or escapes of their own meaning to ASCII bytes do not fit lines of CDRs.
_ASCII = 'Az09",.:/-+AGE- \\u0041\r'


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of one site's files, in the words of its configuration (contract 3).

    `encoding` is `auto` or a codec in which ASCII bytes mean ASCII; `date_order` is `dmy`, `mdy` or `ymd`;
    `cost_decimal` is `auto`, `.` or `,`; Costs are in 1/cost_scale of the currency, 1 or 100. Raises `ValueError` for
    other values, and for a zone or encoding that does not exist here.
    """

    time_zone: str
    encoding: str = "auto"
    date_order: str = "dmy"
    cost_scale: int = 1
    cost_decimal: str = "auto"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (OSError, ValueError, KeyError):
            raise ValueError(
                f"time_zone: expected an IANA name such as Europe/Berlin, found {self.time_zone!r}"
            ) from None
        decoder_of(self.encoding)
        if self.date_order not in {"dmy", "mdy", "ymd"}:
            raise ValueError(f"date_order: expected dmy, mdy or ymd, found {self.date_order!r}")
        if self.cost_scale not in {1, 100}:
            raise ValueError(f"cost_scale: expected 1 or 100, found {self.cost_scale}")
        if self.cost_decimal not in {"auto", ".", ","}:
            raise ValueError(f'cost_decimal: expected "auto", "." or ",", found {self.cost_decimal!r}')


def decoder_of(encoding: str) -> Callable[[bytes], str]:
    """The function that decodes one line; it never fails on any bytes.

    `auto` decides line by line: strict UTF-8, else Windows-1252 (contract 4). What another codec cannot
    decode appears as `\\xNN`, so nothing is lost. Raises `ValueError` for an encoding that does not fit.
    """
    if encoding == "auto":
        return _decode_auto
    try:
        codec = codecs.lookup(encoding)
        fits = codec.decode(_ASCII.encode("ascii"))[0] == _ASCII
    except (LookupError, ValueError, AttributeError, TypeError):
        fits = False
    if not fits:
        raise ValueError(f'encoding: expected "auto" or a codec that extends ASCII, found {encoding!r}')
    if codec.name == "cp1252":
        return _decode_windows_1252
    return lambda line: line.decode(encoding, "backslashreplace")


def _decode_auto(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return _decode_windows_1252(line)


# The five bytes that Windows-1252 leaves undefined become the code points of the same number, as Windows does it.
_WINDOWS_1252 = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


def _decode_windows_1252(line: bytes) -> str:
    return codecs.charmap_decode(line, "strict", _WINDOWS_1252)[0]
