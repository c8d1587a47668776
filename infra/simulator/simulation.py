"""A simulation on disk: the sites' files, their configuration and the truth, written at once or as time goes by."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from infra.simulator.config import configuration
from infra.simulator.places import PLACES
from infra.simulator.schedule import DueLeg, Schedule
from infra.simulator.text import line
from infra.simulator.truth import Truth
from infra.simulator.world import World, build_world
from infra.simulator.writer import SiteFile

CONFIGURATION_FILE = "swyx-cdr.toml"
TRUTH_FILE = "truth.json"
CALLS_FILE = "calls.jsonl"

# A day of an office with some hundred people per site; only where the legs are counted, not timed.
BULK_LEGS_PER_SECOND = 0.5
LINES_AT_ONCE = 2000


class OccupiedError(Exception):
    """The directory already holds a simulation or CDR files, which must not be mixed with others."""


class Simulation:
    """Simulated sites under a directory, made at once with their headers and their configuration.

    Times are placed so that a CDR ends when its line is written: second 0 is the instant `start`.
    The same arguments give the same bytes, however often `write_until` is called in between.
    There is no clock and no thread inside: the caller says how much time has passed.

    Raises OccupiedError if there are files of an earlier simulation, OSError if a file cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        start: datetime,
        sites: int = 3,
        seed: int = 1,
        rate: float = BULK_LEGS_PER_SECOND,
        legs: int | None = None,
        faults: bool = False,
    ) -> None:
        self.directory = directory
        self.world = build_world(PLACES[:sites])
        self._start = math.floor(start.timestamp())
        self._schedule = Schedule(self.world, seed, rate, self._start, legs)
        self._truth = Truth(self.world, seed, start)
        _refuse_occupied(directory, self.world)
        self._files = {site.name: SiteFile(directory, site, faults=faults) for site in self.world.sites}
        (directory / CONFIGURATION_FILE).write_text(configuration(self.world), encoding="utf-8")
        self._write_truth()

    @property
    def configuration_file(self) -> Path:
        """The configuration with which every command reads these sites."""
        return self.directory / CONFIGURATION_FILE

    @property
    def legs(self) -> int:
        """The legs written so far."""
        return self._truth.legs

    @property
    def truth(self) -> dict[str, object]:
        """What is true of the files so far; the content of truth.json (docs/simulator.md)."""
        return self._truth.summary({name: file.rejects for name, file in self._files.items()})

    def write_until(self, elapsed: float) -> int:
        """Writes every line that falls due up to so many seconds after the start; returns how many legs it wrote."""
        before = self.legs
        self._write(self._schedule.due(self._start + elapsed))
        return self.legs - before

    def finish(self) -> dict[str, object]:
        """Writes what is still missing of calls that have begun, a minute ahead at most, and returns the truth."""
        self._write(self._schedule.rest())
        for file in self._files.values():
            file.finish()
        return self.truth

    def _write(self, due: Iterator[DueLeg]) -> None:
        while True:
            legs = list(islice(due, LINES_AT_ONCE))
            for leg, call in legs:
                self._files[leg.site.name].add(line(leg))
                self._truth.add(leg, call)
            for file in self._files.values():
                file.flush()
            self._write_truth()
            if len(legs) < LINES_AT_ONCE:
                return

    def _write_truth(self) -> None:
        with (self.directory / CALLS_FILE).open("a", encoding="utf-8") as file:
            file.writelines(call + "\n" for call in self._truth.finished_calls())
        new = self.directory / (TRUTH_FILE + ".new")
        new.write_text(json.dumps(self.truth, indent=2) + "\n", encoding="utf-8")
        new.replace(self.directory / TRUTH_FILE)


def _refuse_occupied(directory: Path, world: World) -> None:
    for name in (CONFIGURATION_FILE, TRUTH_FILE, *(site.name for site in world.sites)):
        if (directory / name).exists():
            raise OccupiedError(f"{directory / name} exists already: name an empty or a new directory")
    directory.mkdir(parents=True, exist_ok=True)


def write_at_once(
    directory: Path, *, start: datetime, legs: int, sites: int = 3, seed: int = 1, faults: bool = False
) -> dict[str, object]:
    """Writes whole calls of exactly so many legs and returns the truth, as in truth.json."""
    simulation = Simulation(directory, start=start, sites=sites, seed=seed, legs=legs, faults=faults)
    simulation.write_until(math.inf)
    return simulation.finish()
