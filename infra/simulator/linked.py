"""Calls over links: one leg at every site on the way, the same money in each of them (kb2211)."""

from __future__ import annotations

from itertools import pairwise

from infra.simulator.calls import incoming_party, inside, outside
from infra.simulator.desk import Desk
from infra.simulator.model import NOBODY, Call, CountedCharge, Leg, Party, Times
from infra.simulator.numbering import canonical, dialled
from infra.simulator.world import Outsider, Person, Route, Site, User, link_device


def link_internal(desk: Desk, ended: int) -> Call:
    """A call between users of two linked sites."""
    return _between_users(desk, "link_internal", 1, desk.answered(ended))


def link_missed(desk: Desk, ended: int) -> Call:
    """A call to a user of a linked site who does not answer."""
    return _between_users(desk, "link_missed", 1, desk.unanswered(ended))


def tandem_internal(desk: Desk, ended: int) -> Call:
    """A call between users of two sites that passes through a third."""
    return _between_users(desk, "tandem_internal", 2, desk.answered(ended))


def link_pstn(desk: Desk, ended: int) -> Call:
    """A call into the PSTN through the trunk of a linked site, which forwards the charge."""
    return _to_pstn(desk, "link_pstn", 1, ended)


def tandem_pstn(desk: Desk, ended: int) -> Call:
    """A call into the PSTN through the trunk of the site behind a linked site."""
    return _to_pstn(desk, "tandem_pstn", 2, ended)


def forwarded_link(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that the callee's script sends on to a user of a linked site."""
    route, times = desk.route(1), desk.answered(ended)
    caller, taker = desk.link_parties(route, times, lambda: (desk.caller(), desk.user(route[1])))
    legs = chain(desk, route, caller, taker, times)
    _forward(desk, legs[0], caller, desk.user(route[0]))
    return _call("forwarded_link", legs)


def forwarded_link_pstn(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that the callee's script sends on to a mobile phone through a linked site's trunk."""
    route, times = desk.route(1), desk.answered(ended)
    caller, mobile = desk.link_parties(route, times, lambda: (desk.caller(), desk.outsider()))
    legs, payer = chain(desk, route, caller, mobile, times), desk.user(route[0])
    _forward(desk, legs[0], caller, payer)
    call = _call("forwarded_link_pstn", legs)
    call.charges.append(_counted(legs, payer, mobile))
    return call


def chain(desk: Desk, route: Route, caller: Person, callee: Person, times: Times) -> list[Leg]:
    """One leg at each site of the way; the callee is a user of the last site or someone behind its trunk.

    With costs, every leg but the last one has them by advice from the next site (AOC 1).
    """
    money = desk.price(route[-1], callee.number, times) if isinstance(callee, Outsider) and times.connected else None
    in_full = desk.rng.random() < 0.2
    legs = []
    for index in range(len(route)):
        legs.append(_link_leg(desk, route, index, caller, _called(route, index, callee, in_full), times))
        legs[-1].destination_device = _destination_device(desk, route, index, callee)
        legs[-1].money = money
        legs[-1].aoc = money is not None and (index < len(route) - 1 or desk.rng.random() >= route[-1].lcr_share)
        times = times._replace(started=min(times.started + desk.rng.randint(0, 1), times.delivered or times.ended))
    legs[0].project_number = desk.project()
    legs[0].public_access_prefix = "0" if isinstance(callee, Outsider) else ""
    return legs


def _link_leg(desk: Desk, route: Route, index: int, caller: Person, called: Party, times: Times) -> Leg:
    site = route[index]
    return Leg(
        site,
        desk.call_id(site),
        times,
        desk.outcome(times),
        _originator(site, caller, first=index == 0),
        called,
        destination=called if times.connected else NOBODY,
        origination_device=link_device(site, route[index - 1]) if index else "",
    )


def _originator(site: Site, caller: Person, *, first: bool) -> Party:
    if not first:
        return Party(canonical(caller), caller.name)
    return inside(caller) if isinstance(caller, User) else outside(site, caller)


def _called(route: Route, index: int, callee: Person, in_full: bool) -> Party:
    site = route[index]
    if isinstance(callee, Outsider):
        return outside(site, callee)
    if callee.site is site:
        return incoming_party(callee)
    return Party(dialled(site, callee, in_full=in_full and index == 0), callee.name)


def _destination_device(desk: Desk, route: Route, index: int, callee: Person) -> str:
    if index < len(route) - 1:
        return link_device(route[index], route[index + 1])
    return desk.rng.choice(route[-1].trunks) if isinstance(callee, Outsider) else ""


def _between_users(desk: Desk, kind: str, hops: int, times: Times) -> Call:
    route = desk.route(hops)
    caller, callee = desk.link_parties(route, times, lambda: (desk.user(route[0]), desk.user(route[-1])))
    return _call(kind, chain(desk, route, caller, callee, times))


def _to_pstn(desk: Desk, kind: str, hops: int, ended: int) -> Call:
    route, times = desk.route(hops), desk.answered(ended)
    caller, callee = desk.link_parties(route, times, lambda: (desk.user(route[0]), desk.outsider()))
    legs = chain(desk, route, caller, callee, times)
    call = _call(kind, legs)
    call.charges.append(_counted(legs, caller, callee))
    return call


def _forward(desk: Desk, leg: Leg, caller: Outsider, by: User) -> None:
    """Makes the first leg of a chain a call from the PSTN to a user whose script sent it on (CDR spec 1.1.4)."""
    leg.origination_device = desk.rng.choice(leg.site.trunks)
    leg.origination = outside(leg.site, caller)
    leg.called = incoming_party(by)
    leg.public_access_prefix = ""
    leg.project_number = ""
    start = leg.times.started - desk.rng.randint(8, 30)
    leg.script_connected = start + 2
    leg.times = leg.times._replace(started=start, delivered=leg.times.started)


def _call(kind: str, legs: list[Leg]) -> Call:
    return Call(kind, [[leg] for leg in legs], pairs=list(pairwise(legs)))


def _counted(legs: list[Leg], payer: User, callee: Outsider) -> CountedCharge:
    project = next((leg.project_number for leg in legs if leg.project_number), "")
    return CountedCharge(legs[-1], payer, project, callee.number)
