"""Which days a report is about (contract 2)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipeline.cli.errors import UsageError
from pipeline.cli.report_options import Days, Last, period_of
from pipeline.cli.settings import SiteSettings
from pipeline.reports.period import Period, last_period, month_of

SITE = SiteSettings.model_construct(name="dortmund", time_zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_a_month_is_its_days(text: str, first: date, end: date) -> None:
    assert month_of(text) == (first, end)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "10/2026", "2026-10-01", "0000-01", "9999-12", ""])
def test_any_other_text_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="expected a month such as 2026-10"):
        month_of(text)


@pytest.mark.parametrize(
    ("unit", "today", "first", "end"),
    [
        ("day", date(2026, 3, 1), date(2026, 2, 28), date(2026, 3, 1)),
        ("week", date(2026, 11, 22), date(2026, 11, 9), date(2026, 11, 16)),  # a Sunday: its own week is not over
        ("week", date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 23)),
        ("month", date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1)),
    ],
)
def test_the_last_period_is_the_last_whole_one(unit: str, today: date, first: date, end: date) -> None:
    assert last_period(unit, today) == (first, end)


def test_the_end_is_left_out() -> None:
    asked = Days(datetime(2026, 10, 1), datetime(2026, 10, 3), None, None)  # noqa: DTZ001 - as the option gives it
    assert period_of(asked, SITE).last == date(2026, 10, 2)


def test_without_days_all_are_meant() -> None:
    assert period_of(Days(None, None, None, None), SITE) == Period(date.min, date.max)


@pytest.mark.parametrize(
    "asked",
    [
        Days(None, None, "2026-10", Last.DAY),
        Days(datetime(2026, 10, 1), None, "2026-10", None),  # noqa: DTZ001
        Days(None, datetime(2026, 10, 1), None, Last.WEEK),  # noqa: DTZ001
    ],
)
def test_days_told_twice_are_wrong_use(asked: Days) -> None:
    with pytest.raises(UsageError, match="only one of"):
        period_of(asked, SITE)


def test_a_period_without_a_day_is_wrong_use() -> None:
    asked = Days(datetime(2026, 10, 2), datetime(2026, 10, 2), None, None)  # noqa: DTZ001
    with pytest.raises(UsageError, match=r"--from 2026-10-02 --until 2026-10-02: no day between them"):
        period_of(asked, SITE)


def test_a_wrong_month_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="--month: found 'October'"):
        period_of(Days(None, None, "October", None), SITE)


def test_whole_months_begin_and_end_with_a_month_or_not_at_all() -> None:
    assert Period(date(2026, 10, 1), date.max).is_of_whole_months()
    assert Period(date.min, date(2026, 11, 1)).is_of_whole_months()
    assert not Period(date(2026, 10, 2), date(2026, 11, 1)).is_of_whole_months()
