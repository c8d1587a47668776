"""The tariffs of the three sites whose calls are generated: their bands, validities and gaps lie where the calls do.

Generated calls begin at 12:03:28 UTC of a Tuesday, 2002-11-19, half a minute later, half a day later and a day later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipeline.domain.rules import GroupRules
from tests.builders import rules
from tests.property.users import with_users
from tests.rates import Row, row, tariff


class SiteTariff(NamedTuple):
    """What a site's calls are rated by: the rows of the file by column, currency and decimals, the site's zone."""

    rows: list[Row]
    currency: str
    decimals: int
    zone: str


# Berlin's clock shows 13:03:28 at the beginning. Munich's price and name change with the day.
BERLIN = [
    row("0.06", "7/3", "13:04-08:00", prefix="+49", destination="Germany", connect_fee="0.01"),
    row("0.12", "10/60", "08:00-13:04", prefix="+49", destination="Germany by day", minimum="0.05"),
    row("0.2", "1/1", prefix="+4989", destination="Munich", valid_until="2002-11-20"),
    row("0.125", "60/60", prefix="+4989", destination="München", valid_from="2002-11-20", days="1-3"),
    row("0.3", "30/6", prefix="1", destination="Short numbers"),
]
# Dortmund's clock shows 17:33:28; its only prefix has no band until 17:34 and on Wednesdays.
DORTMUND = [
    row("0.09", "5/5", "17:34-17:33", "1,2,4-7", prefix="+4989", destination="Munich", connect_fee="0.1", minimum="0.2")
]
TARIFFS = {
    "berlin": SiteTariff(BERLIN, "EUR", 3, "Europe/Berlin"),
    "dortmund": SiteTariff(DORTMUND, "USD", 6, "Asia/Kolkata"),
}


def rated_rules() -> GroupRules:
    """The sites of `builders.rules` with users; all but Zurich have a tariff."""
    plain = rules()
    sites = dict(plain.sites)
    for name, (rows, currency, decimals, zone) in TARIFFS.items():
        rated = tariff(*rows, currency=currency, decimals=decimals)
        sites[name] = replace(sites[name], time_zone=ZoneInfo(zone), tariff=rated)
    return with_users(replace(plain, sites=sites))
