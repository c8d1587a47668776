"""One site on its way into Kafka: files → lines → CDRs → messages, and what is confirmed of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.cdr_file.checkpoint import FileState
from connectors.cdr_file.dialect import Dialect
from connectors.cdr_file.figures import SiteFigures
from connectors.cdr_file.follow import Follower
from connectors.cdr_file.followed import BLOCK_BYTES, Chunk, FollowedFile
from connectors.cdr_file.framing import Framer
from connectors.cdr_file.identity import beginning_of
from connectors.cdr_file.mirror.mirror import Mirror, MirrorOptions
from connectors.cdr_file.opening import open_shared
from connectors.cdr_file.outbox import Outbox, Outgoing, Publishes
from connectors.cdr_file.parse import PARSER_VERSION, LineParser, ParserState
from connectors.cdr_file.pulse import Pulse
from connectors.cdr_file.reading import Reading, Span
from schemas.cdr import Heartbeat, Leg, Lifecycle, Reject
from schemas.keys import address
from schemas.topics import LIFECYCLE

MAX_LEGS = 100
# A message holds every line twice, raw and in fields, and must stay well under Kafka's limit of 1 MiB.
MAX_RAW_BYTES = 128 * 1024
# Then another site may have its turn: legs that belong together come close to each other, the worker has them at hand.
MESSAGES_AT_ONCE = 3
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_FIGURES_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TailSite:
    """A site to follow: its group, the absolute globs of its files, and the folder their names are relative to.

    `mirror` says where all of it is copied to before it is published, if anywhere. `guard` says what may be published
    of a leg or reject, nothing for `None`.
    """

    name: str
    group: str
    files: tuple[str, ...]
    base_directory: Path
    dialect: Dialect
    mirror: MirrorOptions | None = None
    guard: Callable[[Leg | Reject], Leg | Reject | None] | None = None


class SiteTail:
    """Reads one site's files and publishes what they hold. For one thread."""

    def __init__(
        self,
        site: TailSite,
        publisher: Publishes,
        encode: Callable[[Lifecycle | Heartbeat | Reject], bytes],
        saved: Sequence[FileState],
        partition: int,
    ) -> None:
        """`saved` is the checkpoint to go on from, `partition` that of the site's group in `cdr.lifecycle`."""
        self.site = site
        self.figures = SiteFigures()
        self._figures_at = 0.0
        self._pulse = Pulse(site.name, site.group, site.dialect.time_zone, self.figures)
        self._outbox = Outbox(publisher)
        self._encode = encode
        self._key = site.group.encode()
        self._partition = partition
        self._follower = Follower(site.files, site.base_directory, self._first_start, self._confirmed)
        self._readings: dict[FollowedFile, Reading] = {}
        self._mirror = Mirror(site.name, site.mirror, site.dialect) if site.mirror else None
        self._unmirrored: Chunk | None = None
        self._last_cdr_at = _newest(*(state.last_cdr_at for state in saved))
        for state in saved:
            file = self._follower.restore(state.source_file, state.footprint, state.parser.file_started_at)
            self._readings[file] = self._reading(file, state)

    @property
    def problems(self) -> list[str]:
        """Files that cannot be read at present, and a mirror that cannot be written, with the reason."""
        mirror = [self._mirror.problem] if self._mirror and self._mirror.problem else []
        return mirror + [f"{file.path}: {file.problem}" for file in self._follower.files if file.problem]

    @property
    def folders(self) -> frozenset[str]:
        """The folders of the files that changed last."""
        return self._follower.folders

    @property
    def told_to(self) -> datetime:
        """When the calls end that are published next or, if none of them is read yet, those that were read last."""
        first = self._outbox.first
        at = first.token.end.last_cdr_at if first and isinstance(first.token, Span) else self._last_cdr_at
        return at or _LONG_AGO

    @property
    def has_more(self) -> bool:
        """Whether there is more to publish, as far as is known."""
        return bool(self._outbox) or not self._follower.at_end

    def look(self) -> None:
        """Look whether files have grown, moved, come or gone."""
        self._follower.tick()
        if self._mirror:
            self._mirror.tend()

    def step(self) -> bool:
        """Publish some messages of a block, which is read when the one before is published.

        False if there is nothing to read, or the program is to stop.
        """
        return (bool(self._outbox) or self._read()) and self._outbox.publish(MESSAGES_AT_ONCE)

    def heartbeat_confirmed(self) -> None:
        """The last heartbeat, whose token is this site, has arrived."""
        self._pulse.confirmed()

    def advance(self) -> bool:
        """Move the confirmed positions; whether any moved."""
        moved = [reading for reading in self._readings.values() if reading.advance()]
        return bool(moved)

    def is_idle(self, look_again: bool = False) -> bool:
        """Whether all files are read to their last complete line and all of it is confirmed."""
        if look_again:
            self._follower.scan()
        read = self._follower.at_end and self._unmirrored is None
        return read and all(reading.all_confirmed for reading in self._readings.values())

    def states(self) -> list[FileState]:
        """The checkpoint: how far each file is confirmed. Forgets files that are gone for long."""
        known = {*self._follower.files, *self._follower.lost, *([self._unmirrored.file] if self._unmirrored else [])}
        self._readings = {file: reading for file, reading in self._readings.items() if file in known}
        confirmed = [reading.confirmed for reading in self._readings.values()]
        return [state for state in confirmed if state.footprint.offset]

    def beat(self, final: bool = False) -> bool:
        """Publish a heartbeat if one is due, or it is the `final` one.

        It follows every CDR read so far in the site's partition. False if the program is to stop.
        """
        if time.monotonic() - self._figures_at >= _FIGURES_SECONDS:
            self._figures_at = time.monotonic()
            self.figures.stand(self._followed(), self._last_cdr_at)
        idle = self.is_idle()
        due = self._pulse.is_due(idle)
        if not (due or final):
            return True
        self._pulse.begin(idle)
        value = self._encode(self._pulse.message(self._followed(), self._last_cdr_at, self.problems))
        self._outbox.add([Outgoing(LIFECYCLE.name, self._key, value, self, self._partition)])
        return self._outbox.publish(len(self._outbox))

    def _is_mirrored(self, chunk: Chunk) -> bool:
        if self._mirror is None:
            return True
        reading = self._reading_of(chunk.file)
        return self._mirror.append(chunk, reading.read_to, reading.parser.state.header)

    def _read(self) -> bool:
        """Read a block and encode all of it, so that it travels in few requests; false if there is none."""
        chunk = self._unmirrored or self._follower.read()
        if chunk is None:
            return False
        # What the mirror cannot take is kept and offered again, so that nothing is published that it lacks.
        self._unmirrored = None if self._is_mirrored(chunk) else chunk
        if self._unmirrored is not None:
            return False
        self._outbox.add(self._messages(chunk))
        self.figures.lines += len(chunk.lines)
        return True

    def _messages(self, chunk: Chunk) -> Iterator[Outgoing]:
        """What the lines of a block hold; the whole of it is on its way then."""
        reading = self._reading_of(chunk.file)
        guard = self.site.guard
        read_at = datetime.now(UTC)
        legs: list[Leg] = []
        rejects: list[Reject] = []
        size = 0
        for line in chunk.lines:
            parsed = reading.parser.parse(line, read_at)
            if guard is not None and parsed is not None:
                parsed = guard(parsed)
                self.figures.never_recorded += parsed is None
            if type(parsed) is Leg:
                legs.append(parsed)
            elif type(parsed) is Reject:
                rejects.append(parsed)
            size += len(line.data)
            if len(legs) >= MAX_LEGS or len(rejects) >= MAX_LEGS or size >= MAX_RAW_BYTES:
                yield from self._span(reading, chunk, line.end, legs, rejects)
                legs, rejects, size = [], [], 0
        if chunk.lines and reading.read_to < chunk.lines[-1].end:
            yield from self._span(reading, chunk, chunk.lines[-1].end, legs, rejects)

    def _span(
        self, reading: Reading, chunk: Chunk, end: int, legs: list[Leg], rejects: list[Reject]
    ) -> Iterator[Outgoing]:
        """The messages of the lines up to offset `end`; with none of them these lines count as confirmed."""
        ends = [leg.record.ended_at or leg.record.started_at for leg in legs]
        reading.last_cdr_at = _newest(reading.last_cdr_at, *ends)
        self._last_cdr_at = _newest(self._last_cdr_at, reading.last_cdr_at)
        state = reading.parser.state
        chunk.file.started_at = state.file_started_at or chunk.file.started_at
        known = chunk.footprint_at(end)
        self.figures.legs += len(legs)
        self.figures.rejects += len(rejects)
        self.figures.bytes += end - reading.read_to
        span = Span(FileState(chunk.file.source_file, known, state, reading.last_cdr_at), bool(legs) + len(rejects))
        reading.add(span)
        if legs:
            value = self._encode(Lifecycle(self.site.name, known.name, PARSER_VERSION, tuple(legs)))
            yield Outgoing(LIFECYCLE.name, self._key, value, span, self._partition)
        for reject in rejects:
            topic, key = address(reject)
            yield Outgoing(topic, key, self._encode(reject), span, None)

    def _followed(self) -> list[Reading]:
        return [self._reading_of(file) for file in self._follower.files]

    def _reading_of(self, file: FollowedFile) -> Reading:
        reading = self._readings.get(file)
        if reading is None:
            nothing = beginning_of(file.known.device, file.known.inode)
            state = file.begun or FileState(file.source_file, nothing, ParserState(), None)
            reading = self._readings[file] = self._reading(file, state)
        return reading

    def _reading(self, file: FollowedFile, state: FileState) -> Reading:
        parser = LineParser(self.site.name, self.site.dialect, file.source_file, state.parser)
        return Reading(file, parser, state)

    def _confirmed(self, file: FollowedFile) -> FileState | None:
        """How far a file is confirmed, if at all."""
        reading = self._readings.get(file)
        return reading.confirmed if reading and reading.confirmed.footprint.offset else None

    def _first_start(self, path: str) -> datetime | None:
        """When the first CDR of a file started, if its first block holds one."""
        try:
            with open_shared(path) as stream:
                lines = Framer().feed(stream.read(BLOCK_BYTES))
        except OSError:
            return None
        parser = LineParser(self.site.name, self.site.dialect, path)
        now = datetime.now(UTC)
        return next((leg.record.started_at for line in lines if isinstance(leg := parser.parse(line, now), Leg)), None)


def _newest(*instants: datetime | None) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)
