"""What makes generated legs hard to join and to charge: redialling, masked numbers, money missing or different."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from random import Random

from infra.simulator.calls import outgoing_leg
from infra.simulator.desk import Desk
from infra.simulator.model import Call, Leg, Money, Party, Times
from infra.simulator.world import Outsider, Site

MASKED_DIGITS = 3
LONGEST_EXTENSION = 4


def redialled(desk: Desk, call: Call) -> list[Leg]:
    """The same parties' call over the same links a few seconds later, of some calls: as good a partner, nearly.

    Of some of these only the far ends are written, long ringing, and of the short call before only the first leg:
    partners by all but their talks, which did not meet.
    """
    if not call.pairs or call.kind == "transfer_link" or desk.rng.random() > 0.25:
        return []
    first, *far = call.legs
    later = desk.rng.randint(2, 25)
    if first.times.connected is None or desk.rng.random() > 0.3:
        return [_later(desk, leg, later, ringing=0) for leg in call.legs]
    call.site_calls[:] = [[first]]
    first.times = first.times._replace(ended=first.times.connected + 2)
    return [_later(desk, leg, 2, ringing=60) for leg in far]


def _later(desk: Desk, leg: Leg, seconds: int, ringing: int) -> Leg:
    started, delivered, connected, ended = (None if time is None else time + seconds for time in leg.times)
    answered = None if connected is None else connected + ringing
    times = Times(started or 0, delivered, answered, (ended or 0) + ringing)
    scripted = None if leg.script_connected is None else leg.script_connected + seconds
    return replace(leg, call_id=desk.call_id(leg.site), times=times, script_connected=scripted)


def over_the_change(desk: Desk, site: Site, change: int) -> Leg:
    """A call of the site into the PSTN without costs that begins before the clock changes and ends after it."""
    times = Times(change - 500, change - 495, change - 490, change + 1_080)
    leg = outgoing_leg(desk, desk.user(site), Outsider("+493066554433", ""), times)
    leg.money, leg.aoc = None, False
    return leg


def spoil_money(rng: Random, legs: Iterable[Leg], rated: str) -> None:
    """Take away and change what some legs cost; at the `rated` site, which has a tariff, about half of it."""
    for leg in legs:
        if leg.money is None:
            continue
        chance = rng.random()
        if chance < (0.5 if leg.site.name == rated else 0.15):
            leg.money, leg.aoc = None, False
        elif chance > 0.95:
            leg.money = Money("USD", leg.money.amount)
        elif chance > 0.85:
            step = Decimal(1).scaleb(-leg.site.cost_digits)
            leg.money = Money(leg.money.currency, leg.money.amount + step)
        elif chance > 0.80:
            leg.money, leg.aoc = Money(leg.money.currency, Decimal(0)), False


def mask(legs: Iterable[Leg]) -> None:
    """Hide the last digits of all long numbers, and of every seventh number all of them."""
    for place, leg in enumerate(legs):
        leg.origination = _masked(leg.origination, place % 7 == 0)
        leg.called, leg.destination = _masked(leg.called), _masked(leg.destination)


def _masked(party: Party, wholly: bool = False) -> Party:
    if len(party.number) <= LONGEST_EXTENSION:
        return party
    shown = "" if wholly else party.number[:-MASKED_DIGITS]
    return Party(shown + MASKED_DIGITS * "X", party.name)
