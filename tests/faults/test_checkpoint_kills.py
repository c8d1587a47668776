"""A checkpoint is whole whenever its writer is stopped: at each call of the system in turn, and by SIGKILL."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from connectors.cdr_file.checkpoint import CheckpointStore, FileState
from connectors.cdr_file.errors import TailError
from connectors.cdr_file.identity import footprint
from connectors.cdr_file.parse import ParserState

KILLS = 30
FILES = 20


class Stopped(BaseException):
    """Stands for the end of the process."""


def states(offset: int) -> list[FileState]:
    known = footprint(1, 2, b"x" * min(offset, 1024), b"x" * min(offset, 1024), offset)
    return [FileState(f"cdr{number}.txt", known, ParserState(("CallId",), None), None) for number in range(FILES)]


def stopped_at(number: int, store: CheckpointStore, saved: list[FileState]) -> bool:
    """Save, and stop before the call of that number that leaves Python; whether there was so late a call."""
    calls = count()

    def stop(_frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and called is not sys.setprofile and next(calls) == number:
            raise Stopped

    sys.setprofile(stop)
    try:
        store.save(saved)
    except Stopped:
        return True
    finally:
        sys.setprofile(None)
    return False


def test_a_writer_that_stops_at_any_call_leaves_the_old_checkpoint_or_the_new_one(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save(states(100))
    numbers = count()
    found = []
    while stopped_at(next(numbers), store, states(200)):
        found.append(store.load()[0].footprint.offset)
        assert store.load() in (states(100), states(200))
    assert found[0] == 100
    assert store.load() == states(200)
    # Between them lies one moment: the old one up to it, the new one from it on.
    assert found == sorted(found)


@pytest.mark.parametrize("call", ["fsync", "write", "replace"])
def test_a_disk_that_fails_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save(states(100))

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        if call == "fsync":
            patched.setattr(os, "fsync", fail)
        elif call == "replace":
            patched.setattr(os, "replace", fail)
        else:
            patched.setattr(Path, "open", fail)
        with pytest.raises(TailError, match="cannot write the checkpoint: No space left on device"):
            store.save(states(200))
    assert store.load() == states(100)
    store.save(states(300))
    assert store.load() == states(300)


def test_the_new_checkpoint_is_on_disk_before_it_gets_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor: int) -> None:
        done.append(f"fsync {os.readlink(f'/proc/self/fd/{descriptor}')}")
        fsync(descriptor)

    def noted_replace(path: Path, target: Path) -> None:
        done.append(f"rename {path} {target}")
        replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    CheckpointStore(tmp_path, "dortmund").save(states(1))
    old, new = tmp_path / "dortmund.json", tmp_path / "dortmund.json.new"
    assert done == [f"fsync {new}", f"rename {new} {old}", f"fsync {tmp_path}"]


def save_on_and_on(directory: Path) -> None:
    store = CheckpointStore(directory, "dortmund")
    begun = store.load()
    for offset in count(begun[0].footprint.offset + 1 if begun else 1):
        store.save(states(offset))


def test_a_writer_that_is_killed_leaves_a_whole_checkpoint_not_older_than_before(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save(states(1))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    offsets = [1]
    for number in range(KILLS):
        writer = context.Process(target=save_on_and_on, args=(tmp_path,), daemon=True)
        writer.start()
        while (offset := store.load()[0].footprint.offset) == offsets[-1]:
            assert writer.is_alive()
        time.sleep(number / 10_000)  # another moment of the writing each time
        writer.kill()
        writer.join()
        saved = store.load()
        assert saved == states(saved[0].footprint.offset)
        assert saved[0].footprint.offset >= offset
        offsets.append(saved[0].footprint.offset)
    assert offsets[-1] > KILLS
