"""What the worker guards against, each guard with a test that fails without it (docs/delivery.md)."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP
from faust.types.tuples import Message
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from connectors.kafka.admin import connect
from connectors.kafka.options import KafkaOptions
from infra.embedded.services import start_services
from pipeline.agents import worker
from pipeline.agents.app import build_app
from pipeline.agents.commit import SafeConsumer
from pipeline.agents.join import Output
from pipeline.agents.options import WorkerFigures, WorkerOptions
from pipeline.agents.publish import Publisher
from pipeline.agents.topics import CHANGELOG, GROUP
from pipeline.agents.worker import WorkerCrashError, run_worker
from pipeline.domain.rules import GroupRules, SiteLink, SiteRules
from schemas.cdr import Leg, Lifecycle, Reject
from schemas.codec import decode, encode
from schemas.rows import Call
from schemas.topics import CALLS, LIFECYCLE, REJECTS, TOPICS
from tests.archives import EmptyArchive
from tests.builders import leg, rules
from tests.integration.program import wait_until

PLACE = TP("cdr.lifecycle", 0)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaOptions]:
    """A Kafka with the system's topics, one partition each."""
    with start_services(tmp_path_factory.mktemp("kafka"), {"kafka"}) as services:
        options = KafkaOptions(services.kafka_bootstrap)
        with connect(options) as admin:
            admin.apply(admin.plan_topics([*TOPICS, CHANGELOG], 1, 1))
        yield options


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that stops too slowly ends its process, and that is the tests' here."""
    monkeypatch.setattr(worker, "_STOP_SECONDS", 100)


@pytest.fixture
def options(broker: KafkaOptions, tmp_path: Path) -> WorkerOptions:
    """A worker with a folder of its own for the linked sites of the builders."""
    return WorkerOptions(
        broker, 1, 1, tmp_path / "workers", {"berlin": rules()}, lambda: "not to be read", EmptyArchive(), epoch=1
    )


def send(broker: KafkaOptions, *messages: bytes) -> int:
    """Append to cdr.lifecycle; returns the offset behind the last message."""
    producer = KafkaProducer(**broker.client_options(), enable_idempotence=True, acks="all")
    last = [producer.send(LIFECYCLE.name, key=b"berlin", value=message, partition=0) for message in messages][-1]
    end = int(last.get(timeout=60).offset) + 1
    producer.close()
    return end


def lifecycle(*legs: Leg) -> bytes:
    return encode(Lifecycle("dortmund", "file", 1, legs))


def work_until(options: WorkerOptions, end: int) -> None:
    """Run a worker until it has acknowledged everything before the offset `end`."""
    stop = threading.Event()
    working = threading.Thread(target=run_worker, args=(options, stop, WorkerFigures()))
    working.start()
    try:
        wait_until(lambda: acknowledged(options.kafka) >= end, f"the worker acknowledges offset {end - 1}", 120)
    finally:
        stop.set()
        working.join(120)


def acknowledged(broker: KafkaOptions) -> int:
    with connect(broker) as admin:
        return admin.committed_offsets(GROUP).get((LIFECYCLE.name, 0), 0)


def published(broker: KafkaOptions, topic: str) -> list[object]:
    """Every message of a topic's only partition."""
    consumer = KafkaConsumer(**broker.client_options(), group_id=None, enable_auto_commit=False)
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    end = consumer.end_offsets([place])[place]
    found: list[object] = []
    while len(found) < end:
        for records in consumer.poll(timeout_ms=1000).values():
            found += [decode(record.value) for record in records]
    consumer.close()
    return found


def calls(broker: KafkaOptions) -> dict[str, Call]:
    """The newest call of each name."""
    newest = (row for row in published(broker, CALLS.name) if isinstance(row, Call))
    return {row.call_id: row for row in newest}


def test_a_message_that_cannot_be_read_becomes_a_reject_and_the_next_one_is_joined(options: WorkerOptions) -> None:
    end = send(options.kafka, b"no message at all", lifecycle(leg("11", 0)))

    work_until(options, end)

    rejects = [row for row in published(options.kafka, REJECTS.name) if isinstance(row, Reject)]
    assert [(row.raw, row.reason, row.source_offset) for row in rejects] == [
        (b"no message at all", "undecodable_message", end - 2)
    ]
    assert "dortmund:11:2002-11-19T12:03:28" in calls(options.kafka)


def test_a_message_of_a_site_that_is_not_configured_becomes_a_reject(options: WorkerOptions) -> None:
    stranger = encode(Lifecycle("atlantis", "file", 1, (leg("1", 0, site="atlantis"),)))

    work_until(options, send(options.kafka, stranger))

    last = published(options.kafka, REJECTS.name)[-1]
    assert isinstance(last, Reject)
    assert (last.site, last.reason, last.raw) == ("atlantis", "unknown_site", stranger)


def test_legs_are_restored_from_the_changelog_when_the_local_table_is_lost(options: WorkerOptions) -> None:
    work_until(options, send(options.kafka, lifecycle(leg("21", 0, transferred_to_call_id="22"))))
    shutil.rmtree(options.data_directory)

    work_until(options, send(options.kafka, lifecycle(leg("22", 10))))

    assert calls(options.kafka)["dortmund:21:2002-11-19T12:03:28"].leg_count == 2


