"""How far a group's CDRs are known: event time, as its sites' heartbeats tell it (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from schemas.cdr import Heartbeat


class Watermark:
    """The least, over the sites of a group, of the end of the newest CDR read; it never moves back.

    A site that is at the end of its files does not hold it back: a silent site has nothing to tell. One that has not
    been heard of may have, so there is no watermark before each site has been heard once.
    """

    def __init__(self, sites: Iterable[str]) -> None:
        self._latest: dict[str, Heartbeat | None] = dict.fromkeys(sites)
        self.at: datetime | None = None

    def hear(self, beat: Heartbeat) -> None:
        """Take note of a site's heartbeat; it follows all CDRs that it speaks of (contract 9, view `sites`)."""
        self._latest[beat.site] = beat
        beats = [latest for latest in self._latest.values() if latest]
        if len(beats) < len(self._latest):
            return
        behind = [_reached(latest) for latest in beats if latest.bytes_behind]
        ends = [at for at in behind or map(_reached, beats) if at]
        if len(ends) < len(behind) or not ends:  # one that is behind has read no CDR yet, or nobody has
            return
        reached = min(ends) if behind else max(ends)
        self.at = max(self.at or reached, reached)


def _reached(beat: Heartbeat) -> datetime | None:
    """The end of the site's newest CDR; not after the heartbeat, whatever a corrupt CDR says."""
    return min(beat.last_cdr_at, beat.last_seen_at) if beat.last_cdr_at else None
