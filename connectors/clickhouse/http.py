"""ClickHouse's HTTP interface, for what the native protocol cannot: server-side formats, in and out."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode

from clickhouse_driver.errors import ServerException

from connectors.clickhouse.client import ANSWER_SECONDS, CONNECT_SECONDS, ClickHouseOptions
from connectors.clickhouse.errors import ClickHouseUnreachable, first_line

CHUNK_BYTES = 65536


class HttpClient:
    """One connection, opened when it is first needed. Not for use by several threads.

    A query that takes longer than `answer_seconds` fails; None: it may take any time.
    """

    def __init__(self, options: ClickHouseOptions, answer_seconds: float | None = ANSWER_SECONDS) -> None:
        self._options = options
        self._answer_seconds = answer_seconds
        self._connection: HTTPConnection | None = None

    def post(self, query: str, body: bytes = b"", settings: Mapping[str, str] | None = None) -> Iterator[bytes]:
        """Runs a query with the data of its INSERT, if it is one; yields the answer in pieces.

        The answer has begun only when the query is over, so an error never comes behind a part of the result.
        Raises ClickHouseUnreachable where nothing answers, ServerException with the server's code and message,
        OSError or HTTPException if the connection breaks.
        """
        response = self._request(query, body, settings or {})
        while piece := response.read(CHUNK_BYTES):
            yield piece

    def answers(self) -> bool:
        """Whether a ClickHouse answers at the address."""
        try:
            connection = self._open()
            connection.request("GET", "/ping")
            return connection.getresponse().read() == b"Ok.\n"
        except (ClickHouseUnreachable, OSError, HTTPException):
            return False
        finally:
            self.close()

    def close(self) -> None:
        """Closes the connection; the next query opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _request(self, query: str, body: bytes, settings: Mapping[str, str]) -> HTTPResponse:
        options = self._options
        parameters = {"database": options.database, "wait_end_of_query": "1", "async_insert": "0", **settings}
        if body:
            parameters["query"] = query
        headers = {"X-ClickHouse-User": options.user}
        if options.password:
            headers["X-ClickHouse-Key"] = options.password
        connection = self._open()
        connection.request("POST", "/?" + urlencode(parameters), body=body or query.encode(), headers=headers)
        response = connection.getresponse()
        if response.status != 200:
            raise _server_error(response)
        return response

    def _open(self) -> HTTPConnection:
        if self._connection is None:
            self._connection = _connect(self._options)
            self._connection.sock.settimeout(self._answer_seconds)
        return self._connection


def _connect(options: ClickHouseOptions) -> HTTPConnection:
    if options.secure:
        context = ssl.create_default_context()
        connection: HTTPConnection = HTTPSConnection(
            options.host, options.http_port, timeout=CONNECT_SECONDS, context=context
        )
    else:
        connection = HTTPConnection(options.host, options.http_port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
    except OSError as error:
        raise ClickHouseUnreachable(
            f"ClickHouse's HTTP interface at {options.http_url} cannot be reached ({first_line(error)}): "
            "start it, or name its port in clickhouse.url as ?http_port=…"
        ) from error
    return connection


def _server_error(response: HTTPResponse) -> Exception:
    text = response.read().decode("utf-8", "replace").strip()
    code = response.headers.get("X-ClickHouse-Exception-Code")
    if code is None:  # a proxy's answer: the server behind it is away
        return HTTPException(f"HTTP status {response.status}: {text[:200]}")
    failure: Exception = ServerException(text, int(code))
    return failure
