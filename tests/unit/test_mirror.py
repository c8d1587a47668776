"""The mirror of a site, case by case (contract 3 `mirror`)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.cdr_file.columns import COLUMNS
from connectors.cdr_file.errors import TailError
from connectors.cdr_file.mirror import mirror
from schemas.cdr import Leg
from tests.cdr_lines import HEADER, numbered, parsed, quoted
from tests.mirrored import Faults, Killed, MirroredSite

HEAD = f"{HEADER}\r\n".encode()
# What an append does to the disk: journal written, replaced and its folder, the write, the mirror's file.
THE_WRITE, THE_SYNC = 4, 5


@pytest.fixture
def site(tmp_path: Path) -> MirroredSite:
    return MirroredSite(tmp_path)


def names(site: MirroredSite) -> list[str]:
    return sorted(file.name for file in site.mirror.iterdir())


def test_the_mirror_has_the_bytes_of_the_file(site: MirroredSite) -> None:
    data = b"4.10\r\n" + HEAD + numbered(1, 3) + b"\r\n\0\0\0broken,M\xfcller\n\n" + numbered(4, 900)
    site.append(data)
    site.read()
    site.append(numbered(904, 1)[:50])
    site.read()
    assert site.mirrored() == data

    site.append(numbered(904, 1)[50:])
    site.read()
    assert site.mirrored() == data + numbered(904, 1)


def test_a_byte_order_mark_is_left_out_as_it_may_stand_at_the_beginning_only(site: MirroredSite) -> None:
    site.append(numbered(1, 1), "cdr-first.txt")
    site.append(b"\xef\xbb\xbf" + HEAD + numbered(2, 1), "cdr-second.txt")
    site.read()

    assert site.mirrored() == numbered(1, 1) + HEAD + numbered(2, 1)


def test_each_day_has_its_file_that_begins_with_the_header_in_force(site: MirroredSite) -> None:
    site.append(HEAD + numbered(1, 1))
    site.read()
    site.now += timedelta(hours=15)  # 23:00 UTC is tomorrow in Berlin
    site.append(numbered(2, 1))
    site.read()

    assert names(site) == ["cdr-2026-03-02.txt", "cdr-2026-03-03.txt"]
    assert (site.mirror / "cdr-2026-03-03.txt").read_bytes() == HEAD + numbered(2, 1)


def test_lines_without_a_header_get_that_of_the_specification_behind_another_one(site: MirroredSite) -> None:
    swapped = quoted([COLUMNS[0], *reversed(COLUMNS[1:])])
    site.append(f"{swapped}\r\n".encode(), "cdr-first.txt")
    site.read()
    site.append(numbered(1, 1), "cdr-second.txt")
    site.read()

    assert [leg.record for leg in site.legs()] == [leg.record for leg in site.published]
    assert site.mirrored().count(b"StartTime") == 2


@pytest.mark.parametrize("how", ["emptied", "removed"])
def test_another_program_may_take_what_is_in_the_mirror(site: MirroredSite, how: str) -> None:
    site.append(HEAD + numbered(1, 1))
    site.read()
    (file,) = site.mirror.iterdir()
    file.write_bytes(b"") if how == "emptied" else file.unlink()

    site.append(numbered(2, 1))
    site.read()
    site.restart()
    site.read()

    assert site.mirrored() == HEAD + numbered(2, 1)


@pytest.mark.parametrize("at", [1, THE_WRITE, THE_SYNC])
def test_while_the_mirror_cannot_be_written_nothing_is_published_and_then_everything_once(
    site: MirroredSite, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_RETRY_SECONDS", 0)
    site.append(numbered(1, 3))
    with Faults(at, full=2).happen():
        site.tail.is_idle(look_again=True)
        site.tail.step()

        assert (site.published, site.tail.is_idle()) == ([], False)
        assert site.tail.problems == [f"{site.mirror}: No space left on device"]
        site.tail.beat(final=True)
        assert site.tail.figures.bytes_behind == len(numbered(1, 3))
        site.read()

    assert site.mirrored() == numbered(1, 3)
    assert (len(site.published), site.tail.problems) == (3, [])


def test_bytes_that_could_not_be_flushed_are_written_again(site: MirroredSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed flush the system may hold them for written, though they are not on the disk."""
    monkeypatch.setattr(mirror, "_RETRY_SECONDS", 0)
    site.append(numbered(1, 3))
    faults = Faults(THE_SYNC, full=1)
    with faults.happen():
        site.read()

    assert faults.written == [numbered(1, 3), numbered(1, 3)]
    assert site.mirrored() == numbered(1, 3)


