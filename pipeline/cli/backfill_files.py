"""The work of `backfill`: files of all sites through the domain's groups into the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress

from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.whole import read_whole
from pipeline.cli.direct import DirectGroups
from pipeline.cli.errors import CommandError
from pipeline.cli.settings import Settings, SiteSettings
from pipeline.cli.wiring_privacy import guards
from pipeline.cli.wiring_tail import dialect, source_name
from pipeline.domain.versions import row_version
from schemas.cdr import Leg, Reject

_LEGS_AT_ONCE = 2_000  # a call whose legs come together is told once
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Done(NamedTuple):
    """How much was read; `torn` are the files whose last line has no line end and was left out.

    `never_recorded` are CDRs that are left out on purpose.
    """

    legs: int
    rejects: int
    torn: tuple[Path, ...]
    never_recorded: int


class _Block(NamedTuple):
    """A piece of a file: its entries, the offsets before and behind it, when its first leg started."""

    file: Path
    offset: int
    end: int
    entries: list[Leg | Reject]

    @property
    def started_at(self) -> datetime:
        first = next((entry for entry in self.entries if isinstance(entry, Leg)), None)
        return first.record.started_at if first else _BEGINNING


class FileBackfill:
    """One run: all its rows have versions of one epoch, in the order in which the legs are read.

    The files of a site are read one after the other by the start of their first leg, those of several sites abreast,
    so that legs that have to do with each other meet in memory.
    """

    def __init__(self, settings: Settings, groups: DirectGroups, epoch: int, accept_last_line: bool) -> None:
        """`epoch` is newer than that of any row in the warehouse."""
        self._folder = settings.file.parent
        self._groups = groups
        self._epoch = epoch
        self._accept_last_line = accept_last_line
        self._waiting: list[Leg] = []
        self._legs = 0
        self._rejects = 0
        self._guards = guards(settings, settings.sites)
        self._never_recorded = 0

    def read(self, files: list[tuple[SiteSettings, Path]]) -> Done:
        """Read the files of their sites and return when all rows are safe. Raises CommandError for a file's failure."""
        # Without a thread of its own: rows are written by forks of this process.
        with Progress(console=Console(stderr=True), auto_refresh=False) as progress:
            bar = progress.add_task("reading", total=sum(file.stat().st_size for _, file in files))
            ends: dict[Path, int] = {}
            for site, block in self._abreast(files):
                self._take(self._guarded(site, block.entries))
                ends[block.file] = block.end
                progress.advance(bar, block.end - block.offset)
                if not self._waiting:
                    progress.refresh()
            self._join()
            self._groups.flush()
            torn = [file for _, file in files if ends.get(file, 0) < file.stat().st_size]
        return Done(self._legs, self._rejects + self._groups.unwritable, tuple(torn), self._never_recorded)

    def _abreast(self, files: list[tuple[SiteSettings, Path]]) -> Iterator[tuple[str, _Block]]:
        """The blocks of all files with their sites, the next one always of the site that is the furthest behind."""
        sites = {site.name: site for site, _ in files}
        blocks = {
            name: self._in_order(site, [file for of, file in files if of is site]) for name, site in sites.items()
        }
        heads = {name: next(blocks[name], None) for name in sites}
        while behind := [(block.started_at, name, block) for name, block in heads.items() if block]:
            _, name, block = min(behind, key=lambda entry: entry[:2])
            yield name, block
            heads[name] = next(blocks[name], None)

    def _in_order(self, site: SiteSettings, files: list[Path]) -> Iterator[_Block]:
        for file in sorted(files, key=lambda file: self._first_start(site, file)):
            yield from self._blocks(site, file)

    def _first_start(self, site: SiteSettings, file: Path) -> datetime:
        first = next(self._blocks(site, file), None)
        return first.started_at if first else _BEGINNING

    def _blocks(self, site: SiteSettings, file: Path) -> Iterator[_Block]:
        parser = LineParser(site.name, dialect(site), source_name(file, self._folder))
        offset = 0
        try:
            for end, entries in read_whole(file, parser, datetime.now(UTC), accept_last_line=self._accept_last_line):
                yield _Block(file, offset, end, entries)
                offset = end
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}; make it readable and run the backfill again") from error

    def _guarded(self, site: str, entries: list[Leg | Reject]) -> list[Leg | Reject]:
        """What may be recorded of the entries of a site."""
        guard = self._guards.get(site)
        if guard is None:
            return entries
        kept = [kept for entry in entries if (kept := guard(entry)) is not None]
        self._never_recorded += len(entries) - len(kept)
        return kept

    def _take(self, entries: list[Leg | Reject]) -> None:
        for entry in entries:
            if isinstance(entry, Reject):
                self._groups.reject(entry)
                self._rejects += 1
            else:
                self._waiting.append(entry)
        if len(self._waiting) >= _LEGS_AT_ONCE:
            self._join()

    def _join(self) -> None:
        """Join the legs that wait; a leg's number stands in its version where a stream has the offset."""
        self._groups.add(self._waiting, row_version(self._epoch, self._legs, 0))
        self._legs += len(self._waiting)
        self._waiting = []
