"""One random script: what is possible is done, the tail is killed and started on the way."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from uuid import uuid4

from tests.faults.arrivals import DEADLINE_SECONDS, Arrivals
from tests.faults.followers import Followers
from tests.faults.scripts import GLOBS
from tests.faults.writer import Writer

# More than it ever takes; a failing script is tried again many times.
WAIT_SECONDS = 40.0
TAIL_STEPS = ("look", "settled", "start", "kill")
# Steps that are taken back by another one (`end` does it), which stands first, and what may be done in between.
BETWEEN = {
    "half": ("rest", "copy", *TAIL_STEPS),
    "vanish": ("come-back", "write", *TAIL_STEPS),
    "deny": ("grant", *TAIL_STEPS),
    "hold": ("let-go", "write", "rename", *TAIL_STEPS),
}
NEEDS_NO_FILE = ("write", "half", "half-character", "half-end", "hold", "header", "file", "vanish")


class Scene:
    """The writer of one site and its tail, which runs or does not."""

    def __init__(self, followers: Followers, arrivals: Arrivals, folder: Path) -> None:
        self.site = f"site-{uuid4().hex[:12]}"
        self.writer = Writer(folder, self, 0)
        # The tail may not have seen a file that is taken away.
        self.writer.is_open = False
        self._folder = folder
        self._followers = followers
        self._arrivals = arrivals
        self._process: BaseProcess | None = None
        self._begun = ""
        self._names = count(1)

    def play(self, steps: Iterable[str]) -> None:
        """Do what is possible of these steps, then read all files to their ends."""
        try:
            for step in steps:
                self._do(*step.split())
            self._do("end")
            # A tail that runs has to find everything itself: the next one compares all files anew.
            self.settled()
            self.kill()
            last = self._followers.start(self.site, self._folder, GLOBS, until_idle=True)
            last.join(DEADLINE_SECONDS)
            assert last.exitcode == 0
        finally:
            self.kill()
        self._arrivals.catch_up()

    def fragments(self) -> set[bytes]:
        """What came and was never written like this."""
        rejects = {reject.raw for reject in self._arrivals.rejects[self.site]}
        return (self.arrived().keys() - self.writer.written.keys()) | rejects

    def divided(self) -> list[set[str]]:
        """The legs of lines that came as more than one."""
        return [ids for ids in self._arrivals.leg_ids[self.site].values() if len(ids) > 1]

    # The reader of the writer

    def arrived(self) -> Counter[bytes]:
        return self._arrivals.lines[self.site]

    def wait(self, condition: Callable[[], object], what: str) -> None:
        assert self._arrivals.wait(condition, WAIT_SECONDS), f"{self.site}: {what}"

    def down(self) -> None:
        self.kill()

    def up(self) -> None:
        self.start()

    def others(self) -> None:
        """It is the only one."""

    # Steps of the tail

    def start(self) -> None:
        if not self._process:
            self._process = self._followers.start(self.site, self._folder, GLOBS)

    def kill(self, milliseconds: str = "0") -> None:
        if self._process:
            time.sleep(int(milliseconds) / 1000)
            self._process.kill()
            self._process.join()
            self._process = None
            self.writer.is_forgotten()

    def look(self) -> None:
        if self._process:
            number = self._followers.looked()
            deadline = time.monotonic() + DEADLINE_SECONDS
            while not self._followers.has_looked_since(number):
                assert self._process.is_alive()
                assert time.monotonic() < deadline, f"{self.site}: no look"
                time.sleep(0.001)
            if not self._begun:
                self.writer.is_read()

    def settled(self) -> None:
        if self._process and not self._begun:
            self.writer.settled()

    def _do(self, name: str, *arguments: str) -> None:
        if name == "end" and self._begun:
            name = BETWEEN[self._begun][0]
        if not self._is_possible(name):
            return
        if name in TAIL_STEPS:
            getattr(self, name)(*arguments)
            return
        if name in ("rename", "copy", "replace"):
            arguments = (f"cdr{next(self._names)}.txt", *arguments)
        getattr(self.writer, name.replace("-", "_"))(*arguments)
        self._begun = self._begun_by(name)

    def _is_possible(self, name: str) -> bool:
        if name in TAIL_STEPS:
            return True
        if self._begun:
            return name in BETWEEN[self._begun] and (name not in ("rename", "copy") or self.writer.path.exists())
        return name != "end" and (name in NEEDS_NO_FILE or self.writer.path.exists())

    def _begun_by(self, name: str) -> str:
        if name.startswith("half"):
            return "half"
        if name in BETWEEN:
            return name
        ends = self._begun and name == BETWEEN[self._begun][0]
        return "" if ends else self._begun
