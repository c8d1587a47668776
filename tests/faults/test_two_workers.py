"""Two workers share the groups, one is killed, a third one joins: the rows are those of one undisturbed worker.

The undisturbed worker is its core in this process: `join` over `Groups`, fed with the messages of every partition in
the order of their offsets. That is all that decides a worker's rows: Faust brings messages and takes them away, and
groups of different partitions have nothing in common, so one state for all of them stands for any number of workers.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.producer.future import RecordMetadata

from connectors.kafka.admin import KafkaAdmin, connect
from connectors.kafka.options import KafkaOptions
from infra.embedded.services import start_services
from infra.simulator.simulation import CONFIGURATION_FILE
from pipeline.agents.groups import Groups
from pipeline.agents.join import Source, join
from pipeline.agents.topics import GROUP
from pipeline.cli.settings import load_settings
from pipeline.cli.wiring import group_rules
from schemas.cdr import Heartbeat, Lifecycle, Reject, Rerate
from schemas.codec import decode
from schemas.rows import Row
from schemas.topics import CALLS, CHARGES, LEGS, LIFECYCLE, LINKS, REJECTS, SITE_CALLS, TOTALS
from tests.archives import EmptyArchive
from tests.faults.many_groups import Sent, simulate_groups
from tests.integration.program import running, swyx_cdr, wait_until

OUTPUTS = [topic.name for topic in (LEGS, SITE_CALLS, CALLS, CHARGES, TOTALS, LINKS, REJECTS)]
PARTITIONS = 4
EPOCH = 1
DURING_THE_KILL, DURING_THE_REBALANCE, AFTERWARDS = 50_000, 4_000, 2_000

Rows = dict[tuple[str, bytes], list[bytes]]
"""All messages of each row, by its topic and key, in the order in which they stand in their partition."""


class Outcome(NamedTuple):
    """What the workers told, and what an undisturbed one tells."""

    found: Rows
    expected: Rows


class Course(NamedTuple):
    """When one of two workers was killed and all was joined; and when a third one had come in, and more legs."""

    after_the_kill: Outcome
    in_the_end: Outcome


class Stream:
    """What the test sends to the workers, and what it reads of them."""

    def __init__(self, kafka: KafkaOptions, admin: KafkaAdmin, config: Path) -> None:
        self._kafka = kafka
        self._admin = admin
        self._found: Rows = defaultdict(list)
        self._read_to = {TopicPartition(topic, partition): 0 for topic in OUTPUTS for partition in range(PARTITIONS)}
        self._groups = Groups(group_rules(load_settings(config, os.environ)), lambda: "not to be read")
        self._expected: Rows = defaultdict(list)

    def send(self, messages: Iterable[Sent]) -> None:
        """Append to cdr.lifecycle, for the undisturbed worker too; the key decides on the partition, as with tails."""
        producer = KafkaProducer(**self._kafka.client_options(), enable_idempotence=True, acks="all")
        with closing(producer):
            sent = [(producer.send(LIFECYCLE.name, key=key, value=data), data) for key, data, _ in messages]
            places = [(future.get(timeout=60), data) for future, data in sent]
        asyncio.run(self._work_undisturbed(places))

    def begun(self) -> bool:
        """Whether messages of every partition are acknowledged."""
        return len(self._admin.committed_offsets(GROUP)) == PARTITIONS

    def ended(self) -> bool:
        """Whether all messages are acknowledged."""
        committed = self._admin.committed_offsets(GROUP)
        return all(committed.get(place, 0) == end for place, end in self._admin.end_offsets([LIFECYCLE.name]).items())

    def outcome(self) -> Outcome:
        """All rows up to now."""
        self._read()
        found, expected = ({row: list(told) for row, told in rows.items()} for rows in (self._found, self._expected))
        return Outcome(found, expected)

    async def _work_undisturbed(self, messages: Iterable[tuple[RecordMetadata, bytes]]) -> None:
        for place, data in messages:
            source = Source(place.topic, place.partition, place.offset)
            joined = await join(data, source, self._groups, EmptyArchive(), EPOCH, datetime.now(UTC))
            for output in joined.outputs:
                self._expected[output.topic, output.key].append(output.value)

    def _read(self) -> None:
        with closing(KafkaConsumer(**self._kafka.client_options(), group_id=None, max_poll_records=5000)) as consumer:
            consumer.assign(list(self._read_to))
            for place, offset in self._read_to.items():
                consumer.seek(place, offset)
            ends = consumer.end_offsets(list(self._read_to))
            while any(self._read_to[place] < end for place, end in ends.items()):
                for place, records in consumer.poll(timeout_ms=1000).items():
                    self._read_to[place] = records[-1].offset + 1
                    for record in records:
                        self._found[place.topic, record.key].append(record.value)


def opened(worker: Popen[bytes], name: str) -> int:
    """How many files of this name a worker has open: its folder's `lock`, the `LOCK` of each partition's table."""
    found = 0
    for descriptor in Path(f"/proc/{worker.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found += descriptor.readlink().name == name
    return found


def share(one: Popen[bytes], other: Popen[bytes]) -> bool:
    """Whether each of the two workers has half of the partitions."""
    return opened(one, "LOCK") == opened(other, "LOCK") == PARTITIONS // 2


def wait_while_it_runs(worker: Popen[bytes], condition: Callable[[], object], what: str) -> None:
    """Wait until the condition holds; a worker that ends before that fails the test at once."""
    wait_until(lambda: worker.poll() is not None or condition(), what)
    assert worker.poll() is None, f"the worker ended with {worker.poll()} before: {what}"


def take(messages: Iterator[Sent], legs: int) -> Iterator[Sent]:
    """The next messages, so many that they hold at least so many legs."""
    while legs > 0:
        message = next(messages)
        legs -= message.legs
        yield message


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("groups")
    config = folder / CONFIGURATION_FILE
    messages = iter(simulate_groups(folder, DURING_THE_KILL + DURING_THE_REBALANCE + AFTERWARDS))
    with start_services(folder / "state") as services:
        swyx_cdr("migrate", "--config", config)
        kafka = KafkaOptions(services.kafka_bootstrap)
        with (
            connect(kafka) as admin,
            running("sink", "--config", config),  # a worker asks the warehouse for what its state does not hold
            running("worker", "--config", config) as staying,
        ):
            stream = Stream(kafka, admin, config)
            with running("worker", "--config", config) as killed:
                wait_until(lambda: share(killed, staying), "both workers have partitions")
                stream.send(take(messages, DURING_THE_KILL * 4 // 5))
                wait_while_it_runs(killed, stream.begun, "messages of each partition are acknowledged")
                killed.kill()
            # There are always more to come when the worker is killed, however fast it was.
            stream.send(take(messages, DURING_THE_KILL // 5))
            wait_while_it_runs(staying, stream.ended, "the other worker has taken over")
            after_the_kill = stream.outcome()
            with running("worker", "--config", config) as third:
                wait_until(lambda: opened(third, "lock"), "the third worker begins")
                meanwhile = take(messages, DURING_THE_REBALANCE)

                def comes_in() -> bool:
                    stream.send(message for message in [next(meanwhile, None)] if message)
                    return share(third, staying)

                wait_while_it_runs(third, comes_in, "the third worker has partitions")
                stream.send(meanwhile)
                stream.send(messages)
                wait_while_it_runs(staying, stream.ended, "all messages are acknowledged")
            return Course(after_the_kill, stream.outcome())


def row(data: bytes) -> Row:
    message = decode(data)
    assert not isinstance(message, Lifecycle | Heartbeat | Rerate | Reject)
    return message


def version(data: bytes) -> int:
    return row(data).version


def newest(told: list[bytes]) -> bytes:
    """The message of the greatest version; of several, the last."""
    return told[-1] if len(set(told)) == 1 else max(reversed(told), key=version)


def without_version(data: bytes) -> object:
    return row(data)._replace(version=0)


def differs(found: list[bytes], expected: list[bytes]) -> bool:
    """Whether the newest state of a row is another one. The undisturbed worker tells each of its states in order."""
    if not found or not expected:
        return True
    if expected[-1] in found and set(found) <= set(expected):
        return False
    last = newest(found)
    return version(last) < version(expected[-1]) or without_version(last) != without_version(expected[-1])


def differences(outcome: Outcome) -> list[tuple[str, bytes]]:
    """The first rows whose newest state is not that of the undisturbed worker, or that only one side told.

    A message that is taken in again repeats the rows of its call as they are now. So a version may be greater than
    that of the undisturbed worker where the values are the same; it must not be smaller.
    """
    rows = outcome.found.keys() | outcome.expected.keys()
    return [name for name in sorted(rows) if differs(outcome.found.get(name, []), outcome.expected.get(name, []))][:5]


def test_the_rows_after_a_kill_are_those_of_one_undisturbed_worker(course: Course) -> None:
    assert differences(course.after_the_kill) == []


def test_legs_that_come_while_and_after_a_worker_joins_give_the_rows_of_one_undisturbed_worker(course: Course) -> None:
    assert differences(course.in_the_end) == []


def test_late_legs_changed_calls_of_the_state_that_was_restored(course: Course) -> None:
    before, after = course.after_the_kill.expected, course.in_the_end.expected
    changed = [name for name, told in before.items() if name[0] == CALLS.name and after[name] != told]

    assert len(changed) > 100


def test_the_last_message_of_each_row_is_the_newest(course: Course) -> None:
    """Compaction keeps the last one."""
    told = course.in_the_end.found.values()

    assert [messages for messages in told if messages[-1] != newest(messages)] == []
