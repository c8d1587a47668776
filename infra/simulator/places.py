"""The five sites that a simulation may have, in the order in which they join and are linked (a chain)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from infra.simulator.world import V4_10, V11, Site

DORTMUND = Site(
    name="dortmund",
    city="Dortmund",
    time_zone=ZoneInfo("Europe/Berlin"),
    generation=V4_10,
    country_code="49",
    area_code="231",
    number_range="+492314777",
    first_digit="2",
    currency="EUR",
    cost_digits=2,
    cost_decimal=",",
    cost_scale=1,
    lcr_share=0.2,
    trunks=("SwyxGate 1", "SwyxGate 2"),
    clock_offset=0,
)
BERLIN = Site(
    name="berlin",
    city="Berlin",
    time_zone=ZoneInfo("Europe/Berlin"),
    generation=V11,
    country_code="49",
    area_code="30",
    number_range="+493055510",
    first_digit="3",
    currency="EUR",
    cost_digits=4,
    cost_decimal=".",
    cost_scale=1,
    lcr_share=0.7,
    trunks=("SIP Trunk Berlin",),
    clock_offset=-1,
)
ZUERICH = Site(
    name="zuerich",
    city="Zürich",
    time_zone=ZoneInfo("Europe/Zurich"),
    generation=V11,
    country_code="41",
    area_code="44",
    number_range="+41445552",
    first_digit="4",
    currency="CHF",
    cost_digits=2,
    cost_decimal=".",
    cost_scale=1,
    lcr_share=0.0,
    trunks=("SIP Trunk Zürich", "SwyxGate Zürich"),
    clock_offset=-2,
)
WIEN = Site(
    name="wien",
    city="Wien",
    time_zone=ZoneInfo("Europe/Vienna"),
    generation=V4_10,
    country_code="43",
    area_code="1",
    number_range="+4315553",
    first_digit="5",
    currency="EUR",
    cost_digits=2,
    cost_decimal=",",
    cost_scale=100,
    lcr_share=0.0,
    trunks=("SwyxGate Wien",),
    clock_offset=-1,
)
LONDON = Site(
    name="london",
    city="London",
    time_zone=ZoneInfo("Europe/London"),
    generation=V11,
    country_code="44",
    area_code="20",
    number_range="+44205554",
    first_digit="6",
    currency="GBP",
    cost_digits=4,
    cost_decimal=".",
    cost_scale=1,
    lcr_share=0.0,
    trunks=("SIP Trunk London",),
    clock_offset=-1,
)
PLACES = (DORTMUND, BERLIN, ZUERICH, WIEN, LONDON)
