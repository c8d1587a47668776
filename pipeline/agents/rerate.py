"""Carries out the order to tell the calls of a day anew at the prices of today's configuration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from pipeline.agents.archive import Archive
from pipeline.agents.groups import Groups
from pipeline.agents.join import Output, Refusal, Source, begin, bring_back, due_totals
from pipeline.domain.cover import Span
from pipeline.domain.days import LocalDay
from pipeline.domain.versions import row_version
from schemas.cdr import Rerate
from schemas.codec import encode
from schemas.keys import address

Publish = Callable[[list[Output]], Awaitable[None]]

OTHER_CONFIGURATION = "other_configuration"


async def rerate(
    order: Rerate, source: Source, groups: Groups, archive: Archive, epoch: int, publish: Publish
) -> Refusal | None:
    """Publish, hour by hour, all rows of the calls that an order means; or say why it cannot be carried out."""
    problem = groups.adopt(order.group_name, order.rules)
    if problem is not None:
        return Refusal(order.site, OTHER_CONFIGURATION, problem)
    held = groups.named(order.group_name)
    day = LocalDay(held.rules, date.fromisoformat(order.day), order.site)
    await begin(held, source.partition, archive)
    for hour in range(day.span.first, day.span.until):
        while span := held.group.lacks_hours(Span(hour, hour + 1)):
            await bring_back(held, span, source.partition, archive)
        version = row_version(epoch, source.offset, hour - day.span.first)
        rows = held.group.retell(hour, day.has, version)
        rows += await due_totals(held, version, source.partition, archive)
        await publish([Output(*address(row), encode(row)) for row in rows])
    return None
