"""Lines of cdr.txt parsed to typed records per second on one core: prints one JSON line.

The base is the standard library's csv reader over the same bytes: fields as texts, nothing typed or checked.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bench._result import show
from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from schemas.cdr import Leg

LINES = 100_000
BLOCK = 256 * 1024
START = datetime(2025, 1, 6, 8, tzinfo=UTC)


def cdr_lines(count: int, seed: int = 1, start: datetime = START) -> bytes:
    """A file of `count` CDRs of 34 quoted columns under a header, as SwyxWare writes them."""
    rng = random.Random(seed)  # noqa: S311
    at = start
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


def parsed(blocks: Sequence[bytes]) -> int:
    """Legs in the blocks of a file."""
    read_at = datetime.now(UTC)
    framer = Framer()
    parser = LineParser("dortmund", Dialect("Europe/Berlin"), "cdr.txt")
    return sum(isinstance(parser.parse(line, read_at), Leg) for block in blocks for line in framer.feed(block))


def split(blocks: Sequence[bytes]) -> int:
    """Lines under the header of the same file, by the base."""
    return sum(1 for _ in csv.reader(io.StringIO(b"".join(blocks).decode(), newline=""))) - 1


def rate(read: Callable[[Sequence[bytes]], int], blocks: Sequence[bytes]) -> float:
    """Lines a second of processor time, the best of five runs."""
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        lines = read(blocks)
        best = min(best, time.process_time() - begin)
        if lines != LINES:
            sys.exit(f"expected {LINES} lines, found {lines}")
    return LINES / best


def main() -> None:
    """Both read the same file."""
    data = cdr_lines(LINES)
    blocks = [data[begin : begin + BLOCK] for begin in range(0, len(data), BLOCK)]
    ours, base = rate(parsed, blocks), rate(split, blocks)
    result = {
        "bench": "parse",
        "lines_per_second": round(ours),
        "csv_lines_per_second": round(base),
        "ratio": round(ours / base, 2),
        "bytes_per_line": len(data) // LINES,
    }
    show(result)


if __name__ == "__main__":
    main()
