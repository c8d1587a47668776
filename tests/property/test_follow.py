"""A model of what happens to the files of a site: whatever the order, every line is read once (docs/delivery.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.cdr_file.follow import Follower
from connectors.cdr_file.followed import FollowedFile
from connectors.cdr_file.identity import Footprint

STARTED = datetime(2002, 11, 19, tzinfo=UTC)


class Model:
    """A folder, the lines written into it, and the lines that its follower has read."""

    def __init__(self, folder: Path) -> None:
        self.current = folder / "cdr.txt"
        self.folder = folder
        self.written: list[bytes] = []
        self.read_lines: list[bytes] = []
        self.torn = b""
        self.rotations = 0
        self.confirmed: dict[FollowedFile, Footprint] = {}
        self.start()

    def start(self) -> None:
        """Start the program, from its checkpoint if it ran before."""
        states = [(file.source_file, known) for file, known in self.confirmed.items()]
        self.follower = Follower([str(self.folder / "cdr*.txt")], self.folder, lambda _path: STARTED)
        self.confirmed = {self.follower.restore(name, known, STARTED): known for name, known in states}

    def next_line(self) -> bytes:
        line = b"line %d" % len(self.written)
        self.written.append(line)
        return line

    def append(self, data: bytes) -> None:
        with self.current.open("ab") as stream:
            stream.write(data)

    def write(self) -> None:
        if self.torn:
            self.append(b" torn\r\n")
            self.written.append(self.torn + b" torn")
            self.torn = b""
        self.append(self.next_line() + b"\r\n")

    def write_torn(self) -> None:
        if not self.torn:
            self.torn = b"half %d" % len(self.written)
            self.append(self.torn)

    def rotate(self) -> None:
        if not self.torn and self.current.exists():
            self.rotations += 1
            self.current.rename(self.folder / f"cdr{self.rotations}.txt")

    def read(self) -> None:
        self.follower.scan()
        while chunk := self.follower.read():
            self.read_lines += [line.data for line in chunk.lines]
            if chunk.lines:
                self.confirmed[chunk.file] = chunk.footprint_at(chunk.lines[-1].end)

    def empty(self) -> None:
        if not self.torn and self.current.exists():
            self.read()
            self.current.write_bytes(b"")

    def replace(self) -> None:
        if not self.torn and self.current.exists():
            self.read()
            self.current.write_bytes(self.next_line() + b"\n" + self.next_line() + b"\n")

    def delete(self) -> None:
        if not self.torn and self.current.exists():
            self.read()
            self.current.unlink()

    def delete_and_create(self) -> None:
        self.delete()
        self.write()


STEPS: list[Callable[[Model], None]] = [
    Model.write,
    Model.write,
    Model.write_torn,
    Model.read,
    Model.rotate,
    Model.empty,
    Model.replace,
    Model.delete,
    Model.delete_and_create,
    Model.start,
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=40))
@example([Model.write, Model.empty, Model.rotate, Model.write, Model.rotate])
def test_every_line_is_read_once_whatever_happens_to_the_files(steps: list[Callable[[Model], None]]) -> None:
    with TemporaryDirectory() as folder:
        model = Model(Path(folder))
        for step in steps:
            step(model)
        model.read()
        assert Counter(model.read_lines) == Counter(model.written)
