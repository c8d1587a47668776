"""Where the board listens: known before it starts, so that its address can be told and a taken one is refused."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.cli.errors import CommandError
from pipeline.cli.settings_values import address

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings

LISTEN = "SWYX_CDR__BOARD__LISTEN"
"""The environment variable over `[board] listen`."""
_USUAL = "127.0.0.1:8080"
_ANY = "127.0.0.1:0"


def reserve(listen: str) -> str:
    """The same address with the port that will be had, which is another one for port 0.

    Raises CommandError, which names the key, if the address cannot be listened on.
    """
    host, port = address(listen, least_port=0) or ("", 0)
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # as the server does: a port of connections that have just ended is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            return f"{listen.rpartition(':')[0]}:{probe.getsockname()[1]}"
    except OSError as error:
        raise address_taken(listen, error.strerror or str(error)) from error


def address_taken(listen: str, reason: str) -> CommandError:
    """What to tell where the board cannot listen."""
    return CommandError(
        f"board.listen: cannot listen on {listen}: {reason}; "
        f"end the program that has it, or name another address in [board] or by {LISTEN}"
    )


def with_board_at(settings: Settings, listen: str) -> Settings:
    """The configuration with the board at this address, its port one that is free. Raises CommandError."""
    board = settings.board.model_copy(update={"listen": reserve(listen)})
    return settings.model_copy(update={"board": board})


def demo_listen(environ: Mapping[str, str]) -> str:
    """Where the demo's board listens: where the user says, else at the usual port if that is free, else anywhere."""
    if LISTEN in environ:
        return environ[LISTEN]
    try:
        return reserve(_USUAL)
    except CommandError:
        return _ANY


def page(listen: str) -> str:
    """The page's address as a browser on this machine takes it."""
    host, port = listen.rsplit(":", 1)
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else '[::1]' if host == '[::]' else host}:{port}/"  # noqa: S104
