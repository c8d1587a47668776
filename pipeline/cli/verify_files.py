"""Where every line of the configured files has gone: each is a leg or a reject in the warehouse, or says why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from clickhouse_driver import Client

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from connectors.clickhouse.stored_rows import stored_leg_ids, stored_reject_offsets
from pipeline.cli.errors import CommandError
from pipeline.cli.settings import Settings, SiteSettings
from pipeline.cli.verify_rows import Difference
from pipeline.cli.wiring_privacy import guards
from pipeline.cli.wiring_tail import dialect, source_name
from schemas.cdr import Leg, Reject
from schemas.keys import local_day


class FileAccounts:
    """Accounts for one file after the other. `days` are the first local day of legs and the first that is left out."""

    def __init__(self, client: Client, settings: Settings, days: tuple[date, date]) -> None:
        self._client = client
        self._folder = settings.file.parent
        self._guards = guards(settings, settings.sites)
        self._first, self._until = (day.isoformat() for day in days)
        self._counts: Counter[str] = Counter()
        self._bytes = 0
        self._size = 0

    def differences(self, site: SiteSettings, file: Path) -> Iterator[Difference]:
        """The lines of a file that are nowhere, by file and offset; afterwards `summary` tells of this file."""
        name = source_name(file, self._folder)
        parser = LineParser(site.name, dialect(site), name)
        rejected = stored_reject_offsets(self._client, site.name, name)
        self._counts.clear()
        self._bytes = 0
        try:
            self._size = file.stat().st_size
            for end, entries in read_whole(file, parser, datetime.now(UTC)):
                self._bytes = end
                legs = list(self._expected(site, [entry for entry in entries if isinstance(entry, Leg)]))
                found = stored_leg_ids(self._client, site.name, [leg.leg_id for leg in legs])
                yield from self._missing("legs", [(leg.position.offset, leg.leg_id in found) for leg in legs], name)
                rejects = [entry.source_offset for entry in entries if isinstance(entry, Reject)]
                yield from self._missing("rejects", [(offset, offset in rejected) for offset in rejects], name)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}; make it readable and verify again") from error

    def summary(self, file: Path) -> str:
        """One line on the file accounted for last."""
        counted = [f"{count} {what}" for what, count in self._counts.items() if count]
        torn = self._size - self._bytes
        tail = [f"{torn} bytes of a last line without line end"] if torn > 0 else []
        return f"{file}: {self._size} bytes; {', '.join(counted + tail) or 'no CDR'}"

    def _expected(self, site: SiteSettings, legs: list[Leg]) -> Iterator[Leg]:
        """The legs that have to be in the warehouse; the others are only counted."""
        guard = self._guards.get(site.name)
        oldest = ""
        if site.retention_days:
            oldest = (datetime.now(UTC).date() - timedelta(days=site.retention_days - 1)).isoformat()
        for leg in legs:
            day = local_day(leg.leg_id)
            if not self._first <= day < self._until:
                self._counts["legs of other days"] += 1
            elif guard is not None and guard.leg(leg) is None:
                self._counts["legs never recorded"] += 1
            elif day < oldest:
                self._counts["legs whose retention is over"] += 1
            else:
                yield leg

    def _missing(self, what: str, places: list[tuple[int, bool]], name: str) -> Iterator[Difference]:
        for offset, found in places:
            self._counts[what if found else f"{what} that are nowhere"] += 1
            if not found:
                yield Difference("files", f"{name}:{offset}", f"this line is not in the warehouse, expected in {what}")
