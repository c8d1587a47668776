"""How the same party's number is written in the CDRs of different sites (contract 5 and 8 read it back)."""

from __future__ import annotations

from infra.simulator.world import Outsider, Person, Site, User

CALL_BY_CALL = "01033"


def canonical(person: Person) -> str:
    """The number in complete form, `+492314777222`, as a link carries it (CDR spec 1.1.1)."""
    return person.site.number_range + person.extension if isinstance(person, User) else person.number


def from_outside(site: Site, number: str) -> str:
    """An external canonical number as the CDRs of a site carry it."""
    if not number or not site.generation.numbers_as_dialled:
        return number
    return site.public_access_prefix + _national(site, number)


def by_carrier(site: Site, number: str) -> str:
    """An external number of the site's own country, dialled with a call-by-call code."""
    return site.public_access_prefix + CALL_BY_CALL + _national(site, number)


def to_user(site: Site, user: User) -> str:
    """The number of a user of this site as an incoming call names it."""
    return user.extension if site.generation.numbers_as_dialled else canonical(user)


def dialled(site: Site, person: Person, *, in_full: bool) -> str:
    """What a user of the site dials for a person; `in_full` dials a colleague's public number, not the extension."""
    if isinstance(person, Outsider) or in_full:
        return from_outside(site, canonical(person))
    return person.extension


def _national(site: Site, number: str) -> str:
    own_area = f"+{site.country_code}{site.area_code}"
    if number.startswith(own_area):
        return number.removeprefix(own_area)
    own_country = f"+{site.country_code}"
    if number.startswith(own_country):
        return "0" + number.removeprefix(own_country)
    return "00" + number.removeprefix("+")
