"""Dates, times and the site's zone (contract 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.cdr_file.dialect import Dialect
from tests.cdr_lines import BERLIN, leg, line, reject


def start(date: str, time: str = "13:03:28", order: str = "dmy") -> datetime:
    dialect = Dialect("Europe/Berlin", date_order=order)
    return leg(line(StartDate=date, StartTime=time, EndDate="", EndTime=""), dialect).record.started_at


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOON = utc("2002-11-19T12:03:28")


@pytest.mark.parametrize(
    ("date", "order"),
    [
        ("19.11.2002", "dmy"),
        ("19.11.02", "dmy"),
        ("19/11/2002", "dmy"),
        ("19-11-02", "dmy"),
        ("11/19/2002", "mdy"),
        ("11-19-02", "mdy"),
        ("2002-11-19", "ymd"),
        ("02/11/19", "ymd"),
        (" 19.11.2002 ", "dmy"),
    ],
)
def test_dates_are_read_in_the_sites_order(date: str, order: str) -> None:
    assert start(date, order=order) == NOON


def test_days_and_months_need_no_leading_zero() -> None:
    assert start("1.2.2002") == utc("2002-02-01T12:03:28")


def test_short_years_are_of_this_century() -> None:
    assert start("01.06.99").year == 2099


@pytest.mark.parametrize("time", ["13:03:28", "13.03:28", "13.03.28", " 13:03:28 "])
def test_times_may_have_a_dot_for_a_colon(time: str) -> None:
    assert start("19.11.2002", time) == NOON


def test_hours_need_no_leading_zero() -> None:
    assert start("19.11.2002", "9:03:28") == utc("2002-11-19T08:03:28")


@pytest.mark.parametrize(
    "date",
    [
        "31.02.2002",
        "19.13.2002",
        "0.1.2002",
        "19.11.202",
        "19.11",
        "19.11/2002",
        "heute",
        "19.11.1970",
        "19.11.2106",
        "١٩.11.2002",
    ],
)
def test_impossible_dates_are_rejected(date: str) -> None:
    found = reject(line(StartDate=date))
    assert (found.reason, found.detail.split(":")[0]) == ("bad_time", "StartDate")


@pytest.mark.parametrize(
    "time", ["24:00:00", "13:60:00", "13:03:60", "13:03", "130328", "13:03:28.5", "1:03:28 PM", "13:3:28"]
)
def test_impossible_times_are_rejected(time: str) -> None:
    found = reject(line(EndTime=time))
    assert (found.reason, found.detail.split(":")[0]) == ("bad_time", "EndTime")


@pytest.mark.parametrize("missing", ["StartDate", "StartTime"])
@pytest.mark.parametrize("text", ["", " "])
def test_a_cdr_without_start_is_rejected(missing: str, text: str) -> None:
    found = reject(line(**{missing: text}))
    assert (found.reason, found.detail.split(":")[0]) == ("no_start", missing)


@pytest.mark.parametrize("name", ["ScriptConnect", "Delivered", "Connect", "End", "Transfer"])
@pytest.mark.parametrize(("present", "text"), [("Date", "19.11.2002"), ("Time", "13:05:48")])
def test_a_date_without_time_and_the_reverse_are_rejected(name: str, present: str, text: str) -> None:
    missing = "Time" if present == "Date" else "Date"
    found = reject(line(**{f"{name}{missing}": "", f"{name}{present}": text}))
    assert (found.reason, found.detail.split(":")[0]) == ("bad_time", f"{name}{present} without {name}{missing}")


def test_every_time_has_its_place() -> None:
    pairs = {
        f"{name}{part}": text
        for second, name in enumerate(["Start", "ScriptConnect", "Delivered", "Connect", "Transfer", "End"])
        for part, text in (("Date", "19.11.2002"), ("Time", f"13:03:0{second}"))
    }
    record = leg(line(**pairs)).record
    instants = [
        record.started_at,
        record.script_connected_at,
        record.delivered_at,
        record.connected_at,
        record.transferred_at,
        record.ended_at,
    ]
    assert instants == [utc(f"2002-11-19T12:03:0{second}") for second in range(6)]


def test_empty_times_are_none() -> None:
    record = leg(line(EndDate=" ", EndTime="")).record
    assert (record.script_connected_at, record.connected_at, record.ended_at) == (None, None, None)


@pytest.mark.parametrize(("date", "hour"), [("15.01.2025", 12), ("15.07.2025", 11)])
def test_local_times_become_utc_by_the_sites_zone(date: str, hour: int) -> None:
    assert start(date, "13:00:00").hour == hour


def test_the_same_text_means_another_instant_in_another_zone() -> None:
    assert leg(line(), Dialect("America/New_York")).record.started_at == utc("2002-11-19T18:03:28")


def autumn(**times: str) -> tuple[list[str], tuple[str, ...]]:
    """Start, connect and end (UTC, hh:mm) and the anomalies of a CDR of the night of 26.10.2025."""
    changes = {"EndDate": "", "EndTime": ""}
    for name, time in times.items():
        changes |= {f"{name}Date": "26.10.2025", f"{name}Time": f"{time}:00"}
    found = leg(line(**changes))
    record = found.record
    instants = (
        record.started_at,
        record.script_connected_at,
        record.connected_at,
        record.transferred_at,
        record.ended_at,
    )
    return [f"{instant:%H:%M}" for instant in instants if instant], found.anomalies


def test_in_the_autumn_hour_the_first_reading_that_follows_is_taken() -> None:
    assert autumn(Start="02:50", Connect="02:10", End="02:30") == (["00:50", "01:10", "01:30"], ())


def test_script_connect_and_transfer_stand_in_that_order_too() -> None:
    times = autumn(Start="02:10", ScriptConnect="02:20", Connect="02:50", Transfer="02:15", End="02:30")
    assert times == (["00:10", "00:20", "00:50", "01:15", "01:30"], ())


def test_a_start_of_which_both_readings_fit_is_flagged() -> None:
    assert autumn(Start="02:10", End="03:10") == (["00:10", "02:10"], ("ambiguous_time",))


def test_a_start_alone_in_the_autumn_hour_is_flagged() -> None:
    assert autumn(Start="02:10") == (["00:10"], ("ambiguous_time",))


def test_times_in_the_autumn_hour_of_a_leg_that_starts_before_are_not_ambiguous() -> None:
    assert autumn(Start="01:50", End="02:10") == (["23:50", "00:10"], ())


def test_where_no_reading_follows_the_later_one_is_taken() -> None:
    assert autumn(Start="03:10", End="02:50") == (["02:10", "01:50"], ("end_before_start",))


def test_later_times_follow_the_latest_before_them() -> None:
    # The connect reading that does not follow the start still does not pull the end before the start.
    assert autumn(Start="02:50", Connect="01:30", End="02:40") == (["00:50", "23:30", "01:40"], ())


@pytest.mark.parametrize(
    ("started", "delivered", "expected"),
    [("01:59", "02:00", "00:00"), ("02:50", "02:10", "01:10"), ("02:50", "02:45", "00:45")],
)
def test_delivered_takes_the_reading_nearest_to_the_start(started: str, delivered: str, expected: str) -> None:
    day = {"StartDate": "26.10.2025", "DeliveredDate": "26.10.2025", "EndDate": "", "EndTime": ""}
    found = leg(line(StartTime=f"{started}:00", DeliveredTime=f"{delivered}:00", **day))
    assert f"{found.record.delivered_at:%H:%M}" == expected


def test_delivered_says_nothing_about_the_start() -> None:
    day = {"StartDate": "26.10.2025", "DeliveredDate": "26.10.2025", "EndDate": "26.10.2025"}
    found = leg(line(StartTime="02:50:00", DeliveredTime="02:10:00", EndTime="03:10:00", **day))
    assert found.anomalies == ("ambiguous_time",)


def test_a_time_that_does_not_exist_is_read_with_the_offset_before_the_change() -> None:
    found = leg(line(StartDate="30.03.2025", StartTime="02:30:00", EndDate="30.03.2025", EndTime="03:31:00"))
    assert (found.record.started_at, found.record.ended_at) == (utc("2025-03-30T01:30:00"), utc("2025-03-30T01:31:00"))
    assert found.anomalies == ("nonexistent_time",)


def test_any_time_that_does_not_exist_is_flagged() -> None:
    found = leg(line(StartDate="30.03.2025", StartTime="01:59:00", EndDate="30.03.2025", EndTime="02:30:00"))
    assert found.anomalies == ("nonexistent_time",)


def test_other_times_on_a_day_of_change_are_plain() -> None:
    found = leg(line(StartDate="30.03.2025", StartTime="03:30:00", EndDate="30.03.2025", EndTime="23:59:59"))
    assert (found.record.started_at, found.anomalies) == (utc("2025-03-30T01:30:00"), ())


def test_zones_may_change_by_half_an_hour_and_at_midnight() -> None:
    changes = {"StartDate": "06.04.2025", "StartTime": "01:45:00", "EndDate": "", "EndTime": ""}
    assert leg(line(**changes), Dialect("Australia/Lord_Howe")).anomalies == ("ambiguous_time",)
    changes = {"StartDate": "19.10.2014", "StartTime": "00:30:00", "EndDate": "", "EndTime": ""}
    assert leg(line(**changes), Dialect("America/Sao_Paulo")).anomalies == ("nonexistent_time",)


def test_an_end_before_the_start_is_flagged() -> None:
    assert leg(line(EndTime="13:03:27")).anomalies == ("end_before_start",)


def test_a_connected_leg_without_end_is_flagged() -> None:
    changes = {"EndDate": "", "EndTime": "", "ConnectDate": "19.11.2002", "ConnectTime": "13:03:30"}
    assert leg(line(**changes), BERLIN).anomalies == ("connected_without_end",)


def test_a_leg_without_connect_and_end_is_not_flagged() -> None:
    assert leg(line(EndDate="", EndTime=""), BERLIN).anomalies == ()
