"""One process at a time follows a site, or reads a group's archives: two would overwrite what the other notes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from connectors.cdr_file.errors import TailError
from connectors.cdr_file.opening import take_lock


def site_lock(directory: Path, site: str) -> AbstractContextManager[None]:
    """Holds `<directory>/<site>.lock` for who follows the site; see `process_lock`."""
    return process_lock(directory / f"{site}.lock", f"site {site} is already followed")


@contextmanager
def process_lock(path: Path, taken: str) -> Iterator[None]:
    """Holds a lock file as long as the context lasts; a crash frees it too.

    Raises `TailError` if another process holds it: what is `taken`, and by which process.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+")
    except OSError as error:
        raise TailError(f"{path}: cannot be opened: {error.strerror}; state_directory must be writable") from None
    with stream:
        if not take_lock(stream):
            stream.seek(0)
            owner = stream.read().strip() or "unknown"
            raise TailError(f"{taken} by process {owner} ({path}): stop that process first")
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
