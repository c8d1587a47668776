"""What each chargeable leg costs, who pays it and which record of the same money counts (contract 7 and 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from pipeline.domain.legs import LegFacts, duration_seconds
from pipeline.domain.numbers import NumberPlan, text_at
from pipeline.domain.rules import GroupRules
from schemas.cdr import Leg
from schemas.rows import Charge

MICROS = Decimal("0.000001")
NOTHING = Decimal("0.000000")


class Signalled(NamedTuple):
    """The charge that a leg's own CDR carries: source (contract 7), currency, amount to 6 decimals."""

    source: str
    currency: str
    amount: Decimal


class Payer(NamedTuple):
    """Site and user who started a chargeable leg ("the originator is the person to charge", CDR spec 1.1.6)."""

    site: str
    number: str
    name: str


class ChainLink(NamedTuple):
    """A leg in a chain of paired legs, with its facts."""

    leg: Leg
    facts: LegFacts


def signalled(leg: Leg, facts: LegFacts, currency: str) -> Signalled:
    """Source, currency and amount of a leg's charge; source `none` and 0 in `currency` where it has none."""
    record = leg.record
    if facts.chargeable and record.costs is not None:
        if facts.destination_kind == "link":
            source = "link"
        elif record.aoc:
            source = "aoc"
        else:
            source = "lcr" if record.costs else ""
        if source:
            amount = record.costs.quantize(MICROS, ROUND_HALF_UP)
            return Signalled(source, record.currency or currency, amount)
    return Signalled("none", currency, NOTHING)


class Charging:
    """Charges of chains within a group of sites."""

    def __init__(self, rules: GroupRules, plan: NumberPlan) -> None:
        self._sites = rules.sites
        self._plan = plan

    def signalled(self, link: ChainLink) -> Signalled:
        """The charge that this leg's own CDR carries."""
        return signalled(link.leg, link.facts, self._sites[link.leg.site].currency)

    def charges(
        self, chain: Sequence[ChainLink], call_id: str, site_call_ids: Mapping[str, str], version: int
    ) -> list[Charge]:
        """One row for each chargeable leg of a chain of paired legs, first leg first.

        Counted is the leg nearest to the carrier whose source is not `none`. An unpaired leg is a chain of one.
        """
        amounts = [self.signalled(link) for link in chain]
        payer = self._payer(chain[0])
        carrier_site = self._carrier_site(chain[-1])
        trunk = chain[-1].leg.record.destination_device
        project = next((link.leg.record.project_number for link in chain if link.leg.record.project_number), "")
        counted = max((i for i, amount in enumerate(amounts) if amount.source != "none"), default=-1)
        rows = []
        for index, ((leg, facts), amount) in enumerate(zip(chain, amounts, strict=True)):
            if not facts.chargeable or leg.record.connected_at is None:
                continue
            rows.append(
                Charge(
                    leg_id=leg.leg_id,
                    site=leg.site,
                    call_id=call_id,
                    site_call_id=site_call_ids[leg.leg_id],
                    started_at=leg.record.started_at,
                    connected_at=leg.record.connected_at,
                    duration_seconds=duration_seconds(leg.record),
                    payer_site=payer.site,
                    payer_number=payer.number,
                    payer_name=payer.name,
                    project_number=project,
                    destination_number=self._destination(leg, facts),
                    destination_name="",
                    carrier_site=carrier_site,
                    trunk=trunk,
                    currency=amount.currency,
                    amount=amount.amount,
                    source=amount.source,
                    counted=index == counted,
                    counterpart_leg_id=_counterpart(chain, index),
                    rated_amount=None,
                    destination_country="",
                    destination_kind="",
                    department="",
                    cost_centre="",
                    anomalies=_anomalies(facts, amount),
                    version=version,
                )
            )
        return rows

    def _payer(self, first: ChainLink) -> Payer:
        leg, facts = first
        record = leg.record
        if facts.origin_kind == "trunk":
            party = self._plan.party(record.called_number, leg.site, facts.destination_kind == "trunk")
            site = party.extension_of or leg.site
            return Payer(site, text_at(party, site), record.called_name)
        party = self._plan.party(record.origination_number, leg.site)
        site = facts.link_from.other if facts.link_from else leg.site
        return Payer(site, text_at(party, site), record.origination_name)

    def _carrier_site(self, last: ChainLink) -> str:
        return last.facts.link_to.other if last.facts.link_to else last.leg.site

    def _destination(self, leg: Leg, facts: LegFacts) -> str:
        record = leg.record
        number = record.destination_number or record.called_number
        party = self._plan.party(number, leg.site, facts.destination_kind == "trunk", record.lcr_provider)
        return text_at(party, leg.site)


def _counterpart(chain: Sequence[ChainLink], index: int) -> str:
    """The next leg towards the carrier; of the last leg the one before; empty in a chain of one."""
    if len(chain) == 1:
        return ""
    return chain[index + 1 if index + 1 < len(chain) else index - 1].leg.leg_id


def _anomalies(facts: LegFacts, amount: Signalled) -> tuple[str, ...]:
    return ("unrated",) if amount.source == "none" and facts.destination_kind == "trunk" else ()
