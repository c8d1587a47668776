"""A site's signs of life: when the next heartbeat is due, and what it says (contract 9, view `sites`)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.cdr_file.figures import SiteFigures
from connectors.cdr_file.reading import Reading
from schemas.cdr import Heartbeat

HEARTBEAT_SECONDS = 5.0
# A live site becomes idle after every line: once a second is often enough to say so.
_IDLE_HEARTBEAT_SECONDS = 1.0
_PROBLEMS = 3


class Pulse:
    """The heartbeats of one site. One is under way at a time; `figures` learn of each that has arrived."""

    def __init__(self, site: str, group: str, time_zone: str, figures: SiteFigures) -> None:
        self._site = site
        self._group = group
        self._time_zone = time_zone
        self._figures = figures
        self._begun_at = 0.0
        self._under_way = False
        self._told_idle = False

    def is_due(self, idle: bool) -> bool:
        """Whether to send one: every few seconds, and when the site becomes idle."""
        since = time.monotonic() - self._begun_at
        turned_idle = idle and not self._told_idle and since >= _IDLE_HEARTBEAT_SECONDS
        self._told_idle = self._told_idle and idle
        return not self._under_way and (turned_idle or since >= HEARTBEAT_SECONDS)

    def begin(self, idle: bool) -> None:
        """One is being sent."""
        self._begun_at = time.monotonic()
        self._told_idle = idle
        self._under_way = True

    def confirmed(self) -> None:
        """The last one has arrived."""
        self._under_way = False
        self._figures.heartbeat_confirmed_at = time.time()

    def message(self, readings: Sequence[Reading], last_cdr_at: datetime | None, problems: Sequence[str]) -> Heartbeat:
        """What it says of the site's files as they stand."""
        self._figures.stand(readings, last_cdr_at)
        current = max(readings, key=lambda reading: reading.file.modified_ns, default=None)
        now = datetime.now(UTC)
        offset = now.astimezone(ZoneInfo(self._time_zone)).utcoffset() or timedelta()
        return Heartbeat(
            site=self._site,
            group_name=self._group,
            time_zone=self._time_zone,
            last_cdr_at=last_cdr_at,
            last_seen_at=now,
            file=current.confirmed.source_file if current else "",
            file_offset=current.confirmed.footprint.offset if current else 0,
            bytes_behind=self._figures.bytes_behind,
            torn_bytes=self._figures.torn_bytes,
            problem="; ".join(problems[:_PROBLEMS]),
            utc_offset_seconds=int(offset.total_seconds()),
        )
