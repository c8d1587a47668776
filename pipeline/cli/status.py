"""`swyx-cdr status`: one screen, or one JSON object, that tells whether all is well (contract 2, docs/status.md)."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption


def status(
    config: ConfigOption = DEFAULT_CONFIG,
    as_object: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")] = False,
) -> None:
    """Tell whether all is well: sites, stages, stores. Exit code 1 if there is something to look at."""
    from pipeline.cli.settings import load_settings
    from pipeline.cli.status_facts import find_out
    from pipeline.cli.status_json import as_json
    from pipeline.cli.status_screen import print_screen
    from pipeline.cli.status_verdict import reasons
    from pipeline.cli.tables import table_console

    facts = find_out(load_settings(config, os.environ), datetime.now(UTC))
    found = reasons(facts)
    if as_object:
        typer.echo(json.dumps(as_json(facts, found), ensure_ascii=False, indent=2))
    else:
        print_screen(table_console(), facts, found)
    if found:
        raise typer.Exit(1)
