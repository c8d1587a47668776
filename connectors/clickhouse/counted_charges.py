"""The counted charges of a period, by local days of the payers' sites: what charges and bills are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from connectors.clickhouse.local_days import local, period_parameters, zone_parameters
from connectors.clickhouse.retained import retained


class ChosenCharges(NamedTuple):
    """Which charges are looked at: days by the start of the leg, in local time of the payer's site, and who pays.

    `end` is the first day that is left out. What is `None` is not asked for. `zones` has the time zone of each site.
    """

    first: date
    end: date
    zones: Mapping[str, str]
    payer_site: str | None = None
    payer_number: str | None = None
    cost_centre: str | None = None
    department: str | None = None
    project_number: str | None = None


_WHO = ("payer_site", "payer_number", "cost_centre", "department", "project_number")


def counted_charges(chosen: ChosenCharges) -> tuple[str, dict[str, object]]:
    """A subquery with the columns of `charges` and `day`, and its parameters."""
    who = {name: getattr(chosen, name) for name in _WHO if getattr(chosen, name) is not None}
    conditions = "".join(f" AND {name} = %({name})s" for name in who)
    query = f"""(
        SELECT *, {local("toDate", "started_at", "payer_site", chosen.zones)} AS day
        FROM charge_rows FINAL
        WHERE started_on >= toDate32(%(earliest)s) AND started_on < toDate32(%(latest)s)
            AND {retained("site")} AND counted = 1
            AND day >= toDate32(%(first)s) AND day < toDate32(%(end)s){conditions}
    )"""  # noqa: S608 - constants of the program's own
    return query, who | period_parameters(chosen.first, chosen.end) | zone_parameters(chosen.zones)
