"""Publishes a batch of output messages and returns when the broker has all of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from pipeline.agents.join import Output

_log = structlog.get_logger()
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0


class Publisher:
    """Record batches built once per input batch: one `send` a row would cost four times as much."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def publish(self, outputs: Iterable[tuple[int, Output]]) -> None:
        """Send (partition, message) pairs, in order within topic and partition; returns when all are confirmed.

        The whole batch is sent again, with growing pauses and without end, while the broker cannot be reached:
        rows are upserts by version, so a repetition changes nothing.
        Raises KafkaError if the broker refuses the batch for good.
        """
        batches: dict[tuple[str, int], list[Output]] = {}
        for partition, output in outputs:
            batches.setdefault((output.topic, partition), []).append(output)
        pause = _FIRST_PAUSE_SECONDS
        while not await self._sent(batches):
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, hides nothing
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _sent(self, batches: dict[tuple[str, int], list[Output]]) -> bool:
        try:
            await self._send(batches)
        except KafkaError as error:
            if not error.retriable:
                raise
            _log.warning("Kafka did not take a batch, it is sent again", reason=str(error) or repr(error))
            return False
        return True

    async def _send(self, batches: dict[tuple[str, int], list[Output]]) -> None:
        confirmations = []
        for (topic, partition), outputs in batches.items():
            batch = self._producer.create_batch()
            for output in outputs:
                if batch.append(key=output.key, value=output.value, timestamp=None) is None:
                    confirmations.append(await self._producer.send_batch(batch, topic, partition=partition))
                    batch = self._producer.create_batch()
                    batch.append(key=output.key, value=output.value, timestamp=None)
            confirmations.append(await self._producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*confirmations)
