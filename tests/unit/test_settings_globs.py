"""Whether two globs can match the same file: never no where a file says yes."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.settings_globs import may_match_the_same

NAMES = st.text("abc-]![", min_size=1, max_size=6)
PIECES = st.one_of(
    st.sampled_from(["*", "?", "[", "]", "[ab]", "[!a]", "[a-c]", "[]a]", "[!]]", "[b-]", "[c-a]", "[]", "[!]"]), NAMES
)
GLOBS = st.lists(PIECES, min_size=1, max_size=5).map("".join)


@given(GLOBS, GLOBS, NAMES)
def test_two_globs_that_match_a_name_are_found_to_overlap(one: str, other: str, name: str) -> None:
    if fnmatchcase(name, one) and fnmatchcase(name, other):
        assert may_match_the_same(one, other)


@given(GLOBS, NAMES)
def test_a_glob_and_a_plain_name_overlap_just_if_it_matches(glob: str, name: str) -> None:
    plain = name.replace("[", "a")
    assert may_match_the_same(glob, plain) == fnmatchcase(plain, glob)


@given(GLOBS, GLOBS)
def test_overlap_has_no_direction(one: str, other: str) -> None:
    assert may_match_the_same(one, other) == may_match_the_same(other, one)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("/a/cdr*.txt", "/b/cdr*.txt", False),
        ("/a/cdr*.txt", "/a/b/cdr*.txt", False),
        ("/a/*/cdr.txt", "/a/b/cdr.txt", True),
        ("/a/dortmund*.txt", "/a/berlin*.txt", False),
        ("/a/*dortmund.txt", "/a/berlin*", True),
        ("/a/cdr_*.txt", "/a/cdr.txt", False),
        ("/a/cdr?.txt", "/a/cdr[!0-9].txt", True),
        ("/a/cdr[1-4].txt", "/a/cdr[5-9].txt", False),
        ("/a/*a*b*", "/a/*c*", True),
    ],
)
def test_overlap_is_decided_folder_by_folder(one: str, other: str, overlap: bool) -> None:
    assert may_match_the_same(one, other) is overlap
