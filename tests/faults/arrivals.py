"""What arrives in Kafka from many sites at once, read by one consumer while the tests go on."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from kafka import KafkaConsumer, TopicPartition

from schemas.cdr import Lifecycle, Reject
from schemas.codec import decode
from schemas.topics import LIFECYCLE, REJECTS

DEADLINE_SECONDS = 240
TAILED = (LIFECYCLE.name, REJECTS.name)


class Arrivals:
    """Lines by site, from the moment this is made: how often each came and as which legs, and the rejects."""

    def __init__(self, ends: KafkaConsumer) -> None:
        """`ends` is asked how much there is."""
        self._ends = ends
        self.lines: defaultdict[str, Counter[bytes]] = defaultdict(Counter)
        self.leg_ids: defaultdict[str, defaultdict[bytes, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.rejects: defaultdict[str, list[Reject]] = defaultdict(list)
        self.read_to: dict[TopicPartition, int] = {}
        self._more = threading.Condition()

    def take(self, topic: str, value: bytes) -> None:
        """One message; where the topic is none of the system's it is a line of the site of that name."""
        message = decode(value) if topic in TAILED else value
        with self._more:
            if isinstance(message, Lifecycle):
                for leg in message.legs:
                    raw = leg.raw_line.encode()
                    self.lines[leg.site][raw] += 1
                    self.leg_ids[leg.site][raw].add(leg.leg_id)
            elif isinstance(message, Reject):
                self.rejects[message.site].append(message)
            elif isinstance(message, bytes):
                self.lines[topic][message] += 1
            self._more.notify_all()

    def wait(self, condition: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> bool:
        """Wait until the condition holds, at most so long; whether it does."""
        deadline = time.monotonic() + seconds
        with self._more:
            while not (holds := bool(condition())) and time.monotonic() < deadline:
                self._more.wait(1)
        return holds

    def catch_up(self) -> None:
        """Wait until everything that is in Kafka now is taken."""
        ends = self._ends.end_offsets(list(self.read_to))
        assert self.wait(lambda: all(self.read_to[place] >= end for place, end in ends.items()))


@contextmanager
def arrivals_of(bootstrap: str, topics: Sequence[str] = TAILED) -> Iterator[Arrivals]:
    """What arrives in topics that exist, while the context lasts."""
    consumer, asked = (KafkaConsumer(bootstrap_servers=bootstrap) for _ in range(2))
    arrivals, done = Arrivals(asked), threading.Event()
    places = [TopicPartition(name, part) for name in topics for part in consumer.partitions_for_topic(name)]
    consumer.assign(places)
    consumer.seek_to_end(*places)
    arrivals.read_to = {place: consumer.position(place) for place in places}

    def receive() -> None:
        while not done.is_set():
            for place, records in consumer.poll(timeout_ms=100).items():
                for record in records:
                    arrivals.take(place.topic, record.value)
                arrivals.read_to[place] = records[-1].offset + 1

    with closing(consumer), closing(asked), ThreadPoolExecutor(1) as pool:
        receiving = pool.submit(receive)
        try:
            yield arrivals
        finally:
            done.set()
        receiving.result()
