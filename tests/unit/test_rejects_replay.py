"""What `rejects replay` publishes, in which order, and what stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.cdr_file.dialect import Dialect
from pipeline.cli.errors import CommandError
from pipeline.cli.rejects_replay import Done, Replay
from pipeline.domain.privacy import Guard, SitePrivacy
from schemas import topics
from schemas.cdr import Heartbeat, Lifecycle, Reject
from schemas.codec import Message, decode, encode
from schemas.keys import reject_key
from schemas.rows import Call
from tests.builders import leg, rules
from tests.cdr_lines import BERLIN, HEADER, READ_AT, line
from tests.contract.example_values import EXAMPLES, HEARTBEAT, TO_LEG

AMERICAN = Dialect("Europe/Berlin", date_order="mdy")
CALL = EXAMPLES["cdr.calls"]["over_the_link"]


class Kafka:
    """Takes down what is published, in order, and when confirmation was waited for."""

    def __init__(self, answers: bool = True) -> None:
        self.sent: list[tuple[str, str, Message, int | None] | str] = []
        self._answers = answers

    def partition_for(self, topic: str, key: bytes) -> int:
        return 3

    def publish(self, topic: str, key: bytes, value: bytes, token: object, partition: int | None = None) -> bool:
        self.sent.append((topic, key.decode(), decode(value), partition))
        return True

    def confirmed(self) -> Iterable[object]:
        return ()

    def flush(self, seconds: float) -> bool:
        self.sent.append("confirmed")
        return self._answers

    def messages(self) -> list[Message]:
        return [sent[2] for sent in self.sent if not isinstance(sent, str)]


def rejected(text: str = line(), offset: int = 700, **fields: object) -> Reject:
    """A line of Dortmund's that was rejected under another date order."""
    first = Reject("dortmund", "cdr.txt", offset, text.encode(), "bad_time", "month 19", READ_AT, header=())
    return first._replace(**fields)  # type: ignore[arg-type]


def of_message(message: Message | bytes, place: str = "cdr.lifecycle-1", site: str = "") -> Reject:
    """A message that was rejected."""
    data = message if isinstance(message, bytes) else encode(message)
    return Reject(site, place, 55, data, "undecodable_message", "unknown schema", READ_AT)


def replay(kafka: Kafka, *rejects: Reject, dialect: Dialect = BERLIN) -> Done:
    return Replay({"dortmund": dialect}, {"dortmund": "berlin"}, kafka, {}).run(rejects)


def lifecycle(kafka: Kafka) -> Lifecycle:
    (found,) = [message for message in kafka.messages() if isinstance(message, Lifecycle)]
    return found


def outcomes(kafka: Kafka) -> list[Reject]:
    return [message for message in kafka.messages() if isinstance(message, Reject)]


def test_a_line_that_can_be_read_now_is_published_confirmed_and_withdrawn_in_this_order() -> None:
    kafka = Kafka()
    done = replay(kafka, rejected())
    assert [sent if isinstance(sent, str) else (sent[0], sent[1], sent[3]) for sent in kafka.sent] == [
        ("cdr.lifecycle", "berlin", 3),
        "confirmed",
        ("cdr.rejects", reject_key(rejected()), None),
        "confirmed",
    ]
    assert done.replayed == 1


def test_a_replayed_leg_stands_where_the_line_always_stood() -> None:
    kafka = Kafka()
    started = datetime(2002, 11, 1, tzinfo=UTC)
    replay(kafka, rejected(file_started_at=started))
    assert lifecycle(kafka).legs[0].position == (started, "cdr.txt", 700)


def test_a_line_before_the_first_cdr_takes_its_own_start_for_that_of_the_file() -> None:
    kafka = Kafka()
    replay(kafka, rejected(file_started_at=None))
    (leg,) = lifecycle(kafka).legs
    assert leg.position.file_started_at == leg.record.started_at


def test_a_line_is_read_under_the_header_it_stands_under() -> None:
    kafka = Kafka()
    header = tuple(HEADER.replace('"', "").split(","))
    replay(kafka, rejected(line() + ',"VIP"', header=(*header, "Custom0")))
    assert lifecycle(kafka).legs[0].extra == (("Custom0", "VIP"),)


def test_a_withdrawal_is_the_reject_s_last_state_and_newer_than_any_other() -> None:
    kafka = Kafka()
    future = datetime(2100, 1, 1, tzinfo=UTC)
    replay(kafka, rejected(rejected_at=future))
    expected = rejected(rejected_at=future + timedelta(milliseconds=1), withdrawn=True)
    assert outcomes(kafka) == [expected]


def test_a_line_that_still_cannot_be_read_stays_with_the_new_reason() -> None:
    kafka = Kafka()
    done = replay(kafka, rejected(reason="bad_number", detail="old"), dialect=AMERICAN)
    (outcome,) = outcomes(kafka)
    assert (outcome.reason, outcome.withdrawn, outcome.rejected_at > READ_AT) == ("bad_time", False, True)
    assert outcome[:4] == rejected()[:4]
    assert (done.replayed, done.refused) == (0, 1)


