"""The mirror behind the program `swyx-cdr tail` on a real Kafka (contract 3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cdr_lines import HEADER, numbered
from tests.integration.program import running, swyx_cdr, wait_until
from tests.tailed import TailedSite


@pytest.fixture
def site(kafka: str, tmp_path: Path) -> TailedSite:
    """A site with a mirror in the folder `mirror`."""
    site = TailedSite(kafka, tmp_path)
    with site.config.open("a") as config:
        config.write('mirror = "mirror"\n')
    return site


def mirrored(site: TailedSite) -> bytes:
    return b"".join(file.read_bytes() for file in sorted((site.folder / "mirror").glob("cdr-*.txt")))


def test_the_mirror_of_a_killed_tail_has_every_byte_once(site: TailedSite) -> None:
    data = f"{HEADER}\r\n".encode() + numbered(1, 8_000)
    site.file.write_bytes(data)
    with running("tail", "--config", site.config) as process:
        wait_until(lambda: len(mirrored(site)) > len(data) // 4, "a part of the mirror")
        process.kill()

    swyx_cdr("tail", "--config", site.config, "--until-idle")

    assert mirrored(site) == data
    assert len({*site.call_ids()}) == 8_000
