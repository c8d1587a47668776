"""`swyx-cdr services`: the embedded Kafka and ClickHouse alone, in the foreground."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from infra.embedded.services import Services

CHECK_SECONDS = 0.5


def services(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the embedded Kafka and ClickHouse alone, until Ctrl-C."""
    from infra.embedded.services import start_services
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.settings import load_settings

    stop = stop_event()
    with start_services(load_settings(config, os.environ).pipeline.state_directory) as running:
        _print_addresses(running)
        while not stop.wait(CHECK_SECONDS):
            running.check()
    typer.echo("the servers have stopped", err=True)


def _print_addresses(running: Services) -> None:
    """Commands with the same configuration find the servers by themselves; the variables are for all others."""
    host, native_port = running.clickhouse_native
    http_host, http_port = running.clickhouse_http
    typer.echo(f"Kafka       {running.kafka_bootstrap}")
    typer.echo(f"ClickHouse  {host}:{native_port} (native), http://{http_host}:{http_port} (HTTP), user default")
    typer.echo("For commands with another configuration:")
    typer.echo(f"  export SWYX_CDR__KAFKA__BOOTSTRAP_SERVERS={running.kafka_bootstrap}")
    url = f"clickhouse://default@{host}:{native_port}?http_port={http_port}"
    typer.echo(f"  export SWYX_CDR__CLICKHOUSE__URL='{url}'")
    typer.echo("Ctrl-C stops them.")
