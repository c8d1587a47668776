"""Turns settings into the number plans and the links of sites: what it takes to read numbers."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from pipeline.cli.settings import LinkSettings, Settings, SiteSettings, group_of
from pipeline.domain.rules import SiteLink, SiteRules, device_key


def sites_by_group(
    settings: Settings, rules_of: Callable[[SiteSettings], SiteRules]
) -> dict[str, dict[str, SiteRules]]:
    """The rules of the sites of each group, by the names of both."""
    groups = group_of(settings)
    found: dict[str, dict[str, SiteRules]] = {}
    for site in settings.sites:
        found.setdefault(groups[site.name], {})[site.name] = rules_of(site)
    return found


def number_rules(site: SiteSettings, links: tuple[LinkSettings, ...]) -> SiteRules:
    """The rules of a site that need no other file than the configuration."""
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
    )


def _site_link(number: int, link: LinkSettings, site: str) -> SiteLink:
    one, other = sorted(link.sites)
    return SiteLink(number, f"{one}-{other}", other if site == one else one, link.clock_skew_seconds)
