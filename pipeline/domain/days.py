"""A day as the clocks of a group's sites show it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pipeline.domain.cover import Span, hour_of
from pipeline.domain.rules import GroupRules
from schemas.cdr import Leg


class LocalDay:
    """The legs that started on a local day at their site; with `site` only those of this site.

    `span` are the hours in which they can have started.
    """

    def __init__(self, rules: GroupRules, day: date, site: str = "") -> None:
        """Raises KeyError if the group does not have the site, OverflowError for a day at the end of all time."""
        sites = [rules.sites[site]] if site else list(rules.sites.values())
        midnights = (datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time()))
        self._bounds = {
            each.name: (
                midnights[0].replace(tzinfo=each.time_zone).astimezone(UTC),
                midnights[1].replace(tzinfo=each.time_zone).astimezone(UTC),
            )
            for each in sites
        }
        first = min(start for start, _ in self._bounds.values())
        until = max(end for _, end in self._bounds.values())
        self.span = Span(hour_of(first), hour_of(until) + 1)

    def has(self, leg: Leg) -> bool:
        """Whether the leg is one of them."""
        bounds = self._bounds.get(leg.site)
        return bounds is not None and bounds[0] <= leg.record.started_at < bounds[1]
