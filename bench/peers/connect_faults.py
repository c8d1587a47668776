"""Lines lost and repeated by faults: the tail beside Kafka Connect's FileStreamSource; one JSON line a case.

The same scripted writer (tests/faults/writer.py) plays before both. Needs Java, and the network once.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from kafka.admin import KafkaAdminClient, NewTopic

from bench.peers.connect import ConnectWorker
from infra.embedded.services import start_services
from tests.faults.arrivals import arrivals_of
from tests.faults.scripts import COMPARED, KILLED_ONLY, without_kills
from tests.faults.stage import Outcome, Patience, play, play_tail

# Killed in the middle of a file that takes seconds.
BULK = {"kill-bulk": "others; write 120000; arrived 40000; down; up"}
# Connect looks at a file once a second, and its worker needs some seconds to start.
PATIENCE = Patience(pause_seconds=2.0, wait_seconds=40.0, goes_on=True)


def play_connect(bootstrap: str, folder: Path, scripts: Mapping[str, str]) -> dict[str, Outcome]:
    """The outcome of each script, played before a Connect worker."""
    places = {f"{name}-{uuid4().hex[:8]}": folder / name for name in scripts}
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, 1, 1) for topic in places])
    admin.close()
    for place in places.values():
        place.mkdir()
    worker = ConnectWorker(bootstrap, folder, {topic: place / "cdr.txt" for topic, place in places.items()})
    with arrivals_of(bootstrap, list(places)) as arrivals:
        return play(worker.running, arrivals, places, list(scripts.values()), PATIENCE)


def main() -> None:
    """Play all cases that other programs were measured with."""
    outcomes: dict[str, dict[str, Outcome]] = {"connect": {}, "tail": {}}
    with tempfile.TemporaryDirectory() as state, start_services(Path(state), {"kafka"}) as services:
        for program, player in (("connect", play_connect), ("tail", play_tail)):
            for scripts in (without_kills(COMPARED), KILLED_ONLY | BULK):
                with tempfile.TemporaryDirectory() as folder:
                    outcomes[program] |= player(services.kafka_bootstrap, Path(folder), scripts)
    for case in outcomes["tail"]:
        figures = {program: _figures(found[case]) for program, found in outcomes.items()}
        print(json.dumps({"bench": "connect_faults", "case": case, **figures}))


def _figures(outcome: Outcome) -> dict[str, int]:
    lost = outcome.lost + outcome.gone
    return {"lost": lost, "repeated": outcome.repeated, "fragments": outcome.fragments}


if __name__ == "__main__":
    main()
