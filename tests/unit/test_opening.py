"""What opening files must be on every platform: in nobody's way, and sure of which file it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.cdr_file.opening import key_of, open_shared, stays_open_unnoticed

# Changes by another process, as the PBX and its neighbours are.
CHANGES = {
    "append": "open(path, 'ab').write(b'two')",
    "truncate": "open(path, 'r+b').truncate(1)",
    "rename": "os.rename(path, path + '.1')",
    "replace": "open(path + '.new', 'wb').write(b'new'); os.replace(path + '.new', path)",
    "delete": "os.unlink(path)",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cdr.txt"
    file.write_bytes(b"one")
    return file


def elsewhere(change: str, file: Path) -> None:
    code = f"import os, sys; path = sys.argv[1]; {change}"
    subprocess.run([sys.executable, "-c", code, str(file)], check=True)


@pytest.mark.parametrize("change", CHANGES)
def test_another_process_may_do_anything_to_an_open_file(file: Path, change: str) -> None:
    with open_shared(file):
        elsewhere(CHANGES[change], file)


def test_what_another_process_appends_is_read(file: Path) -> None:
    with open_shared(file) as stream:
        assert stream.read() == b"one"
        elsewhere(CHANGES["append"], file)
        assert stream.read() == b"two"


@pytest.mark.parametrize("change", ["rename", "replace", "delete"])
def test_an_open_file_is_read_on_when_its_name_is_gone(file: Path, change: str) -> None:
    with open_shared(file) as stream:
        elsewhere(CHANGES[change], file)
        assert stream.read() == b"one"


def test_a_file_that_another_process_writes_is_opened(file: Path) -> None:
    code = "import sys; stream = open(sys.argv[1], 'ab'); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"open"
        with open_shared(file) as stream:
            assert stream.read() == b"one"


def test_nothing_can_be_written(file: Path) -> None:
    with open_shared(file) as stream:
        assert not stream.writable()
        with pytest.raises(OSError, match="not open for writing"):
            stream.write(b"x")


def test_a_missing_file_and_a_folder_are_told_apart_from_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_shared(tmp_path / "nowhere.txt")
    with pytest.raises(OSError, match=r".+"):
        open_shared(tmp_path)


def test_the_key_stays_when_the_file_is_renamed_or_grows(file: Path) -> None:
    before = key_of(file.stat())
    elsewhere(CHANGES["append"], file)
    elsewhere(CHANGES["rename"], file)
    with open_shared(f"{file}.1") as stream:
        assert key_of(os.fstat(stream.fileno())) == key_of(Path(f"{file}.1").stat()) == before


@pytest.mark.parametrize("change", ["replace", "delete"])
def test_the_key_is_another_when_another_file_has_the_name(file: Path, change: str) -> None:
    with open_shared(file) as stream:  # so that the system cannot give its number to the next one
        elsewhere(CHANGES[change], file)
        file.write_bytes(b"one")
        assert key_of(os.fstat(stream.fileno())) != key_of(file.stat())


@pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")
def test_files_are_kept_open_on_local_disks_only(tmp_path: Path) -> None:
    assert stays_open_unnoticed(tmp_path.stat().st_dev)
    assert not stays_open_unnoticed(Path("/proc").stat().st_dev)
    assert not stays_open_unnoticed(os.makedev(4000, 4000))
