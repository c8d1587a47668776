"""`swyx-cdr tail`: follows the files of the sites and publishes their CDRs to `cdr.lifecycle`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption, chosen_sites


def tail(
    config: ConfigOption = DEFAULT_CONFIG,
    site: Annotated[str | None, typer.Option(help="Follow only this site.")] = None,
    until_idle: Annotated[
        bool,
        typer.Option("--until-idle", help="Return when every file is read to its last complete line and confirmed."),
    ] = False,
) -> None:
    """Follow the files of all sites, or of one, until stopped. A folder that vanishes meanwhile is waited for."""
    from connectors.cdr_file.tail import Tail
    from connectors.kafka.producer import Publisher, PublishError
    from pipeline.cli.endpoints import kafka_options
    from pipeline.cli.lifetime import stop_event
    from pipeline.cli.metrics import metrics_served
    from pipeline.cli.metrics_of import tail_metrics
    from pipeline.cli.settings import load_settings
    from pipeline.cli.settings_files import require_folders
    from pipeline.cli.wiring_tail import tail_sites
    from schemas.codec import encode

    stop = stop_event()
    settings = load_settings(config, os.environ)
    sites = chosen_sites(settings, site)
    require_folders(settings, sites)
    publisher = Publisher(kafka_options(settings), stop)
    followed = Tail(tail_sites(settings, sites), publisher, encode, settings.pipeline.state_directory, stop)
    listen = settings.metrics.tail
    try:
        with metrics_served("tail", listen, lambda: tail_metrics(followed.figures, publisher.unconfirmed)):
            finished = followed.run(until_idle)
    except PublishError as error:
        raise CommandError(str(error)) from error
    if until_idle and not finished:
        raise CommandError("stopped before every file was read; run it again to go on")
