"""What can go wrong between here and the warehouse, and which failure calls for what.

A failure of the world that is known to pass is tried again, a value that the warehouse cannot hold is found and
set aside, everything else stops the program with nothing acknowledged (docs/delivery.md).
"""

from __future__ import annotations

from enum import Enum
from http.client import HTTPException

from clickhouse_driver import errors

TRANSIENT_CODES = frozenset(
    {
        159,  # TIMEOUT_EXCEEDED
        198,  # DNS_ERROR
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED: the server shuts down
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY: a replica without its Keeper
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS: merges are behind
        254,  # NO_ACTIVE_REPLICAS
        265,  # NO_AVAILABLE_REPLICA
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_FEW_LIVE_REPLICAS
        286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
        289,  # REPLICA_IS_NOT_IN_QUORUM
        297,  # SHARD_HAS_NO_CONNECTIONS
        319,  # UNKNOWN_STATUS_OF_INSERT: rows are upserts, the same block may come again
        364,  # RECEIVED_ERROR_TOO_MANY_REQUESTS
        384,  # PART_IS_TEMPORARILY_LOCKED
        394,  # QUERY_WAS_CANCELLED
        745,  # SERVER_OVERLOADED
        999,  # KEEPER_EXCEPTION
        1000,  # POCO_EXCEPTION: the server's own network trouble
    }
)
"""Server errors that pass by themselves or with an administrator's help; the same block is sent again."""

ROW_CODES = frozenset(
    {
        6,  # CANNOT_PARSE_TEXT
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        38,  # CANNOT_PARSE_DATE
        41,  # CANNOT_PARSE_DATETIME
        53,  # TYPE_MISMATCH
        69,  # ARGUMENT_OUT_OF_BOUND
        70,  # CANNOT_CONVERT_TYPE
        72,  # CANNOT_PARSE_NUMBER
        117,  # INCORRECT_DATA
        131,  # TOO_LARGE_STRING_SIZE
        321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
        349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
        407,  # DECIMAL_OVERFLOW
        469,  # VIOLATED_CONSTRAINT
    }
)
"""Server errors that a single row of a block can cause."""

_FULL_DISK = "No space left on device"  # comes under several codes, according to what was being written
_MALFORMED = "avro::Exception"  # comes under the code of all foreign exceptions


class WarehouseError(Exception):
    """The warehouse cannot be used as it is; the text is one line that names address or file and remedy."""


class ClickHouseUnreachable(WarehouseError):  # noqa: N818 - says what is the matter
    """Nothing answers at the configured address."""


class WriteInterrupted(WarehouseError):  # noqa: N818 - says what is the matter
    """The program was told to stop while rows waited for the warehouse; they are not written."""


class UnwritableValue(ValueError):  # noqa: N818 - says what is the matter
    """A value that its column cannot hold without loss."""


class Failure(Enum):
    """What a failed insert calls for: the same block again, the search for the row, or the end."""

    TRANSIENT = "transient"
    ROW = "row"
    UNKNOWN = "unknown"


def failure_of(error: Exception) -> Failure:
    """The kind of an error that came out of an insert, by the server's code or the exception's type."""
    match error:
        case ClickHouseUnreachable() | errors.NetworkError() | errors.SocketTimeoutError():
            return Failure.TRANSIENT
        case errors.ServerException():
            return _server_failure(error)
        case errors.UnexpectedPacketFromServerError() | errors.UnknownPacketFromServerError():
            return Failure.TRANSIENT  # what the client reads of a connection that breaks inside an answer
        case OSError() | EOFError() | HTTPException():
            return Failure.TRANSIENT
        case errors.TypeMismatchError() | ValueError() | TypeError() | AttributeError() | ArithmeticError():
            return Failure.ROW  # raised by the client while it packs a value
    return Failure.UNKNOWN


def _server_failure(error: errors.ServerException) -> Failure:
    if error.code in TRANSIENT_CODES or _FULL_DISK in first_line(error):
        return Failure.TRANSIENT
    if error.code in ROW_CODES or _MALFORMED in first_line(error):
        return Failure.ROW
    return Failure.UNKNOWN


def first_line(error: Exception) -> str:
    """The error's own words without the server's stack trace."""
    text = error.message if isinstance(error, errors.Error) and error.message else str(error)
    return (text.splitlines() or [type(error).__name__])[0].removeprefix("DB::Exception: ")
