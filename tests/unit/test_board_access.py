"""Who may read the board: names of this machine, the token, its cookie."""

from __future__ import annotations

import pytest

from pipeline.board.access import COOKIE, Access

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.8.9.1", "[::1]:8080", "[::1]"])
def test_names_of_this_machine_are_answered_to(host: str) -> None:
    assert Access().allows_host(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example:8080", "127.0.0.1.nip.io", "10.0.0.1", "::1"]
)
def test_other_names_are_not(host: str) -> None:
    assert not Access().allows_host(host)


@pytest.mark.parametrize("access", [Access(token=TOKEN), Access(behind_proxy=True)])
def test_a_protected_board_answers_to_any_name(access: Access) -> None:
    assert access.allows_host("board.example.com")


def test_a_board_without_token_lets_everyone_read() -> None:
    assert Access().allows("", "")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \udcff"])
def test_whoever_does_not_know_the_token_may_not_read(authorization: str) -> None:
    assert not Access(TOKEN).allows("", authorization)


@pytest.mark.parametrize("cookie", ["", TOKEN, "wrong", "\udcff"])
def test_no_other_cookie_opens_the_board(cookie: str) -> None:
    assert not Access(TOKEN).allows(cookie, "")


def test_the_token_in_a_header_opens_the_board() -> None:
    assert Access(TOKEN).allows("", f"bearer {TOKEN}")


def test_the_cookie_opens_the_board_and_does_not_hold_the_token() -> None:
    cookie = Access(TOKEN).cookie()
    value = cookie.removeprefix(f"{COOKIE}=").partition(";")[0]

    assert TOKEN not in cookie
    assert Access(TOKEN).allows(value, "")
    assert not Access("another token of it").allows(value, "")


def test_scripts_and_other_sites_do_not_get_the_cookie() -> None:
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(Access(TOKEN).cookie().split("; "))
    assert "Secure" in Access(TOKEN, behind_proxy=True).cookie().split("; ")
