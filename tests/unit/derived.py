"""What a group tells of some legs, as the warehouse shows it, for tests that look at single values of it."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.domain.rules import GroupRules
from pipeline.domain.state import Group
from schemas.cdr import Leg
from schemas.keys import address
from schemas.rows import Call, Charge, LegRow, LinkMatch, Row, SiteCall, Total, Withdrawal
from tests.builders import rules


class Derived:
    """The rows that are left when a group has taken in the legs in this order, by their ids."""

    def __init__(self, *legs: Leg, group_rules: GroupRules | None = None) -> None:
        group = Group(group_rules or rules())
        rows: dict[tuple[str, bytes], Row] = {}
        for version, leg in enumerate(legs):
            rows |= {address(row): row for row in group.add(leg, version)}
        left = [row for row in rows.values() if not isinstance(row, Withdrawal)]
        self.legs = {row.leg.leg_id: row for row in left if isinstance(row, LegRow)}
        self.site_calls = {row.site_call_id: row for row in left if isinstance(row, SiteCall)}
        self.calls = {row.call_id: row for row in left if isinstance(row, Call)}
        self.charges = {row.leg_id: row for row in left if isinstance(row, Charge)}
        self.links = [row for row in left if isinstance(row, LinkMatch)]
        self.totals = [row for row in left if isinstance(row, Total)]

    @property
    def site_call(self) -> SiteCall:
        """The only site call."""
        (site_call,) = self.site_calls.values()
        return site_call

    @property
    def call(self) -> Call:
        """The only call."""
        (call,) = self.calls.values()
        return call

    @property
    def charge(self) -> Charge:
        """The only charge."""
        (charge,) = self.charges.values()
        return charge

    @property
    def link(self) -> LinkMatch:
        """The only pair."""
        (link,) = self.links
        return link

    def charge_of(self, leg: Leg) -> Charge:
        """The charge of a leg."""
        return self.charges[leg.leg_id]


def changed(leg: Leg, fields: Mapping[str, object]) -> Leg:
    """The leg with other values in these fields of its record."""
    return leg._replace(record=leg.record._replace(**fields))  # type: ignore[arg-type]


def joined(*legs: Leg) -> list[set[str]]:
    """The CallIds that each site call holds, in the order of the names of the site calls."""
    site_calls = Derived(*legs).site_calls
    return [{leg_id.split(":")[1] for leg_id in site_calls[name].leg_ids} for name in sorted(site_calls)]
