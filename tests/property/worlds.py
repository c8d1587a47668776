"""Legs of three linked sites that meet as often as possible: few CallIds, few parties, few moments."""

from __future__ import annotations

from hypothesis import strategies as st

from schemas.cdr import Leg
from tests.builders import leg
from tests.property.strategies import RANGES, SITES, among, as_shown

_WAYS = st.one_of(st.just(SITES), st.permutations(SITES))
DAY = 86_400
OUTSIDE = "+4989123456"
STARTS = (0, 1, 5, 10, 11, 40, DAY // 2, DAY, DAY + 1)
STATES = ("Connected", "Connected", "Transferred", "On Hold", "onhold", "Alerting", "Strange")
REASONS = ("CallDisconnected", "Busy", "NoAnswer", "TooLate", "OriginatorDisconnected", "")
CALL_IDS = ("1", "2", "3", "10")
REFERENCES = ("", "", "", "0", *CALL_IDS)
COSTS = (None, None, None, None, "0", "0.12", "0.125", "0.13", "1.5", "0.1234567")


@st.composite
def worlds(draw: st.DrawFn, most: int = 7) -> list[Leg]:
    """Legs of site calls and of calls over one or two links, `most` together; some told twice or contradicted."""
    legs: list[Leg] = []
    for over_links in draw(st.lists(st.booleans(), min_size=1, max_size=most)):
        legs += _over_links(draw) if over_links else [_leg(draw, draw(among(*SITES)), {})]
    # A position is where a line stands, so no two lines share one; a line may stand at two.
    again = draw(st.lists(st.sampled_from(legs), max_size=2)) if legs else []
    lines = [*legs, *[_perhaps_otherwise(draw, line) for line in again]]
    return [line._replace(position=line.position._replace(offset=offset)) for offset, line in enumerate(lines)]


def _perhaps_otherwise(draw: st.DrawFn, line: Leg) -> Leg:
    number = draw(among(line.record.called_number, "12", "110"))
    spelling = draw(among(line.raw_line, "another spelling", "one more"))
    return line._replace(record=line.record._replace(called_number=number), raw_line=spelling)


def _leg(draw: st.DrawFn, site: str, fixed: dict[str, object], start: int | None = None) -> Leg:
    start = draw(among(*STARTS)) if start is None else start
    connect = draw(among(None, start + 2, start + 4))
    costs = draw(among(*COSTS))
    fields: dict[str, object] = {
        "origination_number": draw(among("11", "12", OUTSIDE)),
        "origination_name": draw(among("", "Anna")),
        "called_number": draw(among("11", "12", RANGES["berlin"] + "11", "110", OUTSIDE, OUTSIDE)),
        "called_name": draw(among("", "Bert")),
        "destination_number": draw(among("", "", "12", "004989123456", "004989123XXX")),
        "destination_name": draw(among("", "Cora")),
        "origination_device": draw(among("", "", "(Call Routing)", "SwyxGate 1")),
        "destination_device": draw(among("", "(call routing)", "SwyxGate 1", "SwyxGate 1", " swyxgate 2")),
        "script_connected_at": None,
        "state": draw(among(*STATES)) if connect else "Alerting",
        "disconnect_reason": draw(among(*REASONS)),
        "transferred_call_id_1": draw(among(*REFERENCES)),
        "transferred_call_id_2": draw(among(*REFERENCES)),
        "transferred_to_call_id": draw(among(*REFERENCES)),
        "project_number": draw(among("", "", "4711", "4712")),
        "aoc": draw(st.booleans()),
        "currency": draw(among("", "EUR", "USD")) if costs else "",
    }
    return leg(
        draw(among(*CALL_IDS)),
        start,
        site=site,
        connect=connect,
        delivered=draw(among(None, start - 4, start + 10)),
        end=draw(among(start, start + 3, start + 20, start + 50, None)),
        costs=costs,
        **(fields | fixed),  # type: ignore[arg-type]
    )


def _over_links(draw: st.DrawFn) -> list[Leg]:
    """One leg per site on a way, mostly, but not always, fitting; any of them may be missing."""
    way = draw(_WAYS)[: draw(st.integers(2, 3))]
    start = draw(among(0, 0, 1, 5, 11, 40, DAY))
    outside, hides = draw(st.booleans()), draw(st.booleans())
    legs = []
    for index, site in enumerate(way):
        first, last = index == 0, index == len(way) - 1
        called = OUTSIDE if outside else draw(among(RANGES[way[-1]] + "12", RANGES[way[-1]] + "12", "12"))
        fixed: dict[str, object] = {
            "origination_number": as_shown(draw, draw(among(RANGES[way[0]] + "11", "11")), hides),
            "called_number": as_shown(draw, called, hides),
            "transferred_call_id_1": draw(among("", "", "", "1")),
            "transferred_call_id_2": "",
        }
        if outside:
            fixed["destination_device"] = "SwyxGate 1"
        if not first:
            fixed["origination_device"] = f"Link {way[index - 1].title()}"
        if not last:
            fixed["destination_device"] = f"LINK {way[index + 1].title()} "
        if draw(st.integers(0, 5)):
            legs.append(_leg(draw, site, fixed, start + draw(among(0, 0, 1, 5, 11))))
    return legs
