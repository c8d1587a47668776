"""The files of a mirror: one for each day, `cdr-YYYY-MM-DD.txt`."""

from __future__ import annotations

import os
import re
from datetime import date
from io import FileIO
from pathlib import Path

import structlog

_DAY_FILE = re.compile(r"cdr-([0-9]{4}-[0-9]{2}-[0-9]{2})\.txt")
_log = structlog.get_logger()


def day_file(day: date) -> str:
    """The name of a day's file."""
    return f"cdr-{day.isoformat()}.txt"


def end_of(file: Path) -> tuple[int, bool]:
    """The file's length, and whether its last line has no line end; 0 if there is no such file. Raises OSError."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - 1))
            return size, stream.read(1) not in (b"", b"\n")
    except FileNotFoundError:
        return 0, False


def write_all(stream: FileIO, data: bytes) -> None:
    """Write all of it, in as many writes as it takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]


def remove_old(folder: Path, oldest: date) -> None:
    """Remove the files of the days before `oldest`; one that cannot be removed is named and stays."""
    for file in sorted(folder.iterdir()):
        day = _DAY_FILE.fullmatch(file.name)
        if day and day[1] < oldest.isoformat():
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("cannot remove an old file of the mirror", file=str(file), problem=error.strerror)
            else:
                _log.info("removed an old file of the mirror", file=str(file))
