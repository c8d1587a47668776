"""What the configuration says of a group of sites, in the form in which the domain uses it (contract 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import NamedTuple

from pipeline.domain.tariffs import Tariff
from pipeline.domain.users import Users


class Destination(NamedTuple):
    """What a number leads to: country (ISO 3166, or empty) and kind, such as `mobile` (contract 9)."""

    country: str
    kind: str


def _untold(_canonical: str, _country_code: str) -> Destination:
    return Destination("", "")


def device_key(device: str) -> str:
    """The form in which device names are compared: without case and surrounding blanks (contract 6)."""
    return device.strip().casefold()


@dataclass(frozen=True, slots=True)
class SiteRules:
    """One site's zone, number plan, currency, tariff, users and links.

    `number_ranges` are canonical prefixes (`+492314777`), `short_numbers` patterns in which `?` is a digit.
    `links` maps the `device_key` of each link's name at this site to the link. `pseudonyms`: users are known by these.
    """

    name: str
    currency: str = "EUR"
    country_code: str = "49"
    area_code: str = ""
    international_prefix: str = "00"
    long_distance_prefix: str = "0"
    public_access_prefix: str = ""
    number_ranges: tuple[str, ...] = ()
    extension_digits: int = 4
    short_numbers: tuple[str, ...] = ("110", "112", "115", "116???", "118??", "118???")
    links: Mapping[str, SiteLink] = field(default_factory=dict)
    time_zone: tzinfo = UTC
    tariff: Tariff | None = None
    users: Users = field(default_factory=Users)
    pseudonyms: bool = False


@dataclass(frozen=True, slots=True)
class SiteLink:
    """A link as seen from one of its two sites: `name` is `siteA-siteB`, sorted; `other` the far site.

    `number` tells links apart that connect the same two sites; it is the same at both ends.
    """

    number: int
    name: str
    other: str
    clock_skew_seconds: int = 10


@dataclass(frozen=True, slots=True)
class GroupRules:
    """The sites that links connect with each other: the unit of state and of parallel work (contract 1).

    `destination` tells what a canonical number leads to, seen from a country by its calling code. `fingerprint` tells
    these rules from those of another configuration or release.
    """

    name: str
    sites: Mapping[str, SiteRules]
    destination: Callable[[str, str], Destination] = _untold
    fingerprint: str = ""


def number_ranges(rules: GroupRules) -> tuple[tuple[str, SiteRules], ...]:
    """Every (range, site) of the group, longest range first, so that the first that fits is the longest."""
    ranges = [(prefix, site) for site in rules.sites.values() for prefix in site.number_ranges]
    return tuple(sorted(ranges, key=lambda entry: (-len(entry[0]), entry[0], entry[1].name)))
