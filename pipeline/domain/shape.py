"""What a call consists of, before any row of it is made: site calls, pairs, chains, names (contract 6 and 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.domain.legs import Part, leg_order

Chain = tuple[Part, ...]


class SiteCallShape(NamedTuple):
    """The legs of a site call in the order of legs, and the CallIds that they miss, sorted."""

    parts: tuple[Part, ...]
    leg_ids: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def site(self) -> str:
        """The site of all its legs."""
        return self.parts[0].leg.site

    @property
    def site_call_id(self) -> str:
        """Its name: the leg id of its first leg."""
        return self.leg_ids[0]


class CallShape(NamedTuple):
    """A call: `parts` are all its legs in the order of legs, `first` its first leg.

    `pairs` are (LA, LB); `chains` are the chains of paired legs, from the originator towards the carrier,
    without the legs that have no pair.
    """

    call_id: str
    first: Part
    parts: tuple[Part, ...]
    site_calls: tuple[SiteCallShape, ...]
    pairs: tuple[tuple[Part, Part], ...] = ()
    chains: tuple[Chain, ...] = ()

    @property
    def alone(self) -> Sequence[Part]:
        """The legs that stand in no chain, in the order of legs."""
        if not self.chains:
            return self.parts
        chained = {part.leg.leg_id for chain in self.chains for part in chain}
        return [part for part in self.parts if part.leg.leg_id not in chained]

    @property
    def far_ends(self) -> set[str]:
        """The leg ids of all LB legs."""
        return {receiver.leg.leg_id for _, receiver in self.pairs}


def call_shape(site_calls: Sequence[SiteCallShape], receiver_of: Mapping[str, str]) -> CallShape:
    """The call of these site calls, of which pairs (LA → LB) join each with the others."""
    if len(site_calls) == 1:
        (only,) = site_calls
        return CallShape(only.leg_ids[0], only.parts[0], only.parts, (only,))
    parts = tuple(sorted([part for site_call in site_calls for part in site_call.parts], key=leg_order))
    in_order = tuple(sorted(site_calls, key=lambda site_call: site_call.leg_ids[0]))
    if len(parts) == 2 and not all(part.leg.leg_id in receiver_of for part in parts):
        return _call_of_two(parts, in_order, receiver_of)
    by_id = {part.leg.leg_id: part for part in parts}
    pairs = tuple((part, by_id[receiver_of[leg_id]]) for leg_id, part in by_id.items() if leg_id in receiver_of)
    far_ends = {receiver.leg.leg_id for _, receiver in pairs}
    first = next((part for part in parts if part.leg.leg_id not in far_ends), parts[0])
    call_id = next(site_call.site_call_id for site_call in site_calls if first.leg.leg_id in site_call.leg_ids)
    return CallShape(call_id, first, parts, in_order, pairs, _chains(parts, pairs, far_ends))


def _call_of_two(
    parts: tuple[Part, ...], site_calls: tuple[SiteCallShape, ...], receiver_of: Mapping[str, str]
) -> CallShape:
    """One pair, which most calls over links are: its chain is the pair, its first leg LA."""
    one, other = parts
    pair = (one, other) if one.leg.leg_id in receiver_of else (other, one)
    return CallShape(pair[0].leg.leg_id, pair[0], parts, site_calls, (pair,), (pair,))


def _chains(parts: Sequence[Part], pairs: Sequence[tuple[Part, Part]], far_ends: set[str]) -> tuple[Chain, ...]:
    next_of = {sender.leg.leg_id: receiver for sender, receiver in pairs}
    chained: set[str] = set()
    chains = []
    # Far ends begin a chain only where no leg before them does: in a ring, which is cut at its first leg.
    for part in sorted(parts, key=lambda part: part.leg.leg_id in far_ends):
        chain = []
        following: Part | None = part
        while following is not None and following.leg.leg_id not in chained:
            chained.add(following.leg.leg_id)
            chain.append(following)
            following = next_of.get(following.leg.leg_id)
        if len(chain) > 1:
            chains.append(tuple(chain))
    return tuple(chains)
