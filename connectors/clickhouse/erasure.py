"""Removes a party from everything that the warehouse has of it, and keeps money and counts (docs/privacy.md).

The number itself stands in no ALTER, as the server keeps these: queries that no log keeps enter the ids of the rows
into the table `erasing`, and the changes name that table only. Legs are changed last, so that a run that was cut off
finds all rows again when it is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from clickhouse_driver import Client

HIDDEN = "XXX"
"""What stands in the place of a removed number: one that shows no digit (contract 5)."""

PARTIES = ("origination", "called", "destination", "transferred_by")
_MERGED = ("leg_rows", "site_call_rows", "call_rows", "charge_rows", "charge_total_rows")
_REJECT_KEY = "toString(cityHash64(site, source_file, source_offset, raw_hash))"
_UNLOGGED = {"log_queries": 0}
_AT_ONCE = {"mutations_sync": 2}
_OF_LEGS = "(SELECT key FROM erasing WHERE table_name = 'leg_rows')"
_OF_SITE_CALLS = f"(SELECT site_call_id FROM site_call_rows WHERE arrayExists(leg -> leg IN {_OF_LEGS}, leg_ids))"  # noqa: S608
_TOTAL_PARTS = "splitByChar('|', total_id)"
_OF_PAYER = f"(({_TOTAL_PARTS}[2], {_TOTAL_PARTS}[3]) IN %(payers)s OR {_TOTAL_PARTS}[3] IN %(canonical)s)"
_TOTALS = f"hour < %(until)s AND {_OF_PAYER}"
_PLAIN = "replaceAll(replaceAll({0}, '\\\\', '\\\\\\\\'), '|', '\\\\|')"
_DIMENSIONS = ("payer_site", "payer_number", "project_number", "carrier_site", "trunk", "currency", "source")
_TOTAL_ID = ", '|', ".join(_PLAIN.format(name) for name in _DIMENSIONS)
_RETOLD = f"""
INSERT INTO charge_total_rows (total_id, hour, {", ".join(_DIMENSIONS)}, legs, seconds, amount, version)
SELECT concat(formatDateTime(toStartOfHour(connected_at), '%%Y-%%m-%%dT%%H', 'UTC'), '|', {_TOTAL_ID}),
    toStartOfHour(connected_at) AS of_hour, {", ".join(_DIMENSIONS)}, count(), sum(duration_seconds),
    toDecimal64(sum(amount), 6), (SELECT max(version) + 1 FROM charge_total_rows)
FROM charge_rows FINAL
WHERE counted AND payer_number = '{HIDDEN}'
    AND of_hour IN (SELECT hour FROM charge_total_rows WHERE {_TOTALS})
