"""What is true of the files: counts, sums and every call with its counted charges, told by the model itself.

Nothing here reads the files or uses the pipeline's rules, so it can judge both.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from infra.simulator.model import Call, CountedCharge, Leg, Money
from infra.simulator.world import World

ALL = "all"

Sums = defaultdict[str, Decimal]


class Truth:
    """Counts legs as their lines are written and calls once their last line is. Exact after the last line."""

    def __init__(self, world: World, seed: int, start: datetime) -> None:
        self._seed = seed
        self._start = start
        self._sites = [site.name for site in world.sites]
        self._legs: dict[str, int] = dict.fromkeys(self._sites, 0)
        self._site_calls: dict[str, int] = dict.fromkeys(self._sites, 0)
        self._kinds: defaultdict[str, int] = defaultdict(int)
        self._counts = dict.fromkeys(("calls", "answered_calls", "transfers", "link_calls", "link_pairs"), 0)
        self._counted: Sums = defaultdict(Decimal)
        self._signalled: dict[str, Sums] = {name: defaultdict(Decimal) for name in self._sites}
        self._finished: list[str] = []

    @property
    def legs(self) -> int:
        """The legs written so far at all sites: CDR lines, without broken ones."""
        return sum(self._legs.values())

    def add(self, leg: Leg, call: Call) -> None:
        """Takes note of a written leg, and of its call if that was the last one."""
        self._legs[leg.site.name] += 1
        if leg.money:
            self._signalled[leg.site.name][leg.money.currency] += leg.money.amount
        call.written += 1
        if call.written == len(call.legs):
            self._finish(call)

    def summary(self, rejects: dict[str, int]) -> dict[str, object]:
        """The content of truth.json; `rejects` are the broken lines by site."""
        return {
            "seed": self._seed,
            "start": self._start.isoformat(),
            "sites": self._sites,
            "legs": _with_all(self._legs),
            "rejects": _with_all(rejects),
            "site_calls": _with_all(self._site_calls),
            **self._counts,
            "kinds": dict(sorted(self._kinds.items())),
            "counted_charges": _amounts(self._counted),
            "signalled_charges": {name: _amounts(sums) for name, sums in self._signalled.items()}
            | {ALL: _amounts(_added(self._signalled.values()))},
        }

    def finished_calls(self) -> list[str]:
        """The lines of calls.jsonl for the calls that were finished since the last time."""
        lines, self._finished = self._finished, []
        return lines

    def _finish(self, call: Call) -> None:
        for site_call in call.site_calls:
            self._site_calls[site_call[0].site.name] += 1
        self._kinds[call.kind] += 1
        told = describe(call)
        self._counts["calls"] += 1
        self._counts["answered_calls"] += bool(told["answered"])
        self._counts["transfers"] += _transfers(call)
        self._counts["link_calls"] += bool(call.pairs)
        self._counts["link_pairs"] += len(call.pairs)
        for charge in call.charges:
            money = _money(charge)
            self._counted[money.currency] += money.amount
        self._finished.append(json.dumps(told, ensure_ascii=False))


def describe(call: Call) -> dict[str, object]:
    """A call as a line of calls.jsonl, with the names and the order of contract 4 and 6."""
    far_ends = {far for _, far in call.pairs}
    site_calls = [sorted(legs, key=lambda leg: leg.order) for legs in call.site_calls]
    legs = sorted(call.legs, key=lambda leg: leg.order)
    first = next(leg for leg in legs if leg not in far_ends)
    own = next(site_call for site_call in site_calls if first in site_call)
    amounts: Sums = defaultdict(Decimal)
    for charge in call.charges:
        amounts[_money(charge).currency] += _money(charge).amount
    return {
        "call_id": own[0].leg_id,
        "kind": call.kind,
        "origin_site": first.site.name,
        "leg_ids": [leg.leg_id for leg in legs],
        "site_calls": {site_call[0].leg_id: [leg.leg_id for leg in site_call] for site_call in site_calls},
        "pairs": [[near.leg_id, far.leg_id] for near, far in call.pairs],
        "answered": any(leg.times.connected is not None for leg in legs),
        "transfers": _transfers(call),
        "amounts": _amounts(amounts),
        "charges": [_charge(charge) for charge in call.charges],
    }


def _charge(charge: CountedCharge) -> dict[str, object]:
    leg, times, money = charge.leg, charge.leg.times, _money(charge)
    connected = leg.clock(times.connected or 0).astimezone(UTC)
    return {
        "leg_id": leg.leg_id,
        "connected_at": connected.isoformat(),
        "duration_seconds": times.ended - (times.connected or 0),
        "payer_site": charge.payer.site.name,
        "payer_number": charge.payer.extension,
        "payer_name": charge.payer.name,
        "project_number": charge.project_number,
        "destination_number": charge.destination_number,
        "carrier_site": leg.site.name,
        "trunk": leg.destination_device,
        "currency": money.currency,
        "amount": f"{money.amount:f}",
        "source": "aoc" if leg.aoc else "lcr",
    }


def _money(charge: CountedCharge) -> Money:
    assert charge.leg.money is not None, f"a counted charge without costs: {charge.leg.leg_id}"  # noqa: S101
    return charge.leg.money


def _transfers(call: Call) -> int:
    return sum(bool(leg.transferred_call_ids) for leg in call.legs)


def _with_all(counts: dict[str, int]) -> dict[str, int]:
    return {**counts, ALL: sum(counts.values())}


def _added(sums: Iterable[Sums]) -> Sums:
    total: Sums = defaultdict(Decimal)
    for one in sums:
        for currency, amount in one.items():
            total[currency] += amount
    return total


def _amounts(sums: Sums) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in sorted(sums.items())}
