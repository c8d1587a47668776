"""`swyx-cdr export`: legs of the warehouse as a cdr.txt, for programs that read only that (contract 2)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, FromOption, UntilOption, chosen_sites, days

if TYPE_CHECKING:
    from datetime import date

    from connectors.cdr_file.dialect import Dialect
    from connectors.clickhouse.client import ClickHouseOptions
    from pipeline.cli.settings import Settings, SiteSettings


def export(
    site: Annotated[str, typer.Option(help="The site whose legs are written.")],
    config: ConfigOption = DEFAULT_CONFIG,
    first: FromOption = None,
    until: UntilOption = None,
    output: Annotated[
        Path | None, typer.Option(help="Write this file, whole or not at all, instead of standard output.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Instead of the site's; auto is UTF-8.")] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy, mdy or ymd instead of the site's.")] = None,
    cost_scale: Annotated[int | None, typer.Option(help="1 or 100 instead of the site's.")] = None,
    cost_decimal: Annotated[str | None, typer.Option(help=". or , instead of the site's; auto is a point.")] = None,
    header: Annotated[bool, typer.Option(help="Begin with the names of the columns.")] = True,
    version_line: Annotated[
        bool, typer.Option("--version-line", help="Begin with the version as SwyxWare 4.10 does.")
    ] = False,
) -> None:
    """Write the legs of a site as a cdr.txt, by their start, in the site's dialect or another one."""
    from connectors.cdr_file.writing import VERSION_LINE, LegWriter, UnwritableError
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.migrate import require_migrated
    from connectors.clickhouse.stored import legs_in_order
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.settings import load_settings

    settings = load_settings(config, os.environ)
    (chosen,) = chosen_sites(settings, site)
    form = _dialect(chosen, encoding, date_order, cost_scale, cost_decimal)
    if output is not None:
        _refuse_followed(settings, output)
    writer = LegWriter(form, header=header)
    with warehouse(settings) as options, _opened(output) as stream:
        require_migrated(options)
        written = 0
        try:
            with connected(options) as client:
                stream.write(VERSION_LINE if version_line else b"")
                stream.write(writer.head())
                for leg in legs_in_order(client, site, *days(first, until)):
                    stream.write(writer.write(leg))
                    written += 1
        except UnwritableError as error:
            raise CommandError(str(error)) from error
        finally:
            # What has left the warehouse is entered, also where the rest could not be written.
            if written:
                _enter(options, site, days(first, until), written)


def _enter(options: ClickHouseOptions, site: str, span: tuple[date, date], legs: int) -> None:
    from connectors.clickhouse.audit import record_audit
    from connectors.clickhouse.client import connected

    with connected(options) as client:
        record_audit(client, "export", f"site {site}, from {span[0]} until {span[1]}", legs)


def _dialect(
    site: SiteSettings, encoding: str | None, date_order: str | None, cost_scale: int | None, cost_decimal: str | None
) -> Dialect:
    """The site's dialect with what the command line says; the zone stays, as it belongs to the legs."""
    from connectors.cdr_file.dialect import Dialect

    try:
        return Dialect(
            site.time_zone,
            encoding or site.encoding,
            date_order or site.date_order,
            site.cost_scale if cost_scale is None else cost_scale,
            cost_decimal or site.cost_decimal,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _refuse_followed(settings: Settings, output: Path) -> None:
    from pipeline.cli.settings_globs import may_match_the_same

    for site in settings.sites:
        if any(may_match_the_same(pattern.absolute, os.path.abspath(output)) for pattern in site.files):
            raise UsageError(
                f"--output {output}: is one of the files of site {site.name}; name one that is not followed"
            )


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    from connectors.cdr_file.durable import replacing

    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with replacing(output) as stream:
            yield stream
    except ConnectionError:  # the warehouse's, not the file's
        raise
    except OSError as error:
        raise CommandError(f"{output}: {error.strerror}; name a file in a folder that can be written") from error
