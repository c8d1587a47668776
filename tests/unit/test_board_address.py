"""Where the board listens, and what is said where it cannot."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.board_address import LISTEN, demo_listen, page, reserve, with_board_at
from pipeline.cli.errors import CommandError
from tests.unit.configurations import load, problems

TOKEN = "0123456789abcdef"


@pytest.fixture
def taken() -> Iterator[str]:
    """An address that another program has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield f"127.0.0.1:{other.getsockname()[1]}"


def test_an_address_that_is_taken_is_refused_with_key_and_remedy(taken: str) -> None:
    with pytest.raises(
        CommandError, match=rf"^board\.listen: cannot listen on {re.escape(taken)}: .+; end .+{LISTEN}$"
    ):
        reserve(taken)


def test_port_0_becomes_a_free_one(tmp_path: Path) -> None:
    settings = with_board_at(load(tmp_path, ""), "127.0.0.1:0")
    assert re.fullmatch(r"127\.0\.0\.1:[1-9][0-9]+", settings.board.listen)


def test_the_demo_takes_the_address_that_its_user_names(taken: str) -> None:
    assert demo_listen({LISTEN: taken}) == taken


def test_the_page_of_a_board_on_all_addresses_is_on_this_machine_too() -> None:
    assert page("0.0.0.0:80") == "http://127.0.0.1:80/"
    assert page("[::]:80") == "http://[::1]:80/"
    assert page("localhost:8080") == "http://localhost:8080/"


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "192.0.2.1:80", "[::]:8080", "board.example.com:80"])
def test_a_board_for_other_machines_needs_a_protection(tmp_path: Path, listen: str) -> None:
    (problem,) = problems(tmp_path, f'[board]\nlisten = "{listen}"')
    assert re.search(
        r"board\.listen: found .*, which other machines reach; expected .* token, or behind_proxy", problem
    )


@pytest.mark.parametrize(
    ("lines", "environ"),
    [
        ('listen = "127.0.0.1:0"', {}),
        ('listen = "localhost:8080"', {}),
        ('listen = "[::1]:8080"', {}),
        ('listen = "0.0.0.0:80"\nbehind_proxy = true', {}),
        ('listen = "0.0.0.0:80"\ntoken = "env:TOKEN"', {"TOKEN": TOKEN}),
    ],
)
def test_a_board_that_is_protected_or_of_this_machine_is_valid(
    tmp_path: Path, lines: str, environ: dict[str, str]
) -> None:
    assert load(tmp_path, f"[board]\n{lines}", environ).board.token == environ.get("TOKEN", "")


@pytest.mark.parametrize(
    ("token", "environ", "found"),
    [
        (TOKEN, {}, 'board.token: found a password in the file; expected "env:NAME" or "file:PATH"; move it there'),
        ("env:TOKEN", {}, 'board.token: found "env:TOKEN"; expected that variable to be set; set TOKEN'),
        ("env:TOKEN", {"TOKEN": "guess"}, "board.token: found 5 characters; expected at least 16; take e.g. `openssl"),
    ],
)
def test_a_token_that_is_no_secret_is_refused(tmp_path: Path, token: str, environ: dict[str, str], found: str) -> None:
    (problem,) = problems(tmp_path, f'[board]\nlisten = "0.0.0.0:80"\ntoken = "{token}"', environ)
    assert problem.startswith(found)


def test_the_token_is_never_shown(tmp_path: Path) -> None:
    assert TOKEN not in repr(load(tmp_path, '[board]\ntoken = "env:TOKEN"', {"TOKEN": TOKEN}))
