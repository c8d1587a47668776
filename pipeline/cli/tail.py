"""`swyx-cdr tail`: follows the files of the sites and publishes their CDRs to `cdr.lifecycle`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import CommandError, UsageError
from pipeline.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.cli.settings import Settings, SiteSettings


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
    from pipeline.cli.settings import load_settings
    from pipeline.cli.settings_files import require_folders
    from pipeline.cli.wiring_tail import tail_sites
    from schemas.codec import encode

    stop = stop_event()
    settings = load_settings(config, os.environ)
    sites = _chosen(settings, site)
    require_folders(settings, sites)
    publisher = Publisher(kafka_options(settings), stop)
    followed = Tail(tail_sites(settings, sites), publisher, encode, settings.pipeline.state_directory, stop)
    try:
        finished = followed.run(until_idle)
    except PublishError as error:
        raise CommandError(str(error)) from error
    if until_idle and not finished:
        raise CommandError("stopped before every file was read; run it again to go on")


def _chosen(settings: Settings, name: str | None) -> Sequence[SiteSettings]:
    if name is None:
        return settings.sites
    chosen = [site for site in settings.sites if site.name == name]
    if not chosen:
        known = ", ".join(site.name for site in settings.sites)
        raise UsageError(f"--site {name}: no such site in {settings.file}; it has {known}")
    return chosen
