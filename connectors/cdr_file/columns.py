"""Which field of a line is which column: headers, their aliases, and lines that are no CDR (contract 4). Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from connectors.cdr_file.errors import UnreadableError

# CDR spec 1.1.1, in its order.
COLUMNS = (
    "CallId",
    "OriginationNumber",
    "OriginationName",
    "CalledNumber",
    "CalledName",
    "DestinationNumber",
    "DestinationName",
    "StartDate",
    "StartTime",
    "ScriptConnectDate",
    "ScriptConnectTime",
    "DeliveredDate",
    "DeliveredTime",
    "ConnectDate",
    "ConnectTime",
    "EndDate",
    "EndTime",
    "Currency",
    "Costs",
    "State",
    "PublicAccessPrefix",
    "LCRProvider",
    "ProjectNumber",
    "AOC",
    "OriginationDevice",
    "DestinationDevice",
    "TransferredByNumber",
    "TransferredByName",
    "TransferredCallId1",
    "TransferredCallId2",
    "TransferredToCallId",
    "TransferDate",
    "TransferTime",
    "DisconnectReason",
)

# Names that the specification's own examples use beside those of its list (CDR spec 1.1.2, 1.1.5).
_ALIASES = {
    "connecteddate": "ConnectDate",
    "connectedtime": "ConnectTime",
    "charges": "Costs",
    "transferredby": "TransferredByName",
}
_INDEX_OF_NAME = {name.lower(): index for index, name in enumerate(COLUMNS)} | {
    alias: COLUMNS.index(name) for alias, name in _ALIASES.items()
}
_CALL_ID = COLUMNS.index("CallId")
_START_TIME = COLUMNS.index("StartTime")
_VERSION = re.compile(r"[0-9.]+")
# Stands for a CR while the `csv` module splits; no decoder makes it.
_CR = chr(0xD80D)

Extra = tuple[tuple[str, str], ...]


class Layout(NamedTuple):
    """How the lines under one header are read.

    `width` is the number of fields that a line must have. `pick` takes the 34 columns in specification order
    from the fields with one empty string behind them; None: the first 34 fields are the columns in this order.
    `unknown` are (field index, name) of the other columns.
    `header` holds the names as written, so that reading can resume in the middle of a file; empty: no header.
    """

    header: tuple[str, ...]
    width: int
    pick: Callable[[Sequence[str]], tuple[str, ...]] | None
    unknown: tuple[tuple[int, str], ...]

    def other_columns(self, fields: Sequence[str]) -> Extra:
        """Unknown columns by name, then the fields beyond the columns as `field_35` … (counted from 1)."""
        named = [(name, fields[index]) for index, name in self.unknown]
        beyond = [(f"field_{number}", text) for number, text in enumerate(fields[self.width :], self.width + 1)]
        return (*named, *beyond)


def layout_of(header: Sequence[str]) -> Layout:
    """The layout under a header; of two columns with one meaning the first counts, the other is kept as unknown."""
    places: dict[int, int] = {}
    unknown: list[tuple[int, str]] = []
    taken: set[str] = set()
    for place, written in enumerate(header):
        column = _column(written)
        if column is not None and column not in places:
            places[column] = place
            continue
        name = written.strip()
        if not name or name in taken:
            name = f"field_{place + 1}"
        taken.add(name)
        unknown.append((place, name))
    width = len(header)
    if all(places.get(column) == column for column in range(len(COLUMNS))):
        return Layout(tuple(header), width, None, tuple(unknown))
    # A column that the header lacks is read from the empty string behind the last field.
    pick = itemgetter(*(places.get(column, width) for column in range(len(COLUMNS))))
    return Layout(tuple(header), width, pick, tuple(unknown))


def is_header(fields: Sequence[str]) -> bool:
    """Whether this line names columns: it has a CallId and a StartTime field, by any alias, in any case."""
    columns = {_column(field) for field in fields}
    return _CALL_ID in columns and _START_TIME in columns


def is_version(fields: Sequence[str]) -> bool:
    """Whether this line is the version line: one field of digits and dots (CDR spec 1.1.1)."""
    return len(fields) == 1 and _VERSION.fullmatch(fields[0].strip()) is not None


def split_fields(text: str) -> list[str]:
    """The fields of a line, quoted or not; a quoted field may hold commas and doubled quotes.

    Raises `UnreadableError` (`bad_quoting`) where a quote is never closed or text follows a closing quote.
    """
    quotes = text.count('"')
    if not quotes:
        return text.split(",")
    # As many quotes as fields need and both ends quoted: then every quote encloses, none is text.
    if text[0] == '"' and text[-1] == '"':
        fields = text[1:-1].split('","')
        if 2 * len(fields) == quotes:
            return fields
    try:
        return next(csv.reader((text,), strict=True))
    except csv.Error as error:
        if "\r" in text:  # which ends a row for `csv` where it stands outside quotes
            return [field.replace(_CR, "\r") for field in split_fields(text.replace("\r", _CR))]
        raise UnreadableError("bad_quoting", f"quotes must enclose whole fields: {error}") from None


def _column(written: str) -> int | None:
    return _INDEX_OF_NAME.get(written.strip().lower())


# How files begin, also after truncation or rotation: without a header, read in the specification's order.
NO_HEADER = layout_of(COLUMNS)._replace(header=())
