"""The process of the embedded ClickHouse: serves until its standard input ends.

Usage: `python clickhouse_server.py HOME DATA`, with the configuration in `HOME/.clickhouse-local`, which must also
be the working directory. chdb holds a whole ClickHouse; its low-level entry runs `clickhouse-local`, whose
configuration names the ports and whose last statement reads standard input: its end is what ends the server,
so it never outlives the process that holds the other end, however that one ends.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

SERVE = (
    "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; "
    "SELECT count() FROM file('/dev/stdin', 'LineAsString', 'line String') FORMAT Null"
)


def main(home: str, data: str) -> str | None:
    """Serves the data directory until standard input ends; returns ClickHouse's message if it cannot."""
    # Only now, because Python finds packages that were installed for one user by way of HOME.
    os.environ["HOME"] = home
    result = import_module("chdb._chdb").query(SERVE, path=data)
    return result.error_message().partition(", Stack trace")[0] if result.has_error() else None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
