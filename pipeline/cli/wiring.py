"""Turns settings into what the domain takes: the rules of each group of sites."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version

from pipeline.cli.settings import LinkSettings, Settings, SiteSettings
from pipeline.cli.settings_files import require_tables
from pipeline.cli.tariffs import load_tariff
from pipeline.cli.users import load_users
from pipeline.cli.wiring_numbers import number_rules, sites_by_group
from pipeline.destinations import destination
from pipeline.domain.rules import GroupRules, SiteRules
from pipeline.domain.tariffs import Tariff


def group_rules(settings: Settings) -> dict[str, GroupRules]:
    """The rules of every group by its name. Raises `ConfigurationError` for a tariff or user file that is wrong."""
    require_tables(settings)
    tariffs = {tariff.name: load_tariff(tariff) for tariff in settings.tariffs}
    sites_of = sites_by_group(settings, lambda site: _site_rules(site, settings.links, tariffs))
    return {name: GroupRules(name, sites, destination, _fingerprint(sites)) for name, sites in sites_of.items()}


def groups_of(settings: Settings, sites: Collection[str]) -> list[GroupRules]:
    """The rules of the groups that these sites belong to."""
    return [rules for rules in group_rules(settings).values() if not rules.sites.keys().isdisjoint(sites)]


def _fingerprint(sites: Mapping[str, SiteRules]) -> str:
    """The same for the same rules in the same release, and no other."""
    told = [version("swyx-cdr"), *(repr(sites[name]) for name in sorted(sites))]
    return sha256("\n".join(told).encode()).hexdigest()[:16]


def _site_rules(site: SiteSettings, links: tuple[LinkSettings, ...], tariffs: Mapping[str, Tariff]) -> SiteRules:
    return replace(
        number_rules(site, links),
        tariff=tariffs[site.tariff] if site.tariff else None,
        users=load_users(site.users, site.pseudonyms.encode()),
        pseudonyms=bool(site.pseudonyms),
    )
