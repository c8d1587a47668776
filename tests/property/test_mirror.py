"""The mirror holds every whole line once, whatever is written, read and killed when (contract 3 `mirror`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cdr_file import followed
from connectors.cdr_file.columns import COLUMNS
from schemas.cdr import Leg
from tests.cdr_lines import fields, quoted
from tests.mirrored import Faults, Killed, MirroredSite

# Originator and called change places, so that a line under the wrong header says something else.
SWAPPED = [*COLUMNS[:1], *COLUMNS[3:5], *COLUMNS[1:3], *COLUMNS[5:], "Custom0"]


class World:
    """A script of writes, reads and kills; `lines` are all that were written, headers left out.

    The file is emptied, removed or rotated only when it is read to its end, so that no line may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self.site = MirroredSite(folder)
        self.current = self.site.source / "cdr.txt"
        self.lines: list[bytes] = []
        self.torn = b""
        self.swapped = False
        self.rotations = 0

    def next_line(self, *, swapped: bool) -> bytes:
        values = fields(CallId=str(len(self.lines)))
        if swapped:
            values = [*values[:1], *values[3:5], *values[1:3], *values[5:], "custom"]
        end = "\r\n" if len(self.lines) % 3 else "\n"
        self.lines.append(f"{quoted(values)}{end}".encode())
        return self.lines[-1]

    def write(self) -> None:
        self.site.append(self.torn + self.next_line(swapped=self.swapped))
        self.torn = b""

    def write_torn(self) -> None:
        if not self.torn:
            line = self.next_line(swapped=self.swapped)
            self.site.append(line[:100])
            self.torn = line[100:]

    def write_header(self) -> None:
        self.complete()
        self.swapped = not self.swapped
        self.site.append(f"{quoted(SWAPPED if self.swapped else [*COLUMNS])}\r\n".encode())

    def write_elsewhere(self) -> None:
        self.site.append(self.next_line(swapped=False), "cdr-second.txt")

    def complete(self) -> None:
        self.site.append(self.torn)
        self.torn = b""

    def read(self) -> None:
        self.site.read()

    def save(self) -> None:
        self.site.save()

    def next_day(self) -> None:
        self.site.now += timedelta(days=1)

    def begin_anew(self) -> None:
        self.complete()
        self.read()
        self.swapped = False

    def empty(self) -> None:
        self.begin_anew()
        self.current.write_bytes(b"")

    def remove(self) -> None:
        self.begin_anew()
        self.current.unlink(missing_ok=True)

    def rotate(self) -> None:
        self.begin_anew()
        self.rotations += 1
        self.current.rename(self.current.with_name(f"cdr{self.rotations}.txt"))


STEPS: list[Callable[[World], None]] = [
    *[World.write, World.write_torn, World.read] * 2,
    *[World.write_header, World.write_elsewhere, World.save, World.next_day],
    *[World.empty, World.remove, World.rotate],
]
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 12), st.booleans()), max_size=25)


def kill(world: World, step: Callable[[World], None], at: int, after: bool) -> None:
    """Do the step; if it does so much on the disk, the process is killed there and another one goes on."""
    with Faults(at, after=after).happen():
        try:
            step(world)
        except Killed:
            world.site.restart()


def fill(world: World, step: Callable[[World], None], at: int, after: bool) -> None:
    """Do the step; the disk is full for a while if it does so much on it."""
    with Faults(at, full=1 + 2 * after).happen():
        step(world)


@pytest.mark.parametrize("fault", [kill, fill])
@settings(max_examples=60, deadline=None)
@given(steps)
def test_every_line_is_in_the_mirror_once_and_read_from_it_as_from_its_file(
    fault: Callable[[World, Callable[[World], None], int, bool], None],
    script: list[tuple[Callable[[World], None], int, bool]],
) -> None:
    with TemporaryDirectory() as folder, patch.object(followed, "BLOCK_BYTES", 700):
        world = World(Path(folder))
        for step, at, after in script:
            fault(world, step, at, after)
        world.complete()
        world.read()

        copied = [line for line in world.site.mirrored().splitlines(keepends=True) if b"StartTime" not in line]
        assert Counter(copied) == Counter(world.lines)
        assert contents(world.site.legs()) == contents(world.site.published)


def contents(legs: list[Leg]) -> set[object]:
    """What the lines say, without their place."""
    return {(leg.record, leg.extra) for leg in legs}
