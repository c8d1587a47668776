"""Logging of all commands: to standard error, readable on a terminal, `key=value` lines elsewhere.

Libraries that log by the standard library (Faust, the Kafka client) come out in the same form, from warnings up.
"""

from __future__ import annotations

import logging
import sys
import time

import structlog
from structlog.typing import Processor

_REPETITION_SECONDS = 30
_REMEMBERED_FORMS = 1000


def configure_logging() -> None:
    """Sets up structlog and the standard library's root logger; call it once, before the first message."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, _renderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer()],
        )
    )
    handler.addFilter(_Repetitions().allows)
    # It warns whenever this process had no turn for 0.1 s, which on a busy machine is nothing to act upon.
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _Repetitions:
    """Lets each message of a library pass once in 30 s: clients of a server that is away complain without end."""

    def __init__(self) -> None:
        self._passed: dict[tuple[str, str], float] = {}

    def allows(self, record: logging.LogRecord) -> bool:
        """Whether to log the record. Messages are told apart by their form, before values are put in."""
        form, now = (record.name, str(record.msg)[:200]), time.monotonic()
        if now - self._passed.get(form, -_REPETITION_SECONDS) < _REPETITION_SECONDS:
            return False
        if len(self._passed) >= _REMEMBERED_FORMS:
            self._passed.clear()
        self._passed[form] = now
        return True


def _renderer() -> Processor:
    """Tracebacks are plain: pretty ones show local variables, and passwords may be among them."""
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
