"""File → confirmed in Kafka: lines a second while catching up, memory then, latency of single lines; one JSON line.

The base is a bare kafka-python producer with the tail's settings that sends the same bytes, which are ready in memory:
the messages that the tail made of the same file. Tail and base take turns on one Kafka; `ratio` is the median of
their ratios. Processor time is that of the whole process, the broker's not included.

Usage: tail.py [bootstrap server]; without one an embedded Kafka runs for the time being.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from kafka import KafkaProducer

from bench._result import show
from bench.parse import cdr_lines
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import PARSER_VERSION, LineParser
from connectors.cdr_file.tail import Tail
from connectors.cdr_file.tail_site import MAX_LEGS, TailSite
from connectors.kafka.admin import connect
from connectors.kafka.options import KafkaOptions
from connectors.kafka.producer import PRODUCER_OPTIONS, Publisher
from infra.embedded.services import start_services
from schemas.cdr import Leg, Lifecycle
from schemas.codec import encode
from schemas.topics import LIFECYCLE, TOPICS

LINES = 200_000
LIVE_LINES = 300
ROUNDS = 5


class TimedPublisher(Publisher):
    """Notes when each message was confirmed."""

    def __init__(self, options: dict[str, object], stop: threading.Event) -> None:
        super().__init__(options, stop)
        self.confirmed_at: list[float] = []

    def _confirm(self, number: int, metadata: object) -> None:
        self.confirmed_at.append(time.perf_counter())
        super()._confirm(number, metadata)


@contextmanager
def kafka(bootstrap: str | None) -> Iterator[KafkaOptions]:
    """A Kafka with the system's topics."""
    with ExitStack() as held:
        if bootstrap is None:
            folder = held.enter_context(tempfile.TemporaryDirectory())
            bootstrap = held.enter_context(start_services(Path(folder), {"kafka"})).kafka_bootstrap
        options = KafkaOptions(bootstrap)
        with connect(options) as admin:
            admin.apply(admin.plan_topics(TOPICS, 4, 1))
        yield options


def site(folder: Path) -> TailSite:
    """The followed site."""
    return TailSite("dortmund", "dortmund", (str(folder / "cdr*.txt"),), folder, Dialect("Europe/Berlin"))


class Run(NamedTuple):
    """How fast the lines of a file were confirmed, and the processor time that a line took."""

    lines_per_second: float
    microseconds_per_line: float


@contextmanager
def timed(runs: list[Run]) -> Iterator[None]:
    """Adds a run over `LINES` lines."""
    begin, used = time.perf_counter(), time.process_time()
    yield
    seconds, used = time.perf_counter() - begin, time.process_time() - used
    runs.append(Run(LINES / seconds, used / LINES * 1e6))


def catch_up(options: KafkaOptions, data: bytes, runs: list[Run]) -> None:
    """The tail reads a file that is there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cdr.txt").write_bytes(data)
        stop = threading.Event()
        tail = Tail([site(folder)], Publisher(options.client_options(), stop), encode, folder / "state", stop)
        with timed(runs):
            tail.run(until_idle=True)


def messages_of(data: bytes) -> list[bytes]:
    """The values of the messages that the tail makes of the file."""
    parser = LineParser("dortmund", Dialect("Europe/Berlin"), "cdr.txt")
    now = datetime.now(UTC)
    legs = [leg for line in Framer().feed(data) if isinstance(leg := parser.parse(line, now), Leg)]
    batches = [tuple(legs[first : first + MAX_LEGS]) for first in range(0, len(legs), MAX_LEGS)]
    return [encode(Lifecycle("dortmund", "2049:131:9f86d081884c7d65", PARSER_VERSION, batch)) for batch in batches]


def send_bare(options: KafkaOptions, values: Sequence[bytes], runs: list[Run]) -> None:
    """The base sends the same bytes and waits until all are confirmed."""
    with timed(runs):
        producer = KafkaProducer(**PRODUCER_OPTIONS, **options.client_options())
        for value in values:
            producer.send(LIFECYCLE.name, key=b"dortmund", value=value, partition=0)
        producer.flush()
        producer.close()


def memory(options: KafkaOptions, folder: Path) -> float:
    """The greatest size in MB of the program while it catches up."""
    (folder / "cdr.txt").write_bytes(cdr_lines(LINES))
    (folder / "swyx-cdr.toml").write_text(
        f'[kafka]\nbootstrap_servers = "{options.bootstrap_servers}"\n'
        '[[sites]]\nname = "dortmund"\nfiles = ["cdr*.txt"]\narea_code = "231"\n'
    )
    command = [sys.executable, "-m", "pipeline.cli", "tail", "--until-idle", "--config", str(folder / "swyx-cdr.toml")]
    largest = 0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            sizes = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
            largest = max(largest, *map(int, sizes), 0)
            time.sleep(0.05)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return largest / 1024


def live(options: KafkaOptions, folder: Path) -> list[float]:
    """Seconds from appending each of some lines to its confirmation."""
    stop = threading.Event()
    publisher = TimedPublisher(options.client_options(), stop)
    tail = Tail([site(folder)], publisher, encode, folder / "state", stop)
    thread = threading.Thread(target=tail.run)
    thread.start()
    lines = cdr_lines(LIVE_LINES, seed=2).splitlines(keepends=True)
    latencies = []
    path = folder / "cdr.txt"
    path.write_bytes(b"".join(lines[:2]))
    time.sleep(2)
    for line in lines[2:]:
        time.sleep(random.uniform(0.02, 0.08))  # noqa: S311
        count = len(publisher.confirmed_at)
        begin = time.perf_counter()
        with path.open("ab") as stream:
            stream.write(line)
        while len(publisher.confirmed_at) == count:
            time.sleep(0.0005)
        latencies.append(publisher.confirmed_at[count] - begin)
    stop.set()
    thread.join()
    return sorted(latencies)


def main() -> None:
    """Measure all on one Kafka."""
    data = cdr_lines(LINES)
    values = messages_of(data)
    tails: list[Run] = []
    bare: list[Run] = []
    with kafka(sys.argv[1] if len(sys.argv) > 1 else None) as options:
        for _ in range(ROUNDS):
            catch_up(options, data, tails)
            send_bare(options, values, bare)
        with tempfile.TemporaryDirectory() as folder:
            megabytes = memory(options, Path(folder))
        with tempfile.TemporaryDirectory() as folder:
            latencies = live(options, Path(folder))
    result = {
        "bench": "tail",
        "lines_per_second": round(max(run.lines_per_second for run in tails)),
        "microseconds_per_line": round(min(run.microseconds_per_line for run in tails), 1),
        "bare_producer_lines_per_second": round(max(run.lines_per_second for run in bare)),
        "bare_producer_microseconds_per_line": round(min(run.microseconds_per_line for run in bare), 1),
        "ratio": round(median(ours[0] / base[0] for ours, base in zip(tails, bare, strict=True)), 2),
        "live_p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "live_p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1000, 1),
        "memory_mb": round(megabytes),
    }
    show(result)


if __name__ == "__main__":
    main()
