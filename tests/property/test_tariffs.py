"""What is said between the rows of a tariff is true minute by minute (contract 7)."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cli.settings_rates import band_problems, rate_warnings
from tests.property.naive_rating import band
from tests.rates import Row, row

MONDAY = datetime(2024, 6, 3)  # noqa: DTZ001 - a local time
# On both sides of every limit of the bands below.
MINUTES = (0, 1, 8 * 60 - 1, 8 * 60, 18 * 60 - 1, 18 * 60, 24 * 60 - 2, 24 * 60 - 1)
WEEK = [MONDAY + timedelta(days=day, minutes=minute) for day in range(7) for minute in MINUTES]
HOURS = (
    "",
    "08:00-18:00",
    "18:00-08:00",
    "18:00-00:00",
    "00:00-08:00",
    "-18:00",
    "18:00-",
    "23:59-00:01",
    "08:00-24:00",
)
DAYS = ("", "1-5", "6,7", "6-1", "7", "1", "2-7", "5")


@st.composite
def bands(draw: st.DrawFn) -> list[Row]:
    return [
        row(hours=hours, days=days)
        for hours, days in draw(
            st.lists(st.tuples(st.sampled_from(HOURS), st.sampled_from(DAYS)), min_size=1, max_size=4)
        )
    ]


@given(bands())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bands_contradict_each_other_and_leave_times_out_as_they_do_minute_by_minute(
    tmp_path: Path, rows: list[Row]
) -> None:
    file = tmp_path / "rates.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    in_force = [[one for one in rows if band([one], local)] for local in WEEK]

    assert bool(list(band_problems(file))) == any(len(found) > 1 for found in in_force)
    assert bool(list(rate_warnings(file, ()))) == any(not found for found in in_force)
