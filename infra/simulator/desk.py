"""What every kind of call draws from: people, times, money, CallIds, and link calls that cannot be confused."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from infra.simulator.model import Money, Outcome, Times
from infra.simulator.numbering import canonical
from infra.simulator.world import CONTACTS, Outsider, Person, Route, Site, User, World

# Two link calls between the same parties start at least so far apart; far more than any clock skew of contract 8.
PAIR_MARGIN_SECONDS = 60
LONGEST_CALL_SECONDS = 3600
MOST_BOOKINGS = 20_000

_AREAS = (
    "+49231",
    "+4930",
    "+4989",
    "+49221",
    "+49160",
    "+49171",
    "+4144",
    "+4179",
    "+431",
    "+43664",
    "+4420",
    "+44771",
)
_MOBILE = ("+49160", "+49171", "+4179", "+43664", "+44771")

_CONNECTED = (Outcome("Connected", "CallDisconnected"), Outcome("Connected", "OriginatorDisconnected"))
_ON_HOLD = (Outcome("OnHold", "CallDisconnected"), Outcome("On Hold", "OriginatorDisconnected"))
_MISSED = (
    Outcome("Alerting", "NoAnswer"),
    Outcome("Alerting", "OriginatorDisconnected"),
    Outcome("Alerting", "Reject"),
)


CallerT = TypeVar("CallerT", User, Outsider)
CalleeT = TypeVar("CalleeT", User, Outsider)


class Desk:
    """The random choices of one simulation, all from one seeded generator, and its counters."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.rng = random.Random(seed)  # noqa: S311 - a simulation must be repeatable, not secret
        self._last_call_id = {site.name: 0 for site in world.sites}
        self._booked: dict[tuple[str, str, str, str], int] = {}

    def site(self) -> Site:
        """Some site."""
        return self.rng.choice(self.world.sites)

    def route(self, hops: int) -> Route:
        """Some way over exactly so many links."""
        return self.rng.choice(self.world.routes[hops])

    def user(self, site: Site) -> User:
        """Some user of the site."""
        return self.rng.choice(self.world.users[site.name])

    def users(self, site: Site, count: int) -> list[User]:
        """So many different users of the site."""
        return self.rng.sample(self.world.users[site.name], count)

    def outsider(self) -> Outsider:
        """Someone in the PSTN, often one whom the phonebook knows."""
        if self.rng.random() < 0.3:
            return Outsider(*self.rng.choice(CONTACTS))
        return Outsider(f"{self.rng.choice(_AREAS)}{self.rng.randrange(6_000_000, 10_000_000)}", "")

    def caller(self) -> Outsider:
        """Someone in the PSTN who calls; a few withhold their number."""
        return Outsider("", "") if self.rng.random() < 0.04 else self.outsider()

    def call_id(self, site: Site) -> int:
        """The site's next CallId: small, growing, with gaps."""
        self._last_call_id[site.name] += self.rng.randint(1, 3)
        return self._last_call_id[site.name]

    def project(self) -> str:
        """The project number dialled, mostly none."""
        return self.rng.choice(("4711", "4711", "4712", "815")) if self.rng.random() < 0.2 else ""

    def talk(self) -> int:
        """The length of a conversation: mostly a minute or two, at most half an hour."""
        return 4 + min(int(self.rng.expovariate(1 / 95)), 1796)

    def answered(self, ended: int) -> Times:
        """The course of an answered call that ends at an instant."""
        connected = ended - self.talk()
        delivered = connected - self.rng.randint(1, 15)
        return Times(delivered - self.rng.randint(0, 1), delivered, connected, ended)

    def unanswered(self, ended: int) -> Times:
        """The course of a call that nobody answers."""
        delivered = ended - self.rng.randint(3, 45)
        return Times(delivered - self.rng.randint(0, 1), delivered, None, ended)

    def outcome(self, times: Times) -> Outcome:
        """How a leg of such a course ended; a few conversations end on hold."""
        if times.connected is None:
            return self.rng.choice(_MISSED)
        return self.rng.choice(_ON_HOLD if self.rng.random() < 0.03 else _CONNECTED)

    def price(self, carrier: Site, number: str, times: Times) -> Money:
        """What the carrier of a site asks for a connected call to a canonical number: never nothing."""
        assert times.connected is not None, "only connected calls cost money"  # noqa: S101
        if number.startswith(_MOBILE):
            per_minute = 1290
        elif number.startswith(f"+{carrier.country_code}"):
            per_minute = 290
        else:
            per_minute = 3500
        ten_thousandths = -(-per_minute * (times.ended - times.connected) // 60)
        units = max(1, -(-ten_thousandths // 10 ** (4 - carrier.cost_digits)))
        return Money(carrier.currency, Decimal(units).scaleb(-carrier.cost_digits))

    def book(self, route: Route, caller: Person, callee: Person, times: Times) -> bool:
        """Reserves a link call of these parties, so that its ends can be told from those of every other call.

        False if the same parties talk, or talked a moment ago, over one of the links in the same direction.
        Calls must be booked in the order of their ends.
        """
        ends = canonical(caller), canonical(callee)
        keys = [(here.name, there.name, *ends) for here, there in pairwise(route)]
        if any(times.started < self._booked.get(key, 0) + PAIR_MARGIN_SECONDS for key in keys):
            return False
        self._booked.update((key, times.ended) for key in keys)
        if len(self._booked) > MOST_BOOKINGS:
            oldest = times.ended - LONGEST_CALL_SECONDS
            self._booked = {key: ended for key, ended in self._booked.items() if ended > oldest}
        return True

    def link_parties(
        self, route: Route, times: Times, draw: Callable[[], tuple[CallerT, CalleeT]]
    ) -> tuple[CallerT, CalleeT]:
        """Draws caller and callee until they can be told from all others on the links, and books them."""
        for _ in range(1000):
            caller, callee = draw()
            if self.book(route, caller, callee, times):
                return caller, callee
        raise RuntimeError("too many link calls at once for the users of the sites: simulate a lower rate")
