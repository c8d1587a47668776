"""Users of the sites whose calls are generated, and what their numbers lead to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from pipeline.domain.rules import Destination, GroupRules
from pipeline.domain.users import User, Users


class Holder(NamedTuple):
    """Who has an extension from a day on, until the next one of the list has it."""

    site: str
    extension: str
    since: str
    department: str
    cost_centre: str


# Generated calls fall on 2002-11-19 and the day behind it.
USERS = [
    Holder("dortmund", "11", "2002-11-01", "sales", "4711"),
    Holder("dortmund", "11", "2002-11-20", "support", "4712"),
    Holder("berlin", "11", "2002-11-20", "board", "1"),
    Holder("zurich", "12", "2002-11-01", "legal", ""),
]


def kind_of(canonical: str) -> tuple[str, str]:
    """What stands for the public numbering plans: the first three characters, and how long the number is."""
    return canonical[:3], f"{len(canonical)} characters"


def with_users(rules: GroupRules) -> GroupRules:
    """The same sites with these users and destinations."""
    sites = {name: replace(site, users=Users(_users(name))) for name, site in rules.sites.items()}
    return replace(rules, sites=sites, destination=lambda canonical, _: Destination(*kind_of(canonical)))


def _users(site: str) -> list[User]:
    held = [holder for holder in USERS if holder.site == site]
    return [
        User(of.extension, "", of.department, of.cost_centre, date.fromisoformat(of.since), _end(of)) for of in held
    ]


def _end(of: Holder) -> date | None:
    later = [next_.since for next_ in USERS if next_[:2] == of[:2] and next_.since > of.since]
    return date.fromisoformat(later[0]) if later else None
