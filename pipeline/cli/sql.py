"""`swyx-cdr sql`: a query on the configured warehouse, its result in any of ClickHouse's formats."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A query in ClickHouse's SQL.")],
    config: ConfigOption = DEFAULT_CONFIG,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Any ClickHouse format.")
    ] = "PrettyCompact",
) -> None:
    """Run a query on the warehouse; an embedded one is started for it if it does not run."""
    from connectors.clickhouse.reader import query_text
    from pipeline.cli.endpoints import warehouse
    from pipeline.cli.settings import load_settings

    settings = load_settings(config, os.environ)
    with warehouse(settings) as options:
        for piece in query_text(options, query, format_name):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
