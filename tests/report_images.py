"""Makes docs/images/report-*.png: reports of a simulated month, as Chromium shows them.

Run it from the project's folder: `.venv/bin/python -m tests.report_images`.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path

from infra.simulator.places import PLACES
from infra.simulator.simulation import Simulation
from tests.browser.browser import chromium
from tests.documents import ROOT
from tests.integration.program import swyx_cdr

MONTH, DAYS, LEGS = datetime(2026, 10, 1, tzinfo=PLACES[0].time_zone), 31, 40_000
CENTRES = (("4100", "Sales"), ("4200", "Support"), ("4300", "Purchasing"), ("4400", "Management"), ("", ""))
RATES = {"+49": "Germany", "+4917": "Germany, mobile", "+41": "Switzerland", "+43": "Austria", "+44": "United Kingdom"}
RATES |= {"+1": "North America", "+4179": "Switzerland, mobile"}
# The report, and how wide and high its picture is.
IMAGES = {
    "report-charges": (("charges", "--by", "cost-centre", "--by", "site"), 1180, 1060),
    "report-bill": (("bill", "--user", "3011@berlin", "--short-numbers"), 1180, 760),
    "report-trunks": (("trunks",), 1400, 900),
}


def simulated(folder: Path) -> Path:
    """The configuration of a month of three sites with users and tariffs, and the files beside it."""
    simulation = Simulation(folder, start=MONTH, rate=LEGS / (DAYS * 86_400), seed=7)
    simulation.write_until(DAYS * 86_400)
    simulation.finish()
    text = simulation.configuration_file.read_text("utf-8")
    for site in simulation.world.sites:
        users = [f"{user.extension},{user.name}," for user in simulation.world.users[site.name]]
        rows = [user + ",".join(reversed(CENTRES[place % 7 % len(CENTRES)])) + ",," for place, user in enumerate(users)]
        head = "extension,name,department,cost_centre,valid_from,valid_until"
        (folder / f"{site.name}.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
        own = f'name = "{site.name}"\n'
        text = text.replace(own, f'{own}tariff = "world-{site.currency.lower()}"\nusers = "{site.name}.csv"\n', 1)
    for currency in sorted({site.currency for site in simulation.world.sites}):
        name = f"world-{currency.lower()}"
        text += f'\n[[tariffs]]\nname = "{name}"\ncurrency = "{currency}"\nrates = "rates.csv"\ndecimals = 4\n'
    head = "prefix,destination,valid_from,valid_until,weekdays,from_time,until_time,connect_fee,price_per_minute"
    rows = [f'{prefix},"{to}",,,,,,0,0.05,60,60,0' for prefix, to in RATES.items()]
    (folder / "rates.csv").write_text("\n".join([f"{head},first_increment,next_increment,minimum", *rows, ""]), "utf-8")
    simulation.configuration_file.write_text(text, "utf-8")
    return simulation.configuration_file


def main(kept: Path | None = None) -> None:
    """Make all images; the pages stay in the folder `kept`, if one is named."""
    images = ROOT / "docs" / "images"
    images.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = kept or Path(scratch)
        config = simulated(folder)
        swyx_cdr("backfill", "--config", config)
        with chromium() as browser:
            for name, (words, width, height) in IMAGES.items():
                page = folder / f"{name}.html"
                period = ("--month", "2026-10", "--locale", "en_GB", "--format", "html", "--output", page)
                swyx_cdr("report", *words, "--config", config, *period)
                shown = browser.new_page(viewport={"width": width, "height": height})
                shown.goto(page.as_uri())
                shown.screenshot(path=images / f"{name}.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
