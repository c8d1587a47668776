"""How calls used the trunks: numbers of calls, peaks, quarter hours of traffic, cost (contract 2, `report trunks`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from clickhouse_driver import Client

from connectors.clickhouse.conditions import NO_RESULT
from connectors.clickhouse.local_days import period_parameters
from connectors.clickhouse.retained import retained

_EARLIEST, _LATEST = date(1970, 1, 2), date(2106, 1, 1)
# One row for each trunk that a leg used, a transit two; results of transfers go on over the channels of others.
# `leg_start` and `leg_end` are seconds, cut to the period; a leg that found no channel, or has no end, held none.
# Legs that began on the day before the period may still hold a channel in it.
_USES = f"""(
    WITH lowerUTF8(replaceAll(disconnect_reason, ' ', '')) IN ('nochannelavailable', 'networkcongestion') AS no_channel
    SELECT
        toString(site) AS place, seizure.1 AS direction, lowerUTF8(trimBoth(seizure.2)) AS trunk,
        trimBoth(seizure.2) AS written, started_on >= toDate32(%(first)s) AS is_counted,
        disposition = 'answered' AS is_answered, no_channel AND NOT is_answered AS is_blocked,
        if(is_answered, greatest(ifNull(dateDiff('second', connected_at, ended_at), 0), 0), 0) AS talk,
        transform(place, %(sites)s, %(starts)s, 0) AS opened, transform(place, %(sites)s, %(ends)s, 0) AS closed,
        greatest(toInt64(toUnixTimestamp(started_at)), opened) AS leg_start,
        if(is_blocked, 0, least(toInt64(toUnixTimestamp(ifNull(ended_at, started_at))), closed)) AS leg_end,
        ended_at IS NULL AND NOT is_blocked AS is_open
    FROM leg_rows FINAL
    ARRAY JOIN arrayFilter(used -> used.3, [
        ('outgoing', toString(destination_device), destination_kind = 'trunk'),
        ('incoming', toString(origination_device), origin_kind = 'trunk')
    ]) AS seizure
    WHERE site IN %(sites)s AND started_on >= toDate32(%(earliest)s) AND started_on < toDate32(%(end)s)
        AND {retained("site")} AND {NO_RESULT}
)"""  # noqa: S608 - a constant of the program's own
_CALLS = f"""
SELECT
    place, trunk, if(grouping(direction) = 1, 'both', direction) AS way, min(written) AS name,
    countIf(is_counted) AS calls, countIf(is_counted AND is_answered) AS answered,
    countIf(is_counted AND is_blocked) AS blocked, countIf(is_counted AND is_open) AS open,
    sumIf(talk, is_counted) AS talk_seconds,
    maxIntersectionsIf(leg_start, leg_end, leg_end > leg_start) AS peak,
    maxIntersectionsPositionIf(leg_start, leg_end, leg_end > leg_start) AS peak_at
FROM {_USES}
GROUP BY GROUPING SETS ((place, trunk, direction), (place, trunk))
HAVING calls > 0 OR peak > 0
ORDER BY place, trunk, way = 'both', way
"""  # noqa: S608 - a constant of the program's own
# A quarter hour has the seconds in which its channels were held, and the calls that began in it.
_HOURS = f"""
WITH 900 AS length
SELECT place, trunk, way, argMax((quarter * length, held, tried, lost), (held, -quarter)) AS busiest
FROM (
    SELECT
        place, trunk, way, quarter,
        sum(seconds) OVER hour AS held, sum(begun) OVER hour AS tried, sum(refused) OVER hour AS lost
    FROM (
        SELECT
            place, trunk, if(grouping(direction) = 1, 'both', direction) AS way, quarter,
            sum(greatest(least(leg_end, (quarter + 1) * length) - greatest(leg_start, quarter * length), 0)) AS seconds,
            countIf(is_counted AND quarter = intDiv(leg_start, length)) AS begun,
            countIf(is_counted AND is_blocked AND quarter = intDiv(leg_start, length)) AS refused
        FROM {_USES}
        ARRAY JOIN range(intDiv(leg_start, length), intDiv(greatest(leg_end - 1, leg_start), length) + 1) AS quarter
        GROUP BY GROUPING SETS ((place, trunk, direction, quarter), (place, trunk, quarter))
    )
    WINDOW hour AS (PARTITION BY place, trunk, way ORDER BY quarter RANGE BETWEEN CURRENT ROW AND 3 FOLLOWING)
)
GROUP BY place, trunk, way
"""  # noqa: S608 - a constant of the program's own
_COSTS = f"""
SELECT toString(carrier_site) AS place, lowerUTF8(trimBoth(trunk)) AS of_trunk, toString(currency) AS money, sum(amount)
FROM charge_rows FINAL
WHERE carrier_site IN %(sites)s AND {retained("site")} AND counted = 1
    AND started_on >= toDate32(%(first)s) AND started_on < toDate32(%(end)s)
