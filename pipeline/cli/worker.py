"""`swyx-cdr worker`: joins the legs of `cdr.lifecycle` and publishes calls, charges and totals."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from clickhouse_driver import Client

    from pipeline.domain.rules import GroupRules


def worker(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Join legs into calls and charges until stopped. Several workers share the groups of sites."""
    from connectors.clickhouse.client import connected
    from connectors.clickhouse.epochs import stream_epoch
    from connectors.kafka.admin import connect as connect_kafka
    from pipeline.agents.archive import WarehouseArchive
    from pipeline.agents.options import WorkerFigures, WorkerOptions
    from pipeline.agents.worker import WorkerCrashError, run_worker
    from pipeline.cli.endpoints import clickhouse_options, kafka_cluster
    from pipeline.cli.garbage import collect_seldom
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.metrics import metrics_served
    from pipeline.cli.metrics_of import worker_metrics
    from pipeline.cli.settings import load_settings
    from pipeline.cli.wiring import group_rules
    from schemas.topics import LIFECYCLE

    stop = stop_event()
    settings = load_settings(config, os.environ)
    with connect_kafka(kafka_cluster(settings)) as admin:
        topic_id = admin.topic_id(LIFECYCLE.name)
    with connected(clickhouse_options(settings)) as client:
        epoch = stream_epoch(client, topic_id)
        warn_of_killed_backfills(client, group_rules(settings))
    archive = WarehouseArchive(clickhouse_options(settings), kafka_cluster(settings))
    options = WorkerOptions(
        kafka=kafka_cluster(settings),
        partitions=settings.kafka.partitions,
        replication_factor=settings.kafka.replication_factor,
        data_directory=settings.pipeline.state_directory / "workers",
        groups=group_rules(settings),
        read_again=lambda: _rules_now(config),
        archive=archive,
        epoch=epoch,
        late=timedelta(days=settings.pipeline.late_days),
    )
    figures = WorkerFigures()
    collect_seldom()
    try:
        with metrics_served("worker", settings.metrics.worker, lambda: worker_metrics(figures)):
            run_worker(options, stop, figures)
    except WorkerCrashError as error:
        raise CommandError(str(error)) from error
    finally:
        archive.close()


def warn_of_killed_backfills(client: Client, groups: Iterable[str]) -> None:
    """Say in the log which groups have rows that only the next backfill puts right (ADR 19)."""
    import structlog

    from connectors.clickhouse.epochs import killed_backfills

    for group in groups:
        if killed_backfills(client, group):
            problem = "a backfill did not come to its end, so some calls may be told in part"
            structlog.get_logger().warning(problem, group=group, remedy="stop the stream and run `swyx-cdr backfill`")


def _rules_now(config: Path) -> Mapping[str, GroupRules] | str:
    """The rules of all groups as the configuration is now, or why it cannot be used."""
    from pipeline.cli.settings import ConfigurationError, load_settings
    from pipeline.cli.wiring import group_rules

    try:
        return group_rules(load_settings(config, os.environ))
    except ConfigurationError as error:
        return str(error).splitlines()[0]
