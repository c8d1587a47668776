"""Where a worker keeps its legs: most of them packed, which takes a fraction of what is known of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from typing import cast

from zstandard import ZstdCompressor, ZstdDecompressor

from schemas.cdr import Leg, Lifecycle
from schemas.codec import decode, encode

_PLAIN = 1_000
_AT_ONCE = 100
# The line and the fields read from it say much the same, so the fastest level leaves a quarter of them.
_compress = ZstdCompressor(level=1).compress
_decompress = ZstdDecompressor().decompress


class PackedLegs(MutableMapping[str, Leg]):
    """Legs by leg id; all but some 1,000 used last are kept as compressed messages.

    Those that a message brought (`told`) stay in it, others are put together by the hundred. A leg that was decoded
    from a message comes back as it was put in. Calls that still change are of recent legs, so few are unpacked again.
    """

    def __init__(self) -> None:
        self._pack_of: dict[str, bytes] = {}  # empty while the leg is only in `_loose`
        self._loose: dict[str, Leg] = {}
        self._plain: OrderedDict[bytes, dict[str, Leg]] = OrderedDict()
        self._plain_legs = 0
        self._told: tuple[bytes, dict[str, Leg]] = (b"", {})

    def __len__(self) -> int:
        return len(self._pack_of)

    def __iter__(self) -> Iterator[str]:
        return iter(self._pack_of)

    def __contains__(self, leg_id: object) -> bool:
        return leg_id in self._pack_of

    def __getitem__(self, leg_id: str) -> Leg:
        pack = self._pack_of[leg_id]
        if not pack:
            return self._loose[leg_id]
        legs = self._plain.get(pack)
        if legs is None:
            legs = self._keep(pack, cast("Lifecycle", decode(_decompress(pack))))
        return legs[leg_id]

    def __setitem__(self, leg_id: str, leg: Leg) -> None:
        pack, legs = self._told
        if legs.get(leg_id) is leg:
            self._pack_of[leg_id] = pack
            self._loose.pop(leg_id, None)
            return
        self._pack_of[leg_id] = b""
        self._loose[leg_id] = leg
        if len(self._loose) >= _AT_ONCE:
            self._pack_loose()

    def __delitem__(self, leg_id: str) -> None:
        del self._pack_of[leg_id]
        self._loose.pop(leg_id, None)

    def told(self, message: Lifecycle, data: bytes) -> None:
        """Say that the legs that are put in next come from a message, and the bytes that it was decoded from."""
        self._told = self._packed(message, data)

    def _packed(self, message: Lifecycle, data: bytes) -> tuple[bytes, dict[str, Leg]]:
        # Copied: it was made in room for the uncompressed, which would stay open behind it.
        pack = bytes(memoryview(_compress(data)))
        return pack, self._keep(pack, message)

    def _keep(self, pack: bytes, message: Lifecycle) -> dict[str, Leg]:
        legs = {leg.leg_id: leg for leg in message.legs}
        self._plain_legs += len(legs) - len(self._plain.pop(pack, ()))
        self._plain[pack] = legs
        while self._plain_legs > _PLAIN and len(self._plain) > 1:
            self._plain_legs -= len(self._plain.popitem(last=False)[1])
        return legs

    def _pack_loose(self) -> None:
        by_site: dict[str, list[Leg]] = {}
        for leg in self._loose.values():
            by_site.setdefault(leg.site, []).append(leg)
        self._loose = {}
        for site, of_site in by_site.items():
            message = Lifecycle(site, "", 1, tuple(of_site))
            pack, legs = self._packed(message, encode(message))
            self._pack_of.update(dict.fromkeys(legs, pack))
