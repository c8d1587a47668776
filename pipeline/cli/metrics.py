"""What tail, worker and sink count, for Prometheus (docs/operations.md). Off unless `[metrics]` says where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.cli.errors import CommandError
from pipeline.cli.settings_values import address

if TYPE_CHECKING:
    from prometheus_client import Metric as Family

PREFIX = "swyx_cdr_"


class Metric(NamedTuple):
    """One metric: its name without prefix, and its values by those of its labels."""

    name: str
    help: str
    kind: Literal["counter", "gauge"]
    labels: tuple[str, ...]
    samples: Sequence[tuple[tuple[str, ...], float]]


@contextmanager
def metrics_served(process: str, listen: str, metrics: Callable[[], Iterable[Metric]]) -> Iterator[None]:
    """Answers scrapes at `listen`, `host:port`, while the context lasts; does nothing if it is empty.

    `metrics` is called for each scrape, by a thread of its own. Raises CommandError, which names the key, if the
    address cannot be listened on.
    """
    if not listen:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry()
    registry.register(_Collector(metrics))
    host, port = address(listen) or ("", 0)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise CommandError(
            f"metrics.{process}: cannot listen on {listen}: {error.strerror}; "
            "name another address, or end the process that has it"
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Collector:
    """What a registry asks at each scrape."""

    def __init__(self, metrics: Callable[[], Iterable[Metric]]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Family]:
        """The metrics in the words of prometheus-client."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for metric in self._metrics():
            kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = kind(PREFIX + metric.name, metric.help, labels=metric.labels)
            for labels, value in metric.samples:
                family.add_metric(labels, value)
            yield family