def test_legs_are_restored_from_the_local_table(options: WorkerOptions) -> None:
    work_until(options, send(options.kafka, lifecycle(leg("31", 0, transferred_to_call_id="32"))))

    work_until(options, send(options.kafka, lifecycle(leg("32", 10))))

    assert calls(options.kafka)["dortmund:31:2002-11-19T12:03:28"].leg_count == 2


def test_messages_that_come_in_before_the_flow_resumes_are_joined(
    options: WorkerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_until(options, send(options.kafka, lifecycle(leg("51", 0))))
    shutil.rmtree(options.data_directory)  # so that the changelog is read first, and fetching goes on from there
    seek, publish = SafeConsumer.perform_seek, Publisher.publish
    begun, sought = asyncio.Event(), asyncio.Event()

    async def seek_until_work_begins(consumer: SafeConsumer) -> None:
        await seek(consumer)
        with suppress(TimeoutError):
            await asyncio.wait_for(begun.wait(), 3)
        sought.set()

    async def publish_when_the_flow_resumes(publisher: Publisher, outputs: Iterable[tuple[int, Output]]) -> None:
        begun.set()
        await sought.wait()
        await asyncio.sleep(0.2)
        await publish(publisher, outputs)

    monkeypatch.setattr(SafeConsumer, "perform_seek", seek_until_work_begins)
    monkeypatch.setattr(Publisher, "publish", publish_when_the_flow_resumes)
    call_ids = [str(number) for number in range(500, 560)]
    end = send(options.kafka, *(lifecycle(leg(call_id, 0)) for call_id in call_ids))

    work_until(options, end)

    assert {f"dortmund:{call_id}:2002-11-19T12:03:28" for call_id in call_ids} <= calls(options.kafka).keys()


class _Defective(dict[str, SiteLink]):
    """A table of links whose look-up fails: a bug in the middle of the domain."""

    def get(self, key: str, default: object = None) -> SiteLink:
        raise RuntimeError("a bug")


def test_a_bug_ends_the_worker_with_nothing_acknowledged(options: WorkerOptions) -> None:
    before = acknowledged(options.kafka)
    end = send(options.kafka, lifecycle(leg("41", 0)))
    sites: dict[str, SiteRules] = {name: replace(site, links=_Defective()) for name, site in rules().sites.items()}
    defective = replace(options, groups={"berlin": GroupRules("berlin", MappingProxyType(sites))})

    with pytest.raises(WorkerCrashError, match="a bug"):
        run_worker(defective, threading.Event(), WorkerFigures())

    assert acknowledged(options.kafka) == before
    work_until(options, end)
    assert "dortmund:41:2002-11-19T12:03:28" in calls(options.kafka)


@pytest.mark.parametrize(
    ("committed", "in_flight", "acked"),
    [(2585, 2585, [2586, 2587, 2588, 2589]), (None, 0, [1, 2, 3]), (0, 0, [7, 8])],
)
def test_no_offset_is_committed_past_a_message_in_flight(
    options: WorkerOptions, committed: int | None, in_flight: int, acked: list[int]
) -> None:
    app = build_app(options, Publisher(None), WorkerFigures())

    def committable(kind: type[Consumer]) -> int | None:
        consumer = kind(app.transport, print, print, print)
        consumer._committed_offset[PLACE] = committed
        consumer._acked[PLACE] = list(acked)
        message = _message(in_flight)
        consumer._unacked_messages.add(message)
        offset: int | None = consumer._new_offset(PLACE)
        assert not message.acked
        return offset

    faust, ours = committable(Consumer), committable(SafeConsumer)
    assert faust is not None
    assert faust > in_flight, "Faust mends its own defect: the guard may go"
    assert ours is None or ours <= in_flight


def test_messages_fetched_before_a_rebalance_are_left_alone_as_they_come_again(
    options: WorkerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = build_app(options, Publisher(None), WorkerFigures())
    consumer = SafeConsumer(app.transport, print, print, print)
    consumer.flow_active, app.consumer_generation_id = True, 0

    async def fetched(self: Consumer, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        for offset in range(4):
            yield PLACE, _message(offset)
            if offset == 1:
                app.consumer_generation_id += 1

    async def read() -> list[int]:
        return [message.offset async for _, message in consumer.getmany(1.0)]

    monkeypatch.setattr(Consumer, "getmany", fetched)
    assert asyncio.run(read()) == [0, 1]


@pytest.mark.parametrize(("committed", "sought"), [(None, [0]), (0, [0]), (7, [])])
def test_a_partition_without_committed_offset_is_read_from_its_beginning_after_a_rebalance(
    options: WorkerOptions, monkeypatch: pytest.MonkeyPatch, committed: int | None, sought: list[int]
) -> None:
    app = build_app(options, Publisher(None), WorkerFigures())
    consumer = SafeConsumer(app.transport, print, print, print)
    asked = []

    async def committed_offsets(self: Consumer) -> dict[TP, int | None]:
        return {PLACE: committed}  # Faust goes there itself if it is not 0

    async def seek(self: Consumer, tp: TP, offset: int) -> None:
        asked.append(offset)

    monkeypatch.setattr(Consumer, "seek_to_committed", committed_offsets)
    monkeypatch.setattr(Consumer, "_seek", seek)
    monkeypatch.setattr(Consumer, "assignment", lambda self: {PLACE})
    asyncio.run(consumer.perform_seek())

    assert asked == sought


def _message(offset: int) -> Message:
    return Message(PLACE.topic, PLACE.partition, offset, 0.0, 0, {}, None, b"", None, tp=PLACE, generation_id=0)
