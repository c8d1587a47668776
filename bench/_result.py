"""The one line that a benchmark prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.domain import state

_STAT = Path("/proc/stat")


class _Ticks(NamedTuple):
    """Time of all processors since the machine started: what its programs asked for, and what they did not get."""

    wanted: int
    stolen: int


def _ticks() -> _Ticks:
    """Nothing where there is no `/proc`."""
    if not _STAT.exists():
        return _Ticks(0, 0)
    user, nice, system, _idle, _waiting, irq, soft_irq, stolen = map(int, _STAT.read_text().split()[1:9])
    return _Ticks(user + nice + system + irq + soft_irq + stolen, stolen)


_BEGIN = _ticks()


def show(result: Mapping[str, object]) -> None:
    """Print a result as a line of JSON.

    With it come `compiled` (`scripts/compile`) and `stolen_percent`: of the processor time that was asked for on this
    machine while the benchmark ran, the part that its host gave to others.
    """
    wanted, stolen = (now - then for now, then in zip(_ticks(), _BEGIN, strict=True))
    compiled = not state.__file__.endswith(".py")
    print(json.dumps({**result, "compiled": compiled, "stolen_percent": round(100 * stolen / max(1, wanted), 1)}))
