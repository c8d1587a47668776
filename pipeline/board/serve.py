"""Runs the board until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web

from pipeline.board.access import Access
from pipeline.board.feed import Feed
from pipeline.board.poller import Source, poll
from pipeline.board.server import application

_LOOK_SECONDS = 0.2
_SHUTDOWN_SECONDS = 2.0

log = structlog.get_logger()


class AddressTakenError(Exception):
    """The address to listen on cannot be had; the text says why."""


async def serve(
    host: str, port: int, access: Access, source: Source, lag: Callable[[], Any], stop: threading.Event
) -> None:
    """Serve the board at this address until `stop` is set. Port 0 is any free one; the log tells which.

    Raises AddressTakenError.
    """
    feed = Feed()
    runner = web.AppRunner(application(feed, access), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    polling = asyncio.create_task(poll(source, lag, feed))
    try:
        await _listen(runner, host, port)
        while not stop.is_set() and not polling.done():
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        polling.cancel()
        await runner.cleanup()
    await _ended(polling)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        taken = "another program uses it" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise AddressTakenError(taken) from error
    found_host, found_port, *_ = runner.addresses[0]
    log.info("board ready", address=address(found_host, found_port))


def address(host: str, port: int) -> str:
    """The address of the page as a browser takes it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


async def _ended(polling: asyncio.Task[None]) -> None:
    """Raises what ended the polling, which nothing but a stop may do."""
    try:
        await polling
    except asyncio.CancelledError:
        return
