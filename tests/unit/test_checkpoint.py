"""Checkpoints: whole, atomic, over the contiguous confirmed part only; one process a site (docs/delivery.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.cdr_file.checkpoint import CheckpointStore, FileState
from connectors.cdr_file.errors import TailError
from connectors.cdr_file.followed import FollowedFile
from connectors.cdr_file.identity import beginning_of, footprint
from connectors.cdr_file.lock import site_lock
from connectors.cdr_file.parse import LineParser, ParserState
from connectors.cdr_file.reading import Reading, Span
from tests.cdr_lines import BERLIN

AT = datetime(2025, 3, 2, 8, 0, 1, tzinfo=UTC)


def state(offset: int) -> FileState:
    known = footprint(1, 2, b"x" * offset, b"x" * offset, offset)
    return FileState("cdr.txt", known, ParserState(("CallId", "StartTime"), AT), AT)


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    states = [state(100), FileState("sub/übrig.txt", beginning_of(3, 2**63), ParserState(), None)]
    store = CheckpointStore(tmp_path / "checkpoints", "dortmund")
    store.save(states)
    assert CheckpointStore(tmp_path / "checkpoints", "dortmund").load() == states


def test_without_checkpoint_there_are_no_states(tmp_path: Path) -> None:
    assert CheckpointStore(tmp_path, "dortmund").load() == []


def test_the_last_saved_state_counts(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save([state(100)])
    store.save([state(200)])
    assert store.load() == [state(200)]
    assert [path.name for path in tmp_path.iterdir()] == ["dortmund.json"]


def test_every_broken_checkpoint_means_reading_from_the_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save([state(100)])
    path = tmp_path / "dortmund.json"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert store.load() == []
    assert "checkpoint is unreadable" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"site": "berlin"},
        {"files": None},
        {"files": [1]},
        {"files": [{}]},
        {"headers": []},
    ],
)
def test_a_foreign_checkpoint_means_reading_from_the_beginning(tmp_path: Path, change: dict[str, object]) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save([state(100)])
    path = tmp_path / "dortmund.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert store.load() == []


@pytest.mark.parametrize(
    "change",
    [{"offset": -1}, {"offset": "a"}, {"tail_length": 1000}, {"file_started_at": "2025-03-02T08:00:01"}, {"header": 7}],
)
def test_an_impossible_state_means_reading_from_the_beginning(tmp_path: Path, change: dict[str, object]) -> None:
    store = CheckpointStore(tmp_path, "dortmund")
    store.save([state(100)])
    path = tmp_path / "dortmund.json"
    saved = json.loads(path.read_text())
    saved["files"][0] |= change
    path.write_text(json.dumps(saved))
    assert store.load() == []


def test_a_checkpoint_that_cannot_be_written_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_bytes(b"")
    with pytest.raises(TailError, match=r"checkpoints/dortmund\.json: cannot write the checkpoint"):
        CheckpointStore(tmp_path / "checkpoints", "dortmund").save([state(1)])


def reading() -> Reading:
    file = FollowedFile("cdr.txt", beginning_of(1, 2), None)
    return Reading(
        file, LineParser("dortmund", BERLIN, "cdr.txt"), FileState("cdr.txt", file.known, ParserState(), None)
    )


def test_the_confirmed_position_moves_over_the_contiguous_part_only() -> None:
    followed = reading()
    first, second, third = (Span(state(offset), 1) for offset in (10, 20, 30))
    for span in (first, second, third):
        followed.add(span)
    second.confirm()
    assert (followed.advance(), followed.confirmed.footprint.offset) == (False, 0)
    first.confirm()
    assert (followed.advance(), followed.confirmed) == (True, state(20))
    assert not followed.all_confirmed
    third.confirm()
    assert (followed.advance(), followed.confirmed, followed.all_confirmed) == (True, state(30), True)


def test_a_part_of_several_messages_is_confirmed_with_the_last() -> None:
    followed = reading()
    span = Span(state(10), 2)
    followed.add(span)
    span.confirm()
    assert not followed.advance()
    span.confirm()
    assert followed.advance()


def test_a_part_without_messages_is_confirmed_at_once() -> None:
    followed = reading()
    followed.add(Span(state(10), 0))
    assert (followed.advance(), followed.bytes_behind) == (True, 0)


def test_bytes_behind_reach_to_the_last_line_read_or_to_the_unread_end() -> None:
    followed = reading()
    followed.add(Span(state(10), 1))
    followed.file.size = 15
    assert followed.bytes_behind == 10
    followed.file.unread = True
    assert followed.bytes_behind == 15


def test_a_site_followed_by_another_process_is_refused_with_its_id(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from connectors.cdr_file.lock import site_lock\n"
        "with site_lock(Path(sys.argv[1]), 'dortmund'):\n print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(TailError, match=f"site dortmund is already followed by process {other.pid} "):  # noqa: SIM117
            with site_lock(tmp_path, "dortmund"):
                pass
        with site_lock(tmp_path, "berlin"):
            pass
        other.kill()
    with site_lock(tmp_path, "dortmund"):
        pass
