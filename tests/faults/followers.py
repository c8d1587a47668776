"""Tail processes that start within milliseconds: forked from a process that has imported everything."""

from __future__ import annotations

import multiprocessing
import threading
from ctypes import c_uint64
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from connectors.cdr_file import follow as following
from connectors.cdr_file import tail
from connectors.cdr_file.tail_site import SiteTail, TailSite
from connectors.kafka.options import KafkaOptions
from connectors.kafka.producer import Publisher
from schemas.codec import encode
from tests.cdr_lines import BERLIN

LINGER_MS = 20
# What every tail needs and imports late, beside this module.
IMPORTED = [__name__, "encodings.idna", "tests.faults.warmed"]


class Followers:
    """Starts tails one after the other. Each counts its looks in memory that is shared with this process."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(IMPORTED)
        # Looks begun, and the number of the last one after which all was read.
        self._looks: Any = self._context.Array(c_uint64, 2, lock=False)

    def start(self, site: str, folder: Path, globs: tuple[str, ...], until_idle: bool = False) -> BaseProcess:
        """The tail of one site, whose state is in `state` beside the folder; a child of this process."""
        arguments = (self._bootstrap, site, folder, globs, until_idle, self._looks)
        process = self._context.Process(target=follow, args=arguments, daemon=True)
        process.start()
        return process

    def looked(self) -> int:
        """How many looks have begun."""
        return int(self._looks[0])

    def has_looked_since(self, number: int) -> bool:
        """Whether a look that began after this number has come to its end."""
        return int(self._looks[1]) > number


def follow(bootstrap: str, site: str, folder: Path, globs: tuple[str, ...], until_idle: bool, looks: Any) -> None:
    """Run the tail, in the child: the real one, with more frequent looks, which are counted.

    It writes its checkpoint on every occasion, and messages take their time, so that kills come in between.
    """
    scan, step = following.Follower.scan, SiteTail.step

    def counted_scan(self: following.Follower) -> None:
        looks[0] += 1
        scan(self)

    def counted_step(self: SiteTail) -> bool:
        number = looks[0]
        active = step(self)
        if not active:
            looks[1] = number
        return active

    following._SCAN_SECONDS = 0.005
    tail._CHECKPOINT_SECONDS, tail._CHECKPOINT_SHARE = 0.0, 1.0
    following.Follower.scan = counted_scan  # type: ignore[method-assign]
    SiteTail.step = counted_step  # type: ignore[method-assign]
    stop = threading.Event()
    followed = TailSite(site, site, tuple(str(folder / pattern) for pattern in globs), folder, BERLIN)
    publisher = Publisher({**KafkaOptions(bootstrap).client_options(), "linger_ms": LINGER_MS}, stop)
    finished = tail.Tail([followed], publisher, encode, folder.with_name("state"), stop).run(until_idle)
    assert finished or not until_idle
