"""The board's other figures as documents: the last hour by minute, charges of today, sites, rejects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from clickhouse_driver import Client

from connectors.clickhouse.sites import read_sites
from pipeline.board.stories import Document, plain

MINUTES = 60
"""How many minutes the chart shows, the current one last."""
LISTED_REJECTS = 5
LISTED_CHARGES = 200

_MINUTES = """
SELECT toUnixTimestamp(toStartOfMinute(ended_at)) AS minute, count()
FROM {view}
WHERE ended_at >= toDateTime(%(since)s, 'UTC') AND ended_at < toDateTime(%(until)s, 'UTC')
GROUP BY minute
"""
# Of a charge the connect is not before the start, so what connected before all these days needs no look.
_CHARGES = """
SELECT currency, payer_site, carrier_site, trunk, count() AS legs, sum(amount) AS total
FROM charges
WHERE counted AND connected_at >= toDateTime(%(since)s, 'UTC')
    AND started_at >= toDateTime(transform(toString(payer_site), %(sites)s, %(begins)s, %(begin)s), 'UTC')
    AND started_at < toDateTime(transform(toString(payer_site), %(sites)s, %(ends)s, %(end)s), 'UTC')
GROUP BY currency, payer_site, carrier_site, trunk
ORDER BY currency, total DESC, payer_site, carrier_site, trunk
"""
_REJECTS = """
SELECT site, source_file, source_offset, reason, detail, rejected_at
FROM rejects ORDER BY rejected_at DESC, site, source_file, source_offset DESC LIMIT %(limit)s
"""


def last_hour(client: Client, now: datetime) -> Document:
    """Legs and calls that ended in each of the last `MINUTES` minutes; `first` is the instant of the first one."""
    first = int(now.timestamp()) // 60 * 60 - 60 * (MINUTES - 1)
    values = {"since": first, "until": first + 60 * MINUTES}
    found: Document = {"first": first}
    for view in ("legs", "calls"):
        counts = dict(client.execute(_MINUTES.format(view=view), values))
        found[view] = [counts.get(minute, 0) for minute in range(first, first + 60 * MINUTES, 60)]
    return found


def charges_of_today(client: Client, zones: Mapping[str, ZoneInfo], now: datetime) -> Document:
    """Counted charges of calls that began today, in the time zone of the site that pays (UTC where it has none)."""
    days = {site: _day(now, zone) for site, zone in zones.items()}
    begin, end = _day(now, ZoneInfo("UTC"))
    values = {
        "since": min([begin, *(first for first, _ in days.values())]),
        "sites": ["", *days],  # with the empty name, as ClickHouse takes no empty array
        "begins": [begin, *(first for first, _ in days.values())],
        "ends": [end, *(last for _, last in days.values())],
        "begin": begin,
        "end": end,
    }
    rows = client.execute(_CHARGES, values)
    totals: dict[str, Decimal] = {}
    for currency, *_, amount in rows:
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    names = ("currency", "payer_site", "carrier_site", "trunk", "legs", "amount")
    listed = [dict(zip(names, map(plain, row), strict=True)) for row in rows[:LISTED_CHARGES]]
    return {"totals": {name: plain(totals[name]) for name in sorted(totals)}, "rows": listed, "count": len(rows)}


def _day(now: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Where the local day begins and ends, in seconds since 1970."""
    day = now.astimezone(zone).date()
    first, after = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
    return int(first.astimezone(UTC).timestamp()), int(after.astimezone(UTC).timestamp())


def sites(client: Client) -> list[Document]:
    """The sites that ever gave a sign of life, by name."""
    return [
        {name: plain(value) for name, value in row._asdict().items()} for _, row in sorted(read_sites(client).items())
    ]


def rejects(client: Client) -> Document:
    """How many lines are rejected, and the newest of them; not their bytes, which may hold anything."""
    ((count,),) = client.execute("SELECT count() FROM rejects")
    names = ("site", "source_file", "source_offset", "reason", "detail", "rejected_at")
    rows = client.execute(_REJECTS, {"limit": LISTED_REJECTS})
    return {"count": count, "newest": [dict(zip(names, map(plain, row), strict=True)) for row in rows]}
