"""The worker's Faust application: one agent that joins legs, one table that keeps them.

The recipe that loses nothing (docs/delivery.md): take events without acknowledging them, publish and wait for
the broker, write the table and wait for its changelog, acknowledge last. Bad messages are rejects, a broker that
is away is waited for, everything else is a bug and crashes the process with nothing acknowledged.
"""

from __future__ import annotations

import faust
import structlog
from mode import CrashingSupervisor

from pipeline.agents.commit import SafeTransport
from pipeline.agents.groups import Groups
from pipeline.agents.joining import Joining
from pipeline.agents.options import WorkerFigures, WorkerOptions
from pipeline.agents.publish import Publisher
from pipeline.agents.security import faust_credentials, servers
from pipeline.agents.table import Entries, LegTable
from pipeline.agents.topics import GROUP
from schemas.topics import LIFECYCLE

_BATCH_MESSAGES = 20
_BATCH_SECONDS = 0.05
_SESSION_SECONDS = 10.0  # so long the partitions of a killed worker wait for another one
_log = structlog.get_logger()


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
    table = LegTable(app, options.partitions, lambda entries: _restore(app, joining, entries))
    joining = Joining(options, Groups(options.groups, options.read_again), publisher, table, figures)
    topic = app.topic(
        LIFECYCLE.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw", internal=True
    )

    async def join(stream: faust.StreamT[bytes]) -> None:
        async for events in stream.noack_take(_BATCH_MESSAGES, within=_BATCH_SECONDS):
            await joining.take(events)

    app.agent(topic, name="join", concurrency=1)(join)
    return app


async def _restore(app: faust.App, joining: Joining, entries: Entries) -> None:
    try:
        legs = await joining.restore(entries)
    except Exception as error:
        # Faust drops what a recovery callback raises and would go on with an empty state.
        await app.crash(error)
        raise
    _log.info("state restored", legs=legs)
