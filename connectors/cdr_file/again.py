"""Rejected lines read again, after a fix of the configuration or of the program (`rejects replay`). Pure."""

from __future__ import annotations

from datetime import datetime

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import RawLine
from connectors.cdr_file.parse import LineParser, ParserState
from schemas.cdr import Leg, Reject

LINE_REASONS = frozenset(
    {"no_call_id", "no_start", "wrong_number_of_fields", "bad_time", "bad_number", "line_too_long", "bad_quoting"}
)
"""The reasons of contract 4: a line of a file was rejected, not a message or a row."""


def why_never(reject: Reject) -> str:
    """Why a rejected line cannot be read again whatever is fixed; empty if it can."""
    if reject.reason == "line_too_long":
        return "line_too_long: the rest of the line was not kept"
    if not reject.raw:
        return "the line was not kept, as the site has privacy keys: backfill the file"
    if reject.header is None:
        return "rejected by a version that did not keep the header: backfill the file"
    return ""


def read_again(reject: Reject, dialect: Dialect, read_at: datetime) -> Leg | Reject | None:
    """What the line is now: a CDR at the place that the line always had, a reject again, or no CDR at all.

    A line before the first CDR of its file takes its own start for that of the file (docs/operations.md).
    """
    state = ParserState(reject.header or (), reject.file_started_at)
    parser = LineParser(reject.site, dialect, reject.source_file, state)
    end = reject.source_offset + len(reject.raw) + 1
    return parser.parse(RawLine(reject.source_offset, reject.raw, end, 0), read_at)
