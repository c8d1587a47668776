"""`swyx-cdr board`: the live page, for a browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from connectors.clickhouse.client import ClickHouseOptions
    from pipeline.cli.lag import Lag
    from pipeline.cli.settings import Settings

_LAG_SECONDS = 1.0


def board(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Serve the live page until stopped. It waits for a warehouse that is away, and says so."""
    import asyncio
    from zoneinfo import ZoneInfo

    from pipeline.board.access import Access
    from pipeline.board.serve import AddressTakenError, serve
    from pipeline.board.watch import Watch
    from pipeline.cli.board_address import address_taken
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.settings import load_settings
    from pipeline.cli.settings_values import address

    stop = stop_event()
    settings = load_settings(config, os.environ)
    host, port = address(settings.board.listen, least_port=0) or ("", 0)
    access = Access(settings.board.token, settings.board.behind_proxy)
    watch = Watch(_warehouse(settings), {site.name: ZoneInfo(site.time_zone) for site in settings.sites})
    with _lag_watched(settings) as lag:
        try:
            asyncio.run(serve(host, port, access, watch, lag, stop))
        except AddressTakenError as error:
            raise address_taken(settings.board.listen, str(error)) from error


def _warehouse(settings: Settings) -> Callable[[], ClickHouseOptions]:
    """Where the warehouse is now: an embedded one may come back elsewhere."""
    from connectors.clickhouse.errors import ClickHouseUnreachable
    from pipeline.cli.endpoints import clickhouse_options

    def options() -> ClickHouseOptions:
        try:
            return clickhouse_options(settings)
        except CommandError as error:
            raise ClickHouseUnreachable(str(error)) from error

    return options


@contextmanager
def _lag_watched(settings: Settings) -> Iterator[Callable[[], dict[str, int] | None]]:
    """The lag as it was last seen; `None` while Kafka cannot be asked.

    A thread asks, as that may take long, and only while someone wants to know.
    """
    newest: list[Lag | None] = [None]
    wanted, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(_LAG_SECONDS):
            if wanted.is_set():
                for found in _lags(settings, wanted, ended):
                    newest[0] = found
                newest[0] = None

    def lag() -> dict[str, int] | None:
        wanted.set()
        found = newest[0]
        return None if found is None else found._asdict()

    threading.Thread(target=watch, daemon=True, name="board-lag").start()
    try:
        yield lag
    finally:
        ended.set()


def _lags(settings: Settings, wanted: threading.Event, ended: threading.Event) -> Iterator[Lag]:
    """The lag whenever it is wanted, until Kafka cannot be asked."""
    from connectors.kafka.admin import KafkaUnreachable, TopicError, connect
    from pipeline.cli.endpoints import kafka_cluster
    from pipeline.cli.lag import lag

    try:
        with connect(kafka_cluster(settings)) as admin:
            while not ended.wait(_LAG_SECONDS):
                if wanted.is_set():
                    wanted.clear()
                    yield lag(admin)
    except (CommandError, KafkaUnreachable, TopicError):
        return
