"""What each chargeable leg costs, who pays it and which record of the same money counts (contract 7 and 8)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from pipeline.domain import parties
from pipeline.domain.legs import Part, duration_seconds, project_number
from pipeline.domain.numbers import NumberPlan, Party, text_at
from pipeline.domain.rating import MICROS, NOTHING, CallTimes, Rated, rate
from pipeline.domain.rules import Destination, GroupRules
from pipeline.domain.shape import Chain
from schemas.cdr import Leg
from schemas.rows import Charge

_PRICES = 1024
_INTERNAL = Destination("", "internal")


class Price(NamedTuple):
    """What a leg costs by itself: source (contract 7), currency, amount to 6 decimals."""

    source: str
    currency: str
    amount: Decimal


class Charging:
    """Charges of chains within a group of sites."""

    def __init__(self, rules: GroupRules, plan: NumberPlan) -> None:
        self._plan = plan
        self._sites = rules.sites
        self._free = {name: Price("none", site.currency, NOTHING) for name, site in rules.sites.items()}
        self._destination = rules.destination
        # Of a call of several legs each is looked at again whenever one more arrives.
        self._prices: dict[str, tuple[Leg, Price]] = {}
        self._rate = lru_cache(maxsize=1024)(rate)

    def price(self, part: Part) -> Price:
        """What a leg costs; source `none` and 0 in the currency of its site if nothing."""
        if not part.facts.chargeable:
            return self._free[part.leg.site]
        known = self._prices.get(part.leg.leg_id)
        if known is not None and known[0] is part.leg:
            return known[1]
        price = self._signalled(part) or self._by_tariff(part, self._rated(part, parties.destination(self._plan, part)))
        return self._remember(part, price)

    def _remember(self, part: Part, price: Price) -> Price:
        if len(self._prices) >= _PRICES:
            self._prices.clear()
        self._prices[part.leg.leg_id] = (part.leg, price)
        return price

    def _signalled(self, part: Part) -> Price | None:
        """The price that the CDR of a chargeable leg tells, `None` if it tells none."""
        record, facts = part.leg.record, part.facts
        if record.costs is None:
            return None
        source = "link" if facts.destination_kind == "link" else "aoc" if record.aoc else "lcr"
        if source == "lcr" and not record.costs:
            return None
        currency = record.currency or self._free[part.leg.site].currency
        return Price(source, currency, record.costs.quantize(MICROS, ROUND_HALF_UP))

    def _by_tariff(self, part: Part, rated: Rated | None) -> Price:
        tariff = self._sites[part.leg.site].tariff
        return Price("rated", tariff.currency, rated.amount) if rated and tariff else self._free[part.leg.site]

    def _rated(self, part: Part, destination: Party) -> Rated | None:
        """What a leg into the PSTN costs by the tariff of its site, `None` if no rate fits."""
        site, record = self._sites[part.leg.site], part.leg.record
        if site.tariff is None or part.facts.destination_kind != "trunk" or record.connected_at is None:
            return None
        times = CallTimes(record.started_at, record.connected_at, duration_seconds(record), site.time_zone)
        return self._rate(site.tariff, destination.canonical, times)

    def counted(self, chain: Chain) -> Part | None:
        """Of a chain of paired legs the one nearest to the carrier whose source is not `none`."""
        for part in reversed(chain):
            if self.price(part).source != "none":
                return part
        return None

    def charge(self, part: Part, chain: Chain, call_id: str, site_call_id: str, version: int) -> Charge | None:
        """The charge of a leg within its chain of paired legs, `None` if it is not chargeable.

        `chain` runs from the originator towards the carrier; without a pair it is the leg alone.
        """
        (leg, facts), record = part, part.leg.record
        if not facts.chargeable or record.connected_at is None:
            return None
        destination = parties.destination(self._plan, part)
        rated = self._rated(part, destination)
        price = self._signalled(part) or self._by_tariff(part, rated)
        first, last = chain[0], chain[-1]
        payer_site, payer_number, payer_name = self._payer(first)
        return Charge(
            leg.leg_id,
            leg.site,
            call_id,
            site_call_id,
            record.started_at,
            record.connected_at,
            duration_seconds(record),
            payer_site,
            payer_number,
            payer_name,
            _project(chain),
            text_at(destination, leg.site),
            rated.destination if rated else "",
            last.facts.link_to.other if last.facts.link_to else last.leg.site,
            last.leg.record.destination_device,
            price.currency,
            price.amount,
            price.source,
            price.source != "none" and (len(chain) == 1 or self.counted(chain) is part),
            _counterpart(part, chain),
            rated.amount if rated else None,
            *self._kind_of(destination, leg.site),
            *self._unit(payer_site, payer_number, first),
            _anomalies(part, price, rated),
            version,
        )

    def leads_to(self, part: Part) -> Destination:
        """Country and kind of the number that a leg reached, CalledNumber where DestinationNumber is empty."""
        return self._kind_of(parties.destination(self._plan, part), part.leg.site)

    def _kind_of(self, destination: Party, site: str) -> Destination:
        if destination.extension_of is not None:
            return _INTERNAL
        return self._destination(destination.canonical, self._sites[site].country_code)

    def _unit(self, site: str, extension: str, first: Part) -> tuple[str, str]:
        """Department and cost centre of the payer on the day of the call, by the users of the payer's site."""
        rules = self._sites[site]
        if not rules.users:
            return "", ""
        user = rules.users.of(extension, first.leg.record.started_at.astimezone(rules.time_zone).date())
        return (user.department, user.cost_centre) if user else ("", "")

    def _payer(self, first: Part) -> tuple[str, str, str]:
        """Site, number and name of who started a chain ("the originator is the person to charge", CDR spec 1.1.6)."""
        leg, facts = first
        if facts.origin_kind == "trunk":
            party, name = parties.called(self._plan, first), leg.record.called_name
            site = party.extension_of or leg.site
        else:
            party, name = parties.originator(self._plan, first), leg.record.origination_name
            site = facts.link_from.other if facts.link_from else leg.site
        return site, text_at(party, site), name


def _project(chain: Chain) -> str:
    """The project of the first leg that has one."""
    for part in chain:
        if project := project_number(part.leg.record):
            return project
    return ""


def _anomalies(part: Part, price: Price, rated: Rated | None) -> tuple[str, ...]:
    if rated is not None:
        return ("no_band",) if rated.no_band else ()
    return ("unrated",) if price.source == "none" and part.facts.destination_kind == "trunk" else ()


def _counterpart(part: Part, chain: Chain) -> str:
    """The next leg towards the carrier; of the last leg the one before; empty in a chain of one."""
    if len(chain) == 1:
        return ""
    index = chain.index(part)
    return chain[index + 1 if index + 1 < len(chain) else index - 1].leg.leg_id
