"""How far the worker and the sink are behind what lies in Kafka."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from connectors.clickhouse.sink import GROUP as SINK_GROUP
from connectors.clickhouse.sink import ROW_TOPICS
from connectors.kafka.admin import KafkaAdmin
from pipeline.agents.topics import GROUP as WORKER_GROUP
from schemas.topics import LIFECYCLE

Ends = Mapping[tuple[str, int], int]


class Stage(NamedTuple):
    """A process of the pipeline, its consumer group and the topics that it reads."""

    name: str
    group: str
    topics: tuple[str, ...]


STAGES = (Stage("worker", WORKER_GROUP, (LIFECYCLE.name,)), Stage("sink", SINK_GROUP, ROW_TOPICS))


class Lag(NamedTuple):
    """Messages that each stage has not yet finished: joined and published, or safe in the warehouse."""

    worker: int
    sink: int


def lag(admin: KafkaAdmin) -> Lag:
    """The lag now. The worker's is taken first: when it is 0, all that it published is in the sink's ends."""
    worker, sink = (behind(admin, stage.group, admin.end_offsets(stage.topics)) for stage in STAGES)
    return Lag(worker, sink)


def behind(admin: KafkaAdmin, group: str, ends: Ends) -> int:
    """How many messages before these ends a consumer group has not finished."""
    committed = admin.committed_offsets(group)
    return sum(max(0, end - committed.get(place, 0)) for place, end in ends.items())
