"""Legs that come days after their calls have left the worker's state, and legs that only a backfill has read."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.embedded.services import start_services
from infra.simulator.simulation import Simulation
from tests.conftest import ClickHouseServer
from tests.integration.program import contents, differences, running, swyx_cdr, wait_until, warehouse_of

LEGS = 1_500
DAYS = 20
ARCHIVED, LATE = (0.0, 0.3), (0.4, 0.5)
LATE_LEGS = "SELECT count() FROM legs WHERE source_file LIKE '%/cdr-late.txt'"
Contents = dict[str, list[tuple[object, ...]]]


class Story(NamedTuple):
    """What the warehouse held in the end, what the last worker restored of its state, and how `verify` ended."""

    rows: Contents
    restored: int
    verified: str


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty days of three linked sites; of each site the first 30 % and another tenth lie in files of their own."""
    folder = tmp_path_factory.mktemp("late") / "sites"
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    simulation = Simulation(folder, start=start, rate=LEGS / DAYS / 86_400, legs=LEGS)
    simulation.write_until(float("inf"))
    simulation.finish()
    for file in folder.glob("*/cdr.txt"):
        header, *lines = file.read_bytes().splitlines(keepends=True)
        for name, (first, last) in {"cdr-archived.txt": ARCHIVED, "cdr-late.txt": LATE}.items():
            part = lines[int(first * len(lines)) : int(last * len(lines))]
            file.with_name(name).write_bytes(header + b"".join(part))
        live = lines[int(0.3 * len(lines)) : int(0.4 * len(lines))] + lines[int(0.5 * len(lines)) :]
        file.write_bytes(header + b"".join(live))
    config = folder / "swyx-cdr.toml"
    text = config.read_text().replace('state_directory = "state"', 'state_directory = "state"\nlate_days = 1')
    config.write_text(text)
    return folder


@pytest.fixture
def expected(parts: Path, clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch) -> Contents:
    """What one backfill makes of all files."""
    with monkeypatch.context() as context:
        client = clickhouse.used_by(context)
        swyx_cdr("backfill", "--config", parts / "swyx-cdr.toml")
    return contents(client)


@pytest.fixture(scope="module")
def story(parts: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The archive by backfill, then the live files by the stream; ten days later late files, and the archive again.

    The worker is killed while it joins the late ones.
    """
    folder = tmp_path_factory.mktemp("story") / "sites"
    shutil.copytree(parts, folder)
    config, state = folder / "swyx-cdr.toml", folder / "state"
    apart = [(file, file.with_suffix(".later")) for file in folder.glob("*/cdr-*.txt")]
    with start_services(state):
        for site in sorted({file.parent.name for file, _ in apart}):
            swyx_cdr("backfill", "--config", config, "--site", site, folder / site / "cdr-archived.txt")
        for file, aside in apart:
            file.rename(aside)
        swyx_cdr("run", "--config", config, "--until-idle")
        client = warehouse_of(state)
        for file, aside in apart:
            aside.rename(file)
        with (
            running("tail", "--config", config),
            running("sink", "--config", config),
            running("worker", "--config", config) as worker,
        ):
            wait_until(lambda: client.execute(LATE_LEGS) != [(0,)], "some late legs in the warehouse")
            worker.kill()
        last = swyx_cdr("run", "--config", config, "--until-idle")
        restored = re.findall(r"state restored.*legs=(\d+)", last.stderr)
        verified = swyx_cdr("verify", "--config", config, check=False)
        return Story(contents(client), max(map(int, restored)), verified.stdout.splitlines()[-1])


def test_late_and_archived_legs_are_joined_as_if_they_had_come_in_time(story: Story, expected: Contents) -> None:
    assert differences(story.rows, expected) == []
    assert story.restored < LEGS // 4


def test_all_of_it_follows_from_the_stored_legs(story: Story) -> None:
    assert story.verified == "no differences"
