"""Random scripts with random kills (SIGKILL) of the real tail on a real Kafka: no line is lost (docs/delivery.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.arrivals import Arrivals, arrivals_of
from tests.faults.followers import Followers
from tests.faults.scene import Scene
from tests.faults.stage import create_topics

NOTHING = ""
WRITES = ("write 1", "write 3", "write 150", "header", NOTHING)
LOOKS = ("look", "look", "settled", NOTHING)
CHANGES = (
    *(
        "empty",
        "rewrite 2",
        "rewrite 60",
        "same",
        "same times",
        "again",
        "delete",
        "away",
        "rename",
        "copy",
        "replace 5",
    ),
    *("touch -100", "touch 100", "file cdr.txt", "file cdr-b.txt", "vanish", "deny", "hold"),
    *("half", "half-character", "half-end", NOTHING),
)
# One thing after the other, each with its time before and after the tail's looks.
ACTS = st.tuples(
    st.sampled_from(("start", "start", NOTHING)),
    st.sampled_from(WRITES),
    st.sampled_from(LOOKS),
    st.sampled_from(("kill 0", "kill 5", NOTHING, NOTHING, NOTHING)),
    st.sampled_from(CHANGES),
    st.sampled_from(WRITES),
    st.sampled_from(LOOKS),
    st.sampled_from(("kill 0", "kill 20", NOTHING, NOTHING, NOTHING)),
    st.sampled_from(("end", "end", NOTHING)),
)


@pytest.fixture(scope="module")
def arrivals(kafka: str) -> Iterator[Arrivals]:
    create_topics(kafka)
    with arrivals_of(kafka) as arrivals:
        yield arrivals


@pytest.fixture(scope="module")
def followers(kafka: str) -> Followers:
    return Followers(kafka)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(ACTS, min_size=1, max_size=4))
def test_no_line_is_lost_by_random_faults_and_kills(
    followers: Followers, arrivals: Arrivals, acts: list[tuple[str, ...]]
) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "files").mkdir()
        scene = Scene(followers, arrivals, Path(folder) / "files")
        scene.play(step for act in acts for step in act if step)
        assert (scene.writer.missing(), scene.fragments(), scene.divided()) == (set(), set(), [])
