"""Tables on standard output."""

from __future__ import annotations

from rich.console import Console

_COLUMNS_ELSEWHERE = 200


def table_console() -> Console:
    """Prints tables as wide as the terminal; in a file or a pipe, where nothing says how wide that is, wide enough."""
    console = Console()
    return console if console.is_terminal else Console(width=_COLUMNS_ELSEWHERE)
