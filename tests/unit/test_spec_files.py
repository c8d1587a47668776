"""What kb4042 tells of an accounting program that reads and then clears or deletes cdr.txt, seen by our own reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cdr_lines import HEADER, numbered
from tests.unit.test_follow import Site

HEAD = f"4.10\r\n{HEADER}\r\n".encode()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def cdrs(site: Site) -> list[bytes]:
    """The CallIds of the CDRs that are new."""
    return [line.split(b'"')[1] for line in site.lines() if line.startswith(b'"') and b"CallId" not in line]


def test_kb4042_a_query_that_clears_the_file_costs_no_cdr_that_was_read_and_doubles_none(site: Site) -> None:
    site.write("cdr.txt", HEAD + numbered(1, 3))
    found = cdrs(site)
    site.write("cdr.txt", b"")
    found += cdrs(site)
    site.append("cdr.txt", HEAD + numbered(4, 2))

    assert found + cdrs(site) == [b"1", b"2", b"3", b"4", b"5"]


def test_kb4042_a_query_that_deletes_the_file_costs_no_cdr_that_was_read_and_doubles_none(site: Site) -> None:
    site.write("cdr.txt", HEAD + numbered(1, 3))
    found = cdrs(site)
    (site.folder / "cdr.txt").unlink()
    found += cdrs(site)
    site.write("cdr.txt", HEAD + numbered(4, 2))

    assert found + cdrs(site) == [b"1", b"2", b"3", b"4", b"5"]


def test_kb4042_of_two_programs_that_access_the_file_at_once_only_what_was_cleared_unread_is_lost(site: Site) -> None:
    site.write("cdr.txt", HEAD + numbered(1, 2))
    found = cdrs(site)
    site.append("cdr.txt", numbered(3, 1))
    site.write("cdr.txt", HEAD + numbered(4, 2))

    assert found + cdrs(site) == [b"1", b"2", b"4", b"5"]
