"""Child processes of this program, watched: one that ends by itself is reported, none is started again in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import structlog

from pipeline.cli.errors import CommandError
from pipeline.cli.lifetime import SUPERVISED

_log = structlog.get_logger()
_STOP_SECONDS = 15.0


class _Child(NamedTuple):
    process: subprocess.Popen[bytes]
    may_finish: bool


class Supervisor:
    """Starts `swyx-cdr` commands as children and stops them in order.

    A child stops when its standard input ends, so it ends also when this process is killed.
    """

    def __init__(self, config: Path) -> None:
        self._config = config
        self._children: dict[str, _Child] = {}

    def start(
        self, name: str, *arguments: str, may_finish: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the command `name` with the configuration of this process, and `environment` over that.

        `may_finish`: it ends by itself when its work is done (`has_finished`), and that is no failure.
        """
        command = [sys.executable, "-m", "pipeline.cli", name, "--config", str(self._config), *arguments]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=sys.stderr.fileno(),
            env={**os.environ, **(environment or {}), SUPERVISED: "1"},
            start_new_session=True,
        )
        self._children[name] = _Child(process, may_finish)
        _log.info("started", process=name, pid=process.pid)

    def check(self) -> None:
        """Raises CommandError if a child has ended that was not to; names it and its exit code."""
        for name, (child, may_finish) in self._children.items():
            code = child.poll()
            if code is not None and not (code == 0 and may_finish):
                how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise CommandError(f"{name} (process {child.pid}) {how}; its last lines above say why")

    def has_finished(self, name: str) -> bool:
        """Whether a child that may finish has done so and ended well; one that failed is left to `check`."""
        if self._children[name].process.poll() != 0:
            return False
        del self._children[name]
        return True

    def stop(self, names: Iterable[str] | None = None) -> None:
        """Stop children, by default all, the first started first, and wait for each; kill one that takes too long."""
        for name in list(self._children if names is None else names):
            child = self._children.pop(name).process
            if child.stdin:
                child.stdin.close()
            try:
                child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _log.error("killed", process=name, pid=child.pid, after_seconds=_STOP_SECONDS)
                child.kill()
                child.wait()
            if child.returncode:
                _log.error("ended badly", process=name, exit_code=child.returncode)

    def pids(self) -> dict[str, int]:
        """The process ids of the children that were started and not stopped."""
        return {name: child.process.pid for name, child in self._children.items()}
