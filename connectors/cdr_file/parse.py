"""A line of cdr.txt → a typed CDR, a reject, or nothing (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from connectors.cdr_file.columns import COLUMNS, NO_HEADER, Extra, is_header, is_version, layout_of, split_fields
from connectors.cdr_file.dialect import Dialect, decoder_of
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.framing import MAX_LINE_BYTES, RawLine
from connectors.cdr_file.record import RecordReader
from schemas.cdr import Leg, Position, Reject, quick

# Stands in every message; raise it when the same line begins to give another record.
PARSER_VERSION = 2

_UTF_16 = "expected UTF-8 or Windows-1252, found NULs between the letters as in UTF-16: convert the file to UTF-8"


class ParserState(NamedTuple):
    """What reading on in the middle of a file needs to know of the lines before.

    `header`: the column names in force, empty without a header. `file_started_at`: the start (UTC) of
    the file's first CDR, None before it.
    """

    header: tuple[str, ...] = ()
    file_started_at: datetime | None = None


@lru_cache(maxsize=64)
def _reader_of(dialect: Dialect) -> RecordReader:
    """One reader for all files of a dialect, so that they share its caches."""
    return RecordReader(dialect)


class LineParser:
    """Reads the lines of one file in order; the header last seen tells the columns.

    Never raises for what a line holds: a line is a `Leg`, a `Reject`, or None (blank, version or header line).
    Not safe for use by several threads.
    """

    def __init__(self, site: str, dialect: Dialect, source_file: str, state: ParserState | None = None) -> None:
        """`source_file` is the file's name for people and for `Position`; `state` resumes a file in its middle."""
        state = state or ParserState()
        self._site = site
        self._source_file = source_file
        self._decode = decoder_of(dialect.encoding)
        self._reader = _reader_of(dialect)
        self._layout = layout_of(state.header) if state.header else NO_HEADER
        self._file_started_at = state.file_started_at

    @property
    def state(self) -> ParserState:
        """What a parser needs to go on behind the last line parsed."""
        return ParserState(self._layout.header, self._file_started_at)

    def parse(self, line: RawLine, read_at: datetime) -> Leg | Reject | None:
        """The CDR of one line; `read_at` (aware UTC) is when a line that cannot be read is rejected."""
        if line.cut:
            length = len(line.data) + line.cut
            detail = (
                f"expected at most {MAX_LINE_BYTES} bytes, found {length}; only the first {MAX_LINE_BYTES} are kept"
            )
            return self._reject(line, "line_too_long", detail, read_at)
        text = self._decode(line.data.strip(b"\0"))
        try:
            fields = split_fields(text)
        except UnreadableError as error:
            return self._reject(line, error.reason, error.detail, read_at)
        try:
            return self._leg(fields, text, line.offset)
        except UnreadableError as error:
            if self._is_no_cdr(text, fields):
                return None
            return self._reject(line, error.reason, error.detail, read_at)

    def _is_no_cdr(self, text: str, fields: Sequence[str]) -> bool:
        """Whether the line is blank, a version line or a header; a header's columns are in force from now on.

        Asked only of lines that are no CDR under the columns in force, which no header ever is:
        the names of columns are neither dates nor times.
        """
        if is_header(fields):
            self._layout = layout_of(fields)
            return True
        return not text.strip() or is_version(fields)

    def _leg(self, fields: list[str], text: str, offset: int) -> Leg:
        layout = self._layout
        width = layout.width
        count = len(fields)
        extra: Extra = ()
        surplus = count > width
        if count != width and (count < width or not layout.header):
            where = "the header" if layout.header else "the specification, as there is no header"
            raise UnreadableError("wrong_number_of_fields", f"expected the {width} fields of {where}, found {count}")
        if surplus or layout.unknown:
            extra = layout.other_columns(fields)
        columns = layout.pick((*fields[:width], "")) if layout.pick else fields[: len(COLUMNS)]
        record, local_start, anomalies = self._reader.read(columns, surplus)
        if self._file_started_at is None:
            self._file_started_at = record.started_at
        position = quick(Position, (self._file_started_at, self._source_file, offset))
        leg_id = f"{self._site}:{record.call_id}:{local_start}"
        return quick(Leg, (self._site, leg_id, record, position, anomalies, extra, text))

    def _reject(self, line: RawLine, reason: str, detail: str, read_at: datetime) -> Reject:
        if _is_utf_16(line.data):
            detail = _UTF_16
        place = (self._site, self._source_file, line.offset)
        return Reject(*place, line.data, reason, detail, read_at.astimezone(UTC), *self.state)


def _is_utf_16(line: bytes) -> bool:
    """Whether it is as UTF-16 that the line cannot be read; PowerShell's `>` writes files anew like that."""
    return line.count(b"\0") > len(line) // 3
