"""What a report is, whatever it will look like: columns of typed cells, sections of rows, charts (contract 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

# An aware `datetime` in the zone of its site is a `date` too.
Cell = str | int | Decimal | date | None
Row = tuple[Cell, ...]


class Kind(StrEnum):
    """What the cells of a column are. `None` is an empty cell of any kind."""

    TEXT = "text"
    WORD = "word"  # one of the system's own words, which the reader's language may have
    COUNTRY = "country"  # ISO 3166
    DAY = "day"
    MONTH = "month"  # its first day
    MOMENT = "moment"  # an aware instant in local time
    MINUTE = "minute"  # the same, of which people read no seconds
    COUNT = "count"
    SECONDS = "seconds"
    MONEY = "money"  # exact; its currency stands in another column, or in the heading
    NUMBER = "number"  # a Decimal with as many places as it has

    @property
    def is_number(self) -> bool:
        """Whether people want its cells flush right."""
        return self in {Kind.COUNT, Kind.SECONDS, Kind.MONEY, Kind.NUMBER}


class Column(NamedTuple):
    """A column: its name in CSV, from which the heading for people is taken, and what its cells are.

    `unit` goes behind the heading and the name: a currency. `empty` is the word for an empty text. A `titled` column
    says the same in all rows of a section, so people read it in the section's title and only programs as a column.
    A `rare` one people see only where a row has more than 0.
    """

    name: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    empty: str = ""
    titled: bool = False
    rare: bool = False


class Section(NamedTuple):
    """Rows that belong together, with their totals; with a title it is a table of its own."""

    rows: Sequence[Row]
    totals: Sequence[Row] = ()
    title: str = ""


class Bar(NamedTuple):
    """One value of a chart, not negative, and how it is written."""

    label: str
    value: Decimal
    text: str


class Chart(NamedTuple):
    """Values of one unit side by side: in the order of time as `upright` columns, else as bars one below the other."""

    title: str
    bars: Sequence[Bar]
    upright: bool = False


class Report(NamedTuple):
    """A report in the reader's language; its cells are written by whoever renders it.

    `totals` are those of all sections. `notes` say what no row does. `hint` explains on a page what is counted.
    """

    title: str
    period: str
    columns: tuple[Column, ...]
    sections: Sequence[Section]
    totals: Sequence[Row] = ()
    notes: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    hint: str = ""

    @property
    def shown(self) -> list[int]:
        """The places of the columns that people see: without those of titles, and those that say nothing in any row."""
        named = {place for place, column in enumerate(self.columns) if column.empty}
        filled = {place for row in self.rows for place, cell in enumerate(row) if self._says(cell, place)}
        return [place for place in sorted(named | filled) if not self.columns[place].titled]

    def _says(self, cell: Cell, place: int) -> bool:
        return cell not in ((None, "", 0) if self.columns[place].rare else (None, ""))

    @property
    def places(self) -> int:
        """The decimals with which all amounts can be written alike and exact, two at least."""
        kinds = [column.kind for column in self.columns]
        every = [row for section in self.sections for row in (*section.rows, *section.totals)]
        amounts = (
            cell for row in (*every, *self.totals) for cell, kind in zip(row, kinds, strict=True) if kind is Kind.MONEY
        )
        return max((_decimals(amount) for amount in amounts if isinstance(amount, Decimal)), default=2)

    @property
    def rows(self) -> list[Row]:
        """The rows of all sections, without totals."""
        return [row for section in self.sections for row in section.rows]


def _decimals(amount: Decimal) -> int:
    return max(2, len(f"{amount:f}".partition(".")[2].rstrip("0")))
