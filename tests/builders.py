"""Legs for tests, with the fields that matter to the test and sensible others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pipeline.domain.rules import GroupRules, SiteLink, SiteRules, device_key
from schemas.cdr import CdrRecord, Leg, Position

START = datetime(2002, 11, 19, 12, 3, 28, tzinfo=UTC)
FILE = "cdr.txt"


def at(seconds: float) -> datetime:
    """The instant so many seconds after `START`."""
    return START + timedelta(seconds=seconds)


def leg(
    call_id: str,
    start: float = 0,
    *,
    site: str = "dortmund",
    connect: float | None = None,
    end: float | None = 100,
    costs: str | None = None,
    offset: int | None = None,
    delivered: float | None = None,
    **fields: object,
) -> Leg:
    """A leg of `site`, connected if `connect` (seconds after START) is given."""
    values: dict[str, object] = dict.fromkeys(CdrRecord._fields, "")
    values |= {
        "call_id": call_id,
        "origination_number": "101",
        "called_number": "102",
        "started_at": at(start),
        "script_connected_at": None,
        "delivered_at": None if delivered is None else at(delivered),
        "connected_at": None if connect is None else at(connect),
        "ended_at": None if end is None else at(end),
        "transferred_at": None,
        "costs": None if costs is None else Decimal(costs),
        "currency": "" if costs is None else "EUR",
        "aoc": costs is not None,
        "state": "Alerting" if connect is None else "Connected",
        "disconnect_reason": "CallDisconnected",
    }
    record = CdrRecord(**(values | fields))  # type: ignore[arg-type]
    leg_id = f"{site}:{call_id}:{at(start):%Y-%m-%dT%H:%M:%S}"
    position = Position(START, FILE, offset if offset is not None else int(start) * 1000)
    return Leg(site, leg_id, record, position, (), (), f"{call_id},{start}")


def rules() -> GroupRules:
    """Three sites in a triangle of links, each with an own number range."""
    names = ("berlin", "dortmund", "zurich")
    ranges = {"berlin": ("+49301234",), "dortmund": ("+492314777",), "zurich": ("+41445678",)}
    sites = {}
    for site in names:
        links = {}
        for number, (one, other) in enumerate((("berlin", "dortmund"), ("berlin", "zurich"), ("dortmund", "zurich"))):
            if site in {one, other}:
                far = other if site == one else one
                links[device_key(f"Link {far.title()}")] = SiteLink(number, f"{one}-{other}", far)
        sites[site] = SiteRules(
            site,
            currency="CHF" if site == "zurich" else "EUR",
            country_code="41" if site == "zurich" else "49",
            area_code={"berlin": "30", "dortmund": "231", "zurich": "44"}[site],
            number_ranges=ranges[site],
            links=links,
        )
    return GroupRules("berlin", sites)
