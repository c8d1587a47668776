"""Where the embedded servers listen, and how another process learns that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.clickhouse import clickhouse_answers
from infra.embedded.errors import ServiceError
from infra.embedded.kafka import kafka_answers
from infra.embedded.ports import LOOPBACK
from infra.embedded.state_lock import is_alive

SERVICES_FILE = "services.json"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of the servers of one state directory."""

    state_directory: Path
    servers: Mapping[str, Mapping[str, int]]
    """By the name of the server its ports and process id, as `services.json` has them."""

    @property
    def kafka_bootstrap(self) -> str:
        """Kafka's address, `host:port`; ServiceError if Kafka is not among the servers, so in the others."""
        return f"{LOOPBACK}:{self._server('kafka')['port']}"

    @property
    def clickhouse_native(self) -> tuple[str, int]:
        """Host and port of ClickHouse's native protocol."""
        return LOOPBACK, self._server("clickhouse")["native_port"]

    @property
    def clickhouse_http(self) -> tuple[str, int]:
        """Host and port of ClickHouse's HTTP interface."""
        return LOOPBACK, self._server("clickhouse")["http_port"]

    def answer(self) -> bool:
        """Whether every server's process lives and answers."""
        return all(is_alive(server["pid"]) for server in self.servers.values()) and all(
            kafka_answers(server["port"]) if name == "kafka" else clickhouse_answers(server["http_port"])
            for name, server in self.servers.items()
        )

    def _server(self, name: str) -> Mapping[str, int]:
        if name not in self.servers:
            raise ServiceError(
                f"the embedded servers that run on {self.state_directory} have no {name}: stop the process that runs "
                "them, or let it run both"
            )
        return self.servers[name]


def write_endpoints(endpoints: Endpoints) -> None:
    """Writes `services.json`, at once or not at all."""
    file = endpoints.state_directory / SERVICES_FILE
    unfinished = file.with_suffix(".json.new")
    unfinished.write_text(json.dumps(endpoints.servers, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(file)


def remove_endpoints(state_directory: Path) -> None:
    """Removes `services.json`, if it is there."""
    (state_directory / SERVICES_FILE).unlink(missing_ok=True)


def running_services(state_directory: Path) -> Endpoints | None:
    """The servers that another process runs on this directory, if they live and answer."""
    try:
        text = (state_directory / SERVICES_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    endpoints = Endpoints(state_directory, json.loads(text))
    return endpoints if endpoints.answer() else None