GROUP BY of_hour, {", ".join(_DIMENSIONS)}
"""  # noqa: S608 - constants of the program's own


class Traces(NamedTuple):
    """How a party stands in the warehouse.

    `written` are its numbers as legs write them, by site; `linked` those that name it only in legs over links.
    `canonical` is how charges write it, but for the (payer site, extension) of `payers`. `pattern` finds it in rejects
    of `sites`. Rows are looked at that began before `until`.
    """

    sites: Sequence[str]
    written: Mapping[str, Sequence[str]]
    linked: Sequence[str]
    canonical: Sequence[str]
    payers: Sequence[tuple[str, str]]
    pattern: str
    until: datetime

    def values(self) -> dict[str, Any]:
        """The parameters of the queries; a list is never empty, as SQL knows no empty one."""
        pairs = [(site, text) for site, texts in self.written.items() for text in texts]
        numbers = {text for _, text in pairs} | set(self.linked) | {text for _, text in self.payers}
        return {
            "sites": list(self.sites),
            "pairs": pairs or [("", "-")],
            "linked": list(self.linked) or ["-"],
            "canonical": list(self.canonical) or ["-"],
            "payers": list(self.payers) or [("", "-")],
            "numbers": sorted(numbers) or ["-"],
            "pattern": self.pattern,
            "until": self.until,
        }


class Erased(NamedTuple):
    """How many rows of a table name the party, in any of their states."""

    table: str
    rows: int


def numbers_that_end_with(client: Client, sites: Sequence[str], digits: str) -> list[tuple[str, str]]:
    """Every number as legs of these sites write it, with its site, that ends with these digits, punctuation aside."""
    numbers = ", ".join(f"{party}_number" for party in PARTIES)
    query = (
        f"SELECT DISTINCT toString(site), arrayJoin([{numbers}]) AS number FROM leg_rows "  # noqa: S608
        "WHERE site IN %(sites)s AND endsWith(replaceRegexpAll(number, '[^0-9]', ''), %(digits)s)"
    )
    return list(client.execute(query, {"sites": list(sites), "digits": digits}, settings=_UNLOGGED))


def streamed(client: Client) -> bool:
    """Whether a stream has ever written rows here, so that a worker may hold legs."""
    return bool(client.execute("SELECT count() FROM epochs WHERE startsWith(purpose, 'stream ')")[0][0])


def too_young(client: Client, traces: Traces) -> tuple[int, datetime | None]:
    """How many legs of the party began at `until` or later, and when the last of them did."""
    where = " OR ".join(_leg_condition(party) for party in PARTIES)
    query = f"SELECT uniqExact(leg_id), max(started_at) FROM leg_rows WHERE started_at >= %(until)s AND ({where})"  # noqa: S608
    ((count, last),) = client.execute(query, traces.values(), settings=_UNLOGGED)
    return count, last if count else None


def names_of(client: Client, traces: Traces) -> set[str]:
    """The names beside the party's numbers."""
    selects = [
        f"SELECT {party}_name FROM leg_rows WHERE started_at < %(until)s AND {_leg_condition(party)}"  # noqa: S608
        for party in PARTIES
    ]
    query = f"SELECT DISTINCT * FROM ({' UNION ALL '.join(selects)})"  # noqa: S608
    return {name for (name,) in client.execute(query, traces.values(), settings=_UNLOGGED) if name}


def find(client: Client, traces: Traces) -> list[Erased]:
    """Enters all rows that name the party into `erasing`; returns how many there are of each table."""
    forget(client)
    for select in _selections():
        client.execute(f"INSERT INTO erasing {select}", traces.values(), settings=_UNLOGGED)
    counts = dict(client.execute("SELECT table_name, uniqExact(key) FROM erasing GROUP BY table_name"))
    return [Erased(table, counts.get(table, 0)) for table in (*_MERGED, "reject_rows")]


def forget(client: Client) -> None:
    """Leaves nothing of what `find` has entered."""
    client.execute("TRUNCATE TABLE erasing")


def merge_states(client: Client) -> None:
    """Leaves one state of each row in the months that are concerned, as only that one tells all of its legs' names."""
    here = "active AND database = currentDatabase()"
    for table in _MERGED:
        query = f"SELECT DISTINCT partition FROM system.parts WHERE {here} AND table = %(of)s"  # noqa: S608
        for (month,) in client.execute(query, {"of": table}):
            client.execute(f"OPTIMIZE TABLE {table} PARTITION {month} FINAL")


def keys_of(client: Client, table: str) -> list[str]:
    """The ids of a table's rows that name the party, after `find`."""
    return [
        key for (key,) in client.execute("SELECT DISTINCT key FROM erasing WHERE table_name = %(of)s", {"of": table})
    ]


def erase(client: Client, traces: Traces) -> None:
    """Removes the party from the rows that `find` has entered; returns when nothing of it is left on the disk."""
    for table, key, parties in (
        ("site_call_rows", "site_call_id", PARTIES[:3]),
        ("call_rows", "call_id", PARTIES[:3]),
        ("charge_rows", "leg_id", ("payer", "destination")),
    ):
        _hide(client, table, key, parties)
    client.execute(_RETOLD, traces.values(), settings=_UNLOGGED)
    _delete(client, "charge_total_rows", "total_id")
    _delete(client, "reject_rows", _REJECT_KEY)
    _hide(client, "leg_rows", "leg_id", PARTIES, "extra = mapApply((name, text) -> (name, ''), extra), raw_line = ''")
    forget(client)


