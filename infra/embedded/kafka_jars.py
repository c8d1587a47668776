"""The jars of Apache Kafka: fetched once a user, checked before every use.

`kafka_jars.txt` lists them with size and SHA-256; nothing else ever gets onto the class path. They are kept in
`$XDG_CACHE_HOME/swyx-cdr/kafka-4.1.0` (default `~/.cache`). As long as all of them are there and whole, nothing
is asked of the network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from infra.embedded.disk import require_space
from infra.embedded.errors import ServiceError

KAFKA_VERSION = "4.1.0"
JAR_LIST = Path(__file__).with_name("kafka_jars.txt")
PARALLEL_DOWNLOADS = 4
MEGABYTE = 1_000_000


class Jar(NamedTuple):
    """One line of the list."""

    group: str
    artifact: str
    version: str
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        """As Maven names it."""
        return f"{self.artifact}-{self.version}.jar"


def cache_directory() -> Path:
    """Where the jars are, shared by all state directories of the user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "swyx-cdr", f"kafka-{KAFKA_VERSION}").absolute()


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Waits until no other process changes the cache."""
    import fcntl  # noqa: PLC0415 - Windows, where a tail may run, has none

    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def listed_jars() -> tuple[Jar, ...]:
    """The jars that make up Kafka."""
    jars = []
    for line in JAR_LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            coordinates, size, sha256 = line.split()
            group, artifact, version = coordinates.split(":")
            jars.append(Jar(group, artifact, version, int(size), sha256))
    return tuple(jars)


def kafka_jars(report: Callable[[str], None]) -> tuple[Path, ...]:
    """Paths of the jars, every one compared with the list; missing and damaged ones are fetched again.

    Raises:
        ServiceError: they are not all there and cannot be fetched.
    """
    directory = cache_directory()
    jars = listed_jars()
    if _broken(jars, directory):
        directory.mkdir(parents=True, exist_ok=True)
        with alone_in(directory):
            # Another process may have fetched them in the meantime.
            if missing := _broken(jars, directory):
                _fetch(missing, directory, report)
    return tuple(directory / jar.file_name for jar in jars)


def _broken(jars: Iterable[Jar], directory: Path) -> list[Jar]:
    return [jar for jar in jars if not _is_whole(jar, directory / jar.file_name)]


def _is_whole(jar: Jar, file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return (
                os.fstat(opened.fileno()).st_size == jar.size
                and hashlib.file_digest(opened, "sha256").hexdigest() == jar.sha256
            )
    except FileNotFoundError:
        return False


def _fetch(jars: list[Jar], directory: Path, report: Callable[[str], None]) -> None:
    if not find_spec("jgo"):
        raise ServiceError("embedded Kafka needs the package jgo to fetch it: pip install 'swyx-cdr[embedded]'")
    size = sum(jar.size for jar in jars)
    require_space(directory, size + 50 * MEGABYTE, "fetching Apache Kafka")
    report(f"fetching Apache Kafka {KAFKA_VERSION}, {max(1, size // MEGABYTE)} MB, once, into {directory}")
    scratch = directory / "fetching"
    try:
        shutil.rmtree(scratch, ignore_errors=True)  # of a process that was killed
        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            for jar, file in zip(jars, pool.map(_downloader(scratch), jars), strict=True):
                if not _is_whole(jar, file):
                    raise ServiceError(
                        f"{jar.file_name} from Maven Central differs from the one that {JAR_LIST.name} lists: "
                        "a proxy may have changed it; try again, or copy the directory "
                        f"{directory} from a machine that has it"
                    )
                file.replace(directory / jar.file_name)
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ServiceError(
            f"Apache Kafka {KAFKA_VERSION} could not be fetched from Maven Central ({reason}): connect this machine "
            f"once, or copy the directory {directory} from a machine that has it"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _downloader(directory: Path) -> Callable[[Jar], Path]:
    # Imported only when there is something to fetch: it takes 0.3 s.
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    context = MavenContext(repo_cache=directory, resolver=PythonResolver())

    def download(jar: Jar) -> Path:
        artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
        return Path(artifact.resolve())

    return download
