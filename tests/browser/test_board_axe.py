"""The board by axe-core's rules for accessibility, with every story open."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.boards import opened
from tests.browser.conftest import Stocked


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stocked: Stocked, browser: Browser, scheme: str) -> None:
    with opened(browser, stocked.address, color_scheme=scheme, reduced_motion="reduce") as shown:
        shown.wait_for_calls(50)
        shown.page.wait_for_selector("#charges tbody")
        shown.page.eval_on_selector_all("details", "all => all.forEach(details => details.open = true)")

        report = Axe().run(shown.page)

        assert report.violations_count == 0, report.generate_report()
