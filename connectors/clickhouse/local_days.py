"""Days in the local time of a site, in queries over rows of several sites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta


def local(function: str, instant: str, site: str, zones: Mapping[str, str]) -> str:
    """SQL: a function of an instant in the zone of the site that a column names, e.g. `toDate`.

    For a site that is not in `zones` it is UTC. The parameters of `zone_parameters` go with it.
    """
    branches = "".join(
        f"{site} IN %(sites_{number})s, {function}({instant}, %(zone_{number})s), "
        for number in range(len(set(zones.values())))
    )
    return f"multiIf({branches}{function}({instant}, 'UTC'))" if branches else f"{function}({instant}, 'UTC')"


def zone_parameters(zones: Mapping[str, str]) -> dict[str, object]:
    """The parameters of `local`: each zone, and the sites that are in it."""
    found: dict[str, object] = {}
    for number, zone in enumerate(sorted(set(zones.values()))):
        found[f"zone_{number}"] = zone
        found[f"sites_{number}"] = [site for site, of_site in zones.items() if of_site == zone]
    return found


def period_parameters(first: date, end: date) -> dict[str, object]:
    """`first` and `end`, with `earliest` and `latest` a day further out.

    The day in an id is local to the row's own site: it finds the partitions of another site's days.
    """
    earliest = first - timedelta(days=1) if first > date.min else first
    latest = end + timedelta(days=1) if end < date.max else end
    return day_parameters(first=first, end=end, earliest=earliest, latest=latest)


def day_parameters(**days: date) -> dict[str, object]:
    """Days for `toDate32(%(name)s)`; the client writes years before 1000 too short."""
    return {name: day.isoformat() for name, day in days.items()}
