"""A tail whose broker dies, comes back or hangs: it waits in bounded memory and loses nothing (docs/delivery.md)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from connectors.cdr_file.tail import Tail
from infra.embedded.kafka import prepare_kafka
from infra.embedded.ports import reserved_port
from infra.embedded.server import Server
from infra.embedded.state_lock import state_lock
from tests.cdr_lines import numbered
from tests.integration.program import running, swyx_cdr, wait_until
from tests.tailed import TailedSite


class Broker:
    """A Kafka of its own that keeps its port when it is killed and started again."""

    def __init__(self, folder: Path, port: int, controller_port: int, lock: int) -> None:
        self._kafka = prepare_kafka(folder, lambda _text: None)
        self._place = (port, controller_port, lock)
        self.address = f"127.0.0.1:{port}"
        self.server = self.start()

    def start(self) -> Server:
        self.server = self._kafka.start(*self._place)
        wait_until(self.server.answers, "the broker answers")
        return self.server

    def kill(self) -> None:
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.process.wait(30)

    def close(self) -> None:
        self.server.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "kafka-state"
    folder.mkdir()
    with ExitStack() as held:
        lock = held.enter_context(state_lock(folder))
        port, controller_port = (held.enter_context(reserved_port()) for _ in range(2))
        yield held.enter_context(closing(Broker(folder, port, controller_port, lock)))


@pytest.fixture
def site(broker: Broker, tmp_path: Path) -> TailedSite:
    folder = tmp_path / "site"
    folder.mkdir()
    return TailedSite(broker.address, folder)


def ids(count: int) -> set[str]:
    return {str(number) for number in range(1, count + 1)}


def test_a_broker_that_is_killed_and_comes_back_costs_no_line(broker: Broker, site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 3000))
    with running("tail", "--config", site.config) as tail:
        wait_until(lambda: set(site.call_ids()) == ids(3000), "the lines before")
        broker.kill()
        site.append(numbered(3001, 3000))
        broker.start()
        wait_until(lambda: set(site.call_ids()) == ids(6000), "the lines written while the broker was away")
        assert tail.poll() is None


def test_lines_read_before_the_file_was_emptied_outlast_the_brokers_absence(broker: Broker, site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 10))
    stop = threading.Event()
    tail = site.tail(stop)
    with ThreadPoolExecutor(1) as pool:
        running_tail = pool.submit(tail.run)
        try:
            wait_until(lambda: set(site.call_ids()) == ids(10), "the lines before")
            os.kill(broker.server.pid, signal.SIGSTOP)
            site.append(numbered(11, 10))
            # Read promptly: the accounting product empties the file at any moment (kb4042).
            wait_until(lambda: read_to(tail) == site.file.stat().st_size, "the file is read")
            site.file.write_bytes(b"")
            site.append(numbered(21, 10))
            os.kill(broker.server.pid, signal.SIGCONT)
            wait_until(lambda: set(site.call_ids()) == ids(30), "all lines")
        finally:
            stop.set()
        running_tail.result()


def test_a_tail_ends_in_time_while_the_broker_hangs(broker: Broker, site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 10))
    with running("tail", "--config", site.config) as tail:
        wait_until(lambda: set(site.call_ids()) == ids(10), "the lines before")
        os.kill(broker.server.pid, signal.SIGSTOP)
        try:
            site.append(numbered(11, 10))
            tail.send_signal(signal.SIGTERM)
            assert tail.wait(60) == 0
        finally:
            os.kill(broker.server.pid, signal.SIGCONT)
    swyx_cdr("tail", "--config", site.config, "--until-idle")
    assert set(site.call_ids()) == ids(20)


def read_to(tail: Tail) -> int:
    """How far the tail has read the one file that it follows."""
    (file,) = tail._tails[0]._follower.files
    return file.known.offset
