"""Connections to ClickHouse over its native protocol."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from clickhouse_driver import Client, errors

from connectors.clickhouse.errors import ClickHouseUnreachable, WarehouseError, first_line

OLDEST_VERSION = 25
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
_KEEPALIVE = (60, 10, 3)  # seconds of silence, seconds between probes, probes: a vanished host shows in 90 s
_UNKNOWN_DATABASE = 81
_LOGIN_CODES = {192, 193, 194, 195, 516}  # unknown user, wrong or missing password, address, authentication
_RIGHT_CODES = {164, 497}  # read only, access denied
_SETTINGS: dict[str, Any] = {
    # the client can unpack LZ4 only, the server's default is ZSTD since 26.9
    "network_compression_method": "LZ4",
    # rows are queryable and safe when the insert returns; on by default since 26.2
    "async_insert": 0,
    # an old archive brings rows of more months at once than the default of 100
    "max_partitions_per_insert_block": 0,
}


@dataclass(frozen=True, slots=True)
class ClickHouseOptions:
    """Where the warehouse is and how to log in. `http_port` serves what the native protocol cannot (formats)."""

    host: str
    port: int = 9000
    http_port: int = 8123
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = "default"
    secure: bool = False

    @property
    def address(self) -> str:
        """`host:port` of the native protocol, for messages."""
        return f"{self.host}:{self.port}"

    @property
    def http_url(self) -> str:
        """The address of the HTTP interface, without credentials."""
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.http_port}"


def parse_url(url: str, database: str) -> ClickHouseOptions:
    """The options of `clickhouse(s)://user:password@host:port`.

    The HTTP interface is expected at its usual port, 8123 (8443 with TLS), unless `?http_port=` says otherwise.
    Raises ValueError for a URL of another form.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("clickhouse", "clickhouses") or not parts.hostname:
        raise ValueError("expected clickhouse(s)://user@host:9000")
    secure = parts.scheme == "clickhouses"
    ports = parse_qs(parts.query).get("http_port", [])
    return ClickHouseOptions(
        host=parts.hostname,
        port=parts.port or (9440 if secure else 9000),
        http_port=int(ports[0]) if ports else (8443 if secure else 8123),
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=database,
        secure=secure,
    )


def connect(options: ClickHouseOptions, answer_seconds: float = ANSWER_SECONDS) -> Client:
    """A client with an open connection. One thread may use it at a time; close it with `disconnect()`.

    A server that is silent for `answer_seconds` while it is asked counts as away.

    Raises ClickHouseUnreachable where nothing answers, WarehouseError where the server refuses the login, does
    not have the database or is older than version 25; other server errors as they are.
    """
    # the driver logs a traceback for each failed attempt that it then raises
    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)
    client = Client(
        options.host,
        port=options.port,
        database=options.database,
        user=options.user,
        password=options.password,
        secure=options.secure,
        ca_certs=os.environ.get("SSL_CERT_FILE"),
        client_name="swyx-cdr",
        compression="lz4",
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=answer_seconds,
        sync_request_timeout=CONNECT_SECONDS,
        tcp_keepalive=_KEEPALIVE,
        settings=_SETTINGS,
    )
    try:
        client.connection.connect()
    except errors.ServerException as error:
        raise refusal(error, options) from error
    except (errors.Error, EOFError, OSError) as error:
        raise ClickHouseUnreachable(
            f"ClickHouse at {options.address} cannot be reached ({first_line(error)}): "
            "start it, or correct clickhouse.url"
        ) from error
    _check_version(client, options)
    return client


@contextmanager
def connected(options: ClickHouseOptions, answer_seconds: float = ANSWER_SECONDS) -> Iterator[Client]:
    """The client of `connect`, closed at the end.

    What the server refuses meanwhile comes out as `refusal` says, a lost connection as ClickHouseUnreachable.
    """
    client = connect(options, answer_seconds)
    try:
        yield client
    except errors.ServerException as error:
        refused = refusal(error, options)
        if refused is error:
            raise
        raise refused from error
    except (errors.NetworkError, errors.SocketTimeoutError, EOFError) as error:
        raise ClickHouseUnreachable(
            f"the connection to ClickHouse at {options.address} was lost ({first_line(error)}): "
            "look at the server, then do this again"
        ) from error
    finally:
        client.disconnect()


def refusal(error: errors.ServerException, options: ClickHouseOptions) -> Exception:
    """What a user can mend of a server error: a missing database, login or right; others as they are."""
    if error.code == _UNKNOWN_DATABASE:
        return WarehouseError(
            f"ClickHouse at {options.address} has no database {options.database}: "
            "run `swyx-cdr migrate`, or correct clickhouse.database"
        )
    if error.code in _LOGIN_CODES:
        return WarehouseError(
            f"ClickHouse at {options.address} refuses user {options.user} (code {error.code}): "
            "correct user and password in clickhouse.url"
        )
    if error.code in _RIGHT_CODES:
        return WarehouseError(
            f"ClickHouse at {options.address} does not let user {options.user} do this ({first_line(error)}): "
            "give it the right (infra/clickhouse/roles.sql), or take a login that has it in clickhouse.url"
        )
    failure: Exception = error
    return failure


def _check_version(client: Client, options: ClickHouseOptions) -> None:
    version = client.connection.server_info.version_tuple()
    if version[0] < OLDEST_VERSION:
        client.disconnect()
        raise WarehouseError(
            f"ClickHouse at {options.address} has version {'.'.join(map(str, version))}: "
            f"{OLDEST_VERSION} or newer is needed, upgrade it"
        )
