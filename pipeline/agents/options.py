"""What a worker needs to know, and what it tells of its work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from connectors.kafka.options import KafkaOptions
from pipeline.agents.archive import Archive
from pipeline.agents.groups import Groups, ReadAgain
from pipeline.domain.rules import GroupRules


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What a worker needs to know. Legs stay in state until they are `late` older than the newest."""

    kafka: KafkaOptions
    partitions: int
    replication_factor: int
    data_directory: Path
    groups: Mapping[str, GroupRules]
    read_again: ReadAgain
    archive: Archive
    epoch: int
    late: timedelta = timedelta(days=7)


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
