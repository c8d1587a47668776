from __future__ import annotations

import socket

import pytest

from connectors.clickhouse.client import ClickHouseOptions, connect, parse_url
from connectors.clickhouse.errors import ClickHouseUnreachable


def test_a_full_url_names_everything() -> None:
    options = parse_url("clickhouse://reader:s%2Fecret@ch.example:9001?http_port=8124", "cdr")

    assert options == ClickHouseOptions("ch.example", 9001, 8124, "reader", "s/ecret", "cdr")


def test_a_short_url_means_the_usual_ports_and_user() -> None:
    assert parse_url("clickhouse://ch", "cdr") == ClickHouseOptions("ch", 9000, 8123, "default", "", "cdr")


def test_tls_has_its_own_usual_ports() -> None:
    options = parse_url("clickhouses://ch", "cdr")

    assert (options.port, options.http_port, options.http_url) == (9440, 8443, "https://ch:8443")


@pytest.mark.parametrize("url", ["http://ch:8123", "clickhouse://", "ch:9000", "clickhouse://ch:port"])
def test_another_kind_of_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"clickhouse|Port"):
        parse_url(url, "cdr")


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(parse_url("clickhouse://reader:secret@ch", "cdr"))


def test_nothing_there_is_said_in_one_line_with_address_and_remedy() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

        with pytest.raises(ClickHouseUnreachable) as caught:
            connect(ClickHouseOptions("127.0.0.1", port))

    text = str(caught.value)
    assert text.startswith(f"ClickHouse at 127.0.0.1:{port} cannot be reached (Connection refused")
    assert text.endswith("start it, or correct clickhouse.url")
    assert "\n" not in text
