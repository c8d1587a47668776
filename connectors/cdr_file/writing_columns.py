"""Under which header a leg is written so that it is read again as it is (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from connectors.cdr_file.columns import COLUMNS, layout_of
from schemas.cdr import Leg

_AOC = COLUMNS.index("AOC")


def columns_for(leg: Leg, texts: Sequence[str]) -> tuple[tuple[str, ...], Sequence[str]]:
    """The column names that the leg needs and its fields under them; `texts` are its 34 fields.

    Further columns stand behind those of the specification, by name. Fields beyond the columns (`field_35` …, flag
    `extra_fields`) stay beyond them, where their number says that they were.
    """
    if not leg.extra:
        return COLUMNS, texts
    beyond = _count_beyond(leg)
    named = leg.extra[: len(leg.extra) - beyond]
    known: Sequence[int] = range(len(COLUMNS))
    if beyond:
        width = int(leg.extra[-beyond][0].removeprefix("field_")) - 1
        known = _so_many(width - len(named), texts, [name for name, _ in named])
    names = (*(COLUMNS[column] for column in known), *(name for name, _ in named))
    return names, [*(texts[column] for column in known), *(text for _, text in leg.extra)]


def _count_beyond(leg: Leg) -> int:
    """How many of the last `extra` are fields beyond the columns: a run `field_n`, `field_n+1` … at the end."""
    if "extra_fields" not in leg.anomalies:
        return 0
    names = [name for name, _ in leg.extra]
    last = names[-1].removeprefix("field_")
    count = 0
    while count < len(names) and last.isdecimal() and names[-1 - count] == f"field_{int(last) - count}":
        count += 1
    return count


def _so_many(count: int, texts: Sequence[str], named: Sequence[str]) -> list[int]:
    """So many of the 34 columns, at least those that hold something or of which a further column has the name."""
    needed = {column for column, text in enumerate(texts) if text and (column, text) != (_AOC, "0")}
    needed.update(column for name in named if (column := _column(name)) is not None)
    others = (column for column in range(len(COLUMNS)) if column not in needed)
    return sorted({*needed, *islice(others, max(0, count - len(needed)))})


def _column(name: str) -> int | None:
    layout = layout_of((name,))
    return layout.pick(("x", "")).index("x") if layout.pick and not layout.unknown else None
