"""The CSV files that a configuration names: tariffs and users (contract 3), checked row by row.

Both are UTF-8 with commas and a header line that names all columns, in any order. Each problem is a text
`line N, column: found …; expected …; remedy`. Rules between rows are in `settings_rates`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.cli.settings_problems import shown

if TYPE_CHECKING:
    import _csv

Check = Callable[[str], bool]
Column = tuple[Check, str]  # what a field must fit, and the words for it
Row = Mapping[str, str]


class Table(NamedTuple):
    """What a kind of table holds: its columns, and the rules between the columns of one row."""

    columns: Mapping[str, Column]
    check_row: Callable[[Row], Iterator[str]]


def _is_date(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _like(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _anything(_text: str) -> bool:
    return True


DATE = (_is_date, "a date such as 2024-01-31 or nothing")
# With increments of at most 99999 s even a century at this price fits the warehouse's Decimal(18, 6), and the 28 digits
# of a sum of increments are exact.
AMOUNT = (
    _like(r"0*[0-9]{1,4}(?:\.[0-9]{1,12})?"),
    "an amount below 10000 with a decimal point such as 0.0125, at most 12 decimals",
)
SECONDS = (_like(r"0*[1-9][0-9]{0,4}"), "whole seconds, at least 1, at most 99999")
TEXT = (_anything, "a text")
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
WEEKDAYS = r"[1-7](?:-[1-7])?"

RATES: dict[str, Column] = {
    "prefix": (_like(r"\+[0-9]*|[0-9]+"), "+ and digits such as +4930, or the digits of a short number"),
    "destination": TEXT,
    "valid_from": DATE,
    "valid_until": DATE,
    "weekdays": (_like(rf"(?:{WEEKDAYS}(?:,{WEEKDAYS})*)?"), "ISO weekdays such as 1-5 or 6,7, or nothing"),
    "from_time": (_like(rf"(?:{TIME})?"), "a time such as 08:00 or nothing"),
    "until_time": (_like(rf"(?:{TIME}|24:00)?"), "a time such as 18:00 or 24:00, or nothing"),
    "connect_fee": AMOUNT,
    "price_per_minute": AMOUNT,
    "first_increment": SECONDS,
    "next_increment": SECONDS,
    "minimum": AMOUNT,
}
USERS: dict[str, Column] = {
    "extension": (_like(r"[0-9]+"), "digits"),
    "name": TEXT,
    "department": TEXT,
    "cost_centre": TEXT,
    "valid_from": DATE,
    "valid_until": DATE,
}


def rate_problems(file: Path) -> Iterator[str]:
    """What is wrong with a tariff file, row by row."""
    return _table_problems(file, Table(RATES, _rate_row))


def user_problems(file: Path) -> Iterator[str]:
    """What is wrong with a user file, row by row."""
    return _table_problems(file, Table(USERS, _validity))


def rows_of(file: Path) -> Iterator[Row]:
    """The rows of a valid table, each by its columns, without surrounding blanks."""
    return (row for _, row in numbered_rows(file))


def numbered_rows(file: Path) -> Iterator[tuple[int, Row]]:
    """The rows of a valid table, each with the number of its line."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = csv.reader(stream)
        header = [name.strip() for name in next(lines)]
        for values in lines:
            if values:
                yield lines.line_num, dict(zip(header, map(str.strip, values), strict=True))


def day_of(text: str) -> date | None:
    """The day of a valid field, `None` for an empty one."""
    return date.fromisoformat(text) if text else None


def _table_problems(file: Path, table: Table) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from _problems_of(csv.reader(stream, strict=True), table)
    except OSError as error:
        yield f"found no file that can be read ({error.strerror}); expected a CSV file; create or correct it"
    except UnicodeDecodeError as error:
        yield f"found a byte that is not UTF-8 ({error.reason}); expected UTF-8; save the file so"
    except csv.Error as error:
        yield f"found broken CSV ({error}); expected every quotation mark to be closed; correct it"


def _problems_of(lines: _csv.Reader, table: Table) -> Iterator[str]:
    header = [name.strip() for name in next(lines, [])]
    if sorted(header) != sorted(table.columns):
        yield f"line 1: found the columns {shown(header)}; expected {','.join(table.columns)}; correct the first line"
        return
    for values in lines:
        if values:
            texts = [value.strip() for value in values]
            yield from (f"line {lines.line_num}{text}" for text in _row_problems(header, texts, table))


def _row_problems(header: list[str], texts: list[str], table: Table) -> Iterator[str]:
    if len(texts) != len(header):
        yield f": found {len(texts)} fields; expected {len(header)}; add or remove commas, quote texts that hold one"
        return
    row = dict(zip(header, texts, strict=True))
    wrong = [column for column, (check, _) in table.columns.items() if not check(row[column])]
    for column in wrong:
        yield f", {column}: found {shown(row[column])}; expected {table.columns[column][1]}; correct it"
    if not wrong:
        yield from table.check_row(row)


def _validity(row: Row) -> Iterator[str]:
    """ISO dates compare as texts; the day of `valid_until` is no longer in force (contract 7)."""
    if row["valid_from"] and row["valid_until"] and row["valid_from"] >= row["valid_until"]:
        found = shown(row["valid_until"])
        yield f", valid_until: found {found}; expected a day after valid_from {shown(row['valid_from'])}; correct one"


def _rate_row(row: Row) -> Iterator[str]:
    yield from _validity(row)
    if row["until_time"] and row["until_time"] == (row["from_time"] or "00:00"):
        yield f", until_time: found {shown(row['until_time'])}; expected another time than from_time; correct one"
