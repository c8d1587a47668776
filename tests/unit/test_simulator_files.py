"""What the simulator writes: the same bytes for a seed, in the dialect of each generation, as a SwyxServer does."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import pytest

from infra.simulator.places import PLACES
from infra.simulator.simulation import OccupiedError, Simulation, write_at_once
from pipeline.cli.settings import load_settings
from tests.unit.simulated import START, all_cdrs, cdrs, instant, leg_id, local, texts, truth

REFERENCES = ("TransferredCallId1", "TransferredCallId2", "TransferredToCallId")


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def five_sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("five") / "simulated"
    write_at_once(directory, start=START, legs=3000, sites=5)
    return directory


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_at_once(tmp_path / name, start=START, legs=500, seed=7, faults=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_writes_other_calls(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_at_once(tmp_path / str(seed), start=START, legs=50, seed=seed)
    assert texts(tmp_path / "1", "dortmund") != texts(tmp_path / "2", "dortmund")


@pytest.mark.parametrize("faults", [False, True])
def test_live_files_do_not_depend_on_how_often_they_are_written(tmp_path: Path, faults: bool) -> None:
    for name, polls in (("once", [60.0]), ("often", [step / 10 for step in range(601)])):
        simulation = Simulation(tmp_path / name, start=START, rate=10, faults=faults)
        for elapsed in polls:
            simulation.write_until(elapsed)
        simulation.finish()
    assert contents(tmp_path / "once") == contents(tmp_path / "often")


@pytest.mark.parametrize("sites", [1, 2, 3, 4, 5])
def test_whole_calls_fill_the_number_of_legs_exactly(tmp_path: Path, sites: int) -> None:
    write_at_once(tmp_path, start=START, legs=101, sites=sites)
    assert len(all_cdrs(tmp_path)) == truth(tmp_path)["legs"]["all"] == 101


def test_every_line_has_34_fields(five_sites: Path) -> None:
    lengths = {
        len(fields) for site in PLACES for fields in csv.reader(texts(five_sites, site.name)) if fields != ["4.10"]
    }
    assert lengths == {34}


def test_an_old_file_begins_with_version_and_header(five_sites: Path) -> None:
    version, header, first = texts(five_sites, "dortmund")[:3]
    assert version == "4.10"
    assert header.startswith('"CallId","OriginationNumber",')
    assert first.startswith('"')
    assert first.endswith('"')


def test_a_new_file_begins_with_its_header(five_sites: Path) -> None:
    header, first = texts(five_sites, "berlin")[:2]
    assert header.startswith('"CallID","OriginationNumber",')
    assert first.partition(",")[0].isdecimal()


def test_names_need_the_encoding_of_the_generation(five_sites: Path) -> None:
    assert "ü".encode("windows-1252") in (five_sites / "dortmund" / "cdr.txt").read_bytes()
    assert "ü".encode() in (five_sites / "zuerich" / "cdr.txt").read_bytes()


def test_costs_have_the_decimal_sign_of_the_site(five_sites: Path) -> None:
    signs = {site: {sign for cdr in cdrs(five_sites, site) for sign in ",." if sign in cdr["Costs"]} for site in
             ("dortmund", "berlin", "zuerich", "wien")}  # fmt: skip
    assert signs == {"dortmund": {","}, "berlin": {"."}, "zuerich": {"."}, "wien": {","}}


def test_call_ids_are_small_and_never_repeated_at_a_site(five_sites: Path) -> None:
    for site in PLACES:
        call_ids = [int(cdr["CallId"]) for cdr in cdrs(five_sites, site.name)]
        assert len(set(call_ids)) == len(call_ids)
        assert max(call_ids) <= 3 * len(call_ids) + 9


def test_transfers_refer_to_legs_of_the_same_site(five_sites: Path) -> None:
    for site in PLACES:
        own = {cdr["CallId"]: cdr for cdr in cdrs(five_sites, site.name)}
        for cdr in own.values():
            for reference in (cdr[column] for column in REFERENCES if cdr[column]):
                assert reference in own, leg_id(site.name, cdr)
                assert reference != cdr["CallId"]


def test_lines_are_written_as_calls_end(five_sites: Path) -> None:
    for site in PLACES:
        ends = [local(cdr, "End") for cdr in cdrs(five_sites, site.name)]
        assert all(one <= other for one, other in pairwise(ends))


def test_live_calls_end_when_they_are_written(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, start=START, rate=20)
    simulation.write_until(29)
    seen = len(cdrs(tmp_path, "dortmund"))
    simulation.write_until(30)
    new = [instant("dortmund", cdr, "End") - START.timestamp() for cdr in cdrs(tmp_path, "dortmund")[seen:]]
    assert new
    assert all(28 < end <= 30 for end in new)


def test_a_rate_is_kept_on_average(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, start=START, rate=20)
    assert simulation.write_until(300) == pytest.approx(6000, rel=0.1)


def test_faults_repeat_a_header_break_a_line_and_rotate(tmp_path: Path) -> None:
    write_at_once(tmp_path, start=START, legs=300, faults=True)
    lines = texts(tmp_path, "berlin")
    assert sum("StartTime" in line for line in lines) >= 3
    assert sum(len(fields) < 34 for fields in csv.reader(lines)) == truth(tmp_path)["rejects"]["berlin"] == 1
    assert b"StartTime" in (tmp_path / "berlin" / "cdr1.txt").read_bytes().splitlines()[0]


def test_a_torn_line_is_completed_by_the_next_write(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, start=START, rate=5, sites=1, faults=True)
    file = tmp_path / "dortmund" / "cdr.txt"
    elapsed = 0.0
    while file.read_bytes().endswith(b"\r\n"):
        elapsed += 0.1
        simulation.write_until(elapsed)
    torn = file.read_bytes()
    simulation.write_until(elapsed)
    assert file.read_bytes().startswith(torn)
    assert file.read_bytes().endswith(b"\r\n")


def test_a_file_that_another_program_cleared_begins_anew(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, start=START, rate=5, sites=1)
    simulation.write_until(10)
    (tmp_path / "dortmund" / "cdr.txt").unlink()
    simulation.write_until(20)
    assert texts(tmp_path, "dortmund")[0] == "4.10"


def test_an_occupied_directory_is_refused(tmp_path: Path) -> None:
    write_at_once(tmp_path, start=START, legs=1)
    with pytest.raises(OccupiedError, match=r"swyx-cdr\.toml exists already"):
        write_at_once(tmp_path, start=START, legs=1)


@pytest.mark.parametrize("sites", [1, 3, 5])
def test_the_configuration_is_valid(tmp_path: Path, sites: int) -> None:
    simulation = Simulation(tmp_path, start=START, sites=sites)
    settings = load_settings(simulation.configuration_file, {})
    assert [site.name for site in settings.sites] == truth(tmp_path)["sites"]
    assert len(settings.links) == sites - 1


def test_calls_without_end_of_time_are_written_until_the_legs_are_used_up(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, start=START, legs=20)
    assert simulation.write_until(math.inf) == 20
