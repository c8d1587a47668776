"""What scripts/compile does, by the real compiler, with one small module."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.compiled import ROOT, changed_sources

SOURCE = "schemas/codec_small.py"
WHERE = "import schemas.codec_small as small; print(small.__file__.endswith('.py'), small.double(21))"


def write_project(folder: Path) -> Path:
    """A project with one module that can be compiled."""
    for name in ("connectors", "infra", "pipeline", "schemas"):
        (folder / name).mkdir(parents=True)
    for name in ("__init__.py", "compiled.py", "compiling.py"):
        shutil.copy(ROOT / "infra" / name, folder / "infra")
    (folder / "schemas/__init__.py").touch()
    (folder / SOURCE).write_text("def double(value: int) -> int:\n    return 2 * value\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def once_compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("compiled") / "project")
    compiled(folder)
    return folder


@pytest.fixture
def project(once_compiled: Path, tmp_path: Path) -> Path:
    """A project of its own whose module is compiled."""
    return Path(shutil.copytree(once_compiled, tmp_path / "project"))


def python(project: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = None if path is None else {"PATH": path}
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def compiled(project: Path, *arguments: str) -> str:
    done = python(project, "-m", "infra.compiling", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_compiled_module_takes_the_place_of_its_source(project: Path) -> None:
    assert python(project, "-c", WHERE).stdout == "False 42\n"


def test_what_is_compiled_is_not_compiled_again(project: Path) -> None:
    assert compiled(project) == "compile: everything is compiled\n"


def test_a_source_that_changes_is_named_until_it_is_compiled_again(project: Path) -> None:
    (project / SOURCE).write_text("def double(value: int) -> int:\n    return value + value + 0\n", "utf-8")
    assert changed_sources(project) == [SOURCE]

    compiled(project)

    assert changed_sources(project) == []


def test_a_source_that_vanishes_is_named(project: Path) -> None:
    (project / SOURCE).unlink()
    assert changed_sources(project) == [SOURCE]


def test_undo_goes_back_to_the_sources(project: Path) -> None:
    compiled(project, "--undo")
    assert python(project, "-c", WHERE).stdout == "True 42\n"
    assert changed_sources(project) == []


def test_without_a_compiler_the_program_stays_plain_python_and_the_remedy_is_told(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")

    done = python(project, "-m", "infra.compiling", path=str(project))

    assert done.returncode == 1
    assert "on a Debian the packages gcc and python3-dev" in done.stderr
    assert python(project, "-c", WHERE).stdout == "True 42\n"
