"""The privacy keys of a site (docs/privacy.md): what is refused, and that the secret is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.wiring_privacy import guards, kept_topics
from schemas.topics import CALLS, LIFECYCLE, REJECTS, SITES, TOPICS
from tests.unit.configurations import link, load, problems, site

KEY = "0123456789abcdef"


@pytest.fixture
def key(tmp_path: Path) -> str:
    """The line that takes the key of the pseudonyms from a file."""
    (tmp_path / "key").write_text(KEY + "\n")
    return 'pseudonyms = "file:key"'


def test_without_privacy_keys_nothing_stands_between_reading_and_publishing(tmp_path: Path) -> None:
    settings = load(tmp_path, site("a") + site("b", "retention_days = 90"))

    assert guards(settings, settings.sites) == {}


@pytest.mark.parametrize("line", ['never_recorded = ["222"]', "mask_destination_digits = 3"])
def test_a_site_with_a_key_is_guarded(tmp_path: Path, line: str) -> None:
    settings = load(tmp_path, site("a") + site("b", line))

    assert list(guards(settings, settings.sites)) == ["b"]


def test_masks_that_are_only_shown_change_nothing_at_the_source(tmp_path: Path) -> None:
    settings = load(tmp_path, site("a", 'mask_destination_digits = 3\nmask_destinations = "shown"'))

    assert guards(settings, settings.sites) == {}


def test_the_key_of_the_pseudonyms_is_never_shown(tmp_path: Path, key: str) -> None:
    settings = load(tmp_path, site("a", key))

    assert settings.sites[0].pseudonyms == KEY
    assert KEY not in repr(settings)


def test_a_key_in_the_configuration_itself_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, site("a", f'pseudonyms = "{KEY}"'))

    assert 'sites.a.pseudonyms: found a password in the file; expected "env:NAME" or "file:PATH"' in problem
    assert KEY not in problem


def test_a_short_key_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("too short")

    (problem,) = problems(tmp_path, site("a", 'pseudonyms = "file:key"'))

    assert "sites.a.pseudonyms: found ***; expected at least 16 bytes" in problem


def test_linked_sites_need_one_key(tmp_path: Path, key: str) -> None:
    (problem,) = problems(tmp_path, site("a", key) + site("b") + link("a", "b"))

    assert "sites.b.pseudonyms: found another key than at a" in problem


@pytest.mark.parametrize("entry", ["", "???", "+49 231", "anna"])
def test_what_is_no_number_cannot_be_named(tmp_path: Path, entry: str) -> None:
    (problem,) = problems(tmp_path, site("a", f'never_recorded = ["{entry}"]'))

    assert "sites.a.never_recorded" in problem


def test_rows_cannot_go_while_calls_may_change(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "[pipeline]\nlate_days = 7\n" + site("a", "retention_days = 8"))

    assert "sites.a.retention_days: found 8; expected at least 9" in problem


def test_messages_are_kept_as_ever_while_one_site_keeps_its_rows(tmp_path: Path) -> None:
    assert kept_topics(load(tmp_path, site("a", "retention_days = 20") + site("b"))) == list(TOPICS)


def test_messages_go_with_the_rows_that_stay_the_longest(tmp_path: Path) -> None:
    settings = load(tmp_path, site("a", "retention_days = 20") + site("b", "retention_days = 60"))

    days = {topic.name: (topic.policy, (topic.retention_hours or 0) // 24) for topic in kept_topics(settings)}

    assert days[CALLS.name] == ("compact,delete", 60)
    assert days[REJECTS.name] == ("delete", 60)
    assert days[LIFECYCLE.name] == ("delete", 30)
    assert days[SITES.name] == ("compact", 0)
