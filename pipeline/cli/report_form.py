"""How reports look: tables on a terminal, CSV for spreadsheets and programs (contract 2, `report`)."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TextIO

import typer

from pipeline.cli.escaped import escaped

Cell = str | int | Decimal
# What a spreadsheet takes for the beginning of a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """The forms in which a report can be had."""

    TEXT = "text"
    CSV = "csv"


class Report(NamedTuple):
    """Rows under headings, totals of them in the same columns, and lines that say what no row does.

    A column holds texts or numbers; in totals a number may be left empty.
    """

    headings: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    totals: Sequence[tuple[Cell, ...]]
    notes: Sequence[str]


def print_report(report: Report, form: Format) -> None:
    """The report on standard output; beside CSV its notes go to standard error and its totals are left out."""
    if form is Format.CSV:
        write_csv(report, sys.stdout)
    elif report.rows:
        _print_table(report)
    for note in report.notes:
        typer.echo(note, err=form is Format.CSV)


def write_csv(report: Report, stream: TextIO) -> None:
    """Headings and rows, without totals: whoever adds up a column gets its sum.

    A text that a spreadsheet would take for a formula, a telephone number with `+` too, gets an apostrophe before it;
    what would break a line or move a cursor stands as its code.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([heading.replace(" ", "_") for heading in report.headings])
    for row in report.rows:
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell_text(cell) for cell in row])


def cell_text(cell: Cell) -> str:
    """A cell as people read it: money exact, with two decimals at least."""
    if not isinstance(cell, Decimal):
        return str(cell)
    units, _, decimals = f"{cell:f}".partition(".")
    return f"{units}.{decimals.rstrip('0'):0<2}"


def _harmless(text: str) -> str:
    shown = escaped(text)
    return f"'{shown}" if text.startswith(_FORMULA_SIGNS) else shown


def _print_table(report: Report) -> None:
    from rich.table import Table
    from rich.text import Text

    from pipeline.cli.tables import table_console

    table = Table()
    for heading, cell in zip(report.headings, report.rows[0], strict=True):
        table.add_column(heading, justify="left" if isinstance(cell, str) else "right", overflow="fold")
    for rows in (report.rows, report.totals):
        for row in rows:
            table.add_row(*(Text(escaped(cell_text(cell))) for cell in row))
        table.add_section()
    table_console().print(table)
