"""The board for readers of two languages, by keyboard and screen reader, on a phone, in the dark, beside a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.boards import PHONE, Shown, opened, running_board
from tests.browser.conftest import Stocked

LEAST_CONTRAST = 4.5
TOKEN = "0123456789abcdef"
# Texts whose contrast with the ground that they stand on is less than that (WCAG 2.2, 1.4.3), with the ratio.
PALE_TEXTS = """least => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = part => {
        for (let at = part; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll('body *')]
        .filter(part => [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .filter(part => part.checkVisibility() && !part.closest('svg'))
        .map(part => {
            const [one, other] = [light(channels(getComputedStyle(part).color)), light(ground(part))];
            return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), part.className, part.textContent];
        })
        .filter(([ratio]) => ratio < least);
}"""


@pytest.fixture
def shown(stocked: Stocked, browser: Browser) -> Iterator[Shown]:
    with opened(browser, stocked.address) as shown:
        shown.wait_for_calls(50)
        yield shown


def open_all_stories(page: Page) -> None:
    page.eval_on_selector_all("details", "all => all.forEach(details => details.open = true)")
    page.wait_for_function("() => [...document.querySelectorAll('.story')].every(story => story.children.length)")


def focused(page: Page) -> str:
    found: str = page.evaluate("() => document.activeElement.id || document.activeElement.tagName")
    return found


def test_a_german_reader_gets_german_words_numbers_and_times(stocked: Stocked, browser: Browser) -> None:
    with opened(browser, stocked.address, locale="de-DE") as shown:
        shown.page.wait_for_selector("[data-figure='charges'] data")
        assert shown.page.locator("html").get_attribute("lang") == "de"
        assert shown.page.locator("#calls-heading").inner_text() == "Gespräche"
        amounts = shown.page.locator("[data-figure='charges'] dd").all_inner_texts()
        assert all(
            "," in amount and amount.endswith(("\N{NO-BREAK SPACE}€", "\N{NO-BREAK SPACE}CHF")) for amount in amounts
        )


def test_the_language_that_was_chosen_stays(shown: Shown) -> None:
    shown.page.get_by_role("button", name="Deutsch").click()
    assert shown.page.locator("#calls-heading").inner_text() == "Gespräche"

    shown.page.reload()
    shown.page.wait_for_selector("html[lang='de']")
    assert shown.page.get_by_role("button", name="Deutsch").get_attribute("aria-pressed") == "true"


def test_a_keyboard_skips_to_the_calls_and_opens_one(shown: Shown) -> None:
    keyboard = shown.page.keyboard
    keyboard.press("Tab")
    assert shown.page.locator(".skip").evaluate(
        "link => link === document.activeElement && link.getBoundingClientRect().left >= 0"
    )
    keyboard.press("Enter")
    assert focused(shown.page) == "calls"
    keyboard.press("Tab")
    assert focused(shown.page) == "SUMMARY"
    keyboard.press("Enter")

    shown.page.wait_for_selector("#calls > li:first-child .legs > li")
    outline = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert shown.page.evaluate(outline) == "solid"


def test_a_page_can_be_paused(shown: Shown) -> None:
    shown.page.get_by_role("button", name="Pause").click()
    shown.wait_for_connection("paused")
    shown.page.get_by_role("button", name="Resume").click()
    shown.wait_for_connection("live")


def test_a_screen_reader_finds_landmarks_headings_and_named_tables(shown: Shown) -> None:
    page = shown.page
    page.wait_for_selector("#charges table")
    assert [page.locator(mark).count() for mark in ("h1", "main", "body > header", "aside[aria-label]")] == [1] * 4
    assert page.locator("section:not([aria-labelledby])").count() == 0
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("#hour svg[role=img][aria-label]").count() == 1
    assert page.locator("[aria-live=polite], [role=status], [role=alert]").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(stocked: Stocked, browser: Browser, scheme: str) -> None:
    with opened(browser, stocked.address, color_scheme=scheme, reduced_motion="reduce") as shown:
        shown.wait_for_calls(50)
        open_all_stories(shown.page)
        assert shown.page.evaluate(PALE_TEXTS, LEAST_CONTRAST) == []


@pytest.mark.parametrize("width", [320, 360, 800])
def test_a_narrow_page_scrolls_in_one_direction_only(stocked: Stocked, browser: Browser, width: int) -> None:
    with opened(browser, stocked.address, viewport={**PHONE, "width": width}, locale="de-DE") as shown:
        shown.wait_for_calls(50)
        open_all_stories(shown.page)
        assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a board with a token; its warehouse is away."""
    monkeypatch.setenv("SWYX_CDR__BOARD__TOKEN", TOKEN)
    config = tmp_path / "swyx-cdr.toml"
    config.write_text('[[sites]]\nname = "dortmund"\nfiles = ["cdr.txt"]\narea_code = "231"\n')
    with running_board(config, tmp_path / "log") as board:
        yield board.address


def test_a_token_signs_in_by_form_and_by_link(guarded: str, browser: Browser) -> None:
    with opened(browser, guarded) as shown:
        field = shown.page.get_by_label("Token")
        field.fill("wrong")
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_selector("[role=alert]:has-text('That is not the token.')")
        field.fill(TOKEN)
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_selector("#problem:has-text('embedded servers')")
    with opened(browser, f"{guarded}#token={TOKEN}") as shown:
        shown.wait_for_connection("live")
        assert shown.page.url == guarded


def test_the_browser_has_nothing_to_complain_of(shown: Shown) -> None:
    open_all_stories(shown.page)
    assert shown.complaints == []