def test_what_a_crash_cuts_off_is_completed_even_if_the_file_is_gone(site: MirroredSite) -> None:
    site.append(numbered(1, 9))
    with Faults(THE_WRITE).happen(), pytest.raises(Killed):
        site.read()
    assert 0 < len(site.mirrored()) < len(numbered(1, 9))
    (site.source / "cdr.txt").unlink()

    site.restart()
    site.tail.look()

    assert site.mirrored() == numbered(1, 9)


def test_a_lost_checkpoint_doubles_nothing(site: MirroredSite) -> None:
    site.append(HEAD + numbered(1, 3))
    site.read()
    site.restart()
    site.append(numbered(4, 1))
    site.read()

    assert len(site.published) == 3 + 4
    assert site.mirrored() == HEAD + numbered(1, 4)


def test_a_file_that_is_gone_when_it_has_been_read_again_is_known_by_what_was_read(site: MirroredSite) -> None:
    site.append(HEAD + numbered(1, 3))
    site.read()
    site.restart()
    site.tail.is_idle(look_again=True)
    site.tail._unmirrored = site.tail._follower.read()
    (site.source / "cdr.txt").unlink()
    site.read()

    assert site.mirrored() == HEAD + numbered(1, 3)


def test_more_than_one_block_that_is_read_again_is_known(site: MirroredSite) -> None:
    site.append(numbered(1, 1500))
    site.read()
    site.restart()
    site.read()

    assert site.mirrored() == numbered(1, 1500)


def test_new_content_under_an_old_name_is_no_content_that_is_known(site: MirroredSite) -> None:
    site.append(numbered(1, 3))
    site.read()
    site.restart()
    (site.source / "cdr.txt").write_bytes(numbered(4, 5))
    site.read()

    assert site.mirrored() == numbered(1, 8)


def test_a_broken_journal_is_no_journal(site: MirroredSite) -> None:
    site.append(numbered(1, 1))
    site.read()
    site.save()
    site.journal.write_bytes(site.journal.read_bytes()[:-20])
    site.restart()
    site.append(numbered(2, 1))
    site.read()

    assert site.mirrored() == numbered(1, 1) + HEAD + numbered(2, 1)


def test_the_journal_keeps_no_lines_when_they_are_in_the_mirror(site: MirroredSite) -> None:
    site.append(numbered(1, 1))
    site.read()

    assert b"User A" not in site.journal.read_bytes()


def test_a_line_begins_on_a_new_line_whatever_stands_before_it(site: MirroredSite) -> None:
    site.append(numbered(1, 1))
    site.read()
    (file,) = site.mirror.iterdir()
    file.write_bytes(b"somebody else's")
    site.restart()
    site.append(numbered(2, 1))
    site.save()
    site.read()

    assert parsed(file.read_bytes())[-1:] == [leg for leg in site.legs() if leg.record.call_id == "2"]


def test_a_line_that_is_too_long_to_wait_for_comes_in_pieces(
    site: MirroredSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "HELD_BYTES", 1000)
    mirrored = b""
    for piece in (b"x" * 2000, b"y" * 2000, b"z\n" + numbered(1, 1)):
        site.append(piece)
        site.read()
        mirrored += piece
        assert site.mirrored() == mirrored


def test_old_files_are_removed_and_no_others(site: MirroredSite) -> None:
    for name in ("cdr-2026-01-30.txt", "cdr-2026-01-31.txt", "cdr-2026-01-01.txt.bak", "notes.txt"):
        (site.mirror / name).write_bytes(b"")

    site.tail.look()

    assert names(site) == ["cdr-2026-01-01.txt.bak", "cdr-2026-01-31.txt", "notes.txt"]


def test_a_mirror_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "mirror").write_bytes(b"")

    with pytest.raises(TailError, match=r"/mirror: .*mirror and state_directory must be folders"):
        MirroredSite(tmp_path)


def test_lines_of_several_files_are_each_whole(site: MirroredSite) -> None:
    for part in (slice(0, 50), slice(50, None)):
        site.append(numbered(1, 1)[part], "cdr-first.txt")
        site.append(numbered(2, 1)[part], "cdr-second.txt")
        site.read()

    assert all(isinstance(found, Leg) for found in parsed(site.mirrored()))
    assert len(site.legs()) == 2
