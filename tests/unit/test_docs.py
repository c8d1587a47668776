"""Guards over the documentation: what it names exists, and what it shows is valid."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from pipeline.cli.main import app
from pipeline.cli.settings import load_settings
from tests.documents import ROOT, Block, anchors, blocks, commands, inline_code, name_of, pages, prose

SHELL = ("bash", "sh", "")
PATH = re.compile(r"(?:\.ci|bench|connectors|docs|infra|pipeline|schemas|scripts|tests)/[\w./*<>{},-]*")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PROGRAM: Any = typer.main.get_command(app)


def invocations(shell: str) -> Iterator[list[str]]:
    """The arguments of each `swyx-cdr …` that a command begins with, in front of it variables at most."""
    for command in commands(shell):
        if re.match(r"(?:\w+=\S+ )*(?:\.venv/bin/)?swyx-cdr ", command):
            words = shlex.split(command, comments=True)
            first = next(place for place, word in enumerate(words) if word.endswith("swyx-cdr"))
            yield words[first + 1 :]


def options_of(words: list[str]) -> set[str]:
    """All options of the command that these words begin with, which may be a command of a command."""
    command = PROGRAM
    for word in words:
        if word not in getattr(command, "commands", ()):
            break
        command = command.commands[word]
    return {"--help", *(name for parameter in command.params for name in parameter.opts)}


SHOWN = [
    pytest.param(words, id=f"{block}: {' '.join(words)}"[:80])
    for page in pages()
    for block in blocks(page, *SHELL)
    for words in invocations(block.text)
]
MENTIONED = [
    pytest.param(words, id=f"{name_of(page)}: {' '.join(words)}"[:80])
    for page in pages()
    for code in inline_code(page)
    for words in invocations(code)
]
TOML = [pytest.param(block, id=str(block)) for page in pages() for block in blocks(page, "toml")]


@pytest.mark.parametrize("words", SHOWN)
def test_a_command_that_is_shown_is_one_that_the_program_takes(words: list[str]) -> None:
    command, arguments = PROGRAM, words
    while hasattr(command, "commands"):  # the program itself, and commands that have commands
        name, *arguments = arguments
        command = command.commands[name]
    # Raises what the user would get as wrong use; nothing runs.
    command.make_context(name, arguments)


@pytest.mark.parametrize("words", MENTIONED)
def test_a_command_that_is_mentioned_exists_with_its_options(words: list[str]) -> None:
    assert words[0] in {*PROGRAM.commands, "--help", "--version"}
    assert {word for word in words if word.startswith("--")} - options_of(words) == set()


@pytest.mark.parametrize("block", TOML)
def test_a_configuration_that_is_shown_is_valid(block: Block, tmp_path: Path) -> None:
    """A fragment is completed by what it lacks: a minimal site for each one that only its links name, any text for
    each variable that it takes a secret from.
    """
    file = tmp_path / "swyx-cdr.toml"
    file.write_text(block.text + "".join(minimal_site(name) for name in missing_sites(block.text)), "utf-8")

    settings = load_settings(file, dict.fromkeys(re.findall(r"env:(\w+)", block.text), "clickhouse://user@host:9000"))

    assert settings.file == file


def missing_sites(text: str) -> list[str]:
    linked = {name for names in re.findall(r"^sites = \[(.+)\]", text, re.MULTILINE) for name in names.split(",")}
    return sorted({name.strip(' "') for name in linked} - set(re.findall(r'^name = "(.+?)"', text, re.MULTILINE)))


def minimal_site(name: str) -> str:
    return f'\n[[sites]]\nname = "{name}"\nfiles = ["{name}/cdr*.txt"]\narea_code = "30"\n'


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for target in LINK.findall(prose(page)):
        path, _, anchor = target.partition("#")
        if not re.match(r"https?:", path):
            file = (page.parent / path) if path else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_files_that_a_page_names_exist(page: Path) -> None:
    """In a name, `…`, `NNNN` and `<name>` stand for any text."""
    lost = []
    for code in inline_code(page):
        for name in PATH.findall(code) if PATH.match(code) else []:
            patterns = [re.sub(r"<\w+>|NNNN", "*", part) for part in alternatives(name.rstrip("."))]
            lost += [pattern for pattern in patterns if not any(ROOT.glob(pattern.rstrip("/")))]
    assert lost == []


def alternatives(name: str) -> list[str]:
    """`a/{b,c}` as `a/b` and `a/c`."""
    found = re.fullmatch(r"(.*)\{(.+)\}(.*)", name)
    return [found[1] + middle + found[3] for middle in found[2].split(",")] if found else [name]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_tests_that_a_page_names_exist(page: Path) -> None:
    lost = []
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", prose(page)):
        if not (ROOT / file).exists() or f"\ndef {test}(" not in (ROOT / file).read_text("utf-8"):
            lost.append(f"{file}::{test}")
    assert lost == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md" and page.exists():
            reached.add(page)
            waiting += [(page.parent / target.partition("#")[0]).resolve() for target in LINK.findall(prose(page))]
    unreached = {name_of(page) for page in pages()} - {name_of(page) for page in reached}
    assert {name for name in unreached if not name.startswith("tests/data/")} == set()
