from __future__ import annotations

import threading
from http.client import BadStatusLine

import pytest
from clickhouse_driver import errors

from connectors.clickhouse.errors import ClickHouseUnreachable, Failure, WriteInterrupted, failure_of, first_line
from connectors.clickhouse.retry import until_done


def server(code: int, message: str = "DB::Exception: no. Stack trace:\n\n0. somewhere") -> errors.ServerException:
    return errors.ServerException(message, code)


@pytest.mark.parametrize(
    "error",
    [
        server(252),
        server(241),
        server(243),
        server(1001, "std::exception. Code: 1001, No space left on device"),
        server(75, "DB::ErrnoException: Cannot write: , errno: 28, strerror: No space left on device"),
        errors.NetworkError("gone"),
        errors.SocketTimeoutError("slow"),
        errors.UnexpectedPacketFromServerError("torn"),
        EOFError("Unexpected EOF while reading bytes"),
        ConnectionResetError(),
        TimeoutError(),
        BadStatusLine(""),
        ClickHouseUnreachable("away"),
    ],
    ids=repr,
)
def test_failures_that_pass_are_transient(error: Exception) -> None:
    assert failure_of(error) is Failure.TRANSIENT


@pytest.mark.parametrize(
    "error",
    [
        server(117),
        server(469),
        server(1001, "std::exception. Code: 1001, type: avro::Exception, e.what() = EOF reached"),
        errors.TypeMismatchError("struct"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
        TypeError("None"),
    ],
    ids=repr,
)
def test_failures_that_one_row_causes_are_the_row_s(error: Exception) -> None:
    assert failure_of(error) is Failure.ROW


@pytest.mark.parametrize("error", [server(60), server(16), server(497), server(1001), KeyError("bug")], ids=repr)
def test_all_other_failures_are_unknown(error: Exception) -> None:
    assert failure_of(error) is Failure.UNKNOWN


def test_a_server_s_stack_trace_is_left_out() -> None:
    assert first_line(server(60)) == "no. Stack trace:"


def test_transient_failures_are_tried_again_on_a_new_connection() -> None:
    failures = [ConnectionResetError(), server(252)]
    resets: list[str] = []

    def attempt() -> None:
        if failures:
            raise failures.pop()

    until_done(attempt, lambda: resets.append("reset"), threading.Event())

    assert resets == ["reset", "reset"]


def test_unknown_failures_are_raised_at_once() -> None:
    def attempt() -> None:
        raise server(60)

    with pytest.raises(errors.ServerException):
        until_done(attempt, lambda: None, threading.Event())


def test_who_waits_can_be_stopped() -> None:
    stop = threading.Event()
    stop.set()

    def attempt() -> None:
        raise ConnectionResetError

    with pytest.raises(WriteInterrupted):
        until_done(attempt, lambda: None, stop)
