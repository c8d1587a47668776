"""Turns settings into the number plan and the links of a site: what it takes to read numbers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pipeline.cli.settings import LinkSettings, SiteSettings
from pipeline.domain.rules import SiteLink, SiteRules, device_key


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
