"""What the worker does with an order to tell days anew (contract 2, `rerate`)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.agents.groups import Groups
from pipeline.agents.join import Output, Refusal, Source, join
from pipeline.agents.rerate import OTHER_CONFIGURATION, rerate
from pipeline.domain.rules import GroupRules
from schemas.cdr import Lifecycle, Rerate
from schemas.codec import decode, encode
from schemas.rows import Call, Charge, Total
from tests.archives import EmptyArchive
from tests.builders import leg, rules
from tests.rates import row, tariff

DAY = "2002-11-19"


def at_price(price: str) -> GroupRules:
    """Dortmund has a tariff with this price a minute; it is the fingerprint too."""
    plain = rules()
    dortmund = replace(plain.sites["dortmund"], tariff=tariff(row(price, "60/60", prefix="+")))
    return replace(plain, sites={**plain.sites, "dortmund": dortmund}, fingerprint=price)


def groups_with_a_call(read_again: GroupRules | str = "not to be read") -> Groups:
    """Groups at 0.06 a minute that hold one call of Dortmund into the PSTN."""
    again = read_again if isinstance(read_again, str) else {"berlin": read_again}
    groups = Groups({"berlin": at_price("0.06")}, lambda: again)
    one = leg("1", connect=5, end=65, called_number="+4930123", destination_device="SwyxGate 1")
    message = encode(Lifecycle("dortmund", "", 1, (one,)))
    asyncio.run(join(message, Source("cdr.lifecycle", 0, 1), groups, EmptyArchive(), 1, datetime.now(UTC)))
    return groups


def carry_out(groups: Groups, order: Rerate) -> tuple[Refusal | None, list[object]]:
    """The answer to an order at offset 2, and the rows that it led to."""
    told: list[Output] = []

    async def publish(outputs: list[Output]) -> None:
        told.extend(outputs)

    refusal = asyncio.run(rerate(order, Source("cdr.lifecycle", 0, 2), groups, EmptyArchive(), 1, publish))
    return refusal, [decode(output.value) for output in told]


def test_an_order_of_the_same_configuration_tells_the_day_anew() -> None:
    refusal, rows = carry_out(groups_with_a_call(), Rerate("berlin", "", DAY, "0.06"))

    assert refusal is None
    assert {type(found) for found in rows} >= {Call, Charge, Total}


def test_rows_told_anew_are_newer_than_those_before() -> None:
    _, rows = carry_out(groups_with_a_call(), Rerate("berlin", "", DAY, "0.06"))

    assert all(found.version > (1 << 52 | 1 << 8) for found in rows)  # type: ignore[attr-defined]


def test_other_days_and_other_sites_are_left_alone() -> None:
    groups = groups_with_a_call()

    assert carry_out(groups, Rerate("berlin", "", "2002-11-20", "0.06")) == (None, [])
    assert carry_out(groups, Rerate("berlin", "zurich", DAY, "0.06")) == (None, [])


def test_a_worker_reads_its_configuration_again_when_an_order_has_another_one() -> None:
    groups = groups_with_a_call(at_price("0.12"))

    refusal, _ = carry_out(groups, Rerate("berlin", "", DAY, "0.12"))

    assert refusal is None
    assert groups.named("berlin").rules.fingerprint == "0.12"


def test_groups_by_new_rules_begin_with_the_warehouse_alone() -> None:
    groups = groups_with_a_call(at_price("0.12"))

    assert groups.adopt("berlin", "0.12") is None

    assert (groups.legs, groups.named("berlin").opened) == (0, False)


def test_an_order_of_a_configuration_that_the_worker_cannot_find_is_refused() -> None:
    groups = groups_with_a_call(at_price("0.12"))

    refusal, rows = carry_out(groups, Rerate("berlin", "", DAY, "0.24"))

    assert (refusal and refusal.reason, rows) == (OTHER_CONFIGURATION, [])
    assert groups.named("berlin").rules.fingerprint == "0.06"


def test_a_configuration_that_cannot_be_read_is_the_reason_of_the_refusal() -> None:
    refusal, _ = carry_out(groups_with_a_call("swyx-cdr.toml: sites: found nothing"), Rerate("berlin", "", DAY, "0.1"))

    assert refusal is not None
    assert refusal.detail == "swyx-cdr.toml: sites: found nothing"