def test_a_line_that_is_no_cdr_at_all_leaves_the_list() -> None:
    kafka = Kafka()
    replay(kafka, rejected(HEADER))
    assert [type(message) for message in kafka.messages()] == [Reject]
    assert outcomes(kafka)[0].withdrawn


@pytest.mark.parametrize(
    ("reject", "why"),
    [
        (rejected(reason="line_too_long"), "line_too_long: the rest of the line was not kept"),
        (rejected(header=None), "rejected by a version that did not keep the header: backfill the file"),
        (rejected(site="oslo"), "site oslo is not configured"),
        (
            rejected(reason="unwritable_row"),
            "unwritable_row: the row is not in the warehouse; backfill its file after a fix",
        ),
    ],
)
def test_what_cannot_be_replayed_is_left_as_it_is_with_the_reason(reject: Reject, why: str) -> None:
    kafka = Kafka()
    assert replay(kafka, reject).never == {why: 1}
    assert kafka.messages() == []


def test_nothing_is_withdrawn_while_kafka_does_not_confirm() -> None:
    kafka = Kafka(answers=False)
    with pytest.raises(CommandError, match="Kafka confirmed nothing for 60 s"):
        replay(kafka, rejected())
    assert outcomes(kafka) == []


def test_replayed_legs_travel_in_messages_of_one_file_and_a_hundred_legs() -> None:
    kafka = Kafka()
    lines = [rejected(line(CallId=str(number)), offset=number) for number in range(1, 151)]
    replay(kafka, *lines, rejected(line(CallId="151"), source_file="cdr1.txt"))
    found = [message for message in kafka.messages() if isinstance(message, Lifecycle)]
    assert [len(message.legs) for message in found] == [100, 50, 1]


def test_a_message_that_can_be_decoded_now_is_sent_again_as_it_was() -> None:
    kafka = Kafka()
    message = Lifecycle("dortmund", "2049:131", 1, (TO_LEG._replace(site="dortmund"),))
    replay(kafka, of_message(message))
    assert kafka.sent[0] == ("cdr.lifecycle", "berlin", message, 3)
    assert outcomes(kafka)[0].withdrawn


def test_a_row_goes_back_to_its_partition() -> None:
    kafka = Kafka()
    assert isinstance(CALL, Call)
    replay(kafka, of_message(CALL, place="cdr.calls-2"))
    assert kafka.sent[0] == ("cdr.calls", CALL.call_id, CALL, 2)


def test_a_heartbeat_is_sent_again() -> None:
    kafka = Kafka()
    replay(kafka, of_message(HEARTBEAT))
    assert isinstance(kafka.messages()[0], Heartbeat)


@pytest.mark.parametrize(
    ("reject", "reason"),
    [
        (of_message(b"hello"), "undecodable_message"),
        (of_message(Lifecycle("oslo", "", 1, ())), "unknown_site"),
        (of_message(CALL), "unexpected_message"),
        (of_message(b"hello", place="cdr.calls-2"), "undecodable_message"),
        (of_message(HEARTBEAT, place="cdr.calls-2"), "undecodable_message"),
    ],
)
def test_a_message_that_still_cannot_be_read_stays_under_its_name(reject: Reject, reason: str) -> None:
    kafka = Kafka()
    done = replay(kafka, reject)
    (outcome,) = outcomes(kafka)
    assert (outcome[:4], outcome.reason, outcome.withdrawn) == (reject[:4], reason, False)
    assert (done.refused, topics.REJECTS.name) == (1, kafka.sent[1][0])


def test_a_leg_that_is_never_recorded_leaves_the_list_and_is_not_published() -> None:
    kafka = Kafka()
    guard = Guard(rules(), "dortmund", SitePrivacy(never_recorded=("456",)))

    Replay({"dortmund": BERLIN}, {"dortmund": "berlin"}, kafka, {"dortmund": guard.leg}).run([rejected()])

    assert [message.withdrawn for message in outcomes(kafka)] == [True]
    assert len(kafka.messages()) == 1


def test_a_message_of_before_the_privacy_keys_is_sent_with_what_may_be_published() -> None:
    kafka = Kafka()
    legs = (leg("1", called_number="456"), leg("2", called_number="457"))
    message = of_message(Lifecycle("dortmund", "", 1, legs))
    guard = Guard(rules(), "dortmund", SitePrivacy(never_recorded=("456",)))

    Replay({"dortmund": BERLIN}, {"dortmund": "berlin"}, kafka, {"dortmund": guard.leg}).run([message])

    assert [sent.record.call_id for sent in lifecycle(kafka).legs] == ["2"]
