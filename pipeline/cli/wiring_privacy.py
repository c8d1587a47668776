"""Turns settings into what hides personal data, and what lets them go (docs/privacy.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.clickhouse.client import ClickHouseOptions
    from connectors.clickhouse.site_rules import SiteRule
    from pipeline.cli.settings import Settings, SiteSettings
    from pipeline.domain.privacy import Guard
    from pipeline.domain.rules import GroupRules
    from schemas.topics import Topic


def guards(settings: Settings, sites: Iterable[SiteSettings]) -> dict[str, Guard]:
    """The guards of those sites that have privacy keys which apply at the source."""
    asked = {
        site.name: (site.never_recorded, _stored_mask(site), site.pseudonyms.encode())
        for site in sites
        if site.never_recorded or _stored_mask(site) or site.pseudonyms
    }
    if not asked:
        return {}
    from pipeline.domain.privacy import Guard, SitePrivacy

    rules = _group_of_site(settings)
    return {name: Guard(rules[name], name, SitePrivacy(*privacy)) for name, privacy in asked.items()}


def _stored_mask(site: SiteSettings) -> int:
    """How many digits of outside destinations are hidden at the source."""
    return site.mask_destination_digits if site.mask_destinations == "stored" else 0


def set_site_rules(settings: Settings, options: ClickHouseOptions, *, dry_run: bool = False) -> list[str]:
    """Tells the warehouse what the configuration says of each site's rows; returns the statements."""
    from dataclasses import replace

    from connectors.clickhouse.client import connected
    from connectors.clickhouse.site_rules import apply_site_rules

    # With `dry_run` there may be no database yet.
    with connected(replace(options, database="default") if dry_run else options) as client:
        return apply_site_rules(client, options.database, _site_rules(settings), dry_run=dry_run)


def kept_topics(settings: Settings) -> list[Topic]:
    """The topics of the system; where every site's rows go some day, messages go with those that stay the longest."""
    from schemas.topics import TOPICS, kept_for

    days = _longest_retention(settings)
    return [kept_for(topic, days) for topic in TOPICS] if days else list(TOPICS)


def _site_rules(settings: Settings) -> list[SiteRule]:
    from connectors.clickhouse.site_rules import SiteRule
    from pipeline.domain.privacy_shown import whole_numbers

    groups = _group_of_site(settings)
    rules = [SiteRule("", _longest_retention(settings))]
    for site in settings.sites:
        digits = site.mask_destination_digits if site.mask_destinations == "shown" else 0
        pattern = whole_numbers(groups[site.name]) if digits else ""
        rules.append(SiteRule(site.name, site.retention_days, digits, pattern))
    return rules


def _longest_retention(settings: Settings) -> int:
    """The greatest `retention_days`, 0 if a site keeps its rows for ever."""
    days = [site.retention_days for site in settings.sites]
    return max(days, default=0) if all(days) else 0


def number_groups(settings: Settings) -> list[GroupRules]:
    """The number plans and links of every group."""
    from pipeline.cli.wiring_numbers import number_rules, sites_by_group
    from pipeline.domain.rules import GroupRules

    sites_of = sites_by_group(settings, lambda site: number_rules(site, settings.links))
    return [GroupRules(name, sites) for name, sites in sites_of.items()]


def _group_of_site(settings: Settings) -> dict[str, GroupRules]:
    return {site: rules for rules in number_groups(settings) for site in rules.sites}
