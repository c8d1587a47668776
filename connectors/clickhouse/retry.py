"""Trying again until the warehouse is back."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator

import structlog

from connectors.clickhouse.errors import Failure, WriteInterrupted, failure_of, first_line

FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 10.0

log = structlog.get_logger()


def until_done(attempt: Callable[[], None], reset: Callable[[], None], stop: threading.Event) -> None:
    """Runs `attempt` until it succeeds; `reset` after each failure, so that the next one has a new connection.

    Known transient failures are tried again without end; others are raised as they are. Raises WriteInterrupted
    when `stop` is set while waiting.
    """
    for delay in _delays():
        try:
            attempt()
        except Exception as error:
            reset()
            if failure_of(error) is not Failure.TRANSIENT:
                raise
            log.warning("warehouse away, trying again", reason=first_line(error), seconds=round(delay, 1))
        else:
            return
        if stop.wait(delay):
            raise WriteInterrupted("stopped while rows waited for the warehouse; they are not written")


def _delays() -> Iterator[float]:
    """Seconds to wait before each new attempt: doubling, capped, spread so that writers do not return in step."""
    delay = FIRST_DELAY_SECONDS
    while True:
        yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        delay = min(2 * delay, LONGEST_DELAY_SECONDS)
