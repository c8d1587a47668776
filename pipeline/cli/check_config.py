"""`swyx-cdr check-config`: validates configuration, tariffs and reachability without changing anything.

It prints what it understood, so that a mistake that is valid shows too: a glob that matches nothing, a link
that joins the wrong groups.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption
from pipeline.cli.settings import EMBEDDED, LinkSettings, Settings, SiteSettings, group_of, link_name, load_settings
from pipeline.cli.settings_files import folder_problems, matched_files, table_problems
from pipeline.cli.settings_problems import configuration_error
from pipeline.cli.settings_values import address, clickhouse_address, masked_url

CONNECT_SECONDS = 3.0
FILES_SHOWN = 3


def check_config(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Validate configuration, tariffs and reachability; change nothing."""
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
    if away:
        raise CommandError("\n".join(away))
    typer.echo("the configuration is valid")


def understood(settings: Settings) -> Iterator[str]:
    """The configuration in words, a line a fact."""
    groups = group_of(settings)
    yield f"configuration: {settings.file}"
    yield f"state directory: {settings.pipeline.state_directory}"
    yield f"kafka: {settings.kafka.bootstrap_servers}, {settings.kafka.partitions} partitions"
    yield f"clickhouse: {masked_url(settings.clickhouse.url)}, database {settings.clickhouse.database}"
    for group in sorted(set(groups.values())):
        yield f"group {group}: {', '.join(sorted(site for site in groups if groups[site] == group))}"
    for site in settings.sites:
        yield _site_line(site)
    for link in settings.links:
        yield _link_line(link)
    for tariff in settings.tariffs:
        yield f"tariff {tariff.name}: {tariff.rates}, {tariff.currency}, {tariff.decimals} decimals"


def _site_line(site: SiteSettings) -> str:
    files = matched_files(site)
    names = ", ".join(str(file) for file in files[:FILES_SHOWN])
    more = f" and {len(files) - FILES_SHOWN} more" if len(files) > FILES_SHOWN else ""
    patterns = ", ".join(pattern.written for pattern in site.files)
    tariff = f"tariff {site.tariff}" if site.tariff else "no tariff"
    return f"site {site.name}: {site.time_zone}, {tariff}; {patterns}: {names or 'no file yet'}{more}"


def _link_line(link: LinkSettings) -> str:
    ends = ", ".join(f'"{device}" at {site}' for site, device in sorted(link.devices.items()))
    return f"link {link_name(link)}: {ends}; clocks differ by at most {link.clock_skew_seconds} s"


def servers(settings: Settings) -> Iterator[tuple[str, str, int]]:
    """Name, host and port of every server that is not embedded."""
    if settings.kafka.bootstrap_servers != EMBEDDED:
        for part in settings.kafka.bootstrap_servers.split(","):
            found = address(part)
            if found:
                yield "kafka", *found
    found = clickhouse_address(settings.clickhouse.url)
    if found:
        yield "clickhouse", *found


def connect_failure(host: str, port: int) -> str:
    """Why no connection comes about, in the system's words; empty if one does."""
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            return ""
    except OSError as error:
        return error.strerror or str(error)
