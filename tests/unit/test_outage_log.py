"""What an outage of Kafka leaves in the log: a line now and then, however long it lasts (docs/operations.md)."""

from __future__ import annotations

import logging
import threading
from itertools import count

import pytest

from connectors.kafka import producer
from connectors.kafka.producer import Publisher
from pipeline.cli import logs

HOUR_SECONDS = 3600


class Clock:
    """A clock of which each look takes a second."""

    def __init__(self) -> None:
        self._seconds = count(1000)

    def monotonic(self) -> float:
        return float(next(self._seconds))


def test_an_hour_without_confirmations_is_told_twice_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(producer, "time", Clock())
    publisher = Publisher({"bootstrap_servers": "kafka:9092"}, threading.Event())
    publisher._waiting[1] = producer._Message("topic", 0, b"", b"", None)
    for _ in range(HOUR_SECONDS // 2):  # two looks at the clock each
        publisher.recover()
    told = capsys.readouterr().out.splitlines()
    assert 100 <= len(told) <= 121
    assert all("Kafka confirms nothing, waiting for it" in line and "unconfirmed=1" in line for line in told)


def test_what_libraries_say_again_and_again_passes_once_in_30_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "time", Clock())
    repetitions = logs._Repetitions()
    records = (
        logging.LogRecord("kafka", logging.WARNING, "", 0, "no connection to %s", (number,), None)
        for number in range(HOUR_SECONDS)
    )
    assert sum(map(repetitions.allows, records)) == HOUR_SECONDS // 30
