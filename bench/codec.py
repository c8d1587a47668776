"""Messages encoded and decoded per second on one core, against bare fastavro: prints one JSON line.

Lifecycle messages hold 100 parsed legs each. The base is fastavro's schemaless writer and reader on the same bytes,
dictionaries of plain values in and out: without building them from the project's types and back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO
from typing import Any

import fastavro

from bench._result import show
from bench.parse import cdr_lines
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from schemas.cdr import Leg, Lifecycle
from schemas.codec import decode, encode
from schemas.registry import current_schemas

LEGS, PER_MESSAGE, ROWS, ROUNDS = 4_000, 100, 1_000, 10
EXAMPLES = {
    "leg": "cdr.legs/over_the_link.avro",
    "site_call": "cdr.site_calls/over_the_link.avro",
    "call": "cdr.calls/over_the_link.avro",
    "charge": "cdr.charges/forwarded_advice.avro",
    "total": "cdr.totals/one_call.avro",
    "link_match": "cdr.links/a_pair.avro",
}


def lifecycle_messages() -> list[Lifecycle]:
    """Parsed legs, as a tail that catches up sends them."""
    parser = LineParser("dortmund", Dialect("Europe/Berlin"), "cdr.txt")
    parsed = [parser.parse(line, datetime.now(UTC)) for line in Framer().feed(cdr_lines(LEGS))]
    legs = [leg for leg in parsed if isinstance(leg, Leg)]
    batches = [tuple(legs[first : first + PER_MESSAGE]) for first in range(0, LEGS, PER_MESSAGE)]
    return [Lifecycle("dortmund", "2049:131:9f86d081884c7d65", 1, batch) for batch in batches]


def rates(functions: dict[str, tuple[Callable[[Any], object], Sequence[Any]]], legs: int) -> dict[str, int]:
    """The rate of each function by the best time of each value, all measured in turn; a value counts as `legs`."""
    best = {name: [float("inf")] * len(values) for name, (_, values) in functions.items()}
    for _ in range(ROUNDS):
        for name, (function, values) in functions.items():
            for place, value in enumerate(values):
                begin = time.perf_counter()
                function(value)
                best[name][place] = min(best[name][place], time.perf_counter() - begin)
    return {name: round(len(seconds) * legs / sum(seconds)) for name, seconds in best.items()}


def measure(schema_name: str, messages: Sequence[Any], legs: int) -> dict[str, int]:
    """Rates of the codec and of bare fastavro over messages of one schema."""
    schema = current_schemas()[schema_name].plain
    encoded = [encode(message) for message in messages]
    plain = [fastavro.schemaless_reader(BytesIO(data[10:]), schema, None) for data in encoded]
    functions: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "encode": (encode, messages),
        "decode": (decode, encoded),
        "base_encode": (lambda values: fastavro.schemaless_writer(BytesIO(), schema, values), plain),
        "base_decode": (lambda data: fastavro.schemaless_reader(BytesIO(data[10:]), schema, None), encoded),
    }
    return rates(functions, legs)


def main() -> None:
    """Measure lifecycle messages by the leg and every row type by the row."""
    lifecycle = measure("lifecycle", lifecycle_messages(), PER_MESSAGE)
    folder = files("schemas") / "examples"
    rows = {
        name: measure(name, [decode(folder.joinpath(*path.split("/")).read_bytes())] * ROWS, 1)
        for name, path in EXAMPLES.items()
    }
    ratios = {way: round(lifecycle[way] / lifecycle[f"base_{way}"], 2) for way in ("encode", "decode")}
    show({"bench": "codec", "legs_per_second": lifecycle, "ratio": ratios, "rows_per_second": rows})


if __name__ == "__main__":
    main()
