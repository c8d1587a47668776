"""Asks the warehouse what is new, a few columns at a time; only what may have changed is read from the views.

A mark is the number of rows of a table's recent days, in all their states, and the sum of their versions: rows are
only added, so no change goes unseen. A merge changes a mark too; then the same documents are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clickhouse_driver import Client, errors

from connectors.clickhouse.client import ClickHouseOptions, connect
from connectors.clickhouse.errors import WarehouseError, first_line
from connectors.clickhouse.migrate import require_migrated
from pipeline.board import figures, stories

ANSWER_SECONDS = 10.0
_SITES_SECONDS = 2  # the state of a site depends on the time too, and tells of minutes
_RECENT = timedelta(days=1)

_MARKS = """
SELECT 'calls' AS what, count() AS rows, sum(version) AS versions
FROM call_rows WHERE started_at >= toDateTime(%(since)s, 'UTC')
UNION ALL SELECT 'legs', count(), sum(version) FROM leg_rows WHERE started_at >= toDateTime(%(since)s, 'UTC')
UNION ALL SELECT 'charges', count(), sum(version) FROM charge_rows WHERE connected_at >= toDateTime(%(since)s, 'UTC')
UNION ALL SELECT 'rejects', count(), sum(version) FROM reject_rows
"""
# The dates that part the tables are kept beside each part, so this reads no row.
_LAST_DAY = "SELECT max(started_on) FROM call_rows"


class Watch:
    """The warehouse as the page shows it. One thread at a time may use it.

    `options` tells at every new connection where the warehouse is; `zones` has the configured sites' time zones.
    """

    def __init__(
        self,
        options: Callable[[], ClickHouseOptions],
        zones: Mapping[str, ZoneInfo],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._options = options
        self._zones = zones
        self._clock = clock
        self._client: Client | None = None
        self._calls_seen: object = None
        self._rejects_seen: object = None
        self._sites_due: datetime | None = None

    def read(self) -> dict[str, Any]:
        """The sections that may have changed since the last call, by name; all of them after a failure.

        `warehouse` is among them each time: `{"problem": text}`, empty if the warehouse answers.
        """
        try:
            if self._client is None:
                self._client = self._connected()
            return {"warehouse": {"problem": ""}, **self._changed(self._client)}
        except (WarehouseError, errors.Error, EOFError, OSError) as error:
            self.close()
            return {"warehouse": {"problem": first_line(error).removesuffix(" Stack trace:")}}

    def close(self) -> None:
        """Close the connection; the next `read` opens a new one and reads everything."""
        if self._client is not None:
            self._client.disconnect()
        self._client = self._calls_seen = self._rejects_seen = self._sites_due = None

    def _connected(self) -> Client:
        options = self._options()
        require_migrated(options)
        return connect(options, ANSWER_SECONDS)

    def _changed(self, client: Client) -> dict[str, Any]:
        now = self._clock()
        since = self._since(client, now)
        marks = {what: mark for what, *mark in client.execute(_MARKS, {"since": since})}
        rejects = marks.pop("rejects")
        minute = now.replace(second=0, microsecond=0)
        found: dict[str, Any] = {}
        if (marks, minute) != self._calls_seen:
            found["calls"] = stories.newest_stories(client, since)
            found["hour"] = figures.last_hour(client, now)
            found["charges"] = figures.charges_of_today(client, self._zones, now)
        if rejects != self._rejects_seen:
            found["rejects"] = figures.rejects(client)
        if self._sites_due is None or now >= self._sites_due:
            found["sites"] = figures.sites(client)
            self._sites_due = now + timedelta(seconds=_SITES_SECONDS)
        self._calls_seen, self._rejects_seen = (marks, minute), rejects
        return found

    def _since(self, client: Client, now: datetime) -> int:
        """Where the recent days begin: a day ago, or a day before the last day with calls if that is earlier."""
        ((last_day,),) = client.execute(_LAST_DAY)
        last = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC)
        return max(0, int(min(now, last).timestamp() - _RECENT.total_seconds()))
