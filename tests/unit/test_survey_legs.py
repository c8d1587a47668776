"""What `inspect` finds in CDRs: time range, money, transfers, and what is suspicious."""

from __future__ import annotations

from pathlib import Path

from tests.cdr_lines import HEADER, line
from tests.surveys import cdrs, surveyed

LATER = {"StartTime": "14:00:00", "EndTime": "14:00:30"}


def test_the_time_range_is_from_the_first_start_to_the_last_end(tmp_path: Path) -> None:
    legs = surveyed(tmp_path, cdrs(LATER, {})).legs
    assert str(legs.first_start) == "2002-11-19 13:03:28+00:00"
    assert str(legs.last_end) == "2002-11-19 14:00:30+00:00"


def test_a_night_in_which_clocks_change_anywhere_is_no_anomaly(tmp_path: Path) -> None:
    day = dict.fromkeys(("StartDate", "EndDate"), "26.10.2025")
    assert surveyed(tmp_path, cdrs({**day, "StartTime": "02:30:00", "EndTime": "02:31:00"})).legs.anomalies == {}


def test_states_connects_and_transfers_are_counted(tmp_path: Path) -> None:
    connected = {"ConnectDate": "19.11.2002", "ConnectTime": "13:03:30"}
    legs = surveyed(tmp_path, cdrs(connected, {"State": "Alerting"}, {"TransferredCallId2": "1", **LATER})).legs
    assert (legs.legs, legs.connected, legs.results) == (3, 1, 1)
    assert legs.outcomes.counts == {("Connected", "CallDisconnected"): 2, ("Alerting", "CallDisconnected"): 1}


def test_costs_are_counted_by_their_source(tmp_path: Path) -> None:
    legs = surveyed(tmp_path, cdrs({"Costs": "1,2", "AOC": "1"}, {"Costs": "0"}, {})).legs
    assert (legs.advised, legs.computed) == (1, 1)


def test_only_connected_calls_that_cost_and_last_are_a_sample_of_prices(tmp_path: Path) -> None:
    connected = {"ConnectDate": "19.11.2002", "ConnectTime": "13:03:48", "Costs": "1,2"}
    short = {**connected, "EndTime": "13:03:57"}
    (call,) = surveyed(tmp_path, cdrs(connected, short, {**connected, "Costs": "0"}, {"Costs": "5"})).legs.charged
    assert (str(call.costs), call.seconds) == ("1.2", 120)


def test_the_currency_is_that_of_the_trunks(tmp_path: Path) -> None:
    link = {"DestinationDevice": "SwyxLink A", "Costs": "1,20", "Currency": "EUR"}
    trunk = {"DestinationDevice": "SwyxGate", "CalledNumber": "06543210", "Costs": "1,20", "Currency": "CHF"}
    guess = surveyed(tmp_path, cdrs(link, link, trunk)).currency
    assert guess == ("CHF", "CHF beside the Costs of 1 calls to trunks", True)


def test_rejects_are_told_by_reason_with_their_first_lines(tmp_path: Path) -> None:
    bad = "x,y\r\n" * 7
    rejects = surveyed(tmp_path, cdrs({}) + bad + cdrs({"StartDate": "19.13.2002"})).legs.rejects
    assert set(rejects) == {"wrong_number_of_fields", "bad_time"}
    assert (rejects["wrong_number_of_fields"].spots.count, rejects["bad_time"].spots.lines) == (7, [11])
    assert rejects["wrong_number_of_fields"].spots.lines == [3, 4, 5, 6, 7]
    assert rejects["bad_time"].example.startswith("StartDate: expected a date")


def test_anomalies_are_told_by_their_lines(tmp_path: Path) -> None:
    odd = cdrs({"EndTime": "13:03:00"}, {"State": "Sleeping"}, {"CalledNumber": "+4923147XXX"})
    survey = surveyed(tmp_path, odd)
    found = {name: spots.lines for name, spots in survey.legs.anomalies.items()}
    assert found == {"end_before_start": [2], "unknown_state": [3], "masked_number": [4]}
    assert survey.legs.numbers.masks.counts == {"…XXX": 1}


def test_a_repeated_line_is_told_from_other_fields_under_its_name(tmp_path: Path) -> None:
    other = line(CallId="3", CalledNumber="457")
    legs = surveyed(tmp_path, f"{HEADER}\n{line()}\n{line(CallId='4')}\n{line()}\n{other}\n").legs
    assert (legs.repeated.lines, legs.conflicting.lines) == ([4], [5])


def test_a_start_in_the_future_is_told_once_no_zone_explains_it(tmp_path: Path) -> None:
    def at(day: str) -> dict[str, str]:
        return {"StartDate": day, "EndDate": day}

    assert surveyed(tmp_path, cdrs(at("02.03.2026"), at("13.03.2026"))).legs.future.lines == [3]


def test_a_step_back_in_time_is_told_unless_autumn_explains_it(tmp_path: Path) -> None:
    hour_before = {"StartTime": "12:30:00", "EndTime": "12:35:00"}
    day_before = dict.fromkeys(("StartDate", "EndDate"), "18.11.2002")
    assert surveyed(tmp_path, cdrs({}, hour_before, day_before)).legs.jumps_back.lines == [4]


def test_dates_are_read_in_the_order_that_was_guessed(tmp_path: Path) -> None:
    american = dict.fromkeys(("StartDate", "EndDate"), "11/19/2002")
    survey = surveyed(tmp_path, cdrs(american))
    assert survey.date_order.value == "mdy"
    assert str(survey.legs.first_start) == "2002-11-19 13:03:28+00:00"
