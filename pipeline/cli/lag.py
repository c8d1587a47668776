"""How far the worker and the sink are behind what lies in Kafka."""

from __future__ import annotations

from typing import NamedTuple

from connectors.clickhouse.sink import GROUP as SINK_GROUP
from connectors.clickhouse.sink import ROW_TOPICS
from connectors.kafka.admin import KafkaAdmin
from pipeline.agents.topics import GROUP as WORKER_GROUP
from schemas.topics import LIFECYCLE


class Lag(NamedTuple):
    """Messages that each stage has not yet finished: joined and published, or safe in the warehouse."""

    worker: int
    sink: int


def lag(admin: KafkaAdmin) -> Lag:
    """The lag now. The worker's is taken first: when it is 0, all that it published is in the sink's ends."""
    return Lag(_behind(admin, WORKER_GROUP, (LIFECYCLE.name,)), _behind(admin, SINK_GROUP, ROW_TOPICS))


def _behind(admin: KafkaAdmin, group: str, topics: tuple[str, ...]) -> int:
    committed = admin.committed_offsets(group)
    ends = admin.end_offsets(topics)
    return sum(max(0, end - committed.get(place, 0)) for place, end in ends.items())
