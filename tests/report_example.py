"""The small warehouse that docs/reports.md shows: two linked sites, a few calls of October 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from schemas.rows import Call, Charge, LegRow
from tests.builders import START, leg
from tests.warehouse import charge, site_call

GATE, SIP = "SwyxGate 1", "SIP Zürich"
JONES: dict[str, Any] = {
    "payer_site": "dortmund",
    "payer_number": "101",
    "payer_name": "Jones",
    "department": "Sales",
    "cost_centre": "4711",
}
WEBER = {**JONES, "payer_number": "102", "payer_name": "Weber", "department": "Support", "cost_centre": "4712"}
KELLER = {**JONES, "payer_site": "zurich", "payer_number": "201", "payer_name": "Keller", "cost_centre": "9000"}
BERLIN: dict[str, Any] = {
    "destination_number": "+4930123456",
    "destination_name": "Germany",
    "destination_country": "DE",
    "destination_kind": "geographic",
}
MOBILE: dict[str, Any] = {
    "destination_number": "+491711234567",
    "destination_name": "Germany, mobile",
    "destination_country": "DE",
    "destination_kind": "mobile",
}
BASEL: dict[str, Any] = {
    "destination_number": "+41613334455",
    "destination_name": "Switzerland",
    "destination_country": "CH",
    "destination_kind": "geographic",
}


class Made(NamedTuple):
    """A call over a trunk: site of the trunk, its day and time in UTC, and what is charged for it."""

    site: str
    at: str
    seconds: int
    amount: str
    payer: dict[str, Any]
    destination: dict[str, Any]
    project: str = ""
    source: str = "aoc"


MADE = (
    Made("dortmund", "05T07:15:04", 92, "0.36", JONES, BERLIN),
    Made("dortmund", "05T07:16:30", 305, "0.95", JONES, MOBILE, project="815"),
    Made("dortmund", "12T12:30:11", 600, "1.1052", WEBER, BASEL, source="lcr"),
    Made("dortmund", "12T12:31:00", 61, "0.40", KELLER, BERLIN),
    Made("zurich", "12T12:31:45", 240, "0.18", WEBER, BASEL, project="815"),
    Made("zurich", "13T06:02:09", 75, "1.20", KELLER, MOBILE),
)
# Calls from outside: site, time, seconds, and what became of them.
RECEIVED = (
    ("dortmund", "05T07:14:50", 180, "answered"),
    ("dortmund", "05T07:16:40", 25, "no_answer"),
    ("zurich", "13T06:01:00", 120, "answered"),
    ("zurich", "13T06:03:00", 12, "abandoned"),
)


def example_rows() -> list[Any]:
    """All rows of the example."""
    rows: list[Any] = []
    for number, made in enumerate(MADE, 1):
        rows += [_charge(number, made), _call(number, made), _leg(number, made.site, made.at, made.seconds, "answered")]
    for number, (site, at, seconds, disposition) in enumerate(RECEIVED, 101):
        rows.append(_leg(number, site, at, seconds, disposition, way="incoming"))
        rows.append(_received(number, site, at, seconds, disposition))
    return rows


def _instant(at: str) -> datetime:
    return datetime.fromisoformat(f"2026-10-{at}").replace(tzinfo=UTC)


def _id(number: int, site: str, at: str) -> str:
    return f"{site}:{number}:{_instant(at) + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}"


def _trunk(site: str) -> str:
    return GATE if site == "dortmund" else SIP


def _charge(number: int, made: Made) -> Charge:
    name = _id(number, made.site, made.at)
    return charge(
        leg_id=name,
        call_id=name,
        site=made.site,
        started_at=_instant(made.at),
        connected_at=_instant(made.at) + timedelta(seconds=9),
        duration_seconds=made.seconds,
        project_number=made.project,
        carrier_site=made.site,
        trunk=_trunk(made.site),
        currency="EUR" if made.site == "dortmund" else "CHF",
        amount=Decimal(made.amount),
        source=made.source,
        **made.payer,
        **made.destination,
    )


def _call(number: int, made: Made) -> Call:
    """The call begins at the payer's site."""
    site = made.payer["payer_site"]
    to = made.destination
    return _row(
        number,
        site,
        made.at,
        made.seconds,
        origination_number=made.payer["payer_number"],
        origination_name=made.payer["payer_name"],
        destination_country=to["destination_country"],
        destination_kind=to["destination_kind"],
        project_number=made.project,
    )


def _received(number: int, site: str, at: str, seconds: int, disposition: str) -> Call:
    talk = seconds if disposition == "answered" else 0
    user = KELLER if site == "zurich" else JONES
    called = {"called_number": user["payer_number"], "called_name": user["payer_name"]}
    return _row(
        number,
        site,
        at,
        talk,
        disposition=disposition,
        direction="incoming",
        destination_kind="internal",
        destination_country="",
        ring_seconds=9 if talk else seconds,
        **called,
    )


def _row(number: int, site: str, at: str, talk: int, **fields: Any) -> Call:
    one = site_call(started_at=_instant(at), talk_seconds=talk)
    values = {name: value for name, value in one._asdict().items() if name in Call._fields}
    own = {"call_id": _id(number, site, at), "origin_site": site, "sites": (site,), "site_call_ids": ()}
    return Call(**(values | own | {"amounts": (), "charge_sources": ()} | fields))


def _leg(number: int, site: str, at: str, seconds: int, disposition: str, way: str = "outgoing") -> LegRow:
    begin = (_instant(at) - START).total_seconds()
    device = {"destination_device" if way == "outgoing" else "origination_device": _trunk(site)}
    connect = begin + 9 if disposition == "answered" else None
    end = begin + seconds + (9 if disposition == "answered" else 0)
    one = leg(str(number), begin, site=site, connect=connect, end=end, offset=number, **device)  # type: ignore[arg-type]
    one = one._replace(leg_id=_id(number, site, at))
    kinds = ("internal", "trunk") if way == "outgoing" else ("trunk", "internal")
    return LegRow(one, one.leg_id, *kinds, way, disposition, chargeable=connect is not None, version=1)
