"""A site of its own on the tests' Kafka: its folder and configuration, and what its tail has published."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from kafka import KafkaConsumer, TopicPartition

from connectors.cdr_file.tail import Tail
from connectors.cdr_file.tail_site import TailSite
from connectors.kafka.admin import TopicError, connect
from connectors.kafka.options import KafkaOptions
from connectors.kafka.producer import Publisher
from schemas.cdr import Heartbeat, Leg, Lifecycle, Reject
from schemas.codec import decode, encode
from schemas.topics import LIFECYCLE, REJECTS, TOPICS
from tests.cdr_lines import BERLIN


class TailedSite:
    """`folder` holds the files `cdr*.txt`, `config` is the configuration for the program."""

    def __init__(self, kafka: str, folder: Path) -> None:
        self.name = f"site-{uuid4().hex[:12]}"
        self.kafka = kafka
        self.folder = folder
        self.config = folder / "swyx-cdr.toml"
        self.config.write_text(
            f'[kafka]\nbootstrap_servers = "{kafka}"\n'
            f'[[sites]]\nname = "{self.name}"\nfiles = ["cdr*.txt"]\narea_code = "231"\n'
        )
        with connect(KafkaOptions(kafka)) as admin, suppress(TopicError):
            admin.apply(admin.plan_topics(TOPICS, 4, 1))

    @property
    def file(self) -> Path:
        return self.folder / "cdr.txt"

    def append(self, data: bytes) -> None:
        with self.file.open("ab") as stream:
            stream.write(data)

    def tail(self, stop: threading.Event | None = None) -> Tail:
        """The tail of this site in this process."""
        stop = stop or threading.Event()
        site = TailSite(self.name, self.name, (str(self.folder / "cdr*.txt"),), self.folder, BERLIN)
        publisher = Publisher(KafkaOptions(self.kafka).client_options(), stop)
        return Tail([site], publisher, encode, self.folder / "state", stop)

    def lifecycle(self) -> list[Lifecycle | Heartbeat]:
        """This site's messages in `cdr.lifecycle` so far, in order."""
        messages = [decode(value) for key, value in self._records(LIFECYCLE.name) if key == self.name.encode()]
        return [message for message in messages if isinstance(message, Lifecycle | Heartbeat)]

    def legs(self) -> list[Leg]:
        return [leg for message in self.lifecycle() if isinstance(message, Lifecycle) for leg in message.legs]

    def call_ids(self) -> list[str]:
        return [leg.record.call_id for leg in self.legs()]

    def heartbeats(self) -> list[Heartbeat]:
        return [message for message in self.lifecycle() if isinstance(message, Heartbeat)]

    def rejects(self) -> list[Reject]:
        prefix = f"{self.name}:".encode()
        messages = [decode(value) for key, value in self._records(REJECTS.name) if key.startswith(prefix)]
        return [message for message in messages if isinstance(message, Reject)]

    def _records(self, topic: str) -> list[tuple[bytes, bytes]]:
        consumer = KafkaConsumer(bootstrap_servers=self.kafka)
        try:
            places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic)]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            found: list[tuple[bytes, bytes]] = []
            while any(consumer.position(place) < ends[place] for place in places):
                for records in consumer.poll(timeout_ms=200).values():
                    found += [(record.key, record.value) for record in records]
        finally:
            consumer.close()
        return found
