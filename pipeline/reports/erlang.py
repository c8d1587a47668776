"""Erlang B: how many channels calls need that do not wait (ITU-T E.521; traffic engineering's loss formula)."""

from __future__ import annotations


def blocking(channels: int, erlang: float) -> float:
    """The share of calls that find no free channel when `erlang` of traffic is offered to so many channels.

    By the recursion E(0) = 1, E(n) = A E(n-1) / (n + A E(n-1)), which neither overflows nor loses digits.
    """
    share = 1.0
    for number in range(1, channels + 1):
        share = erlang * share / (number + erlang * share)
    return share


def channels_needed(erlang: float, greatest_blocking: float) -> int:
    """The least number of channels at which no greater share of calls is blocked; none without traffic."""
    if erlang <= 0:
        return 0
    share, channels = 1.0, 0
    while share > greatest_blocking:
        channels += 1
        share = erlang * share / (channels + erlang * share)
    return channels
