"""What the configuration says of each site's rows, brought into the warehouse: how long they stay, what views show.

Rows go by a TTL of their tables, which deletes part by part: an old state of a row may outlive a newer one for hours.
So the views hide the rows of a day before the first of them can be deleted (migration 0015).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from clickhouse_driver import Client

# The table's column of the day, and whose rows it are; the latter also of withdrawals, which hold little but the id.
_TABLES = {
    "leg_rows": ("started_on", "site"),
    "site_call_rows": ("started_on", "site"),
    "call_rows": ("started_on", "origin_site"),
    "charge_rows": ("started_on", "site"),
    "charge_total_rows": ("started_on", "splitByChar('|', total_id)[2]"),
    "link_match_rows": ("started_on", "from_site"),
    "reject_rows": ("rejected_at", "site"),
}
# Or a change would wait until all parts are written anew.
_IN_BACKGROUND = {"materialize_ttl_after_modify": 0, "mutations_sync": 0, "alter_sync": 0}
_INSERT = (
    "INSERT INTO site_rules (site, retention_days, hidden_digits, whole_numbers) "
    "SELECT %(site)s, %(retention_days)s, %(hidden_digits)s, %(whole_numbers)s"
)


class SiteRule(NamedTuple):
    """The rules of one site's rows.

    `retention_days` 0: for ever. `hidden_digits` of outside destinations are not shown, of none whose digits the
    pattern `whole_numbers` matches. The site with an empty name stands for rejects that name none.
    """

    site: str
    retention_days: int = 0
    hidden_digits: int = 0
    whole_numbers: str = ""


def apply_site_rules(client: Client, database: str, wanted: Iterable[SiteRule], *, dry_run: bool = False) -> list[str]:
    """Brings rules and TTLs to what is wanted; returns the statements, with `dry_run` without running them.

    A site that is not among them any more keeps its rules: its rows are still there. Changed TTLs are applied to rows
    that are there by the server, in the background.
    """
    known = _known(client, database)
    changed = [rule for rule in wanted if rule != known.get(rule.site, SiteRule(rule.site))]
    rules = known | {rule.site: rule for rule in changed}
    statements = [client.substitute_params(_INSERT, rule._asdict(), client.connection.context) for rule in changed]
    statements += _ttl_statements(client, database, rules)
    if not dry_run:
        for statement in statements:
            client.execute(statement, settings=_IN_BACKGROUND)
    return statements


def _known(client: Client, database: str) -> dict[str, SiteRule]:
    if not client.execute(
        "SELECT 1 FROM system.tables WHERE (database, name) = (%(of)s, 'site_rules')", {"of": database}
    ):
        return {}
    columns = ", ".join(SiteRule._fields)
    rows = client.execute(f"SELECT {columns} FROM `{database}`.site_rules FINAL")  # noqa: S608 - names of the program's own
    return {row[0]: SiteRule._make(row) for row in rows}


def _ttl_statements(client: Client, database: str, rules: Mapping[str, SiteRule]) -> list[str]:
    days = {rule.site: rule.retention_days for rule in rules.values() if rule.retention_days}
    found = _found_ttls(client, database)
    statements = []
    for table, (day, site) in _TABLES.items():
        present = found.get(table, "")
        if not days:
            statements += [f"ALTER TABLE {table} REMOVE TTL"] if present else []
            continue
        parts = [f"{day} + INTERVAL {days[name] + 1} DAY DELETE WHERE {site} = '{name}'" for name in sorted(days)]
        statement = f"ALTER TABLE {table} MODIFY TTL {', '.join(parts)}"
        if _as_written(client, statement) != present:
            statements += [statement, f"ALTER TABLE {table} MATERIALIZE TTL"]
    return statements


def _as_written(client: Client, statement: str) -> str:
    """The TTL of an ALTER as the server writes it."""
    ((formatted,),) = client.execute("SELECT formatQuerySingleLine(%(text)s)", {"text": statement})
    before, _, ttl = str(formatted).partition("MODIFY TTL ")
    return ttl.removesuffix(")") if before.endswith("(") else ttl


def _found_ttls(client: Client, database: str) -> dict[str, str]:
    """The TTL of every table that has one, as the server writes it."""
    query = "SELECT name, engine_full FROM system.tables WHERE database = %(of)s AND name IN %(names)s"
    rows = client.execute(query, {"of": database, "names": list(_TABLES)})
    ttls = {name: engine.partition(" TTL ")[2].partition(" SETTINGS ")[0] for name, engine in rows}
    return {name: ttl for name, ttl in ttls.items() if ttl}
