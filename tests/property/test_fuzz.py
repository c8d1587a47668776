"""Fuzzing of the reading of cdr.txt, as much of it as fits into every run of the tests (docs/cdr-format.md)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fuzz.__main__ import main
from tests.fuzz.accounting import account
from tests.fuzz.files import DIALECTS

CORPUS = sorted((Path(__file__).parents[1] / "fuzz" / "corpus").iterdir())


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name)
def test_every_byte_of_the_corpus_is_accounted_for_in_every_dialect(file: Path) -> None:
    data = file.read_bytes()
    for dialect in DIALECTS:
        account(data, dialect, range(0, len(data), max(7, len(data) // 50)))


def test_random_files_raise_nothing_and_lose_no_byte(capsys: pytest.CaptureFixture[str]) -> None:
    failed = main(1000, seed=2)

    report = json.loads(capsys.readouterr().out)
    assert (failed, report["exceptions"], report["not_accounted"]) == (0, 0, 0)
    assert report["lines"]["legs"] > 500
