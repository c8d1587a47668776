"""Generated histories of calls at three linked sites, as the legs that their SwyxServers would write."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from schemas.cdr import Leg
from tests.builders import leg

_Value = TypeVar("_Value")
SITES = ("berlin", "dortmund", "zurich")
_WAYS = st.permutations(SITES)
RANGES = {"berlin": "+49301234", "dortmund": "+492314777", "zurich": "+41445678"}


@cache
def among(*values: _Value) -> st.SearchStrategy[_Value]:
    """One of these values. Strategies made anew for each draw would cost half of the time of all properties."""
    return st.sampled_from(values)


def as_shown(draw: st.DrawFn, number: str, hides: bool) -> str:
    """A number as a site writes it that may hide its last digits or all of it."""
    hidden = draw(among(0, 0, 0, 1, 2, 3, len(number))) if hides else 0
    return "XXX" if hidden == len(number) else number[: len(number) - hidden] + "X" * hidden


@st.composite
def histories(draw: st.DrawFn) -> list[Leg]:
    """Legs with colliding CallIds, references to known and unknown ones, link calls, masks, charges, contradictions."""
    legs: list[Leg] = []
    for offset in range(draw(st.integers(1, 8))):
        kind = draw(among("plain", "plain", "link", "tandem"))
        start = draw(among(0, 1, 2, 30, 31, 90_000))
        if kind == "plain":
            legs.append(_plain(draw, start, offset))
        else:
            legs += _over_links(draw, start, offset, 2 if kind == "link" else 3)
    return legs


def _plain(draw: st.DrawFn, start: int, offset: int) -> Leg:
    reference = among("", "", "0", "1", "2", "3", "4")
    return leg(
        draw(among("1", "2", "3", "4")),
        start,
        site=draw(among(*SITES)),
        offset=offset,
        connect=draw(among(None, start + 5)),
        end=start + draw(among(20, 50)),
        costs=draw(among(None, "0.12", "1.5")),
        destination_device=draw(among("", "SwyxGate 1")),
        origination_device=draw(among("", "", "SwyxGate 1")),
        transferred_call_id_1=draw(reference),
        transferred_to_call_id=draw(reference),
        project_number=draw(among("", "4711", "+4711")),
    )


def _over_links(draw: st.DrawFn, start: int, offset: int, hops: int) -> list[Leg]:
    way = draw(_WAYS)[:hops]
    origin = RANGES[way[0]] + "1" + draw(among("1", "2"))
    connected, hides = draw(st.booleans()), draw(st.booleans())
    legs = []
    for index, site in enumerate(way):
        first, last = index == 0, index == hops - 1
        legs.append(
            leg(
                draw(among("7", "8", "9")),
                start + index,
                site=site,
                offset=offset,
                connect=start + 6 if connected else None,
                end=start + 40,
                costs=draw(among(None, "0.20", "0.21")),
                origination_number=as_shown(draw, origin, hides),
                called_number=as_shown(draw, "+4989123456", hides),
                origination_device="" if first else f"Link {way[index - 1].title()}",
                destination_device="SwyxGate 1" if last else f"Link {way[index + 1].title()}",
            )
        )
    return legs
