"""What a sink counts, for whoever watches it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class WriteFigures:
    """Counts since the start; written by one thread, so any thread may read it.

    `rows` by table, as sent: states of the same row count each. `last_insert_seconds` is what the last insert took,
    with all the attempts that it needed; 0 before the first.
    """

    rows: Counter[str] = field(default_factory=Counter)
    rejects: int = 0
    inserts: int = 0
    last_insert_seconds: float = 0.0

    def inserted(self, table: str, rows: int, seconds: float) -> None:
        """Takes note of an insert that was confirmed."""
        self.rows[table] += rows
        self.inserts += 1
        self.last_insert_seconds = seconds
