"""The benchmarks of whole processes still run, on sizes that measure nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["growth.py", "400"],
        ["backfill.py", "300"],
        ["worker.py", "300"],
        ["end_to_end.py", "300", "2"],
        ["questions.py", "2000"],
        ["board.py", "300", "3"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_benchmark_prints_one_json_line_with_a_ratio_and_what_others_took(arguments: list[str]) -> None:
    program, *sizes = arguments

    done = subprocess.run(
        [sys.executable, ROOT / "bench" / program, *sizes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["ratio"] > 0
    assert 0 <= printed["stolen_percent"] <= 100
