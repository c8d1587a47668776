"""Change notification: a hint that comes soon where it comes, and that nothing depends on (docs/delivery.md)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.cdr_file.notify import Notifier

DEADLINE_SECONDS = 60


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wake = threading.Event()
        globs = {"dortmund": [str(folder / "cdr*.txt")], "berlin": [str(folder / "berlin" / "*.txt")]}
        self.notifier = Notifier(globs, self.wake)

    def wakes_when_written(self, name: str) -> bool:
        """Watching begins at some moment after it was asked for, so the file is written until it is noticed."""
        self.wake.clear()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            with (self.folder / name).open("ab") as stream:
                stream.write(b"x\n")
            if self.wake.wait(0.1):
                return True
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.notifier.close()


def test_a_change_of_a_file_wakes(site: Site) -> None:
    assert site.wakes_when_written("cdr.txt")


def test_notifications_are_known_to_work_for_the_site_they_came_for(site: Site) -> None:
    assert site.wakes_when_written("cdr.txt")
    now = time.monotonic()
    assert site.notifier.tells_of("dortmund", now)
    assert not site.notifier.tells_of("dortmund", now + 3600)
    assert not site.notifier.tells_of("berlin", now)


def test_other_files_of_the_folder_do_not_wake(site: Site) -> None:
    site.notifier._tell([str(site.folder / "trace.log"), str(site.folder / "other" / "cdr.txt")])
    assert not site.wake.is_set()
    site.notifier._tell([str(site.folder / "cdr1.txt")])
    assert site.wake.is_set()


def test_a_folder_that_comes_later_or_again_is_watched(site: Site) -> None:
    for _ in range(2):
        (site.folder / "berlin").mkdir()
        assert site.wakes_when_written("berlin/cdr.txt")
        (site.folder / "berlin").rename(site.folder / f"away-{time.monotonic_ns()}")


def test_folders_are_watched_when_asked_for(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cdr-more").mkdir()
    site.notifier.watch(frozenset([str(tmp_path / "cdr-more")]))
    assert site.wakes_when_written("cdr-more/x.txt")


def test_a_system_that_cannot_notify_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = threading.Semaphore(0)

    def refuse(*_arguments: object) -> None:
        refused.release()
        raise OSError("limit on inotify watches reached")

    monkeypatch.setattr("watchfiles._rust_notify.RustNotify", refuse)
    monkeypatch.setattr("connectors.cdr_file.notify._RETRY_SECONDS", 0.0)
    site = Site(tmp_path)
    try:
        assert all(refused.acquire(timeout=DEADLINE_SECONDS) for _ in range(3))
    finally:
        site.notifier.close()
    assert capsys.readouterr().out.count("no change notification, looking at the files instead") == 1
