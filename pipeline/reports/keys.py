"""What reports can be sorted by, as the command line names it."""

from __future__ import annotations

from enum import StrEnum


class ChargesBy(StrEnum):
    """What charges can be sorted by."""

    DAY = "day"
    MONTH = "month"
    SITE = "site"
    USER = "user"
    COST_CENTRE = "cost-centre"
    DEPARTMENT = "department"
    PROJECT = "project"
    CARRIER = "carrier"
    TRUNK = "trunk"
    DESTINATION = "destination"


class CallsBy(StrEnum):
    """What calls can be sorted by."""

    DAY = "day"
    MONTH = "month"
    HOUR = "hour"
    SITE = "site"
    USER = "user"
    COST_CENTRE = "cost-centre"
    DEPARTMENT = "department"
    PROJECT = "project"
    DIRECTION = "direction"
    DESTINATION = "destination"
