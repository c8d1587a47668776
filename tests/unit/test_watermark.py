"""Up to when the CDRs of a group are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from pipeline.domain.watermark import Watermark
from schemas.cdr import Heartbeat

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def beat(site: str, newest: int | None, behind: int = 0) -> Heartbeat:
    """A heartbeat of a site whose newest CDR ended so many hours after noon."""
    last = None if newest is None else hour(newest)
    return Heartbeat(site, "west", "Europe/Berlin", last, hour(100), "cdr.txt", 1000, behind)


def watermark(*beats: Heartbeat) -> datetime | None:
    mark = Watermark(["berlin", "dortmund", "zurich"])
    for one in beats:
        mark.hear(one)
    return mark.at


def test_a_site_that_has_not_been_heard_of_leaves_it_open() -> None:
    assert watermark(beat("berlin", 1), beat("dortmund", 2)) is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_it_is_the_least_of_the_sites_that_are_behind(order: tuple[int, ...]) -> None:
    beats = [beat("berlin", 1, behind=1), beat("dortmund", 2, behind=1), beat("zurich", 0)]
    assert watermark(*(beats[place] for place in order)) == hour(1)


def test_sites_at_the_end_of_their_files_do_not_hold_it_back() -> None:
    assert watermark(beat("berlin", 1), beat("dortmund", 5), beat("zurich", 3)) == hour(5)


def test_a_site_without_any_cdr_at_the_end_of_its_files_does_not_either() -> None:
    assert watermark(beat("berlin", 1), beat("dortmund", 5, behind=1), beat("zurich", None)) == hour(5)


def test_a_site_that_is_behind_and_has_read_no_cdr_leaves_it_open() -> None:
    assert watermark(beat("berlin", 1), beat("dortmund", 5), beat("zurich", None, behind=1)) is None


def test_without_any_cdr_there_is_none() -> None:
    assert watermark(beat("berlin", None), beat("dortmund", None), beat("zurich", None)) is None


def test_it_never_moves_back() -> None:
    at_end = [beat("berlin", 1), beat("dortmund", 5), beat("zurich", 3)]
    assert watermark(*at_end, beat("berlin", 1, behind=1), beat("zurich", 2)) == hour(5)
