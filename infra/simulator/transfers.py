"""Transfers, transfers of transferred calls, and conferences: several legs of one site that are one call."""

from __future__ import annotations

from typing import NamedTuple

from infra.simulator.calls import charged, incoming_leg, inside, internal_leg, outgoing_leg
from infra.simulator.desk import Desk
from infra.simulator.linked import chain
from infra.simulator.model import Call, Leg, Outcome, Party, Times
from infra.simulator.world import User

TRANSFERRED = Outcome("Transferred", "CallTransferred")
CONFERENCE_EXTENSION = "999"
CONFERENCE_NAME = "Conference"


class Course(NamedTuple):
    """The times of a transfer: the call that waits, the second call, and the call that results."""

    first: Times
    second: Times
    result: Times


def transfer_course(desk: Desk, ended: int) -> Course:
    """A transfer whose three legs end together (CDR spec 1.1.5)."""
    at = ended - desk.talk()
    second_connected = at - desk.rng.randint(5, 40)
    second_started = second_connected - desk.rng.randint(3, 12)
    first_connected = second_started - desk.talk()
    first_started = first_connected - desk.rng.randint(3, 15)
    return Course(
        Times(first_started, first_started + 1, first_connected, ended),
        Times(second_started, second_started + 1, second_connected, ended),
        Times(at, at, at + 1, ended),
    )


def transfer_outside(desk: Desk, ended: int) -> Call:
    """User C calls A and B in the PSTN and connects them; C pays both (CDR spec 1.1.5)."""
    user, first_callee, second_callee = desk.user(desk.site()), desk.outsider(), desk.outsider()
    course = transfer_course(desk, ended)
    first = outgoing_leg(desk, user, first_callee, course.first)
    second = outgoing_leg(desk, user, second_callee, course.second)
    joined = result(desk, user, (first, second), (first.called, second.called), course.result)
    joined.origination_device = first.destination_device
    joined.destination_device = second.destination_device
    charges = [charged(first, user, first_callee), charged(second, user, second_callee)]
    return Call("transfer_outside", [[first, second, joined]], charges=charges)


def transfer_inside(desk: Desk, ended: int) -> Call:
    """A user takes a call from the PSTN, asks a colleague, and hands it over."""
    user, colleague = desk.users(desk.site(), 2)
    caller = desk.caller()
    course = transfer_course(desk, ended)
    first = incoming_leg(desk, caller, user, course.first)
    second = internal_leg(desk, user, colleague, course.second)
    joined = result(desk, user, (first, second), (first.origination, second.called), course.result)
    joined.origination_device = first.origination_device
    return Call("transfer_inside", [[first, second, joined]])


def transfer_link(desk: Desk, ended: int) -> Call:
    """A user takes a call from the PSTN and hands it over to a colleague at a linked site."""
    route = desk.route(1)
    course = transfer_course(desk, ended)
    user, colleague = desk.link_parties(route, course.second, lambda: (desk.user(route[0]), desk.user(route[1])))
    caller = desk.outsider()
    while not desk.book(route, caller, colleague, course.result):
        caller = desk.outsider()
    first = incoming_leg(desk, caller, user, course.first)
    second, far_end = chain(desk, route, user, colleague, course.second)
    joined = result(desk, user, (first, second), (first.origination, second.called), course.result)
    joined.origination_device = first.origination_device
    joined.destination_device = second.destination_device
    return Call("transfer_link", [[first, second, joined], [far_end]], pairs=[(second, far_end)])


def retransfer(desk: Desk, ended: int) -> Call:
    """A transferred call is transferred once more (CDR spec 1.1.6): two of its legs end, and are written, earlier.

    C calls A outside and B inside and connects them; D calls B; B connects D with A. `ended` is the second transfer.
    """
    user, taker, other = desk.users(desk.site(), 3)
    callee = desk.outsider()
    last = ended + desk.rng.randint(5, 40)
    course = transfer_course(desk, ended)
    first = outgoing_leg(desk, user, callee, course.first._replace(ended=last))
    second = internal_leg(desk, user, taker, course.second)
    joined = result(desk, user, (first, second), (first.called, second.called), course.result)
    joined.origination_device = first.destination_device
    met = ended - 1
    third = internal_leg(desk, other, taker, Times(met - 2, met - 2, met, last))
    held = (joined, third) if desk.rng.random() < 0.5 else (third, first)
    final = result(desk, taker, held, (inside(other), first.called), Times(ended, ended, ended + 1, last))
    final.destination_device = first.destination_device
    legs = [second, joined, first, third, final]
    return Call("retransfer", [legs], charges=[charged(first, user, callee)])


def conference(desk: Desk, ended: int) -> Call:
    """User C brings A, whom C called outside, and the colleague B into a conference: five legs (CDR spec 1.1)."""
    user, colleague = desk.users(desk.site(), 2)
    callee = desk.outsider()
    course = transfer_course(desk, ended)
    first = outgoing_leg(desk, user, callee, course.first)
    second = internal_leg(desk, colleague, user, course.second)
    room = User(user.site, CONFERENCE_EXTENSION, CONFERENCE_NAME)
    own, first_in, second_in = (internal_leg(desk, user, room, course.result) for _ in range(3))
    own.outcome = Outcome("Connected", "OriginatorDisconnected")
    start = course.result.started
    hand_over(first, first_in.call_id, start)
    hand_over(second, second_in.call_id, start)
    hand_over(first_in, own.call_id, start)
    hand_over(second_in, own.call_id, start)
    legs = [first, second, own, first_in, second_in]
    return Call("conference", [legs], charges=[charged(first, user, callee)])


def result(desk: Desk, by: User, legs: tuple[Leg, Leg], ends: tuple[Party, Party], times: Times) -> Leg:
    """The leg that results when a user connects two calls; both become transferred, unless they were before.

    `ends` are the parties that talk from now on. The result carries no money (CDR spec 1.1.6).
    """
    site = by.site
    joined = Leg(
        site,
        desk.call_id(site),
        times,
        Outcome("Connected", "CallDisconnected"),
        ends[0],
        ends[1],
        destination=ends[1],
        transferred_by=inside(by),
        transferred_call_ids=(legs[0].call_id, legs[1].call_id),
    )
    for leg in legs:
        if not leg.transferred_to:
            hand_over(leg, joined.call_id, times.started)
    return joined


def hand_over(leg: Leg, to: int, at: int) -> None:
    """Marks a leg as transferred into another one at an instant."""
    leg.outcome = TRANSFERRED
    leg.transferred_to = to
    leg.transferred = at
