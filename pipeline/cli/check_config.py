"""`swyx-cdr check-config`: validates configuration, tariffs and reachability without changing anything.

It prints what it understood, so that a mistake that is valid shows too: a glob that matches nothing, a link
that joins the wrong groups.
"""

from __future__ import annotations

import os

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption


def check_config(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Validate configuration, tariffs and reachability; change nothing."""
    from pipeline.cli.config_report import connect_failure, servers, understood, warnings
    from pipeline.cli.settings import load_settings
    from pipeline.cli.settings_files import folder_problems, table_problems
    from pipeline.cli.settings_problems import configuration_error

    settings = load_settings(config, os.environ)
    for line in understood(settings):
        typer.echo(line)
    away = []
    for server, host, port in servers(settings):
        failure = connect_failure(host, port)
        typer.echo(f"{server} {host}:{port}: {failure or 'reachable'}")
        if failure:
            away.append(f"{server} at {host}:{port} cannot be reached ({failure}); start it or correct the address")
    problems = [*folder_problems(settings.sites), *table_problems(settings)]
    if problems:
        raise configuration_error(settings.file, problems)
    for line in warnings(settings):
        typer.echo(line)
    if away:
        raise CommandError("\n".join(away))
    typer.echo("the configuration is valid")
