"""One process at a time follows a site: two would overwrite each other's checkpoint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.cdr_file.errors import TailError
from connectors.cdr_file.opening import take_lock


@contextmanager
def site_lock(directory: Path, site: str) -> Iterator[None]:
    """Holds `<directory>/<site>.lock` as long as the context lasts; a crash frees it too.

    Raises `TailError`, naming the other process, where the site is followed already.
    """
    path = directory / f"{site}.lock"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+")
    except OSError as error:
        raise TailError(f"{path}: cannot be opened: {error.strerror}; state_directory must be writable") from None
    with stream:
        if not take_lock(stream):
            stream.seek(0)
            owner = stream.read().strip() or "unknown"
            raise TailError(f"site {site} is already followed by process {owner} ({path}): stop that process first")
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
