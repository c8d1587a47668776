"""The guesses of `inspect` against sites whose truth is known: the simulator's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.cdr_file.survey.survey import Survey, survey_file
from infra.simulator.places import PLACES
from infra.simulator.simulation import write_at_once
from infra.simulator.world import Site
from pipeline.cli.inspect_block import site_block
from pipeline.cli.settings import Settings, SiteSettings, load_settings
from tests.surveys import NOW
from tests.unit.simulated import START, cdrs

NAMES = [place.name for place in PLACES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("inspected") / "sites"
    write_at_once(directory, start=START, legs=3000, sites=len(PLACES), faults=True)
    return directory


@pytest.fixture(scope="module")
def truth(folder: Path) -> Settings:
    return load_settings(folder / "swyx-cdr.toml", {})


@pytest.fixture(scope="module", params=PLACES, ids=NAMES)
def place(request: pytest.FixtureRequest) -> Site:
    found: Site = request.param
    return found


@pytest.fixture(scope="module")
def file(folder: Path, place: Site) -> Path:
    """The file that rotation began: nearly all of the site's CDRs."""
    return folder / place.name / "cdr1.txt"


@pytest.fixture(scope="module")
def survey(file: Path) -> Survey:
    return survey_file(file, NOW.replace(year=2030), lambda _: None)


@pytest.fixture
def guessed(file: Path, survey: Survey, tmp_path: Path) -> SiteSettings:
    """The printed block as the program reads it."""
    configuration = tmp_path / "swyx-cdr.toml"
    configuration.write_text(site_block(file, survey), "utf-8")
    (site,) = load_settings(configuration, {}).sites
    return site


def test_the_block_has_the_dialect_and_the_number_plan_of_the_site(
    place: Site, guessed: SiteSettings, truth: Settings
) -> None:
    site = next(site for site in truth.sites if site.name == place.name)
    keys = {
        "name",
        "encoding",
        "date_order",
        "cost_scale",
        "cost_decimal",
        "currency",
        "public_access_prefix",
        "extension_digits",
        "international_prefix",
        "long_distance_prefix",
        "short_numbers",
    }
    assert guessed.model_dump(include=keys) == site.model_dump(include=keys)
    assert [pattern.absolute for pattern in guessed.files] == [pattern.absolute for pattern in site.files]


def test_own_numbers_are_found_where_the_site_writes_them(place: Site, survey: Survey) -> None:
    written = [] if place.generation.numbers_as_dialled else [place.number_range]
    assert [found.prefix for found in survey.number_ranges] == written


def test_what_own_numbers_tell_of_the_place_is_true(place: Site, guessed: SiteSettings, survey: Survey) -> None:
    if survey.number_ranges:
        assert guessed.country_code == place.country_code
        assert guessed.area_code == place.area_code
        assert guessed.time_zone == place.time_zone.key


def test_links_and_trunks_are_told_apart(place: Site, survey: Survey, truth: Settings) -> None:
    links = {link.devices[place.name] for link in truth.links if place.name in link.devices}
    assert {device.name for device in survey.devices if device.is_link} == links
    assert {device.name for device in survey.devices if not device.is_link} == set(place.trunks)


def test_links_are_found_by_their_calls_alone(survey: Survey) -> None:
    links = [device for device in survey.devices if device.is_link]
    assert [
        device.name for device in links if "calls to it are to numbers of at most 4 digits" not in device.evidence
    ] == []
    assert [device.name for device in links if "come from numbers +" not in device.evidence] == []


def test_the_decimal_mark_is_told(place: Site, survey: Survey) -> None:
    mark = {",": "comma", ".": "point"}[place.cost_decimal]
    assert survey.cost_decimal.evidence.startswith(f"decimal {mark} in ")
    assert survey.cost_scale.sure


def test_no_leg_is_missed_and_headers_are_no_rejects(folder: Path, place: Site, survey: Survey) -> None:
    before = folder / place.name / "cdr.txt"
    first = survey_file(before, NOW.replace(year=2030), lambda _: None).legs
    assert first.legs + survey.legs.legs == len(cdrs(folder, place.name))
    assert (len(survey.legs.rejects), list(first.rejects)) == (0, ["wrong_number_of_fields"])
    assert survey.form.headers.count > 1
