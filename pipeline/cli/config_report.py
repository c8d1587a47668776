"""What a configuration means, in words, and whether its servers answer: the parts of `check-config`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import islice

from pipeline.cli.currencies import KNOWN_CURRENCIES
from pipeline.cli.settings import EMBEDDED, LinkSettings, Settings, SiteSettings, group_of, link_name
from pipeline.cli.settings_files import matched_files
from pipeline.cli.settings_problems import shown
from pipeline.cli.settings_rates import rate_warnings
from pipeline.cli.settings_values import address, clickhouse_address, masked_url

CONNECT_SECONDS = 3.0
FILES_SHOWN = 3
WARNINGS_SHOWN = 20


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
    mirror = f"; mirror {site.mirror}, kept {site.mirror_days} days" if site.mirror else ""
    seen = f"{patterns}: {names or 'no file yet'}{more}"
    return f"site {site.name}: {site.time_zone}, {tariff}; {seen}{mirror}{''.join(_privacy(site))}"


def _privacy(site: SiteSettings) -> Iterator[str]:
    """The privacy keys of a site in words."""
    if site.never_recorded:
        yield f"; {len(site.never_recorded)} numbers never recorded"
    if site.mask_destination_digits:
        how = "stored" if site.mask_destinations == "stored" else "shown, but stored whole"
        yield f"; destinations without their last {site.mask_destination_digits} digits {how}"
    if site.pseudonyms:
        yield "; users by pseudonyms"
    if site.retention_days:
        yield f"; rows kept {site.retention_days} days"


def _link_line(link: LinkSettings) -> str:
    ends = ", ".join(f'"{device}" at {site}' for site, device in sorted(link.devices.items()))
    return f"link {link_name(link)}: {ends}; clocks differ by at most {link.clock_skew_seconds} s"


def warnings(settings: Settings) -> Iterator[str]:
    """What a valid configuration with valid files says, but hardly means, a line each."""
    for key, currency in _currencies(settings):
        if currency not in KNOWN_CURRENCIES:
            yield (
                f"warning: {key}: found {shown(currency)}; expected a code of ISO 4217 such as EUR; "
                "correct it, unless your CDRs name it so"
            )
    for tariff in settings.tariffs:
        key = f"tariffs.{tariff.name}"
        sites = [site for site in settings.sites if site.tariff == tariff.name]
        if not sites:
            yield f"warning: {key}: found no site that uses it; expected one; name it there as tariff or remove it"
        found = rate_warnings(tariff.rates, sites)
        yield from (f"warning: {key}.rates: {tariff.rates}: {text}" for text in islice(found, WARNINGS_SHOWN))
        more = sum(1 for _ in found)
        if more:
            yield f"warning: {key}.rates: {tariff.rates}: {more} more warnings, not shown"


def _currencies(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from ((f"sites.{site.name}.currency", site.currency) for site in settings.sites)
    yield from ((f"tariffs.{tariff.name}.currency", tariff.currency) for tariff in settings.tariffs)


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
