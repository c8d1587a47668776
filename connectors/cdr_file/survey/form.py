"""The form of a cdr.txt: its headers, dates and Costs as texts, before any dialect is assumed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from connectors.cdr_file.columns import COLUMNS, NO_HEADER, Layout, is_header, is_version, layout_of, split_fields
from connectors.cdr_file.errors import UnreadableError
from connectors.cdr_file.framing import RawLine
from connectors.cdr_file.survey.bytes import EncodingCounts
from connectors.cdr_file.survey.counts import KEPT, Spots, Tally

_START_DATE, _START_TIME = COLUMNS.index("StartDate"), COLUMNS.index("StartTime")
_TRANSFER_DATE, _COSTS = COLUMNS.index("TransferDate"), COLUMNS.index("Costs")
_DATE = re.compile(r"\s*[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}")
_DISTINCT_DATES = 4096
_DISTINCT_COSTS = 4096
_DISTINCT_HEADERS = 8


class HeaderFacts(NamedTuple):
    """What one header names: columns of the specification it lacks, others it has, aliases as (written, column)."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]
    in_order: bool


class Form:
    """Counts over the lines of one file, in order, in bounded memory. Never fails for what a line holds."""

    def __init__(self) -> None:
        self.lines = 0
        self.encodings = EncodingCounts()
        self.blank = 0
        self.with_nul = Spots()
        self.too_long = Spots()
        self.versions = Spots()
        self.version = ""  # the first one, as written
        self.headers = Spots()
        self.distinct_headers: Tally[tuple[str, ...]] = Tally(_DISTINCT_HEADERS)
        self.quoted_header = False  # whether every field of the first one is quoted
        self.dates: Tally[str] = Tally(_DISTINCT_DATES)
        self.clocks_with_dot = Spots()
        self.costs: Tally[str] = Tally(_DISTINCT_COSTS)
        self._layout: Layout = NO_HEADER

    def add(self, number: int, line: RawLine) -> None:
        """Take the next line; `number` counts from 1."""
        self.lines += 1
        data = line.data
        if line.cut:
            self.too_long.add(number)
            return
        if b"\0" in data:
            self.with_nul.add(number)
            data = data.strip(b"\0")
        text = self.encodings.decode(number, data)
        try:
            fields = split_fields(text)
        except UnreadableError:
            return
        columns = self._columns(fields)
        if columns is None or not (columns[_START_DATE] in self.dates.counts or _DATE.match(columns[_START_DATE])):
            self._no_cdr(number, text, fields)
            return
        self._cdr(number, columns)

    def _columns(self, fields: Sequence[str]) -> Sequence[str] | None:
        """The 34 columns of the specification; None for a line that has too few fields."""
        layout = self._layout
        if len(fields) < layout.width:
            return None
        return layout.pick((*fields[: layout.width], "")) if layout.pick else fields

    def _cdr(self, number: int, columns: Sequence[str]) -> None:
        self._date(columns[_START_DATE])
        if columns[_TRANSFER_DATE]:
            self._date(columns[_TRANSFER_DATE])
        if "." in columns[_START_TIME]:
            self.clocks_with_dot.add(number)
        if columns[_COSTS]:
            self.costs.add(columns[_COSTS].strip()[:KEPT])

    def _date(self, text: str) -> None:
        text = text.strip()
        if text in self.dates.counts or _DATE.fullmatch(text):
            self.dates.add(text)

    def _no_cdr(self, number: int, text: str, fields: Sequence[str]) -> None:
        if is_header(fields):
            if not self.headers.count:
                self.quoted_header = text.count('"') >= 2 * len(fields)
            self.headers.add(number)
            self.distinct_headers.add(tuple(fields))
            self._layout = layout_of(fields)
        elif not text.strip():
            self.blank += 1
        elif is_version(fields):
            self.version = self.version or fields[0].strip()[:KEPT]
            self.versions.add(number)


def header_facts(header: Sequence[str]) -> HeaderFacts:
    """What a header names, beside the 34 columns of the specification."""
    layout = layout_of(header)
    places = [str(place) for place in range(layout.width)]
    # The same way that lines go: each column gets the place of its field, and nothing where it has none.
    found = layout.pick((*places, "")) if layout.pick else places[: len(COLUMNS)]
    written = {column: header[int(place)].strip() for column, place in zip(COLUMNS, found, strict=True) if place}
    order = [int(place) for place in found if place]
    return HeaderFacts(
        tuple(column for column in COLUMNS if column not in written),
        tuple(name for _, name in layout.unknown),
        tuple((name, column) for column, name in written.items() if name.lower() != column.lower()),
        order == sorted(order),
    )
