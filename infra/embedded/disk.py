"""Room on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.embedded.errors import ServiceError

MEGABYTE = 1_000_000


def require_space(directory: Path, needed: int, purpose: str) -> None:
    """Checks that `needed` bytes are free where `directory` is.

    Raises:
        ServiceError: there are fewer.
    """
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise ServiceError(
            f"{directory}: {free // MEGABYTE} MB are free, {purpose} needs {needed // MEGABYTE} MB: "
            "make room or choose a directory on another disk"
        )
