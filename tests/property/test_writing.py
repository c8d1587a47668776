"""`export`: what is written in any dialect and read again is the same leg (contract 2)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.writing import LegWriter
from schemas.cdr import Leg
from tests.cdr_lines import parsed, quoted

# The change of the offset in either direction, by the half hour (Lord Howe), over a whole day (Apia), and none.
ZONES = {
    "Europe/Berlin": ["29.03.2026", "25.10.2026", "26.10.2026"],
    "Australia/Lord_Howe": ["04.10.2026", "05.04.2026", "06.04.2026"],
    "Pacific/Apia": ["29.12.2011", "30.12.2011", "31.12.2011"],
    "Asia/Tokyo": ["19.11.2002", "31.12.2025", "01.01.2026"],
}
MOMENTS = ["Start", "ScriptConnect", "Delivered", "Connect", "End", "Transfer"]
ODD = ["", "0", "Jones, John", 'Hotel "Zum Löwen"', "XXX", "+4923147XX", "\x81", "On Hold", '"', "a\rb", "field_35"]
texts = st.one_of(
    st.sampled_from(ODD), st.text(st.characters(exclude_characters="\n\x00", exclude_categories=["Cs"]), max_size=6)
)
clock = st.sampled_from(["00:00:00", "01:59:59", "02:00:00", "02:15:00", "02:30:00", "03:00:00", "23:59:59"])
money = {
    "Costs": st.sampled_from(["", "0", "0.36", "1,234.5", ".5", "0.000001", "999999999999.999999", "12,3"]),
    "AOC": st.sampled_from(["", "0", "1"]),
}
further = st.lists(st.sampled_from(["", "Custom0", "Größe", "CallID", "Costs", "a,b", '"', "field_36"]), max_size=3)


@st.composite
def sites(draw: st.DrawFn) -> tuple[Dialect, list[Leg]]:
    """A few lines of one file with odd columns, texts, times and costs: how they are read, and what they are."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    dialect = Dialect(zone, cost_scale=draw(st.sampled_from([1, 100])))
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        left_out = draw(st.sets(st.sampled_from(COLUMNS), max_size=10)) - {"CallId", "StartDate", "StartTime"}
        header = [*(name for name in COLUMNS if name not in left_out), *draw(further)]
        draw(st.randoms(use_true_random=False)).shuffle(header)
        lines += [header, _line(draw, header, ZONES[zone])]
    found = parsed("\n".join(map(quoted, lines)), dialect)
    return dialect, [leg for leg in found if isinstance(leg, Leg)]


def _line(draw: st.DrawFn, header: list[str], dates: list[str]) -> list[str]:
    values = draw(st.dictionaries(st.sampled_from(COLUMNS), texts, max_size=6))
    values |= {name: draw(value) for name, value in money.items()} | {"CallId": draw(texts) or "1"}
    for moment in MOMENTS:
        day = draw(st.sampled_from(dates if moment == "Start" else ["", *dates]))
        complete = day and {f"{moment}Date", f"{moment}Time"} <= {*header}
        values |= {f"{moment}Date": day if complete else "", f"{moment}Time": draw(clock) if complete else ""}
    beyond = draw(st.lists(texts, max_size=2))
    return [values.get(name, "") for name in header] + beyond


dialects: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {
        "encoding": st.sampled_from(["auto", "utf-8", "utf-8-sig", "gb18030"]),
        "date_order": st.sampled_from(["dmy", "mdy", "ymd"]),
        "cost_scale": st.sampled_from([1, 100]),
        "cost_decimal": st.sampled_from(["auto", ".", ","]),
    }
)


def content(leg: Leg) -> tuple[object, ...]:
    """The leg without its place in the old file."""
    return leg._replace(position=None, raw_line=None)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(sites(), dialects)
def test_a_leg_that_is_written_and_read_again_is_the_same(
    site: tuple[Dialect, list[Leg]], other: dict[str, object]
) -> None:
    read_as, legs = site
    dialect = Dialect(read_as.time_zone, **other)  # type: ignore[arg-type]
    writer = LegWriter(dialect)

    again = parsed(writer.head() + b"".join(map(writer.write, legs)), dialect)

    assert [content(leg) for leg in again] == [content(leg) for leg in legs]  # type: ignore[arg-type]
