"""What a site's tail counts, for whoever watches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.cdr_file.reading import Reading


@dataclass(slots=True)
class SiteFigures:
    """Counts since the tail began, and where it stood at most a second ago (longer while Kafka takes nothing).

    Written by the tail's thread alone, so any thread may read it. `bytes` are those of whole lines that were read;
    `never_recorded` are CDRs of which nothing was published, on purpose.
    `bytes_behind` and `torn_bytes` are those of the site's heartbeats, `last_cdr_at` too.
    `heartbeat_confirmed_at`: when Kafka last confirmed a heartbeat, in seconds since 1970; 0 before the first.
    """

    lines: int = 0
    legs: int = 0
    rejects: int = 0
    bytes: int = 0
    files: int = 0
    bytes_behind: int = 0
    torn_bytes: int = 0
    last_cdr_at: datetime | None = None
    heartbeat_confirmed_at: float = 0.0
    never_recorded: int = 0

    def stand(self, readings: Sequence[Reading], last_cdr_at: datetime | None) -> None:
        """Take note of where the site's files stand."""
        self.files = len(readings)
        self.bytes_behind = sum(reading.bytes_behind for reading in readings)
        self.torn_bytes = sum(reading.file.torn_bytes for reading in readings)
        self.last_cdr_at = last_cdr_at
