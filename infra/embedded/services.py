"""The embedded servers: the real Kafka and the real ClickHouse as children of this process.

They end when this process ends, in whatever way. Start other processes by executing a program: one that was merely
forked would hold on to the pipes by which the servers notice that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog

from infra.embedded.clickhouse import start_clickhouse
from infra.embedded.disk import MEGABYTE, require_space
from infra.embedded.endpoints import Endpoints, remove_endpoints, running_services, write_endpoints
from infra.embedded.errors import ServiceError
from infra.embedded.kafka import Kafka, prepare_kafka
from infra.embedded.ports import reserved_port
from infra.embedded.server import Server
from infra.embedded.state_lock import state_lock

__all__ = ["Endpoints", "ServiceError", "Services", "running_services", "start_services"]

NEEDED_SPACE = 200 * MEGABYTE
START_SECONDS = 90.0
POLL_SECONDS = 0.05
BOTH = frozenset({"kafka", "clickhouse"})

log = structlog.get_logger()


class Services:
    """Running servers."""

    def __init__(self, endpoints: Endpoints, servers: Sequence[Server]) -> None:
        self.endpoints = endpoints
        self._servers = servers

    def check(self) -> None:
        """Looks whether the servers still run; call it now and then.

        Raises:
            ServiceError: one has ended; the message says which, its exit code and what it said last.
        """
        for server in self._servers:
            server.check()

    @property
    def kafka_bootstrap(self) -> str:
        """Kafka's address, `host:port`; ServiceError if Kafka was not wanted, so in the others."""
        return self.endpoints.kafka_bootstrap

    @property
    def clickhouse_native(self) -> tuple[str, int]:
        """Host and port of ClickHouse's native protocol."""
        return self.endpoints.clickhouse_native

    @property
    def clickhouse_http(self) -> tuple[str, int]:
        """Host and port of ClickHouse's HTTP interface."""
        return self.endpoints.clickhouse_http


def _log_progress(text: str) -> None:
    log.info(text)


@contextmanager
def start_services(
    state_directory: Path,
    wanted: AbstractSet[str] = BOTH,
    report: Callable[[str], None] = _log_progress,
) -> Iterator[Services]:
    """Runs the wanted servers on the state directory while the context lasts; they answer when it begins.

    Their addresses are in `services.json` for as long. `report` is told what takes long.

    Raises:
        ServiceError: a server cannot start, or another process runs servers on the directory.
    """
    directory = state_directory.absolute()
    with ExitStack() as stack:
        try:
            services = _start(directory, wanted, report, stack)
        except OSError as error:
            where = error.filename or directory
            raise ServiceError(f"{where}: {error.strerror}: mend it or choose another state directory") from error
        yield services


def _start(directory: Path, wanted: AbstractSet[str], report: Callable[[str], None], stack: ExitStack) -> Services:
    directory.mkdir(parents=True, exist_ok=True)
    require_space(directory, NEEDED_SPACE, "running the embedded servers")
    lock = stack.enter_context(state_lock(directory))
    remove_endpoints(directory)
    # First, because it may have to be fetched.
    kafka = prepare_kafka(directory, report) if "kafka" in wanted else None
    servers: list[Server] = []
    stack.callback(_stop, servers, kafka)
    with ExitStack() as reservations:

        def port() -> int:
            return reservations.enter_context(reserved_port())

        if "clickhouse" in wanted:
            servers.append(start_clickhouse(directory, port(), port(), lock))
        if kafka:
            servers.append(kafka.start(port(), port(), lock))
        _wait_until_ready(servers)
    endpoints = Endpoints(directory, {server.name.lower(): {**server.ports, "pid": server.pid} for server in servers})
    stack.callback(remove_endpoints, directory)
    write_endpoints(endpoints)
    return Services(endpoints, servers)


def _wait_until_ready(servers: Sequence[Server]) -> None:
    deadline = time.monotonic() + START_SECONDS
    waiting = list(servers)
    while waiting:
        for server in waiting:
            server.check()
        waiting = [server for server in waiting if not server.answers()]
        if waiting and time.monotonic() > deadline:
            names = " and ".join(f"{server.name} ({server.log})" for server in waiting)
            raise ServiceError(f"no answer within {START_SECONDS:.0f} s of the start from {names}")
        time.sleep(POLL_SECONDS)


def _stop(servers: Sequence[Server], kafka: Kafka | None) -> None:
    for server in servers:
        server.ask_to_stop()
    for server in servers:
        exit_code = server.stop()
        if kafka and server.name == "Kafka":
            kafka.stopped(exit_code)
