"""Where a worker keeps its legs: most of them packed, for all that is known of a leg takes some 1,800 bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from typing import cast
from zlib import compress, decompress

from schemas.cdr import Leg, Lifecycle
from schemas.codec import decode, encode

_PLAIN = 1_000


class PackedLegs(MutableMapping[str, Leg]):
    """Legs by leg id; all but the 1,000 used last are kept as compressed messages, of some 270 bytes each.

    A leg that was decoded from a message comes back as it was put in. Calls that still change are of recent legs,
    so few are unpacked again.
    """

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}  # empty while the leg is only in `_plain`
        self._plain: OrderedDict[str, Leg] = OrderedDict()

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __contains__(self, leg_id: object) -> bool:
        return leg_id in self._packed

    def __getitem__(self, leg_id: str) -> Leg:
        leg = self._plain.get(leg_id)
        if leg is None:
            leg = _unpacked(self._packed[leg_id])
            self._keep(leg_id, leg)
        return leg

    def __setitem__(self, leg_id: str, leg: Leg) -> None:
        self._packed[leg_id] = b""
        self._keep(leg_id, leg)

    def __delitem__(self, leg_id: str) -> None:
        del self._packed[leg_id]
        self._plain.pop(leg_id, None)

    def _keep(self, leg_id: str, leg: Leg) -> None:
        self._plain[leg_id] = leg
        if len(self._plain) > _PLAIN:
            oldest_id, oldest = self._plain.popitem(last=False)
            if not self._packed[oldest_id]:
                self._packed[oldest_id] = _packed(oldest)


def _packed(leg: Leg) -> bytes:
    # The line and the fields read from it say much the same, so the fastest level halves them.
    return compress(encode(Lifecycle(leg.site, "", 1, (leg,))), 1)


def _unpacked(data: bytes) -> Leg:
    return cast("Lifecycle", decode(decompress(data))).legs[0]
