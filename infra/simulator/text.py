"""Legs as lines of cdr.txt, in the dialect of their site's generation (CDR spec 1.1.1)."""

from __future__ import annotations

from infra.simulator.model import Leg
from infra.simulator.world import V4_10, Generation, Site

HEADER = (
    "CallId,OriginationNumber,OriginationName,CalledNumber,CalledName,DestinationNumber,DestinationName,"
    "StartDate,StartTime,ScriptConnectDate,ScriptConnectTime,DeliveredDate,DeliveredTime,ConnectDate,ConnectTime,"
    "EndDate,EndTime,Currency,Costs,State,PublicAccessPrefix,LCRProvider,ProjectNumber,AOC,"
    "OriginationDevice,DestinationDevice,TransferredByNumber,TransferredByName,"
    "TransferredCallId1,TransferredCallId2,TransferredToCallId,TransferDate,TransferTime,DisconnectReason"
)
LINE_END = "\r\n"


def head(generation: Generation) -> bytes:
    """What a new file begins with: the version line, where the generation has one, and the header."""
    names = HEADER.split(",")
    if generation is not V4_10:
        names[0] = "CallID"
    version = generation.version_line + LINE_END if generation.version_line else ""
    return (version + ",".join(_quoted(name) for name in names) + LINE_END).encode(generation.encoding)


def line(leg: Leg) -> bytes:
    """The leg's line with its line end."""
    generation = leg.site.generation
    cells = [_quoted(value) for value in values(leg)]
    if generation is not V4_10:  # the help pages show these two without quotation marks
        cells[0], cells[-1] = cells[0].strip('"'), cells[-1].strip('"')
    return (",".join(cells) + LINE_END).encode(generation.encoding)


def values(leg: Leg) -> list[str]:
    """The 34 fields in the specification's order, as text."""
    by, ids = leg.transferred_by, (*leg.transferred_call_ids, "", "")
    return [
        str(leg.call_id),
        *leg.origination,
        *leg.called,
        *leg.destination,
        *_date_and_time(leg, leg.times.started),
        *_date_and_time(leg, leg.script_connected),
        *_date_and_time(leg, leg.times.delivered),
        *_date_and_time(leg, leg.times.connected),
        *_date_and_time(leg, leg.times.ended),
        leg.money.currency if leg.money else "",
        _costs(leg),
        leg.outcome.state,
        leg.public_access_prefix,
        leg.lcr_provider,
        leg.project_number,
        "1" if leg.aoc else "0",
        leg.origination_device,
        leg.destination_device,
        *by,
        str(ids[0]),
        str(ids[1]),
        str(leg.transferred_to or ""),
        *_transfer_date_and_time(leg),
        leg.outcome.reason,
    ]


def broken_line(site: Site) -> bytes:
    """A line that no reader can make a CDR of: its fields end in the middle."""
    return f'"0","nobody","broken"{LINE_END}'.encode(site.generation.encoding)


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _date_and_time(leg: Leg, instant: int | None) -> tuple[str, str]:
    if instant is None:
        return "", ""
    shown = leg.clock(instant)
    return (
        f"{shown.day:02}.{shown.month:02}.{shown.year:04}",
        f"{shown.hour:02}:{shown.minute:02}:{shown.second:02}",
    )


def _transfer_date_and_time(leg: Leg) -> tuple[str, str]:
    date, time = _date_and_time(leg, leg.transferred)
    if leg.site.generation is V4_10:  # the example of CDR spec 1.1.5 shortens the year of this date only
        date = date[:6] + date[8:]
    return date, time


def _costs(leg: Leg) -> str:
    if leg.money is None:
        return ""
    shown = leg.money.amount * leg.site.cost_scale
    return f"{shown:f}".replace(".", leg.site.cost_decimal)
