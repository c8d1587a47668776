"""`swyx-cdr inspect FILE`: what a cdr.txt is, and the `[[sites]]` block that reads it (contract 2).

How an administrator starts: no configuration and no server is needed, and whatever a file holds, it is told.
"""

from __future__ import annotations

import io
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from connectors.cdr_file.survey.survey import Survey
    from pipeline.cli.inspect_text import Section


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A cdr.txt; it is only read.", show_default=False)],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Tell what a cdr.txt is and print a [[sites]] block for it; needs no configuration."""
    from pipeline.cli.inspect_block import site_block
    from pipeline.cli.inspect_report import report

    survey = _survey(file)
    # A console that cannot show a letter shows its code; names in a file may have any letter.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    _print([*report(file, survey), *_configured(config, file)])
    typer.echo("")
    typer.echo(site_block(file, survey))


def _survey(file: Path) -> Survey:
    from rich.console import Console
    from rich.progress import Progress

    from connectors.cdr_file.survey.survey import survey_file

    if not file.exists():
        raise CommandError(f"{file}: found no such file; expected a cdr.txt; correct the path")
    if not file.is_file():
        raise CommandError(f"{file}: found a folder or device; expected a file; name a cdr.txt in it")
    try:
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            bar = progress.add_task("reading", total=2 * file.stat().st_size)
            return survey_file(file, datetime.now(UTC), lambda count: progress.advance(bar, count))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}; make it readable and inspect it again") from error


def _configured(config: Path, file: Path) -> list[Section]:
    """Whether the configuration, if there is one, has the file already."""
    from pipeline.cli.settings import ConfigurationError, load_settings
    from pipeline.cli.settings_files import matched_files

    if not config.exists():
        return []
    try:
        settings = load_settings(config, os.environ)
    except ConfigurationError:
        return [("configured", [f"cannot be told: {config} is not valid; check-config tells why"])]
    here = file.resolve()
    sites = [site.name for site in settings.sites if any(here == found.resolve() for found in matched_files(site))]
    return [("configured", [f"as a file of site {', '.join(sites)}" if sites else f"not yet in {config}"])]


def _print(sections: list[Section]) -> None:
    """A table on a terminal, else a line a fact that other programs can search."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not sys.stdout.isatty():
        for name, lines in sections:
            for line in lines:
                typer.echo(f"{name}: {line}")
        return
    table = Table.grid(padding=(0, 2))
    for name, lines in sections:
        table.add_row(Text(name, style="bold"), Text("\n".join(lines)))
    Console().print(table)
