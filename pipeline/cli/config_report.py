"""What a configuration means, in words, and whether its servers answer: the parts of `check-config`."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from pipeline.cli.settings import EMBEDDED, LinkSettings, Settings, SiteSettings, group_of, link_name
from pipeline.cli.settings_files import matched_files
from pipeline.cli.settings_values import address, clickhouse_address, masked_url

CONNECT_SECONDS = 3.0
FILES_SHOWN = 3


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
