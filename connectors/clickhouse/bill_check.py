"""Charges that the PBX got signalled beside what the tariff says: what checks a carrier's bill (contract 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from clickhouse_driver import Client

from connectors.clickhouse.retained import retained

# The same cent in two records may differ by rounding (contract 8, charge_mismatch).
_TOLERANCE = "0.005"
# The counted row of a chain is that of the leg that the trunk carried, unless only another end of a link has a charge.
# That one has no rate, so no money is compared twice. An answered call to a user or a script has no trunk, but may have
# an advice of charge.
_QUERY = f"""
WITH amount - ifNull(rated_amount, 0) AS difference
SELECT
    multiIf(
        source = 'none', 'unrated',
        rated_amount IS NULL, 'no_rate',
        currency != transform(toString(site), %(sites)s, %(currencies)s, ''), 'other_currency',
        'compared'
    ) AS outcome,
    (
        currency, site, trunk, carrier_site,
        if(destination_name != '', destination_name, trimBoth(concat(destination_country, ' ', destination_kind)))
    ) AS place,
    count() AS legs,
    countIf(abs(difference) > toDecimal64('{_TOLERANCE}', 6)) AS differing,
    sum(amount) AS signalled,
    sum(ifNull(rated_amount, 0)) AS rated,
    argMin((difference, leg_id), (-abs(difference), leg_id)) AS greatest
FROM charge_rows FINAL
WHERE site IN %(sites)s AND started_on >= toDate32(%(first)s) AND started_on < toDate32(%(end)s)
    AND {retained("site")} AND lowerUTF8(trimBoth(trunk)) NOT IN ('', '(call routing)')
    AND (counted = 1 AND source != 'rated' OR has(anomalies, 'unrated'))
GROUP BY outcome, place
ORDER BY place
"""  # noqa: S608 - a constant of the program's own


class BillGroup(NamedTuple):
    """The compared legs of one site, trunk, carrier's site, destination and currency, some of which differ.

    `destination` is the name of the rate row, else country and kind of the number. `greatest_difference` is that of
    `leg_id`, the first of those that are furthest off. Differences are signalled minus rated.
    """

    currency: str
    site: str
    trunk: str
    carrier_site: str
    destination: str
    legs: int
    differing: int
    signalled: Decimal
    rated: Decimal
    greatest_difference: Decimal
    leg_id: str

    @property
    def difference(self) -> Decimal:
        """What was signalled beyond the tariff; negative if less."""
        return self.signalled - self.rated


class BillCheck(NamedTuple):
    """The groups with differences, by currency, site, trunk, carrier's site and destination; and numbers of legs.

    `compared` have both amounts in one currency, `differing` of them differ. `other_currency` have both in different
    ones, `no_rate` a signalled charge only, `unrated` neither, although they went into a trunk.
    """

    groups: tuple[BillGroup, ...]
    compared: int
    differing: int
    other_currency: int
    no_rate: int
    unrated: int


def bill_check(client: Client, currencies: Mapping[str, str], first: date, end: date) -> BillCheck:
    """Compares the signalled charges of sites with their rated amounts.

    `currencies` has the sites and the currency of the tariff of each, empty for a site without one. `first` is the
    first local day of the legs' start, `end` the first one that is left out.
    """
    sites = {"sites": list(currencies), "currencies": list(currencies.values())}
    days = {"first": first.isoformat(), "end": end.isoformat()}  # the client writes years before 1000 too short
    legs: Counter[str] = Counter()
    groups, differing = [], 0
    for outcome, place, count, off, signalled, rated, greatest in client.execute(_QUERY, sites | days):
        legs[outcome] += count
        if outcome == "compared" and off:
            differing += off
            groups.append(BillGroup._make((*place, count, off, signalled, rated, *greatest)))
    unchecked = (legs["other_currency"], legs["no_rate"], legs["unrated"])
    return BillCheck(tuple(groups), legs["compared"], differing, *unchecked)
