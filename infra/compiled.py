"""Which modules are compiled to C, and from which sources (ADR 21).

What `infra/compiling.py` makes stands beside the sources, which Python then passes over. So the program must not run
with modules that were compiled from other sources: `changed_sources` tells.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORD = "compiled.json"
"""For which Python the modules are, and the digests of their sources; not there while nothing is compiled."""


def changed_sources(root: Path = ROOT) -> list[str]:
    """The sources that have changed since they were compiled, relative to the project; none if nothing is compiled."""
    record = root / RECORD
    if not record.exists():
        return []
    compiled = json.loads(record.read_text("utf-8"))["sources"]
    return [source for source, digest in compiled.items() if digest_of(root / source) != digest]


def digest_of(source: Path) -> str:
    """The SHA-256 of a source; empty if it is not there."""
    return sha256(source.read_bytes()).hexdigest() if source.exists() else ""
