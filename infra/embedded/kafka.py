"""Starting the embedded Apache Kafka: one KRaft node, broker and controller in one process."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from infra.embedded.class_archive import ClassArchive, class_archive
from infra.embedded.errors import ServiceError
from infra.embedded.java import Java, find_java
from infra.embedded.kafka_jars import kafka_jars
from infra.embedded.ports import LOOPBACK
from infra.embedded.server import Server, start_child

GUARDIAN = Path(__file__).with_name("guardian.py")
FORMAT_SECONDS = 60
API_VERSIONS = 18
ENDED_BY_REQUEST = 143  # 128 + SIGTERM
# Only the first stage of the compiler: the broker starts a third faster, and in the first minutes of work, all that
# most embedded brokers live, it costs half the processor time.
JAVA_OPTIONS = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-XX:ErrorFile=kafka-crash.log",
    "-Djava.io.tmpdir=kafka-tmp",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
# The quorum has a fixed member, so the next start may use other ports. After a crash the broker is let in again when
# the session of the one that crashed is over, by default after 9 s. Directories are relative to the working
# directory, the state directory, because Kafka would take a comma in them for the end of a path.
PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENTS://{host}:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
log.dirs={data}
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
offsets.topic.segment.bytes=16777216
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=33554432
metadata.log.segment.bytes=8388608
metadata.max.retention.bytes=33554432
"""


class Kafka(NamedTuple):
    """What it takes to run Kafka on one state directory."""

    state_directory: Path
    java: Java
    class_path: str
    archive: ClassArchive

    def start(self, port: int, controller_port: int, lock: int) -> Server:
        """Starts the broker on `kafka/` in the state directory, which it formats first.

        Raises:
            ServiceError: the directory cannot be formatted.
        """
        scratch = self.state_directory / "kafka-tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        if not (self.state_directory / "kafka").exists():
            self._format(lock)
        properties = self._write_properties("kafka", port, controller_port)
        log = self.state_directory / "kafka.log"
        guardian = [sys.executable, "-I", "-S", str(GUARDIAN), log.name]
        process = start_child(
            [*guardian, *self._java(*self.archive.options()), "kafka.Kafka", properties],
            directory=self.state_directory,
            environment=_environment(),
            log=log,
            lock=lock,
            pipe_output=True,
        )
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        with process.stdout:
            pid = int(process.stdout.readline() or 0)
        return Server("Kafka", {"port": port}, pid, log, partial(kafka_answers, port), process)

    def stopped(self, exit_code: int) -> None:
        """To be called when the broker has ended: keeps what makes the next start faster."""
        self.archive.keep(complete=exit_code == ENDED_BY_REQUEST)

    def _format(self, lock: int) -> None:
        """Formats a directory of another name first, so that being killed leaves none that is half done."""
        unfinished = self.state_directory / "kafka-formatting"
        shutil.rmtree(unfinished, ignore_errors=True)
        properties = self._write_properties(unfinished.name, 1, 2)
        # It begins with an A: a name that begins with a dash would look like an option.
        cluster = base64.urlsafe_b64encode(b"\x00" + os.urandom(15)).decode().rstrip("=")
        done = subprocess.run(
            [*self._java(), "kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", properties],
            cwd=self.state_directory,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FORMAT_SECONDS,
            pass_fds=(lock,),
            start_new_session=True,
            umask=0o077,
            check=False,
        )
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-400:]
            raise ServiceError(f"{self.state_directory}: Kafka cannot format its directory kafka: {said}")
        unfinished.rename(self.state_directory / "kafka")

    def _java(self, *options: str) -> list[str]:
        return [str(self.java.executable), *JAVA_OPTIONS, *options, "-cp", self.class_path]

    def _write_properties(self, data: str, port: int, controller_port: int) -> str:
        """Writes the configuration; returns its name, relative to the state directory."""
        text = PROPERTIES.format(host=LOOPBACK, port=port, controller_port=controller_port, data=data)
        file = self.state_directory / "kafka.properties"
        file.write_text(text, encoding="ascii")
        return file.name


def prepare_kafka(state_directory: Path, report: Callable[[str], None]) -> Kafka:
    """Finds a Java and Kafka's jars, which are fetched if need be.

    Raises:
        ServiceError: there is no Java that is new enough, or the jars cannot be fetched.
    """
    java = find_java(os.environ)
    jars = kafka_jars(report)
    archive = class_archive(java, jars, state_directory / "kafka-classes.jsa")
    return Kafka(state_directory, java, os.pathsep.join(map(str, jars)), archive)


def kafka_answers(port: int) -> bool:
    """Whether a Kafka broker answers requests on that port: it does so once it has joined its cluster."""
    request = struct.pack(">hhih", API_VERSIONS, 0, 0, -1)
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            # Size, correlation and error code of the answer.
            return connection.recv(10)[8:] == b"\x00\x00"
    except OSError:
        return False


def _environment() -> dict[str, str]:
    """Java writes names with umlauts as question marks where the locale has none."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}
