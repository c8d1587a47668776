"""Guards over the files of the project: size, words, commands and versions that must agree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import typer

from pipeline.cli.main import app

ROOT = Path(__file__).parents[2]
PACKAGES = ("connectors", "infra", "pipeline", "schemas", "tests")
FOLDERS = (*PACKAGES, ".ci", "bench", "docs", "scripts")
LONGEST_MODULE = 300
# Written with a class each, so that this file does not hold what it forbids.
FORBIDDEN = re.compile(
    r"/w[o]rk/|/r[o]ot/|/t[m]p/plan|before[-]stop|index[-]url|find[-]links"
    r"|https?://[^\s\"']*(?:p[y]pi\.|m[a]ven|/s[i]mple/|pro[x]y\.go)",
    re.IGNORECASE,
)


def files() -> Iterator[Path]:
    """The project's own files: those of its folders and those at its top, without what is compiled from them."""
    found = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    yield from (path for path in found if path.is_file() and path.suffix != ".so" and "__pycache__" not in path.parts)


def test_no_module_is_longer_than_it_should_be() -> None:
    modules = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {path: length for path, length in lengths.items() if length >= LONGEST_MODULE} == {}


def test_no_file_names_the_machine_it_was_made_on_or_where_packages_come_from() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files()
        for match in FORBIDDEN.finditer(path.read_bytes().decode("utf-8", "replace"))
    }
    assert found == set()


def test_every_command_is_in_the_contract() -> None:
    assert registered() - contracted() == set()


def test_every_command_module_of_the_contract_is_registered() -> None:
    modules = {path.stem.replace("_", "-") for path in (ROOT / "pipeline" / "cli").glob("*.py")}
    assert contracted() & modules - registered() == set()


def registered() -> set[str]:
    """The commands of the program."""
    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def contracted() -> set[str]:
    """The commands in the table of contract 2."""
    section = (ROOT / "docs" / "contract.md").read_text("utf-8").split("\n## ")[2]
    first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in first_cells for name in re.findall(r"`([a-z-]+)", cell)}


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] in {"Unreleased", version}


def test_constraints_are_exact_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin)] == []


def test_every_direct_dependency_has_a_constraint() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    direct = {plain(re.split(r"[^A-Za-z0-9._-]", name)[0]) for name in [*project["dependencies"], *extras]}
    pinned = {plain(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    assert direct - pinned == set()


def plain(name: str) -> str:
    """A package's name in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()
