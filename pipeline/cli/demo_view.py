"""What the demo shows: a table that follows the warehouse live, and the comparison with the truth at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from connectors.clickhouse.client import ClickHouseOptions, connect
from pipeline.cli.lag import Lag

_REFRESH_SECONDS = 1.0
_PLAIN_SECONDS = 5.0

_BY_SITE = """
SELECT site, legs, calls, answered, last
FROM (SELECT site, count() AS legs, max(ended_at) AS last FROM legs GROUP BY site) AS l
LEFT JOIN (
    SELECT origin_site AS site, count() AS calls, countIf(disposition = 'answered') AS answered
    FROM calls GROUP BY origin_site
) AS c USING site
ORDER BY site
"""
_CHARGES = "SELECT payer_site, currency, sum(amount) FROM charge_totals GROUP BY payer_site, currency ORDER BY 1, 2"
_NUMBERS = """
SELECT (SELECT count() FROM legs), (SELECT count() FROM site_calls), count(), countIf(disposition = 'answered'),
       (SELECT count() FROM link_matches), (SELECT count() FROM rejects)
FROM calls
"""


class Numbers(NamedTuple):
    """What the warehouse says in all: counted charges by currency, the rest as counts."""

    legs: int
    site_calls: int
    calls: int
    answered: int
    link_pairs: int
    rejects: int
    charges: dict[str, Decimal]


class LiveTable:
    """A table per site that is drawn anew once a second; where there is no terminal, a line every 5 seconds."""

    def __init__(self, options: ClickHouseOptions, lag: Callable[[], Lag]) -> None:
        """`lag` tells how far worker and sink are behind."""
        self._client = connect(options)
        self._lag = lag
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False) if sys.stderr.isatty() else None
        self._due = 0.0

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()
        self._client.disconnect()

    def numbers(self) -> Numbers:
        """The sums over all sites, now."""
        (counts,) = self._client.execute(_NUMBERS)
        charges: dict[str, Decimal] = {}
        for _, currency, amount in self._client.execute(_CHARGES):
            charges[currency] = charges.get(currency, Decimal(0)) + amount
        return Numbers._make((*counts, charges))

    def show(self, truth: dict[str, Any]) -> None:
        """Draw the state, if it is time to. `truth` is what the simulator has written by now."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + (_REFRESH_SECONDS if self._live else _PLAIN_SECONDS)
        if self._live:
            self._live.update(self._table(truth), refresh=True)
        else:
            now = self.numbers()
            charges = ", ".join(f"{amount:.2f} {currency}" for currency, amount in sorted(now.charges.items()))
            self._console.print(
                f"{truth['legs']['all']} CDRs written, {now.legs} legs stored, {now.calls} calls, "
                f"{_share(now.answered, now.calls)} answered, charges {charges or 'none yet'}, {self._behind()}",
                soft_wrap=True,
            )

    def _behind(self) -> str:
        behind = self._lag()
        return f"messages behind: worker {behind.worker}, sink {behind.sink}"

    def _table(self, truth: dict[str, Any]) -> Table:
        charges: dict[str, list[str]] = {}
        for site, currency, amount in self._client.execute(_CHARGES):
            charges.setdefault(site, []).append(f"{amount:.2f} {currency}")
        stored = {row[0]: row for row in self._client.execute(_BY_SITE)}
        table = Table(title="three simulated sites, live", caption=self._behind())
        for heading in ("site", "CDRs written", "legs stored", "behind", "calls from here", "answered"):
            table.add_column(heading, justify="left" if heading == "site" else "right")
        table.add_column("charges to pay", justify="right")
        for site in truth["sites"]:
            _, legs, calls, answered, _ = stored.get(site, (site, 0, 0, 0, None))
            written = truth["legs"][site]
            table.add_row(
                site,
                str(written),
                str(legs),
                str(written - legs),
                str(calls),
                _share(answered, calls),
                ", ".join(charges.get(site, [])),
            )
        return table


def print_summary(truth: dict[str, Any], numbers: Numbers, directory: Path, config: Path) -> bool:
    """Print what was simulated beside what the warehouse says; returns whether all of it is equal."""
    rows: list[tuple[str, object, object]] = [
        ("legs (CDR lines)", truth["legs"]["all"], numbers.legs),
        ("site calls", truth["site_calls"]["all"], numbers.site_calls),
        ("calls", truth["calls"], numbers.calls),
        ("answered calls", truth["answered_calls"], numbers.answered),
        ("pairs over links", truth["link_pairs"], numbers.link_pairs),
        ("rejects", truth["rejects"]["all"], numbers.rejects),
    ]
    counted = {currency: Decimal(amount) for currency, amount in truth["counted_charges"].items()}
    for currency in sorted(counted.keys() | numbers.charges.keys()):
        simulated, charged = counted.get(currency, Decimal(0)), numbers.charges.get(currency, Decimal(0))
        rows.append((f"charges {currency}", simulated.normalize(), charged.normalize()))
    table = Table(title="simulated and stored")
    for heading in ("", "simulated", "in ClickHouse", ""):
        table.add_column(heading, justify="right" if heading else "left")
    for name, told, found in rows:
        table.add_row(name, _number(told), _number(found), "equal" if told == found else "DIFFERENT")
    console = Console()
    console.print(table)
    naive = ", ".join(f"{amount} {currency}" for currency, amount in truth["signalled_charges"]["all"].items())
    console.print(
        f"adding up the Costs of all files instead would give {naive}: calls over links twice", soft_wrap=True
    )
    console.print(f"files, truth and data: {directory}", soft_wrap=True)
    console.print(
        f"look at them: swyx-cdr sql --config {config} 'SELECT call_id, talk_seconds, amounts FROM calls LIMIT 5'",
        soft_wrap=True,
    )
    return all(told == found for _, told, found in rows)


def _number(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
