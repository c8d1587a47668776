"""Lines of cdr.txt parsed to typed records per second on one core: prints one JSON line."""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from schemas.cdr import Leg

LINES = 100_000
BLOCK = 256 * 1024


def cdr_lines(count: int, seed: int = 1) -> bytes:
    """A file of `count` CDRs of 34 quoted columns under a header, as SwyxWare writes them."""
    rng = random.Random(seed)  # noqa: S311
    at = datetime(2025, 1, 6, 8, tzinfo=UTC)
    lines = [",".join(f'"{name}"' for name in COLUMNS)]
    for call_id in range(1, count + 1):
        at += timedelta(seconds=rng.randrange(8))
        lines.append(",".join(f'"{field}"' for field in _fields(rng, call_id, at)))
    return ("\r\n".join(lines) + "\r\n").encode()


def _fields(rng: random.Random, call_id: int, start: datetime) -> list[str]:
    delivered = start + timedelta(seconds=1)
    connected = delivered + timedelta(seconds=rng.randrange(1, 20))
    ended = connected + timedelta(seconds=rng.randrange(5, 900))
    stamps = [text for at in (start, delivered, connected, ended) for text in at.strftime("%d.%m.%Y %H:%M:%S").split()]
    number = f"0{rng.randrange(10**9, 10**10)}"
    people = [str(rng.randrange(100, 400)), f"Käthe Müller {rng.randrange(50)}", number, "", number, ""]
    costs = ["EUR", f"{rng.randrange(300) / 100:.2f}".replace(".", ",")]
    routing = ["Connected", "0", "", "", "1", "", "SwyxGate 1", "", "", "", "", "", "", "", "CallDisconnected"]
    return [str(call_id), *people, *stamps[:2], "", "", *stamps[2:], *costs, *routing]


def main() -> None:
    """Parse the same file five times and report the best."""
    data = cdr_lines(LINES)
    blocks = [data[begin : begin + BLOCK] for begin in range(0, len(data), BLOCK)]
    best = 0.0
    for _ in range(5):
        read_at = datetime.now(UTC)
        begin = time.perf_counter()
        framer = Framer()
        parser = LineParser("dortmund", Dialect("Europe/Berlin"), "cdr.txt")
        legs = sum(isinstance(parser.parse(line, read_at), Leg) for block in blocks for line in framer.feed(block))
        best = max(best, legs / (time.perf_counter() - begin))
        if legs != LINES:
            sys.exit(f"expected {LINES} legs, parsed {legs}")
    print(json.dumps({"bench": "parse", "lines_per_second": round(best), "bytes_per_line": len(data) // LINES}))


if __name__ == "__main__":
    main()
