"""What `status` finds out: each store is asked in its own thread, and none is waited for longer than seconds."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pipeline.cli.errors import CommandError

if TYPE_CHECKING:
    from clickhouse_driver import Client

    from connectors.clickhouse.client import ClickHouseOptions
    from connectors.clickhouse.health import RejectCount
    from connectors.clickhouse.sites import Site
    from connectors.kafka.admin import KafkaAdmin
    from pipeline.cli.settings import Settings

DEADLINE_SECONDS = 8.0  # a client gives up by itself after 5 s, and says why
ANSWER_SECONDS = 5.0
NEWS = timedelta(days=1)
INCOMPLETE_SPAN = timedelta(days=7)

T = TypeVar("T")


class Stream(NamedTuple):
    """What Kafka tells. `problem` is why it does not answer, `unready` why its topics cannot be used; else empty.

    `lag` has the messages that each stage is behind, `processes` how many of each are members of its consumer group;
    both are empty where they are not known.
    """

    problem: str
    unready: str = ""
    lag: Mapping[str, int] = {}
    processes: Mapping[str, int] = {}


class Warehouse(NamedTuple):
    """What ClickHouse tells. `problem` is why it does not answer, `unready` why its tables cannot be used; else empty.

    None stands for what is not known: the sites by name, their rejects, and the number of calls that ended
    `late_days` ago, in the `INCOMPLETE_SPAN` before that, and still miss a leg.
    """

    problem: str
    unready: str = ""
    sites: Mapping[str, Site] | None = None
    rejects: Mapping[str, RejectCount] | None = None
    calls_incomplete: int | None = None


class Disk(NamedTuple):
    """Room where the state directory is, in bytes."""

    directory: Path
    free: int
    total: int


class Facts(NamedTuple):
    """All that `status` knows at the instant `now`."""

    settings: Settings
    now: datetime
    stream: Stream
    warehouse: Warehouse
    disk: Disk


def find_out(settings: Settings, now: datetime) -> Facts:
    """Asks both stores at once; one that does not answer within `DEADLINE_SECONDS` counts as away."""
    until = time.monotonic() + DEADLINE_SECONDS
    stream = _in_background(lambda: _ask_kafka(settings))
    warehouse = _in_background(lambda: _ask_clickhouse(settings, now))
    silent = f"does not answer within {DEADLINE_SECONDS:.0f} s"
    return Facts(
        settings,
        now,
        _answer(stream, until, Stream(f"Kafka {silent}")),
        _answer(warehouse, until, Warehouse(f"ClickHouse {silent}")),
        _disk(settings.pipeline.state_directory),
    )


def _in_background(question: Callable[[], T]) -> Future[T]:
    """The answer to come. Nobody waits for the thread at the end of the program."""
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as error:
            answer.set_exception(error)  # raised where the answer is taken

    Thread(target=ask, daemon=True).start()
    return answer


def _answer(answer: Future[T], until: float, otherwise: T) -> T:
    try:
        return answer.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        return otherwise


def _ask_kafka(settings: Settings) -> Stream:
    from connectors.kafka.admin import KafkaUnreachable, TopicError, connect
    from pipeline.cli.endpoints import kafka_cluster

    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what it has to complain of is in the answer
    try:
        cluster = kafka_cluster(settings)
        refusal = _refusal(settings)
        if refusal:
            return Stream(refusal)
        with connect(cluster) as admin:
            try:
                return _stages(admin)
            except TopicError as error:
                return Stream("", str(error))
    except (CommandError, KafkaUnreachable) as error:
        return Stream(str(error))


def _refusal(settings: Settings) -> str:
    """Why no broker of a Kafka of one's own takes a connection; empty if one does. Its client would try for seconds."""
    from pipeline.cli.config_report import connect_failure, servers

    failures = []
    for server, host, port in servers(settings):
        if server == "kafka":
            failure = connect_failure(host, port)
            if not failure:
                return ""
            failures.append(f"{host}:{port}: {failure}")
    return (
        f"no Kafka answers ({'; '.join(failures)}): start it, or correct [kafka] bootstrap_servers" if failures else ""
    )


def _stages(admin: KafkaAdmin) -> Stream:
    from pipeline.cli.lag import STAGES, lag

    processes = {stage.name: admin.member_count(stage.group) for stage in STAGES}
    return Stream("", "", lag(admin)._asdict(), processes)


def _ask_clickhouse(settings: Settings, now: datetime) -> Warehouse:
    from dataclasses import replace

    from clickhouse_driver import errors

    from connectors.clickhouse.client import connected
    from connectors.clickhouse.errors import WarehouseError, first_line
    from connectors.clickhouse.migrate import require_migrated
    from pipeline.cli.endpoints import clickhouse_options

    try:
        options = clickhouse_options(settings)
        with connected(replace(options, database="default"), ANSWER_SECONDS):
            pass  # it answers and lets this user in; whether our database is as it should be is another matter
        try:
            require_migrated(options)
            unready = ""
        except (WarehouseError, errors.ServerException) as error:
            unready = first_line(error)
        return _tables(options, settings, now, unready)
    except (CommandError, WarehouseError) as error:
        return Warehouse(str(error))
    except (errors.Error, OSError, EOFError) as error:
        return Warehouse(f"ClickHouse does not answer: {first_line(error)}")


def _tables(options: ClickHouseOptions, settings: Settings, now: datetime, unready: str) -> Warehouse:
    """What the views tell; of tables that are not of this version what can be had."""
    from clickhouse_driver import errors

    from connectors.clickhouse.client import connected
    from connectors.clickhouse.errors import WarehouseError, first_line
    from connectors.clickhouse.health import count_incomplete_calls, count_recent_rejects
    from connectors.clickhouse.sites import read_sites

    refused: list[str] = [unready] if unready else []

    def told(question: Callable[[Client], T]) -> T | None:
        try:
            with connected(options, ANSWER_SECONDS) as client:
                return question(client)
        except (WarehouseError, errors.ServerException) as error:
            refused.append(first_line(error))
            return None

    late = now - timedelta(days=settings.pipeline.late_days)
    sites = told(read_sites)
    rejects = told(lambda client: count_recent_rejects(client, now - NEWS))
    incomplete = told(lambda client: count_incomplete_calls(client, late - INCOMPLETE_SPAN, late))
    return Warehouse("", refused[0] if refused else "", sites, rejects, incomplete)


def _disk(directory: Path) -> Disk:
    """The disk of a directory, also where that does not exist yet."""
    there = next(folder for folder in (directory, *directory.parents) if folder.exists())
    usage = shutil.disk_usage(there)
    return Disk(directory, usage.free, usage.total)
