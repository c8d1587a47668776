"""Versions order the states of a row without a clock (design: state is a set of legs)."""

from __future__ import annotations

import pytest

from pipeline.domain.versions import row_version


def test_a_version_is_epoch_offset_and_index() -> None:
    assert row_version(3, 5, 7) == (3 << 52) | (5 << 8) | 7


def test_a_later_leg_of_a_message_is_newer() -> None:
    assert row_version(0, 5, 8) > row_version(0, 5, 7)


def test_a_later_message_is_newer_than_all_legs_of_an_earlier_one() -> None:
    assert row_version(0, 6, 0) > row_version(0, 5, 255)


def test_a_later_epoch_is_newer_than_all_messages_of_an_earlier_one() -> None:
    assert row_version(1, 0, 0) > row_version(0, (1 << 44) - 1, 255)


def test_the_greatest_version_fits_into_64_bits() -> None:
    assert row_version((1 << 12) - 1, (1 << 44) - 1, 255) == (1 << 64) - 1


@pytest.mark.parametrize(
    ("epoch", "offset", "index"), [(-1, 0, 0), (1 << 12, 0, 0), (0, -1, 0), (0, 1 << 44, 0), (0, 0, -1), (0, 0, 256)]
)
def test_what_does_not_fit_is_an_error(epoch: int, offset: int, index: int) -> None:
    with pytest.raises(ValueError, match="no version"):
        row_version(epoch, offset, index)
