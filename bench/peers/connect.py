"""Kafka Connect's FileStreamSource, as it comes: the standalone worker, one connector for each file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jgo.maven import Dependency, MavenContext, PythonResolver

from infra.embedded.java import find_java
from infra.embedded.kafka_jars import KAFKA_VERSION, cache_directory, kafka_jars

ARTIFACTS = ("connect-runtime", "connect-file", "connect-json")
# What the properties file that Kafka ships says, but for addresses and converters.
WORKER = """bootstrap.servers={bootstrap}
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename={folder}/connect.offsets
offset.flush.interval.ms=10000
listeners=HTTP://127.0.0.1:0
plugin.discovery=hybrid_warn
plugin.path={plugins}
"""
CONNECTOR = """name={topic}
connector.class=org.apache.kafka.connect.file.FileStreamSourceConnector
tasks.max=1
file={file}
topic={topic}
"""


def connect_jars() -> list[Path]:
    """The jars of Connect and all they need, fetched once into the folder beside those of Kafka."""
    directory = cache_directory().with_name(f"connect-{KAFKA_VERSION}")
    listed = directory / "class-path.txt"
    if not listed.exists():
        context = MavenContext(repo_cache=directory, resolver=PythonResolver())
        wanted = [context.project("org.apache.kafka", name).at_version(KAFKA_VERSION) for name in ARTIFACTS]
        found = PythonResolver().resolve([Dependency(component.artifact()) for component in wanted])
        jars = [str(dependency.artifact.resolve()) for dependencies in found for dependency in dependencies]
        listed.write_text("\n".join(jars))
    return [Path(jar) for jar in listed.read_text().splitlines()]


class ConnectWorker:
    """A standalone worker with its settings and offsets in `folder`; `files` by the topic that each goes to."""

    def __init__(self, bootstrap: str, folder: Path, files: Mapping[str, Path]) -> None:
        jars = connect_jars()
        logging = [jar for jar in kafka_jars(print) if jar.name.startswith(("slf4j-simple", "log4j"))]
        plugin = next(jar for jar in jars if jar.name.startswith("connect-file-"))
        worker = folder / "worker.properties"
        worker.write_text(WORKER.format(bootstrap=bootstrap, folder=folder, plugins=plugin.parent))
        settings = [worker]
        for topic, file in files.items():
            settings.append(folder / f"{topic}.properties")
            settings[-1].write_text(CONNECTOR.format(topic=topic, file=file))
        self._log = folder / "connect.log"
        self._command: list[str | Path] = [
            find_java(os.environ).executable,
            "-Xmx512m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            os.pathsep.join(map(str, [*jars, *logging])),
            "org.apache.kafka.connect.cli.ConnectStandalone",
            *settings,
        ]

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The worker, as long as the context lasts."""
        with self._log.open("ab") as log, subprocess.Popen(self._command, stdout=log, stderr=log) as process:
            try:
                yield process
            finally:
                process.terminate()
