"""The README's commands, run in order as a reader would, and what it shows of their output.

They run in a folder that has what they need of a clone. Its `.venv` stands for the environment that runs the tests,
so `scripts/setup` has nothing to do there. What else is done otherwise stands in `SKIPPED` and `REPLACED`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.documents import ROOT, Block, blocks, commands

DEADLINE_SECONDS = 300
README = ROOT / "README.md"
# The folder of the PBX that the README's first configuration reads, and a real file to stand there.
PBX_FOLDER, PBX_FILE = "/mnt/swyx", ROOT / "tests" / "data" / "spec" / "transfer" / "cdr.txt"
SKIPPED = {
    "git clone": "the tests run in what it gives",
    "scripts/setup": "makes the environment that runs the tests",
    "scripts/check": "runs before the tests",
    "scripts/test": "would run itself",
    "scripts/bench": "measures, for minutes",
}
REPLACED = {
    "scripts/demo --seconds 60": "scripts/demo --seconds 10",
    "swyx-cdr run": "swyx-cdr run --until-idle",  # of itself it ends by Ctrl-C
    f"swyx-cdr inspect {PBX_FOLDER}/cdr.txt": "swyx-cdr inspect pbx/cdr.txt",
}


class Step(NamedTuple):
    """A command of the README that was run, with the block that shows its output, if one follows."""

    command: str
    exit_code: int
    output: str
    errors: str
    shown: str


def steps() -> Iterator[tuple[str, str]]:
    """The commands to run, in order, each with the output that the README shows below it."""
    found = blocks(README, "bash", "text")
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.language == "bash":
            wanted = [command for command in commands(block.text) if not command.startswith(tuple(SKIPPED))]
            for command in wanted:
                shown = after.text if after and after.language == "text" and command == wanted[-1] else ""
                yield REPLACED.get(command, command), shown


def clone(folder: Path) -> None:
    """What the README's commands need of a clone, and the configuration that it tells to write."""
    shutil.copytree(ROOT / "tests/data/spec", folder / "tests/data/spec", ignore=shutil.ignore_patterns("state"))
    write_program(folder / "scripts/demo", (ROOT / "scripts/demo").read_text("utf-8"))
    write_program(folder / "scripts/setup", "")
    write_program(folder / ".venv/bin/activate", "")
    write_program(folder / ".venv/bin/swyx-cdr", f'exec {sys.executable} -m pipeline.cli "$@"\n')
    shutil.copytree(PBX_FILE.parent, folder / "pbx")
    (folder / "swyx-cdr.toml").write_text(first_configuration().text.replace(PBX_FOLDER, str(folder / "pbx")), "utf-8")


def first_configuration() -> Block:
    return blocks(README, "toml")[0]


def write_program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}", "utf-8")
    file.chmod(0o755)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """Every command, up to the first one that fails."""
    folder = tmp_path_factory.mktemp("readme")
    clone(folder)
    path = f"{folder}/.venv/bin:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    found: list[Step] = []
    for command, shown in steps():
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        found.append(Step(command, run.returncode, run.stdout, run.stderr, shown))
        if run.returncode:
            break
    return found


def step(done: list[Step], words: str) -> Step:
    """The one command that holds these words."""
    (found,) = (step for step in done if words in step.command)
    return found


def test_every_command_of_the_readme_succeeds(done: list[Step]) -> None:
    assert [(step.command, step.exit_code, step.errors) for step in done if step.exit_code] == []
    assert len(done) == len(list(steps()))


def test_the_readme_has_the_commands_that_are_run_otherwise() -> None:
    written = [command for block in blocks(README, "bash") for command in commands(block.text)]
    assert set(REPLACED) - set(written) == set()


def test_every_sum_of_the_demo_is_equal_as_shown(done: list[Step]) -> None:
    """The numbers are those of 10 s instead of 60; the rows are the same."""
    demo = step(done, "scripts/demo")
    row = re.compile(r"^│ (.+?) +│.+│.+│ (\w+) │$", re.MULTILINE)
    assert row.findall(demo.output) == row.findall(demo.shown)
    assert {verdict for _, verdict in row.findall(demo.output)} == {"equal"}


def test_of_the_money_of_one_call_in_several_files_one_record_counts(done: list[Step]) -> None:
    found = step(done, "argMax")
    columns = re.findall(r"─(\w+)─", found.shown.splitlines()[0])
    rows = [line.split("│")[1:-1] for line in found.output.splitlines() if "│" in line]
    assert re.findall(r"─(\w+)─", found.output.splitlines()[0]) == columns
    assert [int(row[columns.index("counted")]) for row in rows] == [0] * (len(rows) - 1) + [1]


def test_the_settlement_has_the_columns_as_shown(done: list[Step]) -> None:
    found = step(done, "settlement")
    columns = re.findall(r"─(\w+)─", found.shown.splitlines()[0])
    assert re.findall(r"─(\w+)─", found.output.splitlines()[0]) == columns


def test_the_calls_of_the_specification_are_those_shown(done: list[Step]) -> None:
    found = step(done, "leg_count, amounts")
    assert "transfer:3:2002-11-19T13:08:24   │         3 │ {'EUR':5.56} " in found.output
    assert found.output == found.shown


def test_the_file_of_a_pbx_is_what_is_shown(done: list[Step]) -> None:
    found = step(done, "inspect")
    assert set(found.shown.splitlines()) - set(found.output.splitlines()) == set()


def test_the_configuration_of_a_pbx_is_found_valid(done: list[Step]) -> None:
    assert step(done, "check-config").output.endswith("\nthe configuration is valid\n")
