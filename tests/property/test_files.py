"""Cutting a site's cdr.txt into files changes no row but for the places of the lines."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.parse import LineParser
from connectors.cdr_file.writing import LegWriter
from schemas.cdr import Leg, Position
from schemas.rows import LegRow
from tests.builders import START
from tests.cdr_lines import READ_AT
from tests.property.strategies import SITES, histories
from tests.property.test_group import Warehouse, run

# The ids of generated legs hold their start in UTC.
UTC_CLOCK = Dialect("UTC")
NOWHERE = Position(START, "", 0)


@st.composite
def lines_of_sites(draw: st.DrawFn) -> dict[str, list[Leg]]:
    """Each site's legs in the order of their lines: in that of their starts, or in any if none contradicts another.

    Of contradicting lines the later position wins, and positions compare by when the files begin (contract 4).
    """
    legs = draw(histories())
    if draw(st.booleans()):
        legs.sort(key=lambda leg: leg.record.started_at)
    else:
        legs = draw(st.permutations(list({leg.leg_id: leg for leg in legs}.values())))
    return {site: [leg for leg in legs if leg.site == site] for site in SITES}


def written(legs: list[Leg], *, header: bool) -> bytes:
    """The legs as a file."""
    writer = LegWriter(UTC_CLOCK, header=header)
    return writer.head() + b"".join(map(writer.write, legs))


def read(site: str, name: str, content: bytes) -> list[Leg]:
    """The legs of a file."""
    parser = LineParser(site, UTC_CLOCK, name)
    found = [parser.parse(line, READ_AT) for line in Framer().feed(content)]
    return [leg for leg in found if isinstance(leg, Leg)]


def without_places(rows: Warehouse) -> Warehouse:
    """The rows without file and offset of the lines, the last ones of a line that stands there twice included."""
    return {key: _without_places(row) if isinstance(row, LegRow) else row for key, row in rows.items()}


def _without_places(row: LegRow) -> LegRow:
    leg = row.leg._replace(position=NOWHERE)
    return row._replace(leg=leg, last_file_started_at=None, last_source_file=None, last_source_offset=None)


@given(lines_of_sites(), st.data())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cutting_the_lines_of_sites_into_files_in_any_order_changes_no_row(
    sites: dict[str, list[Leg]], data: st.DataObject
) -> None:
    whole = [leg for site, legs in sites.items() for leg in read(site, "cdr.txt", written(legs, header=True))]
    files = []
    for site, legs in sites.items():
        cuts = data.draw(st.lists(st.integers(0, len(legs)), max_size=3).map(sorted))
        for number, (first, until) in enumerate(pairwise([0, *cuts, len(legs)])):
            content = written(legs[first:until], header=data.draw(st.booleans()))
            files.append(read(site, f"cdr{number}.txt", content))
    cut = [leg for file in data.draw(st.permutations(files)) for leg in file]

    assert len(cut) == len(whole) == sum(map(len, sites.values()))
    assert without_places(run(cut)) == without_places(run(whole))
