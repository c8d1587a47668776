"""Runs the worker's Faust application until it is told to stop or it crashes."""

from __future__ import annotations

import asyncio
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from pipeline.agents.app import build_app
from pipeline.agents.options import WorkerFigures, WorkerOptions
from pipeline.agents.publish import Publisher
from pipeline.agents.security import producer_security, servers

_log = structlog.get_logger()
_STOP_SECONDS = 10


class WorkerCrashError(Exception):
    """The worker ended by itself; the message names the reason. Nothing unconfirmed was acknowledged."""


def run_worker(options: WorkerOptions, stop: threading.Event, figures: WorkerFigures) -> None:
    """Join legs until `stop` is set; drains within 10 s. Counts in `figures` what it does.

    Several workers may run; they share the partitions. Each keeps its table in a folder of its own below
    `options.data_directory`. Raises `WorkerCrashError` when the application crashed.
    """
    with _own_directory(options.data_directory) as directory:
        deadline = threading.Timer(_STOP_SECONDS, _give_up)
        deadline.daemon = True
        try:
            asyncio.run(_run(replace(options, data_directory=directory), stop, deadline, figures))
        finally:
            deadline.cancel()


def _give_up() -> None:
    """End the process: without Kafka Faust waits for its consumer thread for ever."""
    _log.error("the worker did not stop in time and ends at once; nothing unfinished was acknowledged")
    os._exit(1)


async def _run(
    options: WorkerOptions, stop: threading.Event, deadline: threading.Timer, figures: WorkerFigures
) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=servers(options.kafka),
        enable_idempotence=True,
        acks="all",
        compression_type="zstd",
        max_batch_size=256 * 1024,
        max_request_size=4 * 1024 * 1024,
        **producer_security(options.kafka),
    )
    try:
        await producer.start()
    except KafkaConnectionError as error:
        address = options.kafka.bootstrap_servers
        raise WorkerCrashError(f"no Kafka answers at {address}: start it, or correct [kafka]") from error
    app = build_app(options, Publisher(producer), figures)
    try:
        await app.start()
        _log.info("worker ready", groups=len(options.groups), epoch=options.epoch)
        while not stop.is_set() and not app.crashed:
            await asyncio.sleep(0.1)
        reason = app.crash_reason
    finally:
        deadline.start()
        await app.stop()
        await producer.stop()
    if reason is not None:
        raise WorkerCrashError(f"the worker crashed, nothing unfinished was acknowledged: {reason!r}") from reason


@contextmanager
def _own_directory(parent: Path) -> Iterator[Path]:
    """The first folder `worker-N` below `parent` that no other worker on this machine uses."""
    number = 1
    while True:
        directory = parent / f"worker-{number}"
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                number += 1
                continue
            yield directory
            return
