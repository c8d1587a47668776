"""In which order the sites of a tail publish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.cdr_file.tail_site import MAX_LEGS, MESSAGES_AT_ONCE
from connectors.cdr_file.turns import ALL_SITES_EVERY, Turns
from tests.cdr_lines import line
from tests.mirrored import MirroredSite

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
TURN = MESSAGES_AT_ONCE * MAX_LEGS  # legs


@pytest.fixture
def large(tmp_path: Path) -> MirroredSite:
    """A site with a call a second."""
    return site(tmp_path / "large", 20 * TURN, timedelta(seconds=1))


def site(folder: Path, legs: int, apart: timedelta) -> MirroredSite:
    """A site whose file has so many calls, one after the other."""
    folder.mkdir()
    made = MirroredSite(folder)
    made.append("".join(call(number, BEGIN + number * apart) for number in range(legs)).encode())
    made.tail.is_idle(look_again=True)
    return made


def call(number: int, at: datetime) -> str:
    day, time = f"{at:%d.%m.%Y}", f"{at:%H:%M:%S}"
    return line(CallId=str(number), StartDate=day, StartTime=time, EndDate=day, EndTime=time) + "\r\n"


def told_to(site: MirroredSite) -> datetime:
    return max(leg.record.started_at for leg in site.published)


def test_sites_of_unlike_size_catch_up_abreast(large: MirroredSite, tmp_path: Path) -> None:
    small = site(tmp_path / "small", 4 * TURN, timedelta(seconds=5))
    turns = Turns([small.tail, large.tail])
    turns.step()
    turns.step()

    for _ in range(18):
        turns.step()
        # A turn of the small site lasts five times as long, a turn of everybody may come on top of it.
        assert abs(told_to(small) - told_to(large)) <= timedelta(seconds=2 * 5 * TURN)


def test_a_site_with_much_to_catch_up_with_does_not_hold_up_the_others(large: MirroredSite, tmp_path: Path) -> None:
    live = site(tmp_path / "live", 1, timedelta(0))
    turns = Turns([large.tail, live.tail])
    turns.step()
    turns.step()
    later = BEGIN + timedelta(days=30)
    live.append("".join(call(number, later) for number in range(2 * TURN)).encode())
    live.tail.is_idle(look_again=True)

    for _ in range(ALL_SITES_EVERY):
        turns.step()

    assert len(live.published) == 1 + 2 * TURN


def test_sites_with_little_to_tell_publish_in_one_turn(tmp_path: Path) -> None:
    sites = [site(tmp_path / name, 1, timedelta(0)) for name in ("a", "b", "c")]

    assert Turns([each.tail for each in sites]).step() == [each.tail for each in sites]


def test_a_site_that_has_nothing_to_tell_leaves_its_turn_to_the_next(large: MirroredSite, tmp_path: Path) -> None:
    silent = site(tmp_path / "silent", 0, timedelta(0))

    assert Turns([silent.tail, large.tail]).step() == [large.tail]
    assert len(large.published) == TURN