def _selections() -> list[str]:
    """The rows of each table that name the party; those of calls follow from the legs'."""
    legs = [
        f"SELECT 'leg_rows', '{party}', leg_id FROM leg_rows WHERE started_at < %(until)s AND {_leg_condition(party)}"  # noqa: S608
        for party in PARTIES
    ]
    of_calls = (
        ("site_call_rows", "site_call_id", f"arrayExists(leg -> leg IN {_OF_LEGS}, leg_ids)"),
        ("call_rows", "call_id", f"arrayExists(name -> name IN {_OF_SITE_CALLS}, site_call_ids)"),
    )
    calls = [
        f"SELECT '{table}', '{party}', {key} FROM {table} "  # noqa: S608
        f"WHERE started_at < %(until)s AND {party}_number IN %(numbers)s AND {condition}"
        for table, key, condition in of_calls
        for party in PARTIES[:3]
    ]
    payer = "((toString(payer_site), payer_number) IN %(payers)s OR payer_number IN %(canonical)s)"
    destination = (
        "((toString(site), destination_number) IN %(payers)s OR destination_number IN %(canonical)s "
        f"OR destination_number IN %(linked)s AND leg_id IN {_OF_LEGS})"
    )
    charges = [
        f"SELECT 'charge_rows', '{party}', leg_id FROM charge_rows WHERE connected_at < %(until)s AND {condition}"  # noqa: S608
        for party, condition in (("payer", payer), ("destination", destination))
    ]
    totals = f"SELECT 'charge_total_rows', 'payer', total_id FROM charge_total_rows WHERE {_TOTALS}"  # noqa: S608
    rejects = (
        f"SELECT 'reject_rows', '', {_REJECT_KEY} FROM reject_rows WHERE site IN %(sites)s "  # noqa: S608
        "AND rejected_at < %(until)s AND (match(raw, %(pattern)s) OR match(detail, %(pattern)s))"
    )
    return [*legs, *calls, *charges, totals, rejects]


def _leg_condition(party: str) -> str:
    """Whether a leg names the party there; a bare extension of another site does so only over a link."""
    number = f"{party}_number"
    kind = {"origination": "origin_kind = 'link'", "transferred_by": "0"}.get(party, "destination_kind = 'link'")
    return f"((toString(site), {number}) IN %(pairs)s OR ({kind} AND site IN %(sites)s AND {number} IN %(linked)s))"


def _hide(client: Client, table: str, key: str, parties: Sequence[str], also: str = "") -> None:
    changes = [also] if also else []
    for party in parties:
        named = f"{key} IN (SELECT key FROM erasing WHERE table_name = '{table}' AND party = '{party}')"  # noqa: S608
        number, name = f"{party}_number", f"{party}_name"
        changes.append(f"{number} = if({named}, '{HIDDEN}', {number})")
        if (table, party) != ("charge_rows", "destination"):  # there it is the name of a rate
            changes.append(f"{name} = if({named}, '', {name})")
    of_table = f"{key} IN (SELECT key FROM erasing WHERE table_name = '{table}')"  # noqa: S608
    client.execute(f"ALTER TABLE {table} UPDATE {', '.join(changes)} WHERE {of_table}", settings=_AT_ONCE)


def _delete(client: Client, table: str, key: str) -> None:
    of_table = f"{key} IN (SELECT key FROM erasing WHERE table_name = '{table}')"  # noqa: S608
    client.execute(f"ALTER TABLE {table} DELETE WHERE {of_table}", settings=_AT_ONCE)
