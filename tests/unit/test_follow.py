"""Following files through growth, truncation, deletion and rotation (docs/delivery.md)."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.cdr_file.follow import LOST_FILES, Follower
from connectors.cdr_file.followed import BLOCK_BYTES
from connectors.cdr_file.identity import HEAD_BYTES, footprint

STARTED = datetime(2002, 11, 19, tzinfo=UTC)


class Site:
    """A folder with its follower; `read` scans and returns (name as first read, line) of all that is new."""

    def __init__(self, folder: Path, pattern: str = "cdr*.txt") -> None:
        self.folder = folder
        self.follower = Follower([str(folder / pattern)], folder, lambda _path: STARTED)

    def write(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)

    def append(self, name: str, data: bytes) -> None:
        with (self.folder / name).open("ab") as stream:
            stream.write(data)

    def read(self) -> list[tuple[str, bytes]]:
        self.follower.scan()
        found = []
        while chunk := self.follower.read():
            found += [(chunk.file.source_file, line.data) for line in chunk.lines]
        return found

    def lines(self) -> list[bytes]:
        return [line for _, line in self.read()]

    def restarted(self) -> Site:
        """The site after a restart of the program that had confirmed all it read."""
        again = Site(self.folder)
        for file in [*self.follower.lost, *self.follower.files]:
            again.follower.restore(file.source_file, file.known, file.started_at)
        return again


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_file_is_read_as_it_grows(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    assert site.lines() == [b"one"]
    site.append("cdr.txt", b"two\nthree\n")
    assert site.lines() == [b"two", b"three"]
    assert site.lines() == []


def test_growth_is_seen_without_a_scan(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    site.append("cdr.txt", b"two\n")
    site.follower.tick()
    chunk = site.follower.read()
    assert chunk is not None
    assert [line.data for line in chunk.lines] == [b"two"]


def test_a_torn_line_waits_for_its_end(site: Site) -> None:
    site.write("cdr.txt", b"one\ntw")
    assert site.lines() == [b"one"]
    assert site.follower.at_end
    site.append("cdr.txt", b"o\n")
    assert site.lines() == [b"two"]


def test_a_large_file_is_read_in_bounded_blocks(site: Site) -> None:
    site.write("cdr.txt", b"0123456789abcde\n" * (BLOCK_BYTES // 8))
    site.follower.scan()
    sizes = []
    while chunk := site.follower.read():
        sizes.append(len(chunk.lines))
    assert sizes == [BLOCK_BYTES // 16] * 2


def test_new_files_are_found(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    site.write("cdr1.txt", b"two\n")
    site.write("other.txt", b"no\n")
    assert site.lines() == [b"two"]


def test_a_folder_may_come_later(tmp_path: Path) -> None:
    site = Site(tmp_path / "later")
    assert site.lines() == []
    site.folder.mkdir()
    site.write("cdr.txt", b"one\n")
    assert site.lines() == [b"one"]


def test_folders_are_no_files(site: Site) -> None:
    (site.folder / "cdr.txt").mkdir()
    assert site.lines() == []


def test_two_names_of_one_file_are_read_once(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    (site.folder / "cdr1.txt").symlink_to(site.folder / "cdr.txt")
    os.link(site.folder / "cdr.txt", site.folder / "cdr2.txt")
    assert site.lines() == [b"one"]


def test_files_are_read_in_the_order_of_their_first_cdrs(tmp_path: Path) -> None:
    site = Site(tmp_path)
    starts = {"cdr.txt": STARTED, "cdr1.txt": STARTED.replace(year=2001), "cdr2.txt": None}
    site.follower = Follower([str(tmp_path / "*.txt")], tmp_path, lambda path: starts[Path(path).name])
    for name in starts:
        site.write(name, b"x\n")
    assert [name for name, _ in site.read()] == ["cdr1.txt", "cdr.txt", "cdr2.txt"]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("content", [b"", b"a\n", b"new\n", b"another line\nand one more\n"])
def test_a_truncated_file_is_read_from_its_beginning(site: Site, restart: bool, content: bytes) -> None:
    site.write("cdr.txt", b"one\ntwo\n")
    site.read()
    site.write("cdr.txt", content)
    assert (site.restarted() if restart else site).lines() == content.splitlines()


def test_an_emptied_file_holds_up_no_other(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    site.write("cdr.txt", b"")
    (site.folder / "cdr.txt").rename(site.folder / "cdr1.txt")
    site.write("cdr2.txt", b"two\n")
    assert site.lines() == [b"two"]


@pytest.mark.parametrize("restart", [False, True])
def test_content_of_equal_length_is_seen_to_be_new(site: Site, restart: bool) -> None:
    site.write("cdr.txt", b"one\ntwo\n")
    site.read()
    site.write("cdr.txt", b"six\nten\n")
    assert (site.restarted() if restart else site).lines() == [b"six", b"ten"]


@pytest.mark.parametrize("restart", [False, True])
def test_longer_content_with_an_equal_beginning_is_seen_to_be_new(site: Site, restart: bool) -> None:
    header = b"h" * 2000 + b"\n"
    site.write("cdr.txt", header + b"one\n")
    site.read()
    site.write("cdr.txt", header + b"six\nten\n")
    assert (site.restarted() if restart else site).lines() == [header[:-1], b"six", b"ten"]


@pytest.mark.parametrize("restart", [False, True])
def test_a_deleted_file_that_is_created_again_is_new(site: Site, restart: bool) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    (site.folder / "cdr.txt").unlink()
    again = site.restarted() if restart else site
    assert again.lines() == []
    site.write("cdr.txt", b"two\nthree\n")
    assert again.lines() == [b"two", b"three"]


@pytest.mark.parametrize("restart", [False, True])
def test_the_rest_of_a_renamed_file_is_read_under_its_first_name(site: Site, restart: bool) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    site.append("cdr.txt", b"two\n")
    (site.folder / "cdr.txt").rename(site.folder / "cdr1.txt")
    site.write("cdr.txt", b"three\n")
    assert sorted((site.restarted() if restart else site).read()) == [("cdr.txt", b"three"), ("cdr.txt", b"two")]


def test_several_renames_between_two_looks_lose_nothing(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    for number in range(3):
        site.append("cdr.txt", b"rest %d\n" % number)
        (site.folder / "cdr.txt").rename(site.folder / f"cdr{number}.txt")
        site.write("cdr.txt", b"begun %d\n" % number)
    expected = [b"begun 0", b"begun 1", b"begun 2", b"rest 0", b"rest 1", b"rest 2"]
    assert sorted(site.lines()) == expected


def test_a_writer_may_go_on_under_the_old_name(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    with (site.folder / "cdr.txt").open("ab", buffering=0) as writer:
        site.read()
        (site.folder / "cdr.txt").rename(site.folder / "cdr1.txt")
        site.write("cdr.txt", b"new\n")
        assert site.lines() == [b"new"]
        writer.write(b"late\n")
        assert site.lines() == [b"late"]


@pytest.mark.parametrize("restart", [False, True])
def test_a_copy_whose_original_is_gone_goes_on_where_it_was(site: Site, restart: bool) -> None:
    site.write("cdr.txt", b"one\ntwo\n")
    site.read()
    site.append("cdr.txt", b"three\n")
    shutil.copy(site.folder / "cdr.txt", site.folder / "kept")
    (site.folder / "cdr.txt").unlink()
    again = site.restarted() if restart else site
    found = again.read()
    (site.folder / "kept").rename(site.folder / "cdr1.txt")
    assert found + again.read() == [("cdr.txt", b"three")]


def test_a_file_that_vanished_and_came_back_is_read_on(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    (site.folder / "cdr.txt").rename(site.folder / "away")
    assert site.lines() == []
    site.append("away", b"two\n")
    (site.folder / "away").rename(site.folder / "cdr.txt")
    assert site.lines() == [b"two"]


def test_a_restart_goes_on_where_it_was(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    site.read()
    site.append("cdr.txt", b"two\n")
    assert site.restarted().lines() == [b"two"]


def test_an_unreadable_file_is_reported_and_read_when_it_can_be(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> object:
        raise PermissionError(13, "Permission denied")

    site.write("cdr.txt", b"one\n")
    site.follower.scan()
    with monkeypatch.context() as patched:
        patched.setattr("connectors.cdr_file.followed.open_shared", refuse)
        assert site.follower.read() is None
    assert [file.problem for file in site.follower.files] == ["Permission denied"]
    assert site.lines() == [b"one"]
    assert [file.problem for file in site.follower.files] == [""]


def test_vanished_files_are_remembered_in_bounded_number(site: Site) -> None:
    for number in range(LOST_FILES + 10):
        site.write("cdr.txt", b"line %d\n" % number)
        site.read()
        (site.folder / "cdr.txt").unlink()
    site.read()
    assert len(site.follower.lost) == LOST_FILES


def test_offsets_beyond_two_gib_are_reached(site: Site) -> None:
    with (site.folder / "cdr.txt").open("wb") as stream:
        stream.truncate(2**31)
        stream.seek(2**31)
        stream.write(b"\nlast\n")
    status = (site.folder / "cdr.txt").stat()
    known = footprint(status.st_dev, status.st_ino, bytes(HEAD_BYTES), b"\n", 2**31 + 1)
    site.follower.restore("cdr.txt", known, STARTED)
    assert site.lines() == [b"last"]


def test_files_are_opened_for_reading_only(site: Site) -> None:
    site.write("cdr.txt", b"one\n")
    (site.folder / "cdr.txt").chmod(0o444)
    before = (site.folder / "cdr.txt").stat()
    assert site.lines() == [b"one"]
    after = (site.folder / "cdr.txt").stat()
    assert (after.st_mtime_ns, after.st_size, after.st_mode) == (before.st_mtime_ns, before.st_size, before.st_mode)
