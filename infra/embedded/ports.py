"""Free loopback ports for servers that have yet to start."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"


@contextmanager
def reserved_port() -> Iterator[int]:
    """A loopback port that the system gives to nobody else before its server has bound it.

    The socket stays bound and never listens: with SO_REUSEADDR, which Java and ClickHouse set too, the server
    can bind the port all the same.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind((LOOPBACK, 0))
        port: int = reservation.getsockname()[1]
        yield port
