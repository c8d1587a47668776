"""Conditions that the dashboards share: the time range and the variables, as the plugin's macros and Grafana know them.

`$__conditionalAll` leaves a condition out while "All" is chosen; its second argument must be the plain variable.
"""

from __future__ import annotations

ZONE = "${time_zone:singlequote}"

# A call is of every site that it touched.
CALLS = """$__timeFilter(started_at)
  AND $__conditionalAll(hasAny(sites, [${site:singlequote}]), $site)"""

# Legs that may hold a channel in the time range; none is taken to last longer than a day.
BEGUN = "started_at >= $__fromTime - INTERVAL 1 DAY AND started_at <= $__toTime"

# Share of the calls in which somebody was reached; 0 without calls.
ANSWERED = "ifNotFinite(countIf(disposition = 'answered') / count(), 0) AS answered"

# Rows of one site: legs, site calls.
OF_SITE = """$__timeFilter(started_at)
  AND $__conditionalAll(site IN (${site:singlequote}), $site)"""

# Counted charges by who pays: money of other rows is the same money once more (contract 8).
CHARGES = """counted = 1 AND $__timeFilter(connected_at)
  AND $__conditionalAll(payer_site IN (${site:singlequote}), $site)
  AND $__conditionalAll(currency IN (${currency:singlequote}), $currency)"""

USER = "$__conditionalAll(concat(payer_site, '/', payer_number) IN (${user:singlequote}), $user)"

AMOUNTS = """arrayStringConcat(arrayMap((currency, amount) -> concat(toString(amount), ' ', currency),
        mapKeys(amounts), mapValues(amounts)), ', ')"""


def story(since: str, until: str, minutes: int) -> str:
    """Columns for a link to one call's story: its time range with some minutes around it, in milliseconds.

    They are texts, so that no unit changes them.
    """
    return f"""toString(1000 * toUnixTimestamp({since} - INTERVAL {minutes} MINUTE)) AS story_from,
            toString(1000 * toUnixTimestamp({until} + INTERVAL {minutes} MINUTE)) AS story_to"""


# A call is known as a whole. Of a charge or leg the call may have begun before, and gone on.
STORY_OF_CALL = story("started_at", "ended_at", 1)
STORY_OF_CHARGE = story("started_at", "connected_at + toIntervalSecond(duration_seconds)", 15)
