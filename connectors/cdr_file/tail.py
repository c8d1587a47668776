"""Follows the files of one or more sites and publishes their CDRs; the program `swyx-cdr tail` (contract 2).

A line is confirmed when Kafka has its message; the checkpoint moves over the contiguous confirmed part of each
file only. So no line is lost, and after a crash the lines since the last checkpoint are published again.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import structlog

from connectors.cdr_file.checkpoint import CheckpointStore
from connectors.cdr_file.errors import TailError
from connectors.cdr_file.figures import SiteFigures
from connectors.cdr_file.lock import site_lock
from connectors.cdr_file.notify import Notifier
from connectors.cdr_file.reading import Span
from connectors.cdr_file.tail_site import SiteTail, TailSite
from connectors.cdr_file.turns import Turns
from connectors.kafka.producer import Publisher
from schemas.cdr import Heartbeat, Lifecycle, Reject
from schemas.topics import LIFECYCLE

Encode = Callable[[Lifecycle | Heartbeat | Reject], bytes]

DRAIN_SECONDS = 8.0
# Between two looks at the files, where nothing tells of their changes.
_BUSY_SECONDS = 0.01
_QUIET_SECONDS = 0.025
_QUIET_AFTER_SECONDS = 60.0
# … and where notifications have been seen to work, once confirmations are no longer expected.
_NOTIFIED_SECONDS = 0.1
_CONFIRMED_AFTER_SECONDS = 0.3
_CHECKPOINT_SECONDS = 0.2
# Writing checkpoints must not take more than this part of the time.
_CHECKPOINT_SHARE = 0.05
_RETRY_SECONDS = 5.0

_log = structlog.get_logger()


class Tail:
    """All sites that one process follows, and its connection to Kafka."""

    def __init__(
        self,
        sites: Sequence[TailSite],
        publisher: Publisher,
        encode: Encode,
        state_directory: Path,
        stop: threading.Event,
    ) -> None:
        """`publisher` is not yet connected; setting `stop` ends `run` within seconds."""
        self._sites = sites
        self._publisher = publisher
        self._encode = encode
        self._checkpoints = state_directory / "checkpoints"
        self._stop = stop
        self._stores: dict[str, CheckpointStore] = {}
        self._tails: list[SiteTail] = []
        self._next_checkpoint = 0.0
        self._unsaved: set[str] = set()
        self._active_at = time.monotonic()
        self._wake = threading.Event()
        self._grown_at: dict[str, float] = {}

    @property
    def figures(self) -> dict[str, SiteFigures]:
        """What is counted of each site that is followed, by its name; for any thread."""
        return {tail.site.name: tail.figures for tail in list(self._tails)}

    def run(self, until_idle: bool = False) -> bool:
        """Follow the files until `stop` is set; returns False then.

        With `until_idle` it returns True when every file is read to its last complete line, all of it is
        confirmed and the checkpoints say so. Raises `TailError` where a site is followed already, a checkpoint
        cannot be written or, with `until_idle`, a file cannot be read, and `PublishError` where Kafka refuses.
        """
        with ExitStack() as held:
            for site in self._sites:
                held.enter_context(site_lock(self._checkpoints, site.name))
            held.callback(self._publisher.close)
            if not self._publisher.connect():
                return False
            self._begin()
            notifier = None if until_idle else self._notifier(held)
            try:
                finished = self._follow(notifier)
                self._publisher.flush(DRAIN_SECONDS)
            finally:
                self._take_confirmations()
                self._save()
            return finished

    def _begin(self) -> None:
        for site in self._sites:
            store = self._stores[site.name] = CheckpointStore(self._checkpoints, site.name)
            partition = self._publisher.partition_for(LIFECYCLE.name, site.group.encode())
            self._tails.append(SiteTail(site, self._publisher, self._encode, store.load(), partition))
            _log.info("following", site=site.name, files=list(site.files))

    def _notifier(self, held: ExitStack) -> Notifier:
        notifier = Notifier({site.name: site.files for site in self._sites}, self._wake)
        held.callback(notifier.close)
        return notifier

    def _follow(self, notifier: Notifier | None) -> bool:
        """Without notifier until everything is read and confirmed (true), with one until `stop` is set."""
        turns = Turns(self._tails)
        while not self._stop.is_set():
            self._wake.clear()
            for tail in self._tails:
                tail.look()
            active = turns.step()
            self._publisher.recover()
            self._take_confirmations()
            for tail in self._tails:
                tail.beat()
            if self._unsaved and time.monotonic() >= self._next_checkpoint:
                self._try_to_save()
            if active:
                self._active_at = time.monotonic()
                self._grown_at.update((tail.site.name, self._active_at) for tail in active)
            elif notifier is None and self._is_finished():
                return True
            else:
                self._wake.wait(self._pause(notifier))
        return False

    def _pause(self, notifier: Notifier | None) -> float:
        """Seconds to the next look, if nothing tells of a change before."""
        since = time.monotonic() - self._active_at
        if notifier is not None:
            notifier.watch(frozenset().union(*(tail.folders for tail in self._tails)))
            names = [tail.site.name for tail in self._tails]
            is_told = all(notifier.tells_of(name, self._grown_at.get(name, math.inf)) for name in names)
            if is_told and since > _CONFIRMED_AFTER_SECONDS and not self._unsaved:
                return _NOTIFIED_SECONDS
        return _QUIET_SECONDS if since > _QUIET_AFTER_SECONDS else _BUSY_SECONDS

    def _is_finished(self) -> bool:
        if not all(tail.is_idle() and tail.is_idle(look_again=True) for tail in self._tails):
            return False
        problems = [problem for tail in self._tails for problem in tail.problems]
        if problems:
            raise TailError("\n".join(problems))
        for tail in self._tails:
            tail.beat(final=True)
        return True

    def _take_confirmations(self) -> None:
        for token in self._publisher.confirmed():
            if isinstance(token, Span):
                token.confirm()
            elif isinstance(token, SiteTail):
                token.heartbeat_confirmed()
        self._unsaved.update(tail.site.name for tail in self._tails if tail.advance())

    def _try_to_save(self) -> None:
        """Save, or go on without: a file may be emptied at any moment, so reading it matters more (kb4042)."""
        begun = time.monotonic()
        pause = _CHECKPOINT_SECONDS
        try:
            self._save()
        except TailError as error:
            _log.error("going on without a new checkpoint", problem=str(error))
            pause = _RETRY_SECONDS
        now = time.monotonic()
        self._next_checkpoint = now + max(pause, (now - begun) / _CHECKPOINT_SHARE)

    def _save(self) -> None:
        for tail in self._tails:
            if tail.site.name in self._unsaved:
                self._stores[tail.site.name].save(tail.states())
        self._unsaved.clear()
