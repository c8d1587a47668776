"""The worker's Faust application: one agent that joins legs, one table that keeps them.

The recipe that loses nothing (docs/delivery.md): take events without acknowledging them, publish and wait for
the broker, write the table and wait for its changelog, acknowledge last. Bad messages are rejects, a broker that
is away is waited for, everything else is a bug and crashes the process with nothing acknowledged.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import faust
import structlog
from faust.streams import _current_event
from mode import CrashingSupervisor

from connectors.kafka.options import KafkaOptions
from pipeline.agents.commit import SafeTransport
from pipeline.agents.groups import Groups
from pipeline.agents.join import Output, Source, join
from pipeline.agents.publish import Publisher
from pipeline.agents.security import faust_credentials, servers
from pipeline.agents.topics import GROUP, TABLE
from pipeline.domain.rules import GroupRules
from schemas.topics import LIFECYCLE

_BATCH_MESSAGES = 20
_BATCH_SECONDS = 0.05
_SESSION_SECONDS = 10.0  # so long the partitions of a killed worker wait for another one
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What a worker needs to know."""

    kafka: KafkaOptions
    partitions: int
    replication_factor: int
    data_directory: Path
    groups: Mapping[str, GroupRules]
    epoch: int


@dataclass(slots=True)
class WorkerFigures:
    """What the worker has done since its start, and what it holds; written by its thread, read by any.

    `rows` are all messages that it published, rejects and heartbeats among them. `watermarks` tell up to when the
    CDRs of each group are known.
    """

    messages: int = 0
    legs: int = 0
    rows: int = 0
    groups: int = 0
    legs_in_state: int = 0
    watermarks: Mapping[str, datetime] = field(default_factory=dict)

    def hold(self, groups: Groups) -> None:
        """Take note of what is in state."""
        self.groups, self.legs_in_state = len(groups), groups.legs
        self.watermarks = groups.watermarks


def build_app(options: WorkerOptions, publisher: Publisher, figures: WorkerFigures) -> faust.App:
    """The Faust application, not started."""
    app = faust.App(
        GROUP,
        broker=[f"kafka://{server}" for server in servers(options.kafka)],
        broker_credentials=faust_credentials(options.kafka),
        broker_commit_interval=0.5,
        broker_session_timeout=_SESSION_SECONDS,
        broker_heartbeat_interval=_SESSION_SECONDS / 4,
        datadir=str(options.data_directory),
        store="rocksdb://",
        agent_supervisor=CrashingSupervisor,
        table_standby_replicas=0,
        topic_partitions=options.partitions,
        topic_replication_factor=options.replication_factor,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        stream_buffer_maxsize=64,
    )
    app.transport = SafeTransport(app.conf.broker_consumer, app)
    groups = Groups(options.groups)
    table = _legs_table(app, options, groups, figures)
    topic = app.topic(
        LIFECYCLE.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw", internal=True
    )

    async def joining(stream: faust.StreamT[bytes]) -> None:
        async for events in stream.noack_take(_BATCH_MESSAGES, within=_BATCH_SECONDS):
            await _join_batch(events, groups, options.epoch, publisher, table, figures)
            figures.hold(groups)

    app.agent(topic, name="join", concurrency=1)(joining)
    return app


def _legs_table(app: faust.App, options: WorkerOptions, groups: Groups, figures: WorkerFigures) -> faust.Table:
    """The set of legs: lifecycle messages as they came, keyed by partition and offset of their first arrival."""
    raw = faust.Schema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    table = app.Table(
        TABLE,
        partitions=options.partitions,
        key_type=bytes,
        value_type=bytes,
        schema=raw,
        options={"driver": "rocksdict"},
    )

    async def restore() -> None:
        try:
            legs = groups.rebuild(table.data.values())
        except Exception as error:
            # Faust drops what a recovery callback raises and would go on with an empty state.
            await app.crash(error)
            raise
        figures.hold(groups)
        _log.info("state restored", legs=legs)

    table.on_recover(restore)
    return table


async def _join_batch(
    events: list[faust.EventT],
    groups: Groups,
    epoch: int,
    publisher: Publisher,
    table: faust.Table,
    figures: WorkerFigures,
) -> None:
    outputs: list[tuple[int, Output]] = []
    stored = []
    for event in events:
        message = event.message
        source = Source(message.topic, message.partition, message.offset)
        joined = join(event.value, source, groups, epoch, datetime.now(UTC))
        outputs += [(source.partition, output) for output in joined.outputs]
        figures.legs += joined.legs
        if joined.store or _is_stored(event, table):
            stored.append(event)
    await publisher.publish(outputs)
    for confirmation in [_store(event, table) for event in stored]:
        await confirmation
    for event in events:
        event.ack()
    figures.messages += len(events)
    figures.rows += len(outputs)


def _is_stored(event: faust.EventT, table: faust.Table) -> bool:
    """Whether this very message is in the table: then its changelog may have been cut off, so it is written again."""
    _current_event.set(weakref.ref(event))
    return _key(event) in table.data


def _key(event: faust.EventT) -> bytes:
    return f"{event.message.partition}:{event.message.offset}".encode()


def _store(event: faust.EventT, table: faust.Table) -> Awaitable[object]:
    """Write a message into the table; returns what to await until its changelog has it.

    Faust's own `table[key] = value` gives no hold of the changelog's confirmation, and outside of a plain
    `async for` it does not know the event whose partition the key belongs to.
    """
    _current_event.set(weakref.ref(event))
    table.data[_key(event)] = event.value
    confirmation: Awaitable[object] = table.send_changelog(event.message.partition, _key(event), event.value)
    return confirmation
