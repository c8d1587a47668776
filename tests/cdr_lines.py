"""Lines of cdr.txt for tests, with the fields that matter to the test and sensible others."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from schemas.cdr import Leg, Reject

READ_AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
BERLIN = Dialect("Europe/Berlin")
HEADER = ",".join(f'"{name}"' for name in COLUMNS)

USUAL = {
    "CallId": "3",
    "OriginationNumber": "123",
    "OriginationName": "User A",
    "CalledNumber": "456",
    "CalledName": "User B",
    "StartDate": "19.11.2002",
    "StartTime": "13:03:28",
    "EndDate": "19.11.2002",
    "EndTime": "13:05:48",
    "State": "Connected",
    "AOC": "0",
    "DisconnectReason": "CallDisconnected",
}


def fields(**changes: str) -> list[str]:
    """The 34 fields of a CDR in the specification's order."""
    unknown = changes.keys() - set(COLUMNS)
    assert not unknown, unknown
    return [(USUAL | changes).get(column, "") for column in COLUMNS]


def line(**changes: str) -> str:
    """One CDR with every field quoted, without line end."""
    return quoted(fields(**changes))


def quoted(values: list[str]) -> str:
    """The fields in quotes, their own quotes doubled."""
    return ",".join('"{}"'.format(value.replace('"', '""')) for value in values)


def numbered(first: int, count: int) -> bytes:
    """So many CDRs whose CallIds count up from `first`, with line ends."""
    return "".join(f"{line(CallId=str(number))}\r\n" for number in range(first, first + count)).encode()


def parsed(text: str | bytes, dialect: Dialect = BERLIN) -> list[Leg | Reject]:
    """What the lines of a whole file are, headers and the like left out."""
    data = text.encode() if isinstance(text, str) else text
    parser = LineParser("dortmund", dialect, "cdr.txt")
    results = [parser.parse(raw, READ_AT) for raw in Framer().feed(data + b"\n")]
    return [result for result in results if result is not None]


def leg(text: str | bytes, dialect: Dialect = BERLIN) -> Leg:
    """The one CDR of a file."""
    (found,) = parsed(text, dialect)
    assert isinstance(found, Leg), found
    return found


def reject(text: str | bytes, dialect: Dialect = BERLIN) -> Reject:
    """The one reject of a file."""
    (found,) = parsed(text, dialect)
    assert isinstance(found, Reject), found
    return found
