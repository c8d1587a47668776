"""Reports as tables on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.escaped import escaped
from pipeline.reports.model import Report, Row
from pipeline.reports.reader import Reader

if TYPE_CHECKING:
    from rich.console import Console


def print_text(report: Report, reader: Reader, console: Console) -> None:
    """One table, or one for each section that has a title; then the notes. Without rows there are only notes."""
    if report.rows and not report.sections[0].title:
        groups = [rows for section in report.sections for rows in (section.rows, section.totals)]
        _print(report, [*groups, report.totals], reader, console)
    elif report.rows:
        for section in report.sections:
            _print_line(section.title, console)
            _print(report, [section.rows, section.totals], reader, console)
        if report.totals and len(report.sections) > 1:
            _print(report, [report.totals], reader, console)
    for note in report.notes:
        _print_line(note, console)


def _print(report: Report, groups: Sequence[Sequence[Row]], reader: Reader, console: Console) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to load, and not needed for pages
    from rich.text import Text  # noqa: PLC0415

    shown, places = report.shown, report.places
    table = Table()
    for place in shown:
        column = report.columns[place]
        table.add_column(reader.heading(column), justify="right" if column.kind.is_number else "left", overflow="fold")
    for rows in groups:
        for row in rows:
            cells = (reader.cell(row[place], report.columns[place], places) for place in shown)
            table.add_row(*(Text(escaped(cell)) for cell in cells))
        table.add_section()
    console.print(table)


def _print_line(text: str, console: Console) -> None:
    console.print(escaped(text), markup=False, highlight=False, soft_wrap=True)
