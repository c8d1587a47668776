"""Turns settings into what the domain takes: the rules of each group of sites."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from importlib.metadata import version
from zoneinfo import ZoneInfo

from pipeline.cli.settings import LinkSettings, Settings, SiteSettings, group_of
from pipeline.cli.settings_files import require_tables
from pipeline.cli.tariffs import load_tariff
from pipeline.cli.users import load_users
from pipeline.destinations import destination
from pipeline.domain.rules import GroupRules, SiteLink, SiteRules, device_key
from pipeline.domain.tariffs import Tariff


def group_rules(settings: Settings) -> dict[str, GroupRules]:
    """The rules of every group by its name. Raises `ConfigurationError` for a tariff or user file that is wrong."""
    require_tables(settings)
    tariffs = {tariff.name: load_tariff(tariff) for tariff in settings.tariffs}
    sites_of: dict[str, dict[str, SiteRules]] = {}
    groups = group_of(settings)
    for site in settings.sites:
        sites_of.setdefault(groups[site.name], {})[site.name] = _site_rules(site, settings.links, tariffs)
    return {name: GroupRules(name, sites, destination, _fingerprint(sites)) for name, sites in sites_of.items()}


def groups_of(settings: Settings, sites: Collection[str]) -> list[GroupRules]:
    """The rules of the groups that these sites belong to."""
    return [rules for rules in group_rules(settings).values() if not rules.sites.keys().isdisjoint(sites)]


def _fingerprint(sites: Mapping[str, SiteRules]) -> str:
    """The same for the same rules in the same release, and no other."""
    told = [version("swyx-cdr"), *(repr(sites[name]) for name in sorted(sites))]
    return sha256("\n".join(told).encode()).hexdigest()[:16]


def _site_rules(site: SiteSettings, links: tuple[LinkSettings, ...], tariffs: Mapping[str, Tariff]) -> SiteRules:
    return SiteRules(
        name=site.name,
        currency=site.currency,
        country_code=site.country_code,
        area_code=site.area_code,
        international_prefix=site.international_prefix,
        long_distance_prefix=site.long_distance_prefix,
        public_access_prefix=site.public_access_prefix,
        number_ranges=site.number_ranges,
        extension_digits=site.extension_digits,
        short_numbers=site.short_numbers,
        links={
            device_key(link.devices[site.name]): _site_link(number, link, site.name)
            for number, link in enumerate(links)
            if site.name in link.sites
        },
        time_zone=ZoneInfo(site.time_zone),
        tariff=tariffs[site.tariff] if site.tariff else None,
        users=load_users(site.users),
    )


def _site_link(number: int, link: LinkSettings, site: str) -> SiteLink:
    one, other = sorted(link.sites)
    return SiteLink(number, f"{one}-{other}", other if site == one else one, link.clock_skew_seconds)
