"""Options that several commands have."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import UsageError

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings, SiteSettings

DEFAULT_CONFIG = Path("swyx-cdr.toml")
DAY_FORMAT = "%Y-%m-%d"

ConfigOption = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration, a TOML file.", show_default=True)
]


SiteOption = Annotated[str | None, typer.Option(help="Only of this site.")]
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", metavar="DATE", formats=[DAY_FORMAT], help="First day, by the legs' local start."),
]
UntilOption = Annotated[
    datetime | None, typer.Option(metavar="DATE", formats=[DAY_FORMAT], help="First day that is left out.")
]


def days(first: datetime | None, until: datetime | None) -> tuple[date, date]:
    """The first day that `--from` and `--until` mean and the first one that is left out; without them all days."""
    return (date.min if first is None else first.date(), date.max if until is None else until.date())


def chosen_sites(settings: Settings, name: str | None) -> tuple[SiteSettings, ...]:
    """The site that `--site` names, all of them without it. Raises `UsageError` if it is not in the configuration."""
    chosen = tuple(site for site in settings.sites if name in {None, site.name})
    if name is not None and not chosen:
        known = ", ".join(site.name for site in settings.sites)
        raise UsageError(f"--site {name}: no such site in {settings.file}; it has {known}")
    return chosen
