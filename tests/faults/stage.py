"""Plays many scripts at once, each with a site of its own, before one real process, and counts what arrived."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple
from uuid import uuid4

from connectors.kafka.admin import TopicError, connect
from connectors.kafka.options import KafkaOptions
from schemas.topics import TOPICS
from tests.faults.arrivals import DEADLINE_SECONDS, Arrivals, arrivals_of
from tests.faults.scripts import GLOBS
from tests.faults.writer import Writer
from tests.integration.program import running

Launch = Callable[[], AbstractContextManager[Popen[bytes]]]


class Outcome(NamedTuple):
    """What went wrong with the lines of a script, in numbers.

    Lines that had to arrive and have not, lines that came more often than they were written, lines that were
    never written like this, and lines that came as more than one leg. `gone`: lines that have not arrived, but
    were taken from the disk at the moment they were written.
    """

    lost: int
    repeated: int
    fragments: int
    divided: int
    gone: int


class Patience(NamedTuple):
    """How long scripts pause, and how long they wait for lines; whether to go on without those that do not come."""

    pause_seconds: float = 0.4
    wait_seconds: float = DEADLINE_SECONDS
    goes_on: bool = False


def play_tail(bootstrap: str, folder: Path, scripts: Mapping[str, str]) -> dict[str, Outcome]:
    """The outcome of each script, played before the program `swyx-cdr tail`."""
    create_topics(bootstrap)
    sites = {f"{name}-{uuid4().hex[:8]}": folder / name for name in scripts}
    config = folder / "swyx-cdr.toml"
    text = f'[kafka]\nbootstrap_servers = "{bootstrap}"\n'
    for site, place in sites.items():
        place.mkdir()
        files = ", ".join(f'"{place.name}/{pattern}"' for pattern in GLOBS)
        text += f'[[sites]]\nname = "{site}"\nfiles = [{files}]\narea_code = "231"\n'
    config.write_text(text)
    with arrivals_of(bootstrap) as arrivals:
        return play(lambda: running("tail", "--config", config), arrivals, sites, list(scripts.values()), Patience())


def create_topics(bootstrap: str) -> None:
    """Create the system's topics, unless they are there."""
    with connect(KafkaOptions(bootstrap)) as admin, suppress(TopicError):
        admin.apply(admin.plan_topics(TOPICS, 4, 1))


def play(
    launch: Launch, arrivals: Arrivals, sites: Mapping[str, Path], scripts: Sequence[str], patience: Patience
) -> dict[str, Outcome]:
    """The outcome of each script, by the name of its site's folder; `launch` starts what reads the folders."""
    stage = Stage(launch, scripts)
    actors = [Actor(stage, arrivals, site, place, patience) for site, place in sites.items()]
    with ThreadPoolExecutor(len(scripts)) as pool:
        try:
            stage.start()
            for done in [pool.submit(actor.play, script) for actor, script in zip(actors, scripts, strict=True)]:
                done.result()
        finally:
            stage.stop()
    arrivals.catch_up()
    return {place.name: actor.outcome() for place, actor in zip(sites.values(), actors, strict=True)}


class Stage:
    """The process, and the points at which all scripts meet for it to be killed and started."""

    def __init__(self, launch: Launch, scripts: Sequence[str]) -> None:
        self.down = threading.Barrier(len(scripts), self.kill, DEADLINE_SECONDS)
        self.up = threading.Barrier(len(scripts), self.start, DEADLINE_SECONDS)
        self._launch = launch
        self._late = sum("others;" in script for script in scripts)
        self._held = ExitStack()

    def start(self) -> None:
        self._process = self._held.enter_context(self._launch())

    def kill(self) -> None:
        self._process.kill()
        self._held.close()

    def stop(self) -> None:
        """End the process in order; what it has taken arrives."""
        self._held.close()

    def others_wait(self) -> bool:
        """Whether all scripts that do not wait for others have come to the point of the kill."""
        return self.down.n_waiting + self._late >= self.down.parties


class Actor:
    """One script with its site: the reader that its writer knows."""

    def __init__(self, stage: Stage, arrivals: Arrivals, site: str, folder: Path, patience: Patience) -> None:
        self._stage = stage
        self._arrivals = arrivals
        self._site = site
        self._patience = patience
        self._writer = Writer(folder, self, patience.pause_seconds)

    def play(self, script: str) -> None:
        try:
            self._writer.play(script)
        except BaseException:
            self._stage.down.abort()
            self._stage.up.abort()
            raise

    def outcome(self) -> Outcome:
        arrived, written, missing = self.arrived(), self._writer.written, self._writer.missing()
        return Outcome(
            lost=len(missing),
            repeated=(Counter(arrived) - written).total(),
            fragments=len(arrived.keys() - written.keys()) + len(self._arrivals.rejects[self._site]),
            divided=sum(len(ids) > 1 for ids in self._arrivals.leg_ids[self._site].values()),
            gone=len(written.keys() - arrived.keys() - missing),
        )

    def arrived(self) -> Counter[bytes]:
        return self._arrivals.lines[self._site]

    def down(self) -> None:
        self._stage.down.wait()

    def up(self) -> None:
        self._stage.up.wait()

    def others(self) -> None:
        self.wait(self._stage.others_wait, "the other scripts")

    def wait(self, condition: Callable[[], object], what: str) -> None:
        holds = self._arrivals.wait(condition, self._patience.wait_seconds)
        assert holds or self._patience.goes_on, f"{self._site}: {what}"
