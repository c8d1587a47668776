"""Rejects as a table for people; what a line holds is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from pipeline.escaped import escaped
from schemas.cdr import Reject

SHOWN_CHARACTERS = 60


def rejects_table(rejects: Iterable[Reject]) -> Table:
    """One row a reject: its exact place, the reason with what was found, and how the line begins."""
    table = Table()
    for heading in ("site", "file", "offset", "tried (UTC)", "reason", "detail", "line"):
        table.add_column(heading, overflow="fold")
    for reject in rejects:
        table.add_row(
            *map(Text, (reject.site, shown(reject.source_file), str(reject.source_offset))),
            Text(f"{reject.rejected_at:%Y-%m-%d %H:%M:%S}"),
            *map(Text, (reject.reason, shown(reject.detail, 4 * SHOWN_CHARACTERS), shown(reject.raw))),
        )
    return table


def shown(text: str | bytes, length: int = SHOWN_CHARACTERS) -> str:
    """The beginning of a text on one line: control characters, and bytes that are no UTF-8, as their codes."""
    if isinstance(text, bytes):
        # A character has at most four bytes; what is cut in its middle is beyond the end of what is shown.
        text = text[: 4 * length + 4].decode("utf-8", "backslashreplace")
    safe = escaped(text[: length + 1])
    return safe if len(safe) <= length else f"{safe[: length - 1]}…"
