"""Fuzzes the reading of cdr.txt: `python -m tests.fuzz 1000000 [SEED]` prints one JSON line (docs/cdr-format.md)."""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
from collections import Counter

from tests.fuzz.accounting import account
from tests.fuzz.files import DIALECTS, random_cuts, random_file


def main(inputs: int, seed: int) -> int:
    """Read so many random files; exit code 1 if one raises or loses a byte."""
    rng = random.Random(seed)  # noqa: S311
    counts: Counter[str] = Counter()
    began = time.monotonic()
    for _ in range(inputs):
        data = random_file(rng)
        cuts = random_cuts(rng, data)
        dialect = rng.choice(DIALECTS)
        try:
            counts += account(data, dialect, cuts)
        except Exception as error:  # whatever it is: that is what this looks for
            counts["not_accounted" if isinstance(error, AssertionError) else "exceptions"] += 1
            sys.stderr.write(f"{data!r}\n{dialect}\ncuts={cuts}\n{traceback.format_exc()}\n")
    found = {name: counts.pop(name, 0) for name in ("exceptions", "not_accounted", "bytes", "pending")}
    lines = dict(sorted(counts.items()))
    report = {"fuzz": "cdr.txt", "inputs": inputs, "seed": seed, "seconds": round(time.monotonic() - began)}
    sys.stdout.write(json.dumps({**report, **found, "lines": lines}) + "\n")
    return int(bool(found["exceptions"] or found["not_accounted"]))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
