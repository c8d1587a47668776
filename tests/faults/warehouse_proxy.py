"""A warehouse whose network can fail: a TCP proxy before both ports of the real server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from connectors.clickhouse.client import ClickHouseOptions


class Proxy:
    """Passes bytes on to a port of 127.0.0.1 while it is up; refuses and cuts connections while it is down."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_up = True
        self._cut_after: int | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def down(self) -> None:
        """Cuts all connections and takes no new ones."""
        with self._lock:
            self._is_up = False
            self._cut()

    def up(self) -> None:
        """Takes connections again."""
        with self._lock:
            self._is_up = True

    def cut_once_after(self, count: int) -> None:
        """Cuts the connection that is the first to send so many bytes to the server from now on."""
        with self._lock:
            self._cut_after = count

    def has_cut(self) -> bool:
        """Whether the connection was cut."""
        with self._lock:
            return self._cut_after is None

    def close(self) -> None:
        """Ends for good."""
        self._listener.close()
        self.down()

    def _cut(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._is_up:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open |= {client, server}
            threading.Thread(target=self._pass_on, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, to_server: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(16384):
                passed += len(data)
                if to_server and self._is_due(passed):
                    break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _is_due(self, passed: int) -> bool:
        with self._lock:
            if self._cut_after is None or passed < self._cut_after:
                return False
            self._cut_after = None
            return True


class Network:
    """The proxies before both ports."""

    def __init__(self, options: ClickHouseOptions) -> None:
        self.native, self.http = Proxy(options.port), Proxy(options.http_port)
        self.options = replace(options, port=self.native.port, http_port=self.http.port)

    def down(self) -> None:
        """The warehouse cannot be reached any more."""
        self.native.down()
        self.http.down()

    def up(self) -> None:
        """The warehouse can be reached again."""
        self.native.up()
        self.http.up()


@contextmanager
def network(options: ClickHouseOptions) -> Iterator[Network]:
    """A network before the warehouse; `options` of it lead through."""
    found = Network(options)
    try:
        yield found
    finally:
        found.native.close()
        found.http.close()
