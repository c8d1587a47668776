"""In which order a site's tail publishes (docs/architecture.md)."""

from __future__ import annotations

from pathlib import Path

from connectors.cdr_file.tail_site import MAX_LEGS, MESSAGES_AT_ONCE
from tests.cdr_lines import line
from tests.mirrored import MirroredSite

LEGS = (MESSAGES_AT_ONCE + 2) * MAX_LEGS


def site_with_a_block(folder: Path) -> MirroredSite:
    """A site whose file has one block of legs."""
    site = MirroredSite(folder)
    site.append("".join(line(CallId=str(number)) + "\r\n" for number in range(LEGS)).encode())
    site.tail.is_idle(look_again=True)
    return site


def test_a_site_publishes_some_messages_at_a_time(tmp_path: Path) -> None:
    site = site_with_a_block(tmp_path)

    assert site.tail.step()
    assert len(site.published) == MESSAGES_AT_ONCE * MAX_LEGS
    assert not site.tail.is_idle()


def test_a_heartbeat_follows_every_leg_that_was_read(tmp_path: Path) -> None:
    site = site_with_a_block(tmp_path)
    site.tail.step()

    site.tail.beat(final=True)

    assert len(site.published) == LEGS


def test_every_leg_of_a_block_is_published_once(tmp_path: Path) -> None:
    site = site_with_a_block(tmp_path)

    site.read()

    assert [leg.record.call_id for leg in site.published] == [str(number) for number in range(LEGS)]
