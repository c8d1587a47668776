"""Where Kafka and ClickHouse are: the configured addresses, or those of the embedded servers that run now.

What only the warehouse needs is imported where it is needed: a tail stays small beside the PBX.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.kafka.options import KafkaOptions
from infra.embedded.endpoints import Endpoints, running_services
from infra.embedded.errors import ServiceError
from pipeline.cli.errors import CommandError
from pipeline.cli.settings import EMBEDDED, Settings

if TYPE_CHECKING:
    from connectors.clickhouse.client import ClickHouseOptions


def kafka_cluster(settings: Settings) -> KafkaOptions:
    """Address and credentials of Kafka. Raises CommandError if it is embedded and does not run."""
    kafka = settings.kafka
    if kafka.bootstrap_servers == EMBEDDED:
        with _as_command_error():
            return KafkaOptions(_running(settings).kafka_bootstrap)
    login = kafka.security_protocol.startswith("SASL")
    return KafkaOptions(
        bootstrap_servers=kafka.bootstrap_servers,
        security_protocol=kafka.security_protocol,
        sasl_mechanism=kafka.sasl_mechanism if login else "",
        sasl_username=kafka.sasl_username,
        sasl_password=kafka.sasl_password,
        ssl_cafile=str(kafka.ssl_cafile or ""),
        ssl_certfile=str(kafka.ssl_certfile or ""),
        ssl_keyfile=str(kafka.ssl_keyfile or ""),
        ssl_password=kafka.ssl_password,
    )


def kafka_options(settings: Settings) -> dict[str, object]:
    """The connection options of kafka-python's clients."""
    return kafka_cluster(settings).client_options()


def clickhouse_options(settings: Settings) -> ClickHouseOptions:
    """Address and login of the warehouse. Raises CommandError if it is embedded and does not run."""
    from connectors.clickhouse.client import parse_url

    if settings.clickhouse.url == EMBEDDED:
        with _as_command_error():
            return _embedded_clickhouse(settings, _running(settings))
    return parse_url(settings.clickhouse.url, settings.clickhouse.database)


@contextmanager
def warehouse(settings: Settings) -> Iterator[ClickHouseOptions]:
    """The warehouse, with the embedded ClickHouse started for the time being where it is configured and not running."""
    from infra.embedded.services import start_services

    embedded = settings.clickhouse.url == EMBEDDED
    if not embedded or running_services(settings.pipeline.state_directory):
        yield clickhouse_options(settings)
        return
    with start_services(settings.pipeline.state_directory, {"clickhouse"}) as services:
        yield _embedded_clickhouse(settings, services.endpoints)


def embedded_servers(settings: Settings) -> set[str]:
    """Which of the two servers are embedded, as `start_services` names them."""
    wanted = set()
    if settings.kafka.bootstrap_servers == EMBEDDED:
        wanted.add("kafka")
    if settings.clickhouse.url == EMBEDDED:
        wanted.add("clickhouse")
    return wanted


def _embedded_clickhouse(settings: Settings, endpoints: Endpoints) -> ClickHouseOptions:
    from connectors.clickhouse.client import ClickHouseOptions

    host, port = endpoints.clickhouse_native
    http_port = endpoints.clickhouse_http[1]
    return ClickHouseOptions(host=host, port=port, http_port=http_port, database=settings.clickhouse.database)


@contextmanager
def _as_command_error() -> Iterator[None]:
    """A server that is not among the embedded ones that run is one that does not run."""
    try:
        yield
    except ServiceError as error:
        raise CommandError(str(error)) from error


def _running(settings: Settings) -> Endpoints:
    endpoints = running_services(settings.pipeline.state_directory)
    if endpoints is None:
        raise CommandError(
            f"the embedded servers of {settings.pipeline.state_directory} do not run: "
            "start them with `swyx-cdr services` or `swyx-cdr run` in another terminal"
        )
    return endpoints
