"""The options that every command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("swyx-cdr.toml")

ConfigOption = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration, a TOML file.", show_default=True)
]
