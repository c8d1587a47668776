"""Orders to the worker: given through `cdr.lifecycle`, waited for, and refused as rejects."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from connectors.clickhouse.client import connected
from connectors.clickhouse.rejects import details_of_messages
from connectors.kafka.admin import connect as connect_kafka
from pipeline.agents.rerate import OTHER_CONFIGURATION
from pipeline.cli.endpoints import clickhouse_options, kafka_cluster
from pipeline.cli.errors import CommandError
from pipeline.cli.lag import STAGES, Ends, behind
from pipeline.cli.publishing import confirm, publishing
from pipeline.cli.settings import Settings
from schemas.cdr import Rerate
from schemas.codec import encode
from schemas.topics import LIFECYCLE

_LOOK_SECONDS = 0.3


def send_orders(settings: Settings, orders: Sequence[Rerate], stop: threading.Event) -> Ends:
    """Returns, when Kafka has confirmed all orders, where `cdr.lifecycle` ended before them."""
    with connect_kafka(kafka_cluster(settings)) as admin:
        before = admin.end_offsets([LIFECYCLE.name])
    with publishing(settings, stop, "ordered") as publisher:
        for order in orders:
            key = order.group_name.encode()
            partition = publisher.partition_for(LIFECYCLE.name, key)
            if not publisher.publish(LIFECYCLE.name, key, encode(order), None, partition):
                raise CommandError("stopped while giving orders; run it again")
        confirm(publisher)
    return before


def wait_for_worker_and_sink(settings: Settings, stop: threading.Event) -> bool:
    """Whether both have done all that was before them when they came to an end; `False` if `stop` is set before."""
    with connect_kafka(kafka_cluster(settings)) as admin:
        for stage in STAGES:
            ends = admin.end_offsets(stage.topics)
            while behind(admin, stage.group, ends):
                if stop.wait(_LOOK_SECONDS):
                    return False
    return True


def refusals(settings: Settings, before: Ends) -> Iterator[str]:
    """Why the worker refused orders that it found behind these offsets."""
    with connected(clickhouse_options(settings)) as client:
        for (topic, partition), offset in before.items():
            yield from details_of_messages(client, OTHER_CONFIGURATION, f"{topic}-{partition}", offset)
