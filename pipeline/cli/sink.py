"""`swyx-cdr sink`: from Kafka's row topics into the warehouse."""

from __future__ import annotations

import os

from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption


def sink(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Write calls, charges and rejects into the warehouse until stopped. Several sinks share the work."""
    from connectors.clickhouse.errors import WriteInterrupted
    from connectors.clickhouse.figures import WriteFigures
    from connectors.clickhouse.messages import MessageWriter
    from connectors.clickhouse.migrate import require_migrated
    from connectors.clickhouse.sink import Sink, log
    from pipeline.cli.endpoints import clickhouse_options, kafka_options
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.metrics import metrics_served
    from pipeline.cli.metrics_of import SiteStates, sink_metrics
    from pipeline.cli.settings import load_settings

    stop = stop_event()
    settings = load_settings(config, os.environ)
    options = clickhouse_options(settings)
    require_migrated(options)
    figures, states = WriteFigures(), SiteStates(options)
    with (
        metrics_served("sink", settings.metrics.sink, lambda: sink_metrics(figures, states)),
        MessageWriter(options, stop, figures) as writer,
    ):
        try:
            Sink(kafka_options(settings), writer).run(stop)
        except WriteInterrupted as interrupted:
            log.warning(str(interrupted) + "; they are read again at the next start")
