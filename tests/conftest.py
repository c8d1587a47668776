"""Real servers for the tests, started once a test process and only if a test asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

import pytest
from clickhouse_driver import Client

from infra.compiled import changed_sources
from infra.embedded.services import start_services


def pytest_sessionstart() -> None:
    """Refuse to test modules that were compiled from other sources than those that are there."""
    if changed := changed_sources():
        raise pytest.UsageError(f"{changed[0]} has changed since it was compiled: run scripts/compile --undo")


class ClickHouseServer(NamedTuple):
    """Where the tests' ClickHouse listens; its user is `default`, without a password."""

    host: str
    port: int
    http_port: int

    def fresh_database(self) -> str:
        """The name of a database that no other test uses; it does not exist yet."""
        return f"test_{uuid4().hex[:12]}"

    def used_by(self, program: pytest.MonkeyPatch) -> Client:
        """Tell the program, by environment variables, of a database of its own; a client of that."""
        name = self.fresh_database()
        url = f"clickhouse://default@{self.host}:{self.port}?http_port={self.http_port}"
        program.setenv("SWYX_CDR__CLICKHOUSE__URL", url)
        program.setenv("SWYX_CDR__CLICKHOUSE__DATABASE", name)
        return self.client(name)

    def client(self, database: str) -> Client:
        """A client of a database."""
        return Client(self.host, port=self.port, database=database)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Kafka that all tests of this process share."""
    with start_services(tmp_path_factory.mktemp("kafka"), {"kafka"}) as services:
        yield services.kafka_bootstrap


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A ClickHouse that all tests of this process share."""
    with start_services(tmp_path_factory.mktemp("clickhouse"), {"clickhouse"}) as services:
        host, port = services.clickhouse_native
        yield ClickHouseServer(host, port, services.clickhouse_http[1])
