"""Messages that a command sends to Kafka, and its failures as those of the command."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from connectors.kafka.producer import Publisher, PublishError
from pipeline.cli.endpoints import kafka_options
from pipeline.cli.errors import CommandError
from pipeline.cli.settings import Settings

_CONFIRM_SECONDS = 60.0


@contextmanager
def publishing(settings: Settings, stop: threading.Event, done: str) -> Iterator[Publisher]:
    """A connected publisher, closed at the end; `done` says what is done with the messages.

    Raises CommandError if `stop` is set before Kafka answers, and for what the publisher cannot send.
    """
    publisher = Publisher(kafka_options(settings), stop)
    try:
        if not publisher.connect():
            raise CommandError(f"stopped before anything was {done}")
        yield publisher
    except PublishError as error:
        raise CommandError(str(error)) from error
    finally:
        publisher.close()


class Flushes(Protocol):
    """What `confirm` needs of a publisher."""

    def flush(self, seconds: float) -> bool:
        """Waits for all confirmations; false if they do not come in time."""


def confirm(publisher: Flushes) -> None:
    """Return when Kafka has confirmed all that was sent. Raises CommandError if it does not within a minute."""
    if not publisher.flush(_CONFIRM_SECONDS):
        raise CommandError(f"Kafka confirmed nothing for {_CONFIRM_SECONDS:.0f} s: run it again when it is back")
