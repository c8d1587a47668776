"""The project's pages, as the tests of the documentation read them: fenced blocks, inline code, headings, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


class Block(NamedTuple):
    """A fenced block: the page, the line of its first fence, the language behind the fence, the text between."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    """The page's path from the project's root."""
    return page.relative_to(ROOT).as_posix()


def pages() -> list[Path]:
    """All pages for people: those at the top, in `docs/` and beside the test data."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests" / "data").rglob("*.md")])


def blocks(page: Path, *languages: str) -> list[Block]:
    """The fenced blocks of a page in order, by default of all languages."""
    text = page.read_text("utf-8")
    found = [Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in _BLOCK.finditer(text)]
    return [block for block in found if not languages or block.language in languages]


def commands(shell: str) -> Iterator[str]:
    """The commands of a block of shell, one at a time: those over several lines joined, comments left out."""
    pending = ""
    for line in shell.splitlines():
        pending += line
        try:
            words = shlex.split(pending, comments=True)
        except ValueError:  # a quotation mark is still open, or the line goes on in the next one
            pending += "\n"
            continue
        if words:
            yield pending
        pending = ""


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _BLOCK.sub("", page.read_text("utf-8"))


def inline_code(page: Path) -> Iterator[str]:
    """What stands between single backquotes outside of fenced blocks."""
    yield from _CODE.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
