"""The catalogue of topics."""

from __future__ import annotations

import pytest

from schemas.rows import Withdrawal
from schemas.topics import LIFECYCLE, REJECTS, TOPICS, topic_name


def test_topic_names_are_unique() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


def test_cdrs_are_kept_for_thirty_days() -> None:
    assert LIFECYCLE.config == {
        "cleanup.policy": "delete",
        "retention.ms": "2592000000",
        "message.timestamp.type": "LogAppendTime",
    }


def test_rejects_are_kept_for_ninety_days() -> None:
    assert REJECTS.config["retention.ms"] == "7776000000"


def test_row_topics_are_compacted() -> None:
    row_topics = set(TOPICS) - {LIFECYCLE, REJECTS}
    assert all(topic.config == {"cleanup.policy": "compact"} for topic in row_topics)


@pytest.mark.parametrize("entity", ["site_calls", "calls", "charges", "totals", "links"])
def test_what_can_be_withdrawn_is_withdrawn_in_its_own_topic(entity: str) -> None:
    (topic,) = [topic for topic in TOPICS if topic.name == topic_name(entity)]
    assert Withdrawal in topic.messages


def test_an_entity_without_a_topic_is_an_error() -> None:
    with pytest.raises(KeyError):
        topic_name("cdr.calls")
