"""How `swyx-cdr run` begins and ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.integration.program import ANY_PORT, swyx_cdr, wait_until

PARTS = {"board", "tail", "worker", "sink"}
SPEC = Path(__file__).parent.parent / "data" / "spec"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The specification's examples in a folder of their own."""
    shutil.copytree(SPEC, tmp_path / "spec", ignore=shutil.ignore_patterns("state"))
    return tmp_path / "spec" / "swyx-cdr.toml"


def start(config: Path, log: Path) -> subprocess.Popen[bytes]:
    """`run` in the background, its log in a file."""
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(config)]
    with log.open("wb") as errors:
        return subprocess.Popen(command, stdout=errors, stderr=errors, env={**os.environ, **ANY_PORT})


def children(log: Path) -> dict[str, int]:
    """The processes that the log tells of, by name."""
    return {name: int(pid) for name, pid in re.findall(r"event=started process=(\w+) pid=(\d+)", log.read_text())}


def wait_until_ready(run: subprocess.Popen[bytes], log: Path) -> dict[str, int]:
    """Wait until all parts run and the worker is ready; returns their processes."""

    def ready() -> bool:
        assert run.poll() is None, log.read_text()
        found = log.read_text()
        return all(f"{part} ready" in found for part in ("worker", "board")) and children(log).keys() == PARTS

    wait_until(ready, "all parts run")
    return children(log)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_missing_folder_is_refused_before_anything_starts(config: Path) -> None:
    shutil.rmtree(config.parent / "transfer")

    done = swyx_cdr("run", "--config", config, check=False)

    assert done.returncode == 2
    assert re.search(rf"{re.escape(str(config))}: sites\.transfer\.files: found .*; expected .*; create", done.stderr)
    assert not (config.parent / "state").exists()


def test_a_port_of_the_board_that_is_taken_is_refused_before_anything_starts(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setenv("SWYX_CDR__BOARD__LISTEN", listen)

        done = swyx_cdr("run", "--config", config, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith(f"swyx-cdr: board.listen: cannot listen on {listen}: ")
    assert not (config.parent / "state").exists()


def test_the_board_of_a_run_is_where_the_run_says(config: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run = start(config, log)
    wait_until_ready(run, log)
    try:
        (address,) = re.findall(r"live board: (http://\S+)", log.read_text())
        with urlopen(address, timeout=30) as page:  # noqa: S310 - an address of the program's own
            assert b"<title>swyx-cdr</title>" in page.read()
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(120)


def test_a_part_that_is_killed_ends_the_run_with_exit_code_1_and_its_name(config: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run = start(config, log)
    pids = wait_until_ready(run, log)

    os.kill(pids["sink"], signal.SIGKILL)

    assert run.wait(120) == 1
    assert f"swyx-cdr: sink (process {pids['sink']}) was killed by signal 9" in log.read_text()
    assert not any(alive(pid) for pid in pids.values())


def test_sigterm_ends_all_parts_with_exit_code_0(config: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run = start(config, log)
    pids = wait_until_ready(run, log)

    run.send_signal(signal.SIGTERM)

    assert run.wait(120) == 0
    assert not any(alive(pid) for pid in pids.values())


def test_no_part_outlives_a_killed_run(config: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run = start(config, log)
    pids = wait_until_ready(run, log)

    run.kill()
    run.wait()

    wait_until(lambda: not any(alive(pid) for pid in pids.values()), "all parts have ended")
