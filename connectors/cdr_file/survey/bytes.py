"""What the bytes of a cdr.txt tell before they are text: marks at the beginning, line ends, NULs, encodings. Pure."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from connectors.cdr_file.dialect import decoder_of
from connectors.cdr_file.survey.counts import Spots

_UTF_16_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE)
# No letters in Windows-1252; in the code pages of DOS 0x81 is ü and 0x90 É.
_NOT_WINDOWS_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_windows_1252 = decoder_of("cp1252")


class ByteCounts:
    """Counts over the bytes of one file, fed block by block; any division into blocks gives the same counts."""

    def __init__(self) -> None:
        self.size = 0
        self.crlf = 0
        self.lf = 0  # without a CR before it
        self.cr = 0  # without an LF behind it
        self.nuls = 0
        self._begin = b""
        self._ends_in_cr = False

    def add(self, block: bytes) -> None:
        """Take the next bytes of the file."""
        if not block:
            return
        crlf = block.count(b"\r\n")
        lf = block.count(b"\n") - crlf
        cr = block.count(b"\r") - crlf
        if self._ends_in_cr and block.startswith(b"\n"):
            crlf, lf, cr = crlf + 1, lf - 1, cr - 1
        self.size += len(block)
        self.crlf += crlf
        self.lf += lf
        self.cr += cr
        self.nuls += block.count(b"\0")
        self._begin = (self._begin + block[:3])[:3]
        self._ends_in_cr = block.endswith(b"\r")

    @property
    def has_utf_8_mark(self) -> bool:
        """Whether the file begins with the byte order mark of UTF-8."""
        return self._begin == BOM_UTF8

    @property
    def has_utf_16_mark(self) -> bool:
        """Whether the file begins with a byte order mark of UTF-16, which no reader of cdr.txt expects."""
        return self._begin.startswith(_UTF_16_MARKS)


class EncodingCounts:
    """How many lines are in which encoding, decided as contract 4 does: strict UTF-8, else Windows-1252."""

    def __init__(self) -> None:
        self.ascii = 0
        self.utf_8 = 0
        self.windows_1252 = 0
        self.undefined = Spots()  # lines with bytes that Windows-1252 does not define

    def decode(self, number: int, data: bytes) -> str:
        """The text of one line, counted; `number` is that of the line."""
        if data.isascii():
            self.ascii += 1
            return data.decode("ascii")
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.windows_1252 += 1
            if data.translate(None, _NOT_WINDOWS_1252) != data:
                self.undefined.add(number)
            return _windows_1252(data)
        self.utf_8 += 1
        return text
