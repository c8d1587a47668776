"""The audit log: who took personal data out of the warehouse, or removed them (docs/privacy.md)."""

from __future__ import annotations

import getpass
import os
import platform

from clickhouse_driver import Client


def record_audit(client: Client, command: str, what: str, rows: int) -> None:
    """Enter what a command has done for the user who runs it; returns when the entry is safe.

    `what` are its arguments in words, without secrets and without the numbers of persons; `rows` is how many rows it
    has written out or changed. Raises what the client raises where the entry cannot be made.
    """
    entry = {"who": current_user(), "command": command, "what": what, "rows": rows}
    client.execute("INSERT INTO audit (who, command, what, rows) VALUES", [entry])


def current_user() -> str:
    """`user@machine` of this process; its number where the user has no name, as in some containers."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
    return f"{name}@{platform.node()}"
