"""The state directory: its lock, its room, what is said of a server that ended, and the archive of classes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.embedded.class_archive import ClassArchive
from infra.embedded.disk import require_space
from infra.embedded.endpoints import Endpoints, running_services, write_endpoints
from infra.embedded.errors import ServiceError
from infra.embedded.ports import LOOPBACK, reserved_port
from infra.embedded.server import Server, start_child
from infra.embedded.state_lock import is_alive, state_lock

HOLD = (
    "import sys\n"
    "from pathlib import Path\n"
    "from infra.embedded.state_lock import state_lock\n"
    "with state_lock(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


def test_a_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(ServiceError) as refused, state_lock(tmp_path):
            pass
    assert str(refused.value) == (
        f"{tmp_path} is in use by process {holder.pid} (-c {tmp_path}): stop it, or choose another "
        "pipeline.state_directory"
    )


def test_the_lock_is_free_when_its_holder_has_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with state_lock(tmp_path):
            pass


def test_a_child_that_outlives_its_parent_keeps_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.embedded.state_lock.ORPHAN_SECONDS", 0.0)
    with state_lock(tmp_path) as lock:
        child = child_that("read line", tmp_path / "log", lock)
    (tmp_path / "services.lock").write_text(f"{dead_pid()} swyx-cdr run\n")
    with pytest.raises(ServiceError, match=r"servers of a process that has ended \(swyx-cdr run\)"):
        state_lock(tmp_path).__enter__()
    child.communicate()


def test_the_end_of_that_child_is_waited_for(tmp_path: Path) -> None:
    with state_lock(tmp_path) as lock:
        child = child_that("read line; sleep 0.3", tmp_path / "log", lock)
    (tmp_path / "services.lock").write_text(f"{dead_pid()} swyx-cdr run\n")
    assert child.stdin is not None
    child.stdin.close()
    with state_lock(tmp_path):
        assert child.wait(60) is not None


def child_that(script: str, log: Path, lock: int) -> subprocess.Popen[bytes]:
    return start_child(["sh", "-c", script], directory=log.parent, environment=os.environ, log=log, lock=lock)


def dead_pid() -> int:
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid


def test_too_little_room_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=rf"{tmp_path}: \d+ MB are free, dreaming needs 1000000000 MB: make room"):
        require_space(tmp_path, 10**15, "dreaming")


def end_of(script: str, directory: Path) -> str:
    """What is said of a server that ran this script."""
    with state_lock(directory) as lock:
        process = child_that(script, directory / "log", lock)
    process.wait(60)
    server = Server("Kafka", {}, process.pid, directory / "log", lambda: False, process)
    with pytest.raises(ServiceError) as ended:
        server.check()
    server.ask_to_stop()
    return str(ended.value)


def test_a_server_that_ended_is_named_with_its_exit_code_and_last_trouble(tmp_path: Path) -> None:
    script = "echo 'java.io.IOException: no luck'; echo '  at x.y(z)'; echo bye; exit 3"
    assert end_of(script, tmp_path) == (
        f"Kafka has ended with exit code 3: java.io.IOException: no luck (see {tmp_path / 'log'})"
    )


def test_without_trouble_its_last_line_is_told(tmp_path: Path) -> None:
    assert ": bye (see" in end_of("echo hello; echo bye; exit 3", tmp_path)


def test_a_server_that_was_killed_is_named_with_the_signal(tmp_path: Path) -> None:
    assert end_of("echo hello; kill -9 $$", tmp_path) == f"Kafka has ended by signal 9 (see {tmp_path / 'log'})"


def test_a_full_disk_is_recognised_in_the_log(tmp_path: Path) -> None:
    assert end_of("echo 'java.io.IOException: No space left on device'; exit 1", tmp_path) == (
        f"Kafka has ended because the disk of {tmp_path} is full: make room on it"
    )


def test_no_services_run_where_there_is_no_file(tmp_path: Path) -> None:
    assert running_services(tmp_path) is None


def test_the_file_of_a_killed_process_is_not_believed(tmp_path: Path) -> None:
    write_endpoints(Endpoints(tmp_path, {"kafka": {"port": 9, "pid": dead_pid()}}))
    assert running_services(tmp_path) is None


def test_a_port_that_another_program_has_taken_over_is_not_believed(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        write_endpoints(Endpoints(tmp_path, {"kafka": {"port": other.getsockname()[1], "pid": os.getpid()}}))
        assert running_services(tmp_path) is None


def test_a_server_that_was_not_started_is_said_to_be_missing(tmp_path: Path) -> None:
    endpoints = Endpoints(tmp_path, {"clickhouse": {"native_port": 1, "http_port": 2, "pid": 3}})
    with pytest.raises(ServiceError, match=f"run on {tmp_path} have no kafka"):
        _ = endpoints.kafka_bootstrap


def test_a_server_can_bind_its_reserved_port() -> None:
    with reserved_port() as port, socket.create_server((LOOPBACK, port)):
        pass


def test_nobody_else_is_given_a_reserved_port() -> None:
    with reserved_port() as port, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((LOOPBACK, port))


def archive_of(directory: Path, *, complete: bool = True) -> ClassArchive:
    """An archive after Java has written it."""
    archive = ClassArchive(directory, "key", directory / "scratch", possible=True)
    archive.scratch.write_bytes(b"classes")
    archive.keep(complete=complete)
    return archive


def test_a_kept_archive_is_used(tmp_path: Path) -> None:
    archive = archive_of(tmp_path)
    assert archive.options() == [f"-XX:SharedArchiveFile={archive.file()}"]


def test_an_archive_that_was_cut_off_is_not_used(tmp_path: Path) -> None:
    archive = archive_of(tmp_path)
    file = archive.file()
    assert file is not None
    file.write_bytes(b"class")
    assert archive.options() == [f"-XX:ArchiveClassesAtExit={archive.scratch}"]


def test_a_java_that_took_too_long_to_write_its_archive_is_not_asked_again(tmp_path: Path) -> None:
    assert archive_of(tmp_path, complete=False).options() == []


def test_a_new_archive_replaces_that_of_another_java(tmp_path: Path) -> None:
    archive_of(tmp_path)
    other = ClassArchive(tmp_path, "other", tmp_path / "scratch", possible=True)
    other.scratch.write_bytes(b"others")
    other.keep(complete=True)
    assert list(tmp_path.glob("*.jsa")) == [other.file()]


def test_a_process_that_nobody_has_waited_for_yet_has_ended() -> None:
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    assert is_alive(process.pid)
    assert process.stdin is not None
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(process.pid)
    process.wait()
