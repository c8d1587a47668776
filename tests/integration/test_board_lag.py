"""What the live board knows of the lag of worker and sink."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from infra.embedded.services import start_services
from infra.simulator.simulation import CONFIGURATION_FILE, write_at_once
from pipeline.cli.board import _lags
from pipeline.cli.settings import load_settings
from tests.builders import START


def test_beside_an_embedded_clickhouse_alone_the_lag_is_not_known(tmp_path: Path) -> None:
    write_at_once(tmp_path / "sites", start=START, legs=1)
    settings = load_settings(tmp_path / "sites" / CONFIGURATION_FILE, os.environ)
    wanted = threading.Event()
    wanted.set()

    with start_services(settings.pipeline.state_directory, {"clickhouse"}):
        assert list(_lags(settings, wanted, threading.Event())) == []
