"""Calls at one site: internal, incoming, outgoing, and forwarded from the PSTN back into it."""

from __future__ import annotations

from infra.simulator.desk import Desk
from infra.simulator.model import NOBODY, Call, CountedCharge, Leg, Outcome, Party, Times
from infra.simulator.numbering import CALL_BY_CALL, by_carrier, from_outside, to_user
from infra.simulator.world import Outsider, Site, User

CALL_ROUTING = "(call routing)"


def inside(user: User) -> Party:
    """A user as the CDRs of the own site name them."""
    return Party(user.extension, user.name)


def outside(site: Site, person: Outsider) -> Party:
    """Someone in the PSTN as the CDRs of a site name them."""
    return Party(from_outside(site, person.number), person.name)


def incoming_party(user: User) -> Party:
    """A user as an incoming call at their site names them."""
    return Party(to_user(user.site, user), user.name)


def internal_leg(desk: Desk, caller: User, callee: User, times: Times) -> Leg:
    """The leg of a call between two users of a site."""
    return Leg(
        caller.site,
        desk.call_id(caller.site),
        times,
        desk.outcome(times),
        inside(caller),
        inside(callee),
        destination=inside(callee) if times.connected else NOBODY,
        project_number=desk.project(),
    )


def incoming_leg(desk: Desk, caller: Outsider, callee: User, times: Times) -> Leg:
    """The leg of a call from the PSTN to a user."""
    site = callee.site
    return Leg(
        site,
        desk.call_id(site),
        times,
        desk.outcome(times),
        outside(site, caller),
        incoming_party(callee),
        destination=incoming_party(callee) if times.connected else NOBODY,
        origination_device=desk.rng.choice(site.trunks),
    )


def outgoing_leg(desk: Desk, caller: User, callee: Outsider, times: Times) -> Leg:
    """The leg of a call of a user to the PSTN. A connected one has costs, advised or from least cost routing."""
    site = caller.site
    aoc = desk.rng.random() >= site.lcr_share
    by_code = not aoc and site.country_code == "49" and callee.number.startswith("+49")
    provider = CALL_BY_CALL if by_code and site.public_access_prefix else ""
    number = by_carrier(site, callee.number) if provider else from_outside(site, callee.number)
    called = Party(number, callee.name)
    return Leg(
        site,
        desk.call_id(site),
        times,
        desk.outcome(times),
        inside(caller),
        called,
        destination=called if times.connected else NOBODY,
        destination_device=desk.rng.choice(site.trunks),
        money=desk.price(site, callee.number, times) if times.connected else None,
        aoc=aoc and times.connected is not None,
        public_access_prefix="0",
        lcr_provider=provider,
        project_number=desk.project(),
    )


def internal(desk: Desk, ended: int) -> Call:
    """A call between two users of one site."""
    caller, callee = desk.users(desk.site(), 2)
    return Call("internal", [[internal_leg(desk, caller, callee, desk.answered(ended))]])


def internal_missed(desk: Desk, ended: int) -> Call:
    """A call between two users of one site that nobody answers."""
    caller, callee = desk.users(desk.site(), 2)
    return Call("internal_missed", [[internal_leg(desk, caller, callee, desk.unanswered(ended))]])


def incoming(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that its callee, or sometimes a colleague, takes."""
    callee, colleague = desk.users(desk.site(), 2)
    leg = incoming_leg(desk, desk.caller(), callee, desk.answered(ended))
    if desk.rng.random() < 0.1:
        leg.destination = inside(colleague)
    return Call("incoming", [[leg]])


def incoming_missed(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that nobody answers."""
    callee = desk.user(desk.site())
    return Call("incoming_missed", [[incoming_leg(desk, desk.caller(), callee, desk.unanswered(ended))]])


def incoming_busy(desk: Desk, ended: int) -> Call:
    """A call from the PSTN to a user who is talking."""
    times = Times(ended - 1, ended - 1, None, ended)
    leg = incoming_leg(desk, desk.caller(), desk.user(desk.site()), times)
    leg.outcome = Outcome("Alerting", "Busy")
    return Call("incoming_busy", [[leg]])


def incoming_script(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that a call routing script answers with a message, and nobody else."""
    accepted = ended - desk.rng.randint(5, 60)
    leg = _taken_by_script(desk, Times(accepted - 2, None, None, ended), accepted)
    return Call("incoming_script", [[leg]])


def incoming_voicebox(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that is tried at the user and then taken by the voicebox."""
    accepted = ended - desk.rng.randint(10, 90)
    delivered = accepted - desk.rng.randint(10, 25)
    leg = _taken_by_script(desk, Times(delivered - 1, delivered, None, ended), accepted)
    return Call("incoming_voicebox", [[leg]])


def _taken_by_script(desk: Desk, times: Times, accepted: int) -> Leg:
    leg = incoming_leg(desk, desk.caller(), desk.user(desk.site()), times)
    leg.outcome = Outcome("Connected", "OriginatorDisconnected")
    leg.script_connected = accepted
    leg.destination_device = CALL_ROUTING
    return leg


def outgoing(desk: Desk, ended: int) -> Call:
    """A call into the PSTN that is answered and costs money."""
    caller, callee = desk.user(desk.site()), desk.outsider()
    leg = outgoing_leg(desk, caller, callee, desk.answered(ended))
    return Call("outgoing", [[leg]], charges=[charged(leg, caller, callee)])


def outgoing_missed(desk: Desk, ended: int) -> Call:
    """A call into the PSTN that nobody answers and that costs nothing."""
    leg = outgoing_leg(desk, desk.user(desk.site()), desk.outsider(), desk.unanswered(ended))
    return Call("outgoing_missed", [[leg]])


def forwarded(desk: Desk, ended: int) -> Call:
    """A call from the PSTN that the callee's script sends on to a mobile phone (CDR spec 1.1.4).

    One leg from trunk to trunk; the callee pays (contract 7).
    """
    callee, mobile = desk.user(desk.site()), desk.outsider()
    times = desk.answered(ended)
    delivered = times.delivered or times.started
    leg = outgoing_leg(desk, callee, mobile, times._replace(started=delivered - desk.rng.randint(8, 30)))
    leg.destination = outside(callee.site, mobile)
    leg.origination = outside(callee.site, desk.caller())
    leg.called = incoming_party(callee)
    leg.origination_device = desk.rng.choice(callee.site.trunks)
    leg.script_connected = leg.times.started + 2
    return Call("forwarded", [[leg]], charges=[charged(leg, callee, mobile)])


def charged(leg: Leg, payer: User, callee: Outsider) -> CountedCharge:
    """The charge of a leg that no other site knows of."""
    return CountedCharge(leg, payer, leg.project_number, callee.number)
