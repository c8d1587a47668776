"""What must hold between sites: names, links, groups and files (contract 1, 3 and 6)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.cli.settings import ConfigurationError, group_of
from pipeline.cli.settings_files import matched_files, require_folders, require_tables
from tests.unit.configurations import EXAMPLE, complete, link, load, problems, site


def groups(folder: Path, text: str) -> dict[str, str]:
    return group_of(load(folder, text))


def test_a_site_alone_is_its_own_group(tmp_path: Path) -> None:
    assert groups(tmp_path, site("b") + site("a")) == {"a": "a", "b": "b"}


def test_linked_sites_form_a_group_of_the_first_ones_name(tmp_path: Path) -> None:
    text = "".join(map(site, "dbcae")) + link("d", "b") + link("c", "b")
    assert groups(tmp_path, text) == {"a": "a", "b": "b", "c": "b", "d": "b", "e": "e"}


def test_links_in_a_ring_form_one_group(tmp_path: Path) -> None:
    text = "".join(map(site, "abc")) + link("a", "b") + link("b", "c") + link("c", "a")
    assert set(groups(tmp_path, text).values()) == {"a"}


def test_a_group_name_of_one_site_holds_for_all_that_are_linked(tmp_path: Path) -> None:
    text = site("a") + site("b", 'group = "acme"') + link("a", "b")
    assert groups(tmp_path, text) == {"a": "acme", "b": "acme"}


def test_linked_sites_with_different_group_names_are_an_error(tmp_path: Path) -> None:
    text = site("a", 'group = "x"') + site("b") + site("c", 'group = "y"') + link("a", "b") + link("b", "c")
    (problem,) = problems(tmp_path, text)
    assert problem.startswith('sites.c.group: found "y"; expected "x" as at a, which links connect with it')


def test_two_sites_of_one_name_are_an_error(tmp_path: Path) -> None:
    text = site("a") + site("a", 'files = ["other.txt"]')
    (problem,) = problems(tmp_path, text)
    assert problem.startswith("sites.a.name: found 2 sites of this name; expected one")


def test_two_tariffs_of_one_name_are_an_error(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, EXAMPLE + '[[tariffs]]\nname = "telekom"\nrates = "x.csv"')
    assert problem.startswith("tariffs.telekom.name: found 2 tariffs of this name")


@pytest.mark.parametrize(
    ("sites", "found"),
    [
        ('["a", "x"]', 'found "x"; expected the name of a site'),
        ('["a", "a"]', 'found ["a", "a"]; expected two different sites'),
        ('["a"]', 'found ["a"]; expected two different sites'),
        ('["a", "b", "c"]', 'found ["a", "b", "c"]; expected two different sites'),
    ],
)
def test_a_link_joins_two_different_known_sites(sites: str, found: str, tmp_path: Path) -> None:
    text = "".join(map(site, "abc")) + link("a", "b", f"sites = {sites}")
    assert any(found in problem for problem in problems(tmp_path, text))


def test_a_link_has_a_device_for_each_of_its_sites(tmp_path: Path) -> None:
    text = "".join(map(site, "abc")) + link("a", "b", 'devices = { a = "to b", c = "to a" }')
    (problem,) = problems(tmp_path, text)
    assert problem.startswith('links.a-b.devices: found devices of ["a", "c"]; expected one of each of ["a", "b"]')


def test_two_links_of_a_site_have_different_devices_whatever_case_and_blanks(tmp_path: Path) -> None:
    devices = 'devices = { a = " TO B ", c = "to a" }'
    (problem,) = problems(tmp_path, "".join(map(site, "abc")) + link("a", "b") + link("a", "c", devices))
    assert problem.startswith('links.a-c.devices: found " TO B " at a, which is also the device of a-b')


def test_two_links_may_join_the_same_sites_by_different_devices(tmp_path: Path) -> None:
    text = site("a") + site("b") + link("a", "b") + link("a", "b", 'devices = { a = "second", b = "other" }')
    assert len(load(tmp_path, text).links) == 2


def test_the_name_of_scripts_is_no_device_of_a_link(tmp_path: Path) -> None:
    devices = 'devices = { a = "(Call Routing)", b = "to a" }'
    (problem,) = problems(tmp_path, site("a") + site("b") + link("a", "b", devices))
    assert problem.startswith('links.a-b.devices: found "(Call Routing)" at a; expected a link\'s device')


def test_a_mistake_in_a_site_does_not_make_its_links_wrong(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, site("a", "cost_scale = 2") + site("b") + link("a", "b"))
    assert problem.startswith("sites.a.cost_scale")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cdr.txt", "cdr.txt"),
        ("pbx/../cdr.txt", "cdr.txt"),
        ("*.txt", "cdr*"),
        ("pbx?/cdr*.txt", "pbx[0-9]/cdr_2024.txt"),
    ],
)
def test_globs_of_two_sites_must_not_fit_the_same_file(one: str, other: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, site("a", f'files = ["{one}"]') + site("b", f'files = ["{other}"]'))
    assert problem.startswith(f'sites.b.files: found "{other}"; expected no file that "{one}" of site a can match')


def test_globs_of_one_site_may_overlap(tmp_path: Path) -> None:
    assert load(tmp_path, site("a", 'files = ["cdr*.txt", "*.txt"]')).sites


def test_a_configuration_loads_where_its_files_are_not(tmp_path: Path) -> None:
    assert load(tmp_path, EXAMPLE).sites


def test_a_complete_installation_lacks_nothing(tmp_path: Path) -> None:
    complete(tmp_path)
    settings = load(tmp_path, EXAMPLE)
    require_folders(settings, settings.sites)
    require_tables(settings)


def test_a_missing_folder_of_a_followed_site_is_named(tmp_path: Path) -> None:
    complete(tmp_path)
    (tmp_path / "berlin").rmdir()
    settings = load(tmp_path, EXAMPLE)
    require_folders(settings, settings.sites[:1])
    with pytest.raises(ConfigurationError, match=r"sites\.berlin\.files: .*expected the folder .*/berlin to exist"):
        require_folders(settings, settings.sites)


def test_a_folder_behind_a_wildcard_may_come_later(tmp_path: Path) -> None:
    settings = load(tmp_path, site("a", 'files = ["*/today/cdr.txt"]'))
    require_folders(settings, settings.sites)


def test_a_file_that_two_sites_reach_by_a_link_is_named(tmp_path: Path) -> None:
    complete(tmp_path)
    os.symlink(tmp_path / "dortmund" / "cdr.txt", tmp_path / "berlin" / "cdr.txt")
    settings = load(tmp_path, EXAMPLE)
    with pytest.raises(ConfigurationError, match=r"sites\.berlin\.files: .*also a file of site dortmund"):
        require_folders(settings, settings.sites)


def test_no_site_is_nothing_to_follow(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    with pytest.raises(ConfigurationError, match="sites: found none; expected at least one"):
        require_folders(settings, settings.sites)


def test_a_file_that_two_globs_of_a_site_match_comes_once(tmp_path: Path) -> None:
    complete(tmp_path)
    (dortmund,) = load(tmp_path, site("dortmund", 'files = ["dortmund/cdr*.txt", "dortmund/*.txt"]')).sites
    assert matched_files(dortmund) == [tmp_path / "dortmund" / "cdr.txt"]


@pytest.mark.parametrize("missing", ["tariffs/telekom.csv", "users/dortmund.csv"])
def test_a_missing_table_is_named(missing: str, tmp_path: Path) -> None:
    complete(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ConfigurationError, match=rf"{missing}: found no file that can be read"):
        require_tables(load(tmp_path, EXAMPLE))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ('files = ["pbx/cdr*.txt"]', 'mirror = "pbx"', 'in which "pbx/cdr*.txt" of site a matches no file'),
        ('files = ["x/*/cdr*"]', 'mirror = "x/y"', 'in which "x/*/cdr*" of site a matches no file'),
        ('mirror = "mirror"', 'mirror = "./mirror"', "which is also that of a; expected a folder of its own"),
    ],
)
def test_a_mirror_is_followed_by_nobody_and_has_a_folder_of_its_own(
    one: str, other: str, found: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, site("a", one) + site("b", other))
    assert problem.startswith("sites.b.mirror: found ")
    assert found in problem


def test_a_mirror_may_stand_beside_the_files_where_no_glob_matches_it(tmp_path: Path) -> None:
    (a,) = load(tmp_path, site("a", 'files = ["cdr.txt", "cdr[!-]*.txt"]', 'mirror = "."')).sites
    assert (a.mirror, a.mirror_days) == (tmp_path, 180)
