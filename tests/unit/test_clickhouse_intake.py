from __future__ import annotations

from typing import NamedTuple

from kafka import TopicPartition

from connectors.clickhouse.intake import Offsets

ONE, OTHER = TopicPartition("cdr.calls", 0), TopicPartition("cdr.calls", 1)


class Record(NamedTuple):
    """What the intake needs of a Kafka record's place."""

    offset: int
    leader_epoch: int = 3


def places(offsets: Offsets) -> dict[TopicPartition, int]:
    """What would be committed."""
    return {partition: place.offset for partition, place in offsets.handed_over().items()}


def test_the_place_behind_the_last_record_is_committed() -> None:
    offsets = Offsets()
    offsets.read(ONE, Record(7))
    offsets.read(ONE, Record(9))
    offsets.read(OTHER, Record(1))
    offsets.hand_over()

    assert places(offsets) == {ONE: 10, OTHER: 2}


def test_what_is_read_while_a_batch_is_written_is_not_committed_with_it() -> None:
    offsets = Offsets()
    offsets.read(ONE, Record(7))
    offsets.hand_over()
    offsets.read(ONE, Record(9))

    assert places(offsets) == {ONE: 8}


def test_partitions_that_went_to_another_sink_are_not_committed() -> None:
    offsets = Offsets()
    offsets.read(ONE, Record(7))
    offsets.read(OTHER, Record(7))
    offsets.hand_over()
    offsets.read(ONE, Record(8))
    offsets.on_partitions_revoked([ONE])
    offsets.hand_over()

    assert places(offsets) == {OTHER: 8}


def test_what_was_committed_is_not_committed_again() -> None:
    offsets = Offsets()
    offsets.read(ONE, Record(7))
    offsets.hand_over()
    offsets.committed(offsets.handed_over())

    assert places(offsets) == {}


def test_what_could_not_be_committed_goes_along_with_the_next_batch() -> None:
    offsets = Offsets()
    offsets.read(ONE, Record(7))
    offsets.hand_over()
    offsets.read(OTHER, Record(1))
    offsets.hand_over()

    assert places(offsets) == {ONE: 8, OTHER: 2}
