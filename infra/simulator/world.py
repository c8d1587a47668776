"""The world that the simulator plays in: sites, users, trunks, links and the number plan. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

USERS_PER_SITE = 250

# fmt: off
FIRST_NAMES = (
    "Anna", "Jürgen", "Sabine", "Klaus", "Özlem", "Peter", "Käthe", "Uwe",
    "Heike", "Björn", "Ursula", "Günther", "Petra", "Jörg", "Ines", "Max",
)
LAST_NAMES = (
    "Müller", "Schmidt", "Weiß", "Fischer", "Weber", "Schröder", "Becker", "Schäfer", "Koch", "Bauer",
    "Kühn", "Wolf", "Neumann", "Groß", "Krüger", "Hofmann", "Hartmann", "Lange", "Böhm",
)
# fmt: on

# Subscribers begin with 6 to 9 and the sites' own ranges do not, so no outsider ever has a site's number.
CONTACTS = (
    ("+492317654321", "Stadtwerke Dortmund"),
    ("+492318801122", "Bäckerei Öztürk"),
    ("+493066554433", "Jones, John"),
    ("+493090101010", "Kanzlei Groß & Weiß"),
    ("+498977001100", 'Hotel "Zum Löwen"'),
    ("+491607654321", "Kurier Süd"),
    ("+491719988776", "Außendienst Krüger"),
    ("+41446677889", "Zürcher Treuhand"),
    ("+41797654321", "Müller Beat"),
    ("+4316543210", "Wiener Versand"),
    ("+442079460123", "Smith & Sons"),
    ("+12027654321", "Acme Inc."),
)


class Generation(NamedTuple):
    """How a SwyxWare generation writes its file (CDR spec 1.1.1; the help pages from v10 on).

    `version_line` is the first line of a file, empty where the generation has none.
    `numbers_as_dialled`: external numbers carry the public access prefix as dialled, else they are canonical.
    """

    version_line: str
    encoding: str
    numbers_as_dialled: bool


V4_10 = Generation("4.10", "windows-1252", numbers_as_dialled=True)
V11 = Generation("", "utf-8", numbers_as_dialled=False)


@dataclass(frozen=True, slots=True)
class Site:
    """One SwyxServer installation. Costs are written in 1/`cost_scale` of `currency`, with `cost_digits` of it.

    `lcr_share` is the share of its PSTN calls that least cost routing prices because the carrier sends no advice.
    `clock_offset` is what its clock shows beyond the true time, in seconds; two sites differ by 2 at most.
    """

    name: str
    city: str
    time_zone: ZoneInfo
    generation: Generation
    country_code: str
    area_code: str
    number_range: str
    first_digit: str
    currency: str
    cost_digits: int
    cost_decimal: str
    cost_scale: int
    lcr_share: float
    trunks: tuple[str, ...]
    clock_offset: int

    @property
    def public_access_prefix(self) -> str:
        """What external numbers in this site's CDRs begin with (`public_access_prefix` of contract 3)."""
        return "0" if self.generation.numbers_as_dialled else ""


class User(NamedTuple):
    """A person with an extension at a site. Extensions are unique over all sites: a common number plan."""

    site: Site
    extension: str
    name: str


class Outsider(NamedTuple):
    """A party in the PSTN: its canonical number (empty if withheld) and the phonebook's name (mostly empty)."""

    number: str
    name: str


Person = User | Outsider
Route = tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class World:
    """All sites with their users. Each site is linked with the next one, so some calls pass through a third.

    `routes[h]` are the ways over exactly `h` links, in both directions.
    """

    sites: tuple[Site, ...]
    users: dict[str, tuple[User, ...]]
    routes: dict[int, tuple[Route, ...]]

    @property
    def links(self) -> tuple[tuple[Site, Site], ...]:
        """Each link once, as the two sites that it joins."""
        return tuple(pairwise(self.sites))


def link_device(at: Site, towards: Site) -> str:
    """The name that the link to the site `towards` has at the site `at`."""
    kind = "SwyxLink" if at.generation is V4_10 else "Link"
    return f"{kind} {towards.city}"


def build_world(sites: tuple[Site, ...]) -> World:
    """The world of these sites, linked in a chain in their order."""
    routes = {hops: _routes(sites, hops) for hops in (1, 2)}
    return World(sites, {site.name: _users(site) for site in sites}, routes)


def _routes(sites: tuple[Site, ...], hops: int) -> tuple[Route, ...]:
    forward = [sites[i : i + hops + 1] for i in range(len(sites) - hops)]
    return tuple(forward + [route[::-1] for route in forward])


def _users(site: Site) -> tuple[User, ...]:
    shift = int(site.first_digit)
    return tuple(
        User(
            site,
            f"{site.first_digit}{index + 1:03}",
            f"{FIRST_NAMES[(index + shift) % len(FIRST_NAMES)]} {LAST_NAMES[index % len(LAST_NAMES)]}",
        )
        for index in range(USERS_PER_SITE)
    )