GROUP BY place, of_trunk, money
ORDER BY place, of_trunk, money
"""  # noqa: S608 - a constant of the program's own


class TrunkUse(NamedTuple):
    """One trunk of a site in one direction, `incoming`, `outgoing` or `both`.

    `calls` are the legs that began in the period, `open` those of them without an end. `peak` is the greatest number of
    channels held at once, first at `peak_at`. `busy_hour_at` begins the four quarter hours in which channels were held
    for the most seconds, `busy_seconds`; `busy_calls` began in them, `busy_blocked` of these found no channel.
    `costs` are counted amounts by currency, of outgoing calls. Instants are seconds since 1970, UTC.
    """

    site: str
    trunk: str
    direction: str
    calls: int
    answered: int
    blocked: int
    open: int
    talk_seconds: int
    peak: int
    peak_at: int
    busy_hour_at: int
    busy_seconds: int
    busy_calls: int
    busy_blocked: int
    costs: Mapping[str, Decimal]


class TrunkReport(NamedTuple):
    """The trunks in the order of their sites and names; counted amounts over trunks that are none of these."""

    uses: list[TrunkUse]
    other_costs: Mapping[str, Decimal]


def trunk_report(client: Client, first: date, end: date, zones: Mapping[str, str]) -> TrunkReport:
    """The use of the trunks of the sites in `zones`, from the local day `first` to the one before `end`."""
    parameters = _parameters(first, end, zones)
    busiest = {tuple(place): hour for *place, hour in client.execute(_HOURS, parameters)}
    costs: dict[tuple[str, str], dict[str, Decimal]] = {}
    for site, trunk, currency, amount in client.execute(_COSTS, parameters):
        costs.setdefault((site, trunk), {})[currency] = amount
    uses, seen = [], set()
    for site, trunk, direction, name, *numbers in client.execute(_CALLS, parameters):
        seen.add((site, trunk))
        owed = {} if direction == "incoming" else costs.get((site, trunk), {})
        uses.append(TrunkUse._make((site, name, direction, *numbers, *busiest[site, trunk, direction], owed)))
    others: dict[str, Decimal] = {}
    for place in costs.keys() - seen:
        for currency, amount in costs[place].items():
            others[currency] = others.get(currency, Decimal(0)) + amount
    return TrunkReport(uses, dict(sorted(others.items())))


def _parameters(first: date, end: date, zones: Mapping[str, str]) -> dict[str, object]:
    days = period_parameters(first, end)
    limits = {"starts": [_midnight(first, zone) for zone in zones.values()]}
    limits["ends"] = [_midnight(end, zone) for zone in zones.values()]
    return {**days, **limits, "sites": list(zones)}


def _midnight(day: date, zone: str) -> int:
    """The instant at which a local day begins; at the limits of the calendar one before or after all legs."""
    within = min(max(day, _EARLIEST), _LATEST)
    return int(datetime.combine(within, time.min, ZoneInfo(zone)).timestamp())
