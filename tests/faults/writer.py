"""A scripted writer: does to the files of a folder what a PBX, a rotation or a backup does, step by step.

A script is text, `step; step; …`, each step the name of a method of `Writer` with its arguments. `down` and `up`
stop and start the reader. The writer remembers which lines must arrive: all but those that a step took from the
disk at once, before they had arrived.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from tests.cdr_lines import HEADER, line

LIVE_SECONDS = 0.005


class Reader(Protocol):
    """What the writer knows of the one that reads its files."""

    def arrived(self) -> Counter[bytes]:
        """How often each line has arrived."""

    def down(self) -> None:
        """Kill the reader, together with the other scripts."""

    def up(self) -> None:
        """Start it again."""

    def others(self) -> None:
        """Wait until all other scripts wait for the reader to be killed."""

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait until the condition holds."""


class Writer:
    """The files of one folder, `cdr.txt` at first, and the lines that were written into them."""

    def __init__(self, folder: Path, reader: Reader, pause_seconds: float) -> None:
        self.folder = folder
        self.written: Counter[bytes] = Counter()
        self.required: set[bytes] = set()
        # Whether the reader has the file open, so that what is in it can be read when its name is gone.
        self.is_open = True
        self._reader = reader
        self._pause_seconds = pause_seconds
        self._name = "cdr.txt"
        self._held: BinaryIO | None = None
        self._half: tuple[bytes, bytes] | None = None
        self._unsafe: dict[str, list[bytes]] = {}
        self._next_number = 1
        self._live: threading.Thread | None = None

    @property
    def path(self) -> Path:
        """The file that is written to."""
        return self.folder / self._name

    def play(self, script: str) -> None:
        """Do all steps of a script."""
        for step in script.split(";"):
            name, *arguments = step.split()
            getattr(self, name.replace("-", "_"))(*arguments)
        if self._live:
            self._live.join()
        self.settled()

    # Waiting

    def settled(self) -> None:
        """Wait until every line that must arrive has arrived."""
        self._reader.wait(lambda: not self.missing(), "all lines")
        self.is_read()

    def is_read(self) -> None:
        """Everything that was written until now has been read."""
        self._unsafe.clear()

    def missing(self) -> set[bytes]:
        """The lines that must arrive and have not."""
        return self.required - self._reader.arrived().keys()

    def is_forgotten(self) -> None:
        """What was read and has not arrived is forgotten: it must be read again where it still is."""
        arrived = self._reader.arrived().keys()
        self._unsafe = {}
        for file in self.files():
            name = self._name if file.name == "denied.old" else file.relative_to(self.folder).as_posix()
            self._unsafe[name] = [line for line in file.read_bytes().splitlines() if line not in arrived]
        self.required &= arrived | {line for lines in self._unsafe.values() for line in lines}

    def files(self) -> list[Path]:
        """The files that the reader looks for."""
        return [file for file in self.folder.rglob("*.*") if file.is_file() and file.name != "kept.old"]

    def arrived(self, count: str) -> None:
        self._reader.wait(lambda: len(self._reader.arrived()) >= int(count), f"{count} lines")

    def pause(self) -> None:
        """Let some time pass, as programs do between two steps; nothing is waited for."""
        time.sleep(self._pause_seconds)

    def down(self) -> None:
        self._reader.down()
        self.is_open = False

    def up(self) -> None:
        self._reader.up()
        self.is_open = True

    def others(self) -> None:
        self._reader.others()

    # Writing

    def write(self, count: str) -> None:
        self._append(b"".join(self._new_line() for _ in range(int(count))))

    def header(self) -> None:
        self._append(HEADER.encode() + b"\r\n")

    def live(self, count: str) -> None:
        """Write line by line beside the following steps."""
        self._live = threading.Thread(target=self._write_slowly, args=(int(count),))
        self._live.start()

    def half(self, missing_bytes: str = "200") -> None:
        """All of a line but so many bytes."""
        text = self._line()
        cut = len(text) - int(missing_bytes)
        self._begin_line(text, cut)

    def half_character(self) -> None:
        text = self._line()
        self._begin_line(text, text.index("ü".encode()) + 1)

    def half_end(self) -> None:
        """A line with the first half of its line end."""
        self.half("1")

    def rest(self) -> None:
        """What the half line lacks."""
        assert self._half
        text, rest = self._half
        self._half = None
        self._note(text)
        self._append(rest)

    def hold(self) -> None:
        """Keep the file open: what is written next goes there, whatever its name becomes."""
        self._held = self.path.open("ab", buffering=0)

    def let_go(self) -> None:
        assert self._held
        self._held.close()
        self._held = None

    # What happens to files

    def file(self, name: str) -> None:
        """Write into this file from now on."""
        self._name = name

    def empty(self) -> None:
        self._give_up()
        os.truncate(self.path, 0)

    def rewrite(self, count: str) -> None:
        """Truncate and write in one go."""
        self._give_up()
        self.path.write_bytes(b"".join(self._new_line() for _ in range(int(count))))

    def same(self, times: str = "") -> None:
        """Other lines of the same length, in the same file; with `times` under its old times too."""
        self._give_up()
        status = self.path.stat()
        with self.path.open("r+b", buffering=0) as stream:
            lines = stream.read().splitlines(keepends=True)
            stream.seek(0)
            stream.write(b"".join(text if b"CallId" in text else self._new_line() for text in lines))
        assert self.path.stat().st_size == status.st_size
        if times:
            os.utime(self.path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def again(self) -> None:
        """Empty the file and write the same lines again."""
        content = self.path.read_bytes()
        self.path.write_bytes(b"")
        self.pause()
        self.path.write_bytes(content)
        self.written.update(content.splitlines())

    def delete(self) -> None:
        if not self.is_open:
            self._give_up()
        self.path.unlink()

    def rename(self, name: str) -> None:
        target = self.folder / name
        target.parent.mkdir(exist_ok=True)
        self.path.rename(target)
        self._unsafe.setdefault(name, []).extend(self._unsafe.pop(self._name, []))

    def away(self) -> None:
        """Rename it to where nobody looks for it."""
        if not self.is_open:
            self._give_up()
        self.path.rename(self.folder / "kept.old")

    def copy(self, name: str) -> None:
        shutil.copyfile(self.path, self.folder / name)
        self._unsafe.pop(self._name, None)

    def replace(self, old_name: str, count: str) -> None:
        """Put a file of new lines under its name at once; the old one has got another name before."""
        os.link(self.path, self.folder / old_name)
        new = self.folder / "new.tmp"
        new.write_bytes(b"".join(self._new_line() for _ in range(int(count))))
        new.replace(self.path)

    def vanish(self) -> None:
        """The whole folder is away; what is written goes into its files there."""
        self.folder = self.folder.rename(self.folder.with_name(self.folder.name + "-away"))

    def come_back(self) -> None:
        self.folder = self.folder.rename(self.folder.with_name(self.folder.name.removesuffix("-away")))

    def deny(self) -> None:
        """Nobody can read the file: something else is in its place (permissions do not stop root)."""
        self.path.rename(self.folder / "denied.old")
        self.path.mkdir()

    def grant(self) -> None:
        self.path.rmdir()
        (self.folder / "denied.old").rename(self.path)

    def keep(self) -> None:
        """Make a backup."""
        shutil.copyfile(self.path, self.folder / "kept.old")

    def put_back(self) -> None:
        """Take the backup's content instead of the file's."""
        self._give_up()
        content = (self.folder / "kept.old").read_bytes()
        self.path.write_bytes(content)
        self.written.update(content.splitlines())

    def touch(self, seconds: str) -> None:
        """Set the file's time so many seconds off."""
        at = time.time() + int(seconds)
        os.utime(self.path, (at, at))

    # Parts

    def _line(self) -> bytes:
        text = line(CallId=f"{self._next_number:08}", OriginationName="Jörg Müller", CalledName="Smith, John")
        self._next_number += 1
        return text.encode() + b"\r\n"

    def _new_line(self) -> bytes:
        text = self._line()
        self._note(text)
        return text

    def _note(self, text: bytes) -> None:
        content = text.rstrip(b"\r\n")
        self.written[content] += 1
        self.required.add(content)
        self._unsafe.setdefault(self._name, []).append(content)

    def _begin_line(self, text: bytes, cut: int) -> None:
        self._half = text, text[cut:]
        self._append(text[:cut])

    def _append(self, data: bytes) -> None:
        if self._held:
            self._held.write(data)
            return
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("ab", buffering=0) as stream:
            stream.write(data)

    def _give_up(self) -> None:
        """What is in the file and may not have been read is taken from the disk at once."""
        self.required.difference_update(self._unsafe.pop(self._name, []))

    def _write_slowly(self, count: int) -> None:
        for _ in range(count):
            self.write("1")
            time.sleep(LIVE_SECONDS)
