"""Puts right what a killed backfill has left: rows of its last batch may be there without the others.

The next backfill would mend most of it by reading the same lines again, but joins them in another order, or never.
"""

from __future__ import annotations

from collections.abc import Collection

from clickhouse_driver import Client

from connectors.clickhouse.behind import WriterBehind
from connectors.clickhouse.leftovers import Name, days_of_epochs, names_of_day, totals_of_epochs, withdrawal
from pipeline.cli.rederived import Rederived
from pipeline.domain.rules import GroupRules
from pipeline.domain.versions import LEGS_IN_A_MESSAGE, row_version
from schemas.keys import address
from schemas.rows import Row
from schemas.topics import PREFIX


def put_right(client: Client, writer: WriterBehind, rules: GroupRules, killed: Collection[int], epoch: int) -> None:
    """Tell all rows of the days anew on which there are rows of the `killed` epochs.

    Rows that follow from no stored leg are withdrawn. `epoch` is newer than that of any row. May itself be killed.
    """
    derived = Rederived(client, rules)
    sites = rules.sites.keys()
    told: set[Name] = set()
    days = days_of_epochs(client, sites, killed)
    for number, day in enumerate(days):
        rows = list(derived.rows(day, row_version(epoch, number, 0)))
        names = {_name(row) for row in rows}
        last = row_version(epoch, number, LEGS_IN_A_MESSAGE - 1)
        gone = [withdrawal(name, last) for name in names_of_day(client, sites, day) - names]
        writer.write([*rows, *gone])
        writer.wait()
        told |= {name for name in names if name.entity == "totals"}
    last = row_version(epoch, len(days), 0)
    writer.write([withdrawal(name, last) for name in totals_of_epochs(client, sites, killed) - told])
    writer.wait()


def _name(row: Row) -> Name:
    topic, key = address(row)
    return Name(topic.removeprefix(PREFIX), key.decode())
