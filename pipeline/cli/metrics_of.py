"""The metrics of each process, made of what it counts by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from pipeline.cli.metrics import Metric

if TYPE_CHECKING:
    from connectors.cdr_file.figures import SiteFigures
    from connectors.clickhouse.client import ClickHouseOptions
    from connectors.clickhouse.figures import WriteFigures
    from pipeline.agents.options import WorkerFigures

_KEPT_SECONDS = 10.0
_ANSWER_SECONDS = 3.0

_log = structlog.get_logger()


def tail_metrics(sites: Mapping[str, SiteFigures], unconfirmed: int) -> Iterator[Metric]:
    """The metrics of a tail: of each site it follows, and the messages that Kafka has not confirmed."""

    def counted(name: str, text: str, value: Callable[[SiteFigures], float]) -> Metric:
        return Metric(f"tail_{name}", text, "counter", ("site",), _by_site(sites, value))

    def measured(name: str, text: str, value: Callable[[SiteFigures], float | None]) -> Metric:
        return Metric(f"tail_{name}", text, "gauge", ("site",), _by_site(sites, value))

    yield counted("lines", "Whole lines read.", lambda site: site.lines)
    yield counted("legs", "CDRs read.", lambda site: site.legs)
    yield counted("rejects", "Lines that could not be read.", lambda site: site.rejects)
    yield counted("never_recorded", "CDRs that are not recorded on purpose.", lambda site: site.never_recorded)
    yield counted("bytes", "Bytes of whole lines read.", lambda site: site.bytes)
    yield measured("files", "Files that the globs find.", lambda site: site.files)
    yield measured("bytes_behind", "Bytes not yet confirmed by Kafka.", lambda site: site.bytes_behind)
    yield measured("torn_bytes", "Bytes of last lines without a line end.", lambda site: site.torn_bytes)
    yield measured("last_cdr_timestamp_seconds", "End of the newest CDR read.", lambda site: _seconds(site.last_cdr_at))
    yield measured(
        "last_heartbeat_timestamp_seconds",
        "When Kafka last confirmed a heartbeat.",
        lambda site: site.heartbeat_confirmed_at or None,
    )
    yield Metric("tail_unconfirmed_messages", "Messages not yet confirmed by Kafka.", "gauge", (), [((), unconfirmed)])


def worker_metrics(figures: WorkerFigures) -> Iterator[Metric]:
    """The metrics of a worker."""
    yield Metric("worker_messages", "Messages joined.", "counter", (), [((), figures.messages)])
    yield Metric("worker_legs", "CDRs joined, repeated ones too.", "counter", (), [((), figures.legs)])
    yield Metric("worker_rows", "Rows published.", "counter", (), [((), figures.rows)])
    yield Metric("worker_groups", "Groups of sites held.", "gauge", (), [((), figures.groups)])
    yield Metric("worker_legs_in_state", "CDRs held.", "gauge", (), [((), figures.legs_in_state)])
    marks = [((group,), at.timestamp()) for group, at in figures.watermarks.items()]
    yield Metric("worker_watermark_timestamp_seconds", "Up to when the CDRs are known.", "gauge", ("group",), marks)


def sink_metrics(figures: WriteFigures, states: SiteStates) -> Iterator[Metric]:
    """The metrics of a sink, and the state of each site as the warehouse shows it."""
    rows = [((table,), float(count)) for table, count in sorted(figures.rows.copy().items())]
    yield Metric("sink_rows", "Rows written, each state of a row.", "counter", ("table",), rows)
    yield Metric("sink_rejects", "Messages and rows that could not be written.", "counter", (), [((), figures.rejects)])
    yield Metric("sink_inserts", "Inserts done.", "counter", (), [((), figures.inserts)])
    took = figures.last_insert_seconds
    yield Metric("sink_last_insert_seconds", "What the last insert took.", "gauge", (), [((), took)])
    found = states.now()
    answers = 0.0 if found is None else 1.0
    yield Metric("warehouse_answers", "1 if the warehouse told the sites' states.", "gauge", (), [((), answers)])
    yield Metric("site_state", "1 for the state that a site is in.", "gauge", ("site", "state"), _one_hot(found or {}))


class SiteStates:
    """The state of each site, asked of the warehouse at most every 10 s however often it is scraped."""

    def __init__(self, options: ClickHouseOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._asked_at = -_KEPT_SECONDS
        self._states: dict[str, str] | None = None

    def now(self) -> dict[str, str] | None:
        """The states by site; None if the warehouse does not answer within seconds."""
        with self._lock:
            if time.monotonic() - self._asked_at >= _KEPT_SECONDS:
                self._states = self._ask()
                self._asked_at = time.monotonic()
            return self._states

    def _ask(self) -> dict[str, str] | None:
        from clickhouse_driver import errors

        from connectors.clickhouse.client import connected
        from connectors.clickhouse.errors import WarehouseError, first_line
        from connectors.clickhouse.sites import read_sites

        try:
            with connected(self._options, _ANSWER_SECONDS) as client:
                return {name: site.state for name, site in read_sites(client).items()}
        except (WarehouseError, errors.Error, OSError, EOFError) as error:
            _log.warning("the sites' states are not known", reason=first_line(error))
            return None


def _one_hot(states: Mapping[str, str]) -> list[tuple[tuple[str, ...], float]]:
    from connectors.clickhouse.sites import STATES

    return [((site, state), float(state == found)) for site, found in sorted(states.items()) for state in STATES]


def _by_site(
    sites: Mapping[str, SiteFigures], value: Callable[[SiteFigures], float | None]
) -> list[tuple[tuple[str, ...], float]]:
    found = ((name, value(figures)) for name, figures in sites.items())
    return [((name,), number) for name, number in found if number is not None]


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()
