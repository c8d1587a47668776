"""Where a report goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import shutil
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.report_options import Format

if TYPE_CHECKING:
    from pipeline.reports.model import Report
    from pipeline.reports.reader import Reader

# Where nothing says how wide lines may be: no report's table is wider.
_FILE_COLUMNS = 320


def give_out(report: Report, reader: Reader, form: Format, output: Path | None) -> None:
    """Write a report. Beside CSV its notes go to standard error. Raises CommandError if the file cannot be written."""
    if output is None:
        sys.stdout.write(_rendered(report, reader, form))
    else:
        _replace(output, _rendered(report, reader, form))
    if form is Format.CSV:
        for note in report.notes:
            typer.echo(note, err=True)


def _rendered(report: Report, reader: Reader, form: Format) -> str:
    if form is Format.HTML:
        from pipeline.reports.page import page

        return page(report, reader)
    stream = StringIO(newline="")
    if form is Format.CSV:
        from pipeline.reports.csv_form import write_csv

        write_csv(report, stream)
    else:
        from rich.console import Console

        from pipeline.reports.text_form import print_text

        print_text(report, reader, Console(file=stream, width=_columns()))
    return stream.getvalue()


def _columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _FILE_COLUMNS


def _replace(output: Path, text: str) -> None:
    from connectors.cdr_file.durable import replacing

    try:
        with replacing(output) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        raise CommandError(f"{output}: {error.strerror}; name a file in a folder that can be written") from error
