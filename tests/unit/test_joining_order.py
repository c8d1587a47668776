"""In which order a worker publishes what follows from a message (docs/adr/0017)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from random import Random

from connectors.kafka.options import KafkaOptions
from pipeline.agents.groups import Groups
from pipeline.agents.join import Output
from pipeline.agents.joining import Joining
from pipeline.agents.options import WorkerFigures, WorkerOptions
from schemas.cdr import Lifecycle
from schemas.codec import encode
from tests.builders import leg, rules
from tests.property.workers import Cluster, Sink, Steps, Table


class Confirmed:
    """A publisher: what each call, which returns when all is confirmed, was given."""

    def __init__(self) -> None:
        self.topics: list[set[str]] = []

    async def publish(self, outputs: Iterable[tuple[int, Output]]) -> None:
        self.topics.append({output.topic for _, output in outputs})


def published(*messages: bytes) -> list[set[str]]:
    """The topics that are confirmed one after the other when a worker takes these messages."""
    groups = {"berlin": rules()}
    sink = Sink(Random(0), Steps(), lambda: None)  # noqa: S311 - chance plays no part here
    options = WorkerOptions(KafkaOptions("nowhere"), 1, 1, Path(), groups, lambda: "", sink, 1)
    publisher = Confirmed()
    joining = Joining(options, Groups(groups, lambda: ""), publisher, Table(Steps()), WorkerFigures())  # type: ignore[arg-type]
    cluster = Cluster(rules(), list(messages), Random(0), new_epochs=False)  # noqa: S311
    asyncio.run(joining.take([cluster.event(offset) for offset in range(len(messages))]))
    return publisher.topics


def test_totals_are_confirmed_before_any_charge_and_all_others_before_any_leg() -> None:
    charged = leg("1", 0, connect=5, end=65, costs="1.20", destination_device="SwyxGate 1")

    first, between, last = published(encode(Lifecycle("dortmund", "", 1, (charged,))))

    assert (first, last) == ({"cdr.totals"}, {"cdr.legs"})
    assert between == {"cdr.calls", "cdr.charges", "cdr.site_calls"}
