"""Privacy keys on the way into Kafka: what is not to be recorded is read and leaves the machine in no form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.domain.privacy import Guard, SitePrivacy
from tests.builders import rules
from tests.cdr_lines import line
from tests.mirrored import MirroredSite


@pytest.fixture
def site(tmp_path: Path) -> MirroredSite:
    """A site that records no call of extension 222."""
    site = MirroredSite(tmp_path)
    guard = Guard(rules(), "dortmund", SitePrivacy(never_recorded=("222",)))
    site.tail.site = replace(site.tail.site, guard=guard)
    return site


def append(site: MirroredSite, *called: str) -> None:
    lines = (line(CallId=str(number), CalledNumber=text) + "\r\n" for number, text in enumerate(called, 1))
    site.append("".join(lines).encode())
    site.read()


def test_a_leg_that_is_never_recorded_is_not_published(site: MirroredSite) -> None:
    append(site, "222", "456", "222")

    assert [leg.record.call_id for leg in site.published] == ["2"]


def test_its_bytes_count_as_read(site: MirroredSite) -> None:
    append(site, "222", "222")

    (state,) = site.tail.states()
    assert state.footprint.offset == (site.source / "cdr.txt").stat().st_size


def test_what_is_left_out_is_counted(site: MirroredSite) -> None:
    append(site, "222", "456", "222")

    assert (site.tail.figures.legs, site.tail.figures.never_recorded) == (1, 2)
