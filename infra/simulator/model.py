"""What the simulator makes: legs, the calls that they belong to, and the charges that count once.

Instants are true times in whole seconds since 1970 (UTC); a site's clock shows them shifted by its offset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from infra.simulator.world import Site, User


class Times(NamedTuple):
    """The course of a leg; `None` where a step was not reached."""

    started: int
    delivered: int | None
    connected: int | None
    ended: int


class Party(NamedTuple):
    """A number and a name as one CDR writes them."""

    number: str
    name: str


NOBODY = Party("", "")


class Money(NamedTuple):
    """An amount of a currency."""

    currency: str
    amount: Decimal


class Outcome(NamedTuple):
    """How a leg ended: State and DisconnectReason (CDR spec 1.1.1)."""

    state: str
    reason: str


@dataclass(slots=True, eq=False)
class Leg:
    """One CDR to be. It is written when it ends. `money` is what its Costs say, counted or not."""

    site: Site
    call_id: int
    times: Times
    outcome: Outcome
    origination: Party
    called: Party
    destination: Party = NOBODY
    origination_device: str = ""
    destination_device: str = ""
    script_connected: int | None = None
    money: Money | None = None
    aoc: bool = False
    public_access_prefix: str = ""
    lcr_provider: str = ""
    project_number: str = ""
    transferred_by: Party = NOBODY
    transferred_call_ids: tuple[int, ...] = ()
    transferred_to: int = 0
    transferred: int | None = None

    def clock(self, instant: int) -> datetime:
        """What the site's clock shows at an instant, with its zone."""
        return datetime.fromtimestamp(instant + self.site.clock_offset, self.site.time_zone)

    @property
    def leg_id(self) -> str:
        """The leg's name by contract 4."""
        return f"{self.site.name}:{self.call_id}:{self.clock(self.times.started):%Y-%m-%dT%H:%M:%S}"

    @property
    def order(self) -> tuple[int, int, str]:
        """The order of legs by contract 6."""
        return self.times.started + self.site.clock_offset, self.call_id, self.site.name


class CountedCharge(NamedTuple):
    """Money that enters totals, on the leg nearest to the carrier; the payer is a user of some site (contract 8)."""

    leg: Leg
    payer: User
    project_number: str
    destination_number: str


@dataclass(slots=True, eq=False)
class Call:
    """What a person would call one call. `pairs` are the two ends (A, B) of each link that it used.

    `written` counts its legs whose lines are in the files.
    """

    kind: str
    site_calls: list[list[Leg]]
    pairs: list[tuple[Leg, Leg]] = field(default_factory=list)
    charges: list[CountedCharge] = field(default_factory=list)
    written: int = 0

    @property
    def legs(self) -> list[Leg]:
        """All legs, in the order in which they were made; legs that end together are written in it."""
        return [leg for site_call in self.site_calls for leg in site_call]
