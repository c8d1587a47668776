"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import UsageError

if TYPE_CHECKING:
    from pipeline.cli.settings import Settings, SiteSettings

DEFAULT_CONFIG = Path("swyx-cdr.toml")

ConfigOption = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration, a TOML file.", show_default=True)
]


def chosen_sites(settings: Settings, name: str | None) -> tuple[SiteSettings, ...]:
    """The site that `--site` names, all of them without it. Raises `UsageError` if it is not in the configuration."""
    chosen = tuple(site for site in settings.sites if name in {None, site.name})
    if name is not None and not chosen:
        known = ", ".join(site.name for site in settings.sites)
        raise UsageError(f"--site {name}: no such site in {settings.file}; it has {known}")
    return chosen
