"""What a scrape of a process is answered with."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest

from connectors.cdr_file.figures import SiteFigures
from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.figures import WriteFigures
from infra.embedded.ports import reserved_port
from pipeline.agents.options import WorkerFigures
from pipeline.cli.errors import CommandError
from pipeline.cli.metrics import Metric, metrics_served
from pipeline.cli.metrics_of import SiteStates, sink_metrics, tail_metrics, worker_metrics

NOWHERE = ClickHouseOptions("127.0.0.1", 9)


@contextmanager
def free_address() -> Iterator[str]:
    """An address that the system gives to nobody else meanwhile."""
    with reserved_port() as port:
        yield f"127.0.0.1:{port}"


def samples(metrics: Iterable[Metric]) -> dict[str, float]:
    """The lines of an answer that are no comments."""
    known = list(metrics)
    with (
        free_address() as listen,
        metrics_served("tail", listen, lambda: known),
        urlopen(f"http://{listen}/metrics", timeout=60) as answer,
    ):
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_a_tail_counts_by_site() -> None:
    figures = SiteFigures(5, 3, 1, 900, 2, 40, 7, datetime(2026, 3, 2, 8, 15, tzinfo=UTC), 1_772_439_301.5)
    of_site = '{site="dortmund"}'
    assert samples(tail_metrics({"dortmund": figures}, 12)) == {
        f"swyx_cdr_tail_lines_total{of_site}": 5,
        f"swyx_cdr_tail_legs_total{of_site}": 3,
        f"swyx_cdr_tail_rejects_total{of_site}": 1,
        f"swyx_cdr_tail_never_recorded_total{of_site}": 0,
        f"swyx_cdr_tail_bytes_total{of_site}": 900,
        f"swyx_cdr_tail_files{of_site}": 2,
        f"swyx_cdr_tail_bytes_behind{of_site}": 40,
        f"swyx_cdr_tail_torn_bytes{of_site}": 7,
        f"swyx_cdr_tail_last_cdr_timestamp_seconds{of_site}": 1_772_439_300,
        f"swyx_cdr_tail_last_heartbeat_timestamp_seconds{of_site}": 1_772_439_301.5,
        "swyx_cdr_tail_unconfirmed_messages": 12,
    }


def test_instants_that_are_not_known_are_left_out() -> None:
    assert [name for name in samples(tail_metrics({"dortmund": SiteFigures()}, 0)) if "timestamp" in name] == []


def test_a_worker_counts_what_it_joins_and_holds() -> None:
    assert samples(worker_metrics(WorkerFigures(1, 2, 3, 4, 5, {"west": datetime(1970, 1, 2, tzinfo=UTC)}))) == {
        "swyx_cdr_worker_messages_total": 1,
        "swyx_cdr_worker_legs_total": 2,
        "swyx_cdr_worker_rows_total": 3,
        "swyx_cdr_worker_groups": 4,
        "swyx_cdr_worker_legs_in_state": 5,
        'swyx_cdr_worker_watermark_timestamp_seconds{group="west"}': 86400,
    }


def test_a_sink_counts_rows_by_table_and_answers_without_its_warehouse() -> None:
    figures = WriteFigures()
    figures.inserted("leg_rows", 20, 0.25)
    figures.inserted("leg_rows", 1, 0.5)
    figures.rejects += 2
    assert samples(sink_metrics(figures, SiteStates(NOWHERE))) == {
        'swyx_cdr_sink_rows_total{table="leg_rows"}': 21,
        "swyx_cdr_sink_rejects_total": 2,
        "swyx_cdr_sink_inserts_total": 2,
        "swyx_cdr_sink_last_insert_seconds": 0.5,
        "swyx_cdr_warehouse_answers": 0,
    }


def test_the_states_of_sites_are_one_hot(monkeypatch: pytest.MonkeyPatch) -> None:
    states = SiteStates(NOWHERE)
    monkeypatch.setattr(states, "_ask", lambda: {"berlin": "silent"})
    found = samples(sink_metrics(WriteFigures(), states))
    assert {name: value for name, value in found.items() if "site_state" in name} == {
        f'swyx_cdr_site_state{{site="berlin",state="{state}"}}': float(state == "silent")
        for state in ("ok", "behind", "silent", "unreadable", "no_file", "away")
    }


def test_the_warehouse_is_asked_once_for_many_scrapes(monkeypatch: pytest.MonkeyPatch) -> None:
    states = SiteStates(NOWHERE)
    asked: list[int] = []
    monkeypatch.setattr(states, "_ask", lambda: asked.append(1))
    for _ in range(5):
        states.now()
    assert asked == [1]


def test_without_an_address_nothing_listens() -> None:
    with metrics_served("tail", "", lambda: []):
        pass


def test_an_address_in_use_is_named_by_its_key() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        expected = f"metrics.sink: cannot listen on {address}: Address already in use; name another address"
        with pytest.raises(CommandError, match=expected), metrics_served("sink", address, lambda: []):
            pass


def test_the_address_is_free_again_afterwards() -> None:
    with free_address() as listen:
        for _ in range(2):
            with metrics_served("tail", listen, lambda: []):
                pass
