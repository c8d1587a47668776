"""`cdr.lifecycle` → output topics by one worker process that catches up: legs a second; prints one JSON line.

The real tail puts the legs of three simulated, linked sites into a real Kafka, 100 a message; then the real worker
starts. The time runs from its first message until all of them are acknowledged; then it is started again and
restores its state. The base is a bare aiokafka consumer and producer that takes the same messages and sends what the
worker sent, byte for byte, ready in memory: what Kafka and its client need for the same traffic, nothing decoded.
All run on the same machine as the servers.

Usage: worker.py [legs]
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka import KafkaConsumer
from kafka import TopicPartition as Place

from bench._program import Used, log_to_stderr, run, running, used_by, wait_for
from bench._result import show
from bench.core import START
from connectors.kafka.admin import connect
from infra.embedded.ports import reserved_port
from infra.embedded.services import start_services
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.agents.topics import GROUP
from pipeline.cli.endpoints import kafka_cluster
from pipeline.cli.migrate import bring_up_to_date
from pipeline.cli.settings import Settings, load_settings
from schemas.topics import LIFECYCLE, TOPICS

LEGS = 60_000
AT_ONCE = 20  # messages, as the worker takes them
Message = tuple[str, int, bytes, bytes]


@contextmanager
def filled(folder: Path, legs: int) -> Iterator[Settings]:
    """Running servers with the legs in `cdr.lifecycle`; the worker answers for its metrics."""
    write_at_once(folder / "sites", start=START, legs=legs)
    file = folder / "sites" / CONFIGURATION_FILE
    with reserved_port() as port:
        file.write_text(file.read_text() + f'[metrics]\nworker = "127.0.0.1:{port}"\n')
    settings = load_settings(file, os.environ)
    with start_services(settings.pipeline.state_directory):
        bring_up_to_date(settings)
        run("tail", "--until-idle", "--config", file)
        yield settings


def metric(settings: Settings, name: str) -> int:
    """A figure of the running worker; 0 if it does not answer yet."""
    try:
        with urlopen(f"http://{settings.metrics.worker}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return 0
    found = re.search(rf"^\w*worker_{name}(?:_total)? ([\d.e+]+)$", text, re.MULTILINE)
    return int(float(found.group(1))) if found else 0


def catch_up(settings: Settings, legs: int) -> tuple[float, float, Used]:
    """Seconds and processor seconds that the legs take, and what the process used at last."""
    with running("worker", "--config", settings.file) as worker, connect(kafka_cluster(settings)) as admin:
        begin, before = last_look_before_work(settings, worker)
        ends = {place: end for place, end in admin.end_offsets((LIFECYCLE.name,)).items() if end}

        def finished() -> bool:
            committed = admin.committed_offsets(GROUP)
            return all(committed.get(place, 0) >= end for place, end in ends.items())

        wait_for(finished, "the worker has acknowledged everything", worker, 0.05)
        seconds, used = time.perf_counter() - begin, used_by(worker)
        joined = metric(settings, "legs")
        if used is None or joined < legs:
            sys.exit(f"expected {legs} joined legs, found {joined}")
    return seconds, used.processor_seconds - before.processor_seconds, used


def last_look_before_work(settings: Settings, worker: subprocess.Popen[bytes]) -> tuple[float, Used]:
    """When the worker was last seen without a leg, a moment before its first message, and what it had used by then."""
    looks = [(time.perf_counter(), Used(0, 0, 0))]

    def working() -> bool:
        at, used = time.perf_counter(), used_by(worker)
        if metric(settings, "legs"):
            return True
        looks[0] = (at, used or looks[0][1])
        return False

    wait_for(working, "the worker joins legs", worker, 0.02)
    return looks[0]


def restore(settings: Settings) -> float:
    """Seconds from the start of the program until it holds legs again, which it tells when it holds all."""
    begin = time.perf_counter()
    with running("worker", "--config", settings.file) as worker:
        wait_for(lambda: metric(settings, "legs_in_state"), "the worker holds legs again", worker, 0.05)
        return time.perf_counter() - begin


def sent(settings: Settings) -> list[Message]:
    """Topic, partition, key and value of all that the worker sent."""
    consumer = KafkaConsumer(**kafka_cluster(settings).client_options(), group_id=None, enable_auto_commit=False)
    names = [topic.name for topic in TOPICS if topic is not LIFECYCLE]
    places = [Place(name, partition) for name in names for partition in range(settings.kafka.partitions)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    messages: list[Message] = []
    while any(consumer.position(place) < end for place, end in ends.items()):
        for records in consumer.poll(timeout_ms=1000, max_records=10_000).values():
            messages += [(record.topic, record.partition, record.key, record.value) for record in records]
    consumer.close()
    return messages


async def pass_on(settings: Settings, outputs: Sequence[Message]) -> float:
    """Seconds in which the base takes all messages of `cdr.lifecycle` and sends the outputs for them."""
    servers = kafka_cluster(settings).bootstrap_servers
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id="bench", enable_auto_commit=False)
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, enable_idempotence=True, acks="all", compression_type="lz4", max_batch_size=1 << 18
    )
    places = [TopicPartition(LIFECYCLE.name, partition) for partition in range(settings.kafka.partitions)]
    await consumer.start()
    await producer.start()
    consumer.assign(places)
    await consumer.seek_to_beginning()
    total = sum((await consumer.end_offsets(places)).values())
    begin, taken = time.perf_counter(), 0
    while taken < total:
        batch = await consumer.getmany(max_records=AT_ONCE, timeout_ms=1000)
        done, taken = taken, taken + sum(map(len, batch.values()))
        await _send(producer, outputs[done * len(outputs) // total : taken * len(outputs) // total])
        await consumer.commit()
    seconds = time.perf_counter() - begin
    await consumer.stop()
    await producer.stop()
    return seconds


async def _send(producer: AIOKafkaProducer, outputs: Sequence[Message]) -> None:
    """Record batches by topic and partition, as the worker makes them."""
    batches: dict[tuple[str, int], list[Message]] = {}
    for output in outputs:
        batches.setdefault(output[:2], []).append(output)
    confirmations = []
    for (topic, partition), messages in batches.items():
        batch = producer.create_batch()
        for _, _, key, value in messages:
            if batch.append(key=key, value=value, timestamp=None) is None:
                confirmations.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        confirmations.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*confirmations)


def main() -> None:
    """Fill the topic, let the worker and then the base catch up."""
    log_to_stderr()
    legs = int(sys.argv[1]) if len(sys.argv) > 1 else LEGS
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder), legs) as settings:
        seconds, processor, used = catch_up(settings, legs)
        restored = restore(settings)
        outputs = sent(settings)
        base = legs / asyncio.run(pass_on(settings, outputs))
    result = {
        "bench": "worker",
        "legs": legs,
        "legs_per_second": round(legs / seconds),
        "processor_microseconds_per_leg": round(processor / legs * 1e6, 1),
        "rows_per_leg": round(len(outputs) / legs, 2),
        "memory_mb": round(used.largest_megabytes),
        "restore_seconds": round(restored, 1),
        "bare_client_legs_per_second": round(base),
        "ratio": round(legs / seconds / base, 2),
    }
    show(result)


if __name__ == "__main__":
    main()
