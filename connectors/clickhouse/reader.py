"""Results of queries in any of ClickHouse's formats."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPException

from clickhouse_driver.errors import ServerException

from connectors.clickhouse.client import ClickHouseOptions, refusal
from connectors.clickhouse.errors import WarehouseError, first_line
from connectors.clickhouse.http import HttpClient

_CANCEL = {"cancel_http_readonly_queries_on_client_close": "1"}


def query_text(options: ClickHouseOptions, query: str, format_name: str) -> Iterator[bytes]:
    """The result of a query in a ClickHouse format, in pieces; a FORMAT clause of the query itself goes first.

    The server formats, and only its HTTP interface does. Raises WarehouseError with the server's reason before the
    first piece, or if the connection breaks.
    """
    client = HttpClient(options, answer_seconds=None)
    try:
        yield from client.post(query, settings={"default_format": format_name, **_CANCEL})
    except ServerException as error:
        failure = refusal(error, options)
        if not isinstance(failure, WarehouseError):
            failure = WarehouseError(f"ClickHouse refuses the query: {first_line(error)}")
        raise failure from error
    except (OSError, HTTPException) as error:
        raise WarehouseError(
            f"the connection to ClickHouse at {options.http_url} broke ({first_line(error)}): try again"
        ) from error
    finally:
        client.close()
