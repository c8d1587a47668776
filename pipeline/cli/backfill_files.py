"""The work of `backfill`: files of all sites through the domain's groups into the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver import Client
from rich.console import Console
from rich.progress import Progress

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from connectors.clickhouse.blocks import WarehouseRow
from connectors.clickhouse.stored import stored_legs
from connectors.clickhouse.writer import RowWriter
from pipeline.cli.errors import CommandError
from pipeline.cli.settings import Settings, SiteSettings
from pipeline.cli.wiring import group_rules
from pipeline.cli.wiring_tail import dialect, source_name
from pipeline.domain.state import Group
from pipeline.domain.versions import row_version
from schemas.cdr import Leg, Reject

_ROWS_AT_ONCE = 20_000


class Done(NamedTuple):
    """How much was read; `torn` are the files whose last line has no line end and was left out."""

    legs: int
    rejects: int
    torn: tuple[Path, ...]


class FileBackfill:
    """One run: all its rows have versions of one epoch, in the order in which the legs are read.

    `sites` are the sites of all groups that the run touches: their stored legs count as well, so that files may be
    read one after the other, in several runs, and give the same rows as in one.
    """

    def __init__(self, settings: Settings, writer: RowWriter, accept_last_line: bool, sites: set[str]) -> None:
        """`sites` are those whose files will be read."""
        groups = [rules for rules in group_rules(settings).values() if sites & rules.sites.keys()]
        states = [(rules, Group(rules)) for rules in groups]
        self._group_of = {site: group for rules, group in states for site in rules.sites}
        self._folder = settings.file.parent
        self._writer = writer
        self._epoch = 0
        self._accept_last_line = accept_last_line
        self._legs = 0
        self._rejects = 0
        self._torn: list[Path] = []
        self._rows: list[WarehouseRow] = []

    @property
    def sites(self) -> set[str]:
        """The sites of the groups that the run touches."""
        return set(self._group_of)

    def begin(self, client: Client, epoch: int) -> None:
        """Take up what the warehouse knows already; `epoch` is newer than that of any row in it."""
        self._epoch = epoch
        for leg in stored_legs(client, self.sites):
            self._group_of[leg.site].restore((leg,))

    def read(self, files: list[tuple[SiteSettings, Path]]) -> Done:
        """Read the files of their sites and return when all rows are safe. Raises CommandError for a file's failure."""
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("reading", total=sum(file.stat().st_size for _, file in files))
            for site, file in files:
                offset = 0
                for end, entries in self._entries(site, file):
                    self._take(entries)
                    progress.advance(bar, end - offset)
                    offset = end
                if offset < file.stat().st_size:
                    self._torn.append(file)
            self._flush()
        return Done(self._legs, self._rejects, tuple(self._torn))

    def _entries(self, site: SiteSettings, file: Path) -> Iterator[tuple[int, list[Leg | Reject]]]:
        parser = LineParser(site.name, dialect(site), source_name(file, self._folder))
        try:
            yield from read_whole(file, parser, datetime.now(UTC), accept_last_line=self._accept_last_line)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}; make it readable and run the backfill again") from error

    def _take(self, entries: list[Leg | Reject]) -> None:
        for entry in entries:
            if isinstance(entry, Reject):
                self._rows.append(entry)
                self._rejects += 1
            else:
                version = row_version(self._epoch, self._legs, 0)
                self._rows += self._group_of[entry.site].add(entry, version)
                self._legs += 1
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        unwritable = self._writer.write(self._rows)
        self._writer.write(unwritable)
        self._rejects += len(unwritable)
        self._rows = []
