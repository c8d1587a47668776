"""Copies, and files whose names are gone: nothing is read twice, and nothing that is still there is missed."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.cdr_file import follow
from connectors.cdr_file.checkpoint import FileState
from connectors.cdr_file.follow import Follower
from connectors.cdr_file.followed import FollowedFile, Outcome
from connectors.cdr_file.parse import ParserState

STARTED = datetime(2002, 11, 19, tzinfo=UTC)


class Site:
    """A folder with its follower, everything read being confirmed; `lines` scans and returns what is new."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "cdr.txt"
        self.follower = Follower([str(folder / "cdr*.txt")], folder, lambda _path: STARTED, self._confirmed)

    def _confirmed(self, file: FollowedFile) -> FileState | None:
        return FileState(file.source_file, file.known, ParserState((), STARTED), None) if file.known.offset else None

    def append(self, data: bytes) -> None:
        with self.file.open("ab") as stream:
            stream.write(data)

    def lines(self) -> list[tuple[str, bytes]]:
        self.follower.scan()
        return self.read()

    def read(self) -> list[tuple[str, bytes]]:
        found = []
        while chunk := self.follower.read():
            found += [(chunk.file.source_file, line.data) for line in chunk.lines]
        return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_copy_is_read_on_from_where_its_original_is_confirmed(site: Site) -> None:
    site.append(b"one\n")
    site.lines()
    shutil.copy(site.file, site.folder / "cdr1.txt")
    assert site.lines() == []
    with (site.folder / "cdr1.txt").open("ab") as stream:
        stream.write(b"two\n")
    assert site.lines() == [("cdr.txt", b"two")]


def test_the_rest_of_a_copied_and_truncated_file_is_read_from_the_copy(site: Site) -> None:
    site.append(b"one\n")
    site.lines()
    site.append(b"two\n")
    shutil.copy(site.file, site.folder / "cdr1.txt")
    site.file.write_bytes(b"three\n")
    assert sorted(site.lines() + site.lines()) == [("cdr.txt", b"three"), ("cdr.txt", b"two")]


def test_a_copy_in_the_making_is_known_when_its_first_bytes_are_there(site: Site) -> None:
    site.append(b"one\n")
    site.lines()
    copy = site.folder / "cdr1.txt"
    copy.touch()
    assert site.lines() == []
    shutil.copy(site.file, copy)
    site.follower.tick()
    assert site.read() == []


def test_a_file_of_which_nothing_is_confirmed_has_no_copies(site: Site) -> None:
    site.append(b"one\n")
    shutil.copy(site.file, site.folder / "cdr1.txt")
    assert site.lines() == [("cdr.txt", b"one"), ("cdr1.txt", b"one")]


def test_the_end_of_a_deleted_file_is_read(site: Site) -> None:
    site.append(b"one\n")
    site.lines()
    site.append(b"two\n")
    site.file.unlink()
    assert site.lines() == [("cdr.txt", b"two")]


def test_the_end_of_a_replaced_file_is_read_and_the_new_one(site: Site) -> None:
    site.append(b"one\n")
    site.lines()
    site.append(b"two\n")
    (site.folder / "new").write_bytes(b"three\n")
    (site.folder / "new").replace(site.file)
    assert site.lines() == [("cdr.txt", b"two"), ("cdr.txt", b"three")]


def test_a_deleted_file_is_not_kept_open(site: Site) -> None:
    for number in range(20):
        site.append(b"line %d\n" % number)
        site.lines()
        site.file.unlink()
        site.lines()
    assert open_files(site) == 0


def test_few_files_are_kept_open(site: Site) -> None:
    for number in range(3 * follow.HOT_FILES):
        (site.folder / f"cdr{number}.txt").write_bytes(b"line %d\n" % number)
    site.lines()
    site.lines()
    assert open_files(site) <= follow.HOT_FILES


def test_files_of_shares_are_not_kept_open(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "stays_open_unnoticed", lambda _device: False)
    site.append(b"one\n")
    site.lines()
    assert open_files(site) == 0
    site.append(b"two\n")
    site.file.unlink()
    assert site.lines() == []


def test_content_replaced_within_one_tick_of_the_clock_is_seen(site: Site) -> None:
    site.append(b"one\n")
    site.lines()
    (file,) = site.follower.files
    status = site.file.stat()
    site.file.write_bytes(b"six\n")
    file.notice(status)
    assert file.read() is Outcome.REPLACED


def test_content_replaced_under_its_old_size_and_time_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.cdr_file.followed._TICK_SECONDS", 0.0)
    site.append(b"one\n")
    site.lines()
    site.lines()
    status = site.file.stat()
    while site.file.stat().st_ctime_ns == status.st_ctime_ns:  # until the file system's clock has ticked
        site.file.write_bytes(b"six\n")
        os.utime(site.file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert site.lines() == [("cdr.txt", b"six")]


def test_an_unchanged_file_is_left_alone_when_its_clock_has_ticked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.cdr_file.followed._TICK_SECONDS", 0.0)
    site.append(b"one\n")
    site.lines()
    (file,) = site.follower.files
    status = site.file.stat()
    noticed = []
    for _ in range(3):
        file.notice(status)
        noticed.append(file.unread)
        file.read()
    assert noticed == [True, False, False]


@pytest.mark.parametrize("nanoseconds", [1, 10**9])
def test_times_of_whole_seconds_may_be_coarse(site: Site, monkeypatch: pytest.MonkeyPatch, nanoseconds: int) -> None:
    monkeypatch.setattr("connectors.cdr_file.followed._TICK_SECONDS", 0.0)
    site.append(b"one\n")
    os.utime(site.file, ns=(nanoseconds, nanoseconds))
    site.lines()
    (file,) = site.follower.files
    for _ in range(3):
        file.unread = False
        file.notice(site.file.stat())
    assert file.unread == (nanoseconds == 10**9)


def test_a_file_that_is_swapped_before_it_is_opened_is_not_mistaken(site: Site) -> None:
    site.append(b"one\n")
    site.follower.scan()
    site.file.rename(site.folder / "cdr1.txt")
    site.append(b"one\nother\n")
    assert site.read() == []
    assert sorted(site.lines()) == [("cdr.txt", b"one"), ("cdr.txt", b"one"), ("cdr.txt", b"other")]


def open_files(site: Site) -> int:
    """How many files of the site's folder this process has open, deleted ones too."""
    held = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return sum(os.readlink(entry).startswith(str(site.folder)) for entry in held if os.path.lexists(entry))
