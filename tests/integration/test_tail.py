"""The program `swyx-cdr tail` on a real Kafka: nothing lost, whatever happens to files and processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.cdr import Heartbeat, Lifecycle
from tests.cdr_lines import HEADER, line, numbered
from tests.integration.program import running, swyx_cdr, wait_until
from tests.tailed import TailedSite


@pytest.fixture
def site(kafka: str, tmp_path: Path) -> TailedSite:
    return TailedSite(kafka, tmp_path)


def until_idle(site: TailedSite) -> None:
    swyx_cdr("tail", "--config", site.config, "--until-idle")


def ids(first: int, count: int) -> list[str]:
    return [str(number) for number in range(first, first + count)]


def saved_offset(site: TailedSite) -> int:
    """The confirmed offset in the checkpoint of a site with one file."""
    path = site.folder / "state" / "checkpoints" / f"{site.name}.json"
    if not path.exists():
        return 0
    (file,) = json.loads(path.read_text())["files"]
    return int(file["offset"])


def test_a_file_is_published_line_by_line_in_order(site: TailedSite) -> None:
    site.file.write_bytes(HEADER.encode() + b"\r\n" + numbered(1, 250))
    until_idle(site)
    assert site.call_ids() == ids(1, 250)
    assert max(len(message.legs) for message in site.lifecycle() if isinstance(message, Lifecycle)) == 100


def test_the_last_heartbeat_says_that_everything_is_confirmed(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 3))
    until_idle(site)
    last = site.lifecycle()[-1]
    assert isinstance(last, Heartbeat)
    assert last._replace(last_seen_at=datetime(2000, 1, 1, tzinfo=UTC), utc_offset_seconds=0) == Heartbeat(
        site=site.name,
        group_name=site.name,
        time_zone="Europe/Berlin",
        last_cdr_at=datetime(2002, 11, 19, 12, 5, 48, tzinfo=UTC),
        last_seen_at=datetime(2000, 1, 1, tzinfo=UTC),
        file="cdr.txt",
        file_offset=site.file.stat().st_size,
        bytes_behind=0,
    )


def test_a_heartbeat_names_the_file_that_changed_last(site: TailedSite) -> None:
    newer = site.folder / "cdr1.txt"
    newer.write_bytes(line(StartDate="20.11.2002", EndDate="20.11.2002").encode() + b"\n")
    os.utime(newer, ns=(0, 1_700_000_000_000_000_000))
    site.file.write_bytes(numbered(1, 3))
    until_idle(site)
    assert site.heartbeats()[-1].file == "cdr.txt"


def test_a_tail_counts_what_it_reads(site: TailedSite) -> None:
    text = f"{HEADER}\n{line()}\nrubbish\n{line(CallId='4')}\n"
    site.file.write_text(text + "torn")
    tail = site.tail()
    assert tail.run(until_idle=True)
    figures = tail.figures[site.name]
    assert (figures.lines, figures.legs, figures.rejects, figures.bytes) == (4, 2, 1, len(text))
    assert (figures.files, figures.bytes_behind, figures.torn_bytes) == (1, 0, len("torn"))
    assert figures.heartbeat_confirmed_at > 1e9


def test_a_second_run_publishes_only_what_is_new(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 10))
    until_idle(site)
    site.append(numbered(11, 5))
    until_idle(site)
    assert site.call_ids() == ids(1, 15)


def test_a_torn_line_waits_for_its_end(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 2)[:-10])
    until_idle(site)
    last = site.heartbeats()[-1]
    assert (site.call_ids(), last.bytes_behind, last.torn_bytes) == (["1"], 0, len(numbered(2, 1)) - 10)
    site.append(numbered(1, 2)[-10:])
    until_idle(site)
    assert site.call_ids() == ["1", "2"]


def test_lines_that_cannot_be_read_go_to_rejects_and_stop_nothing(site: TailedSite) -> None:
    site.file.write_bytes(b"rubbish\n" + numbered(1, 1) + line(Costs="x").encode() + b"\n" + numbered(2, 1))
    until_idle(site)
    assert site.call_ids() == ["1", "2"]
    assert sorted((reject.source_offset, reject.reason) for reject in site.rejects()) == [
        (0, "wrong_number_of_fields"),
        (8 + len(numbered(1, 1)), "bad_number"),
    ]


def test_blank_lines_at_the_end_are_read_too(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 1) + b"\r\n\r\n")
    until_idle(site)
    assert (saved_offset(site), site.heartbeats()[-1].bytes_behind) == (site.file.stat().st_size, 0)


def test_the_oldest_file_is_read_first(site: TailedSite) -> None:
    for number, (name, day) in enumerate([("cdr.txt", "21"), ("cdr1.txt", "20"), ("cdr2.txt", "19")]):
        cdr = line(CallId=str(number), StartDate=f"{day}.11.2002", EndDate=f"{day}.11.2002")
        (site.folder / name).write_text(f"{HEADER}\n{cdr}\n")
    until_idle(site)
    assert site.call_ids() == ["2", "1", "0"]


def test_all_sites_of_a_configuration_are_followed_or_only_one(site: TailedSite) -> None:
    other = f"{site.name}-b"
    (site.folder / "b").mkdir()
    (site.folder / "b" / "cdr.txt").write_bytes(numbered(1, 1))
    site.file.write_bytes(numbered(1, 1))
    with site.config.open("a") as config:
        config.write(f'[[sites]]\nname = "{other}"\ngroup = "{site.name}"\nfiles = ["b/cdr.txt"]\narea_code = "30"\n')
    swyx_cdr("tail", "--config", site.config, "--site", other, "--until-idle")
    assert {leg.site for leg in site.legs()} == {other}
    until_idle(site)
    assert {leg.site for leg in site.legs()} == {other, site.name}
    assert {leg.position.source_file for leg in site.legs()} == {"b/cdr.txt", "cdr.txt"}


def test_rename_rotation_while_down_loses_nothing_and_keeps_the_files_place(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 10))
    until_idle(site)
    site.append(numbered(11, 5))
    site.file.rename(site.folder / "cdr-2002-11.txt")
    site.file.write_bytes(line(CallId="16", StartDate="20.11.2002", EndDate="20.11.2002").encode() + b"\n")
    until_idle(site)
    assert sorted(site.call_ids(), key=int) == ids(1, 16)
    positions = {leg.record.call_id: leg.position for leg in site.legs()}
    assert positions["11"][:2] == positions["1"][:2]
    assert positions["16"] > positions["15"] > positions["1"]


def test_a_lost_checkpoint_repeats_lines_and_loses_none(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 5))
    until_idle(site)
    shutil.rmtree(site.folder / "state")
    until_idle(site)
    assert Counter(site.call_ids()) == Counter(ids(1, 5) * 2)
    assert len({leg.leg_id for leg in site.legs()}) == 5


def test_a_checkpoint_from_a_backup_repeats_lines_and_loses_none(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 5))
    until_idle(site)
    shutil.copytree(site.folder / "state", site.folder / "backup")
    site.append(numbered(6, 5))
    until_idle(site)
    shutil.rmtree(site.folder / "state")
    (site.folder / "backup").rename(site.folder / "state")
    site.append(numbered(11, 5))
    until_idle(site)
    assert Counter(site.call_ids()) == Counter([*ids(1, 15), *ids(6, 5)])


def test_a_folder_that_vanishes_is_waited_for(site: TailedSite, tmp_path: Path) -> None:
    site.config.write_text(site.config.read_text().replace("cdr*.txt", "pbx/cdr*.txt"))
    folder = tmp_path / "pbx"
    folder.mkdir()
    (folder / "cdr.txt").write_bytes(numbered(1, 2))
    with running("tail", "--config", site.config):
        wait_until(lambda: site.call_ids() == ids(1, 2), "the first lines")
        folder.rename(tmp_path / "away")
        wait_until(lambda: site.heartbeats()[-1].file == "", "a heartbeat without a file")
        with (tmp_path / "away" / "cdr.txt").open("ab") as stream:
            stream.write(numbered(3, 1))
        (tmp_path / "away").rename(folder)
        wait_until(lambda: site.call_ids() == ids(1, 3), "the lines after the folder came back")


def test_a_stopped_tail_ends_well_and_repeats_nothing(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 20_000))
    with running("tail", "--config", site.config) as process:
        wait_until(lambda: saved_offset(site), "the first checkpoint")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    until_idle(site)
    assert Counter(site.call_ids()) == Counter(ids(1, 20_000))


def test_a_supervised_tail_ends_with_its_supervisor(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 1))
    with running("tail", "--config", site.config) as process:
        wait_until(lambda: site.call_ids() == ["1"], "the first line")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_second_tail_of_the_site_is_refused(site: TailedSite) -> None:
    site.file.write_bytes(numbered(1, 1))
    with running("tail", "--config", site.config) as process:
        wait_until(lambda: saved_offset(site), "the first checkpoint")
        second = swyx_cdr("tail", "--config", site.config, check=False)
    assert second.returncode == 1
    assert f"site {site.name} is already followed by process {process.pid} " in second.stderr


def test_an_unknown_site_is_wrong_use(site: TailedSite) -> None:
    done = swyx_cdr("tail", "--config", site.config, "--site", "nowhere", check=False)
    assert done.returncode == 2
    assert done.stderr.endswith(f"--site nowhere: no such site in {site.config}; it has {site.name}\n")
