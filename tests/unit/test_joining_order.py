"""In which order a worker publishes what follows from a message (docs/adr/0017)."""

from __future__ import annotations

import asyncio
from random import Random

from schemas.cdr import Lifecycle
from schemas.codec import encode
from tests.builders import leg, rules
from tests.property.workers import Cluster


def test_totals_are_confirmed_before_any_charge_and_all_others_before_any_leg() -> None:
    charged = leg("1", 0, connect=5, end=65, costs="1.20", destination_device="SwyxGate 1")
    message = encode(Lifecycle("dortmund", "", 1, (charged,)))
    cluster = Cluster(rules(), [message], Random(0), new_epochs=False)  # noqa: S311 - chance plays no part here

    asyncio.run(cluster.run([]))

    first, between, last = cluster.sink.turns
    assert (first, last) == ({"cdr.totals"}, {"cdr.legs"})
    assert between == {"cdr.calls", "cdr.charges", "cdr.site_calls"}
