"""Reports as CSV, for spreadsheets and programs: the same bytes for every reader."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from typing import TextIO

from pipeline.escaped import escaped
from pipeline.reports.model import Cell, Column, Kind, Report

# What a spreadsheet takes for the beginning of a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(report: Report, stream: TextIO) -> None:
    """Headings and rows, without totals: whoever adds up a column gets its sum.

    Dates are ISO 8601, months `2026-10`, instants local with their offset, durations seconds, decimals have a point.
    A text that a spreadsheet would take for a formula, a telephone number with `+` too, gets an apostrophe before it;
    what would break a line or move a cursor stands as its code.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_name(column) for column in report.columns])
    for row in report.rows:
        writer.writerow([_plain(cell, column) for cell, column in zip(row, report.columns, strict=True)])


def _name(column: Column) -> str:
    return f"{column.name}_{column.unit.lower()}" if column.unit else column.name


def _plain(cell: Cell, column: Column) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _harmless(cell)
    if isinstance(cell, Decimal):
        return _money(cell) if column.kind is Kind.MONEY else f"{cell:f}"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat()
    return f"{cell:%Y-%m}" if column.kind is Kind.MONTH else cell.isoformat()


def _money(amount: Decimal) -> str:
    units, _, decimals = f"{amount:f}".partition(".")
    return f"{units}.{decimals.rstrip('0'):0<2}"


def _harmless(text: str) -> str:
    shown = escaped(text)
    return f"'{shown}" if text.startswith(_FORMULA_SIGNS) else shown
