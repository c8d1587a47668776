"""Everything on this machine for the time being: servers, migrations, board, tail, worker and sink, supervised."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog

from connectors.kafka.admin import connect
from infra.embedded.services import Services, running_services, start_services
from pipeline.cli.board_address import LISTEN
from pipeline.cli.endpoints import embedded_servers, kafka_cluster
from pipeline.cli.lag import Lag, lag
from pipeline.cli.migrate import bring_up_to_date
from pipeline.cli.settings import Settings
from pipeline.cli.supervise import Supervisor

_log = structlog.get_logger()
_LOOK_SECONDS = 0.2


class Stack:
    """The running parts; `check` and the waits raise CommandError or ServiceError as soon as one of them ends."""

    def __init__(self, settings: Settings, supervisor: Supervisor, services: Services | None) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._services = services

    def check(self) -> None:
        """Raises CommandError or ServiceError, with the reason, if a part has ended by itself."""
        if self._services is not None:
            self._services.check()
        self._supervisor.check()

    def pids(self) -> dict[str, int]:
        """The process ids of board, tail, worker and sink."""
        return self._supervisor.pids()

    def wait_until(self, stop: threading.Event) -> None:
        """Watch the parts until `stop` is set."""
        while not stop.wait(_LOOK_SECONDS):
            self.check()

    def drain(self, stop: threading.Event) -> bool:
        """Read every file to its last complete line and bring all of it into the warehouse.

        Returns whether that was reached; `False` if `stop` was set before.
        """
        if "tail" in self._supervisor.pids():
            self._supervisor.stop(["tail"])
        self._supervisor.start("tail", "--until-idle", may_finish=True)
        while not self._supervisor.has_finished("tail"):
            self.check()
            if stop.wait(_LOOK_SECONDS):
                return False
        with connect(kafka_cluster(self._settings)) as admin:
            while lag(admin) != Lag(0, 0):
                self.check()
                if stop.wait(_LOOK_SECONDS):
                    return False
        return True


@contextmanager
def running_stack(settings: Settings, *, live: bool = True) -> Iterator[Stack]:
    """Start the servers that are embedded and not running, migrate, start the processes; stop all at the end.

    `live`: follow the files at once, with a board at `[board] listen`; without it `Stack.drain` alone reads them.
    """
    with ExitStack() as stack:
        services = None
        state_directory = settings.pipeline.state_directory
        wanted = embedded_servers(settings)
        if wanted and running_services(state_directory) is None:
            services = stack.enter_context(start_services(state_directory, wanted))
        bring_up_to_date(settings)
        supervisor = Supervisor(settings.file)
        stack.callback(supervisor.stop)
        if live:
            supervisor.start("board", environment={LISTEN: settings.board.listen})
            supervisor.start("tail")
        supervisor.start("worker")
        supervisor.start("sink")
        yield Stack(settings, supervisor, services)
