"""Kafka's jars: what is listed, checked and fetched. Two tests fetch a few kilobytes from Maven Central."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.embedded.errors import ServiceError
from infra.embedded.kafka_jars import cache_directory, kafka_jars, listed_jars

UNREACHABLE = "http://127.0.0.1:9"
OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), UNREACHABLE)
SMALLEST = min(listed_jars(), key=lambda jar: jar.size)
LIST_JARS = (
    "import json, sys\n"
    "from infra.embedded.kafka_jars import kafka_jars\n"
    "jars = kafka_jars(lambda text: None)\n"
    "print(json.dumps([len(jars), 'jgo' in sys.modules]))\n"
)


@pytest.fixture(scope="session")
def jars() -> Path:
    """The user's cache, filled."""
    kafka_jars(print)
    return cache_directory()


@pytest.fixture
def cache(jars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    directory = cache_directory()
    directory.mkdir(parents=True)
    for jar in listed_jars():
        (directory / jar.file_name).symlink_to(jars / jar.file_name)
    return directory


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way out leads to a port where nobody listens."""
    for name, address in OFFLINE.items():
        monkeypatch.setenv(name, address)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)


def replace(file: Path, data: bytes) -> None:
    file.unlink()
    file.write_bytes(data)


def damaged(file: Path) -> bytes:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    return bytes(data)


def test_the_list_names_kafka_4_1_0_and_its_logger() -> None:
    names = {jar.file_name for jar in listed_jars()}
    assert {"kafka_2.13-4.1.0.jar", "kafka-clients-4.1.0.jar", "slf4j-simple-1.7.36.jar"} <= names


def test_the_cache_is_below_xdg_cache_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_directory() == tmp_path / "swyx-cdr" / "kafka-4.1.0"


@pytest.mark.usefixtures("cache")
def test_whole_jars_need_no_network_and_no_resolver() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIST_JARS], env={**os.environ, **OFFLINE}, capture_output=True, check=True, timeout=60
    )
    assert json.loads(run.stdout) == [len(listed_jars()), False]


def test_a_damaged_jar_is_fetched_again(cache: Path) -> None:
    file = cache / SMALLEST.file_name
    whole = file.read_bytes()
    replace(file, damaged(file))
    kafka_jars(print)
    assert file.read_bytes() == whole


@pytest.mark.usefixtures("offline")
def test_a_damaged_jar_is_never_used(cache: Path) -> None:
    file = cache / SMALLEST.file_name
    replace(file, damaged(file))
    with pytest.raises(ServiceError, match="could not be fetched"):
        kafka_jars(print)


@pytest.mark.usefixtures("offline")
def test_a_jar_that_was_cut_off_is_never_used(cache: Path) -> None:
    file = cache / SMALLEST.file_name
    replace(file, file.read_bytes()[:-1])
    with pytest.raises(ServiceError, match="could not be fetched"):
        kafka_jars(print)


@pytest.mark.usefixtures("offline")
def test_without_network_and_jars_the_error_names_the_directory_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ServiceError, match=f"copy the directory {cache_directory()} from a machine that has it"):
        kafka_jars(print)


@pytest.mark.usefixtures("offline")
def test_the_user_is_told_what_is_being_fetched(cache: Path) -> None:
    (cache / SMALLEST.file_name).unlink()
    told: list[str] = []
    with pytest.raises(ServiceError):
        kafka_jars(told.append)
    assert told == [f"fetching Apache Kafka 4.1.0, 1 MB, once, into {cache}"]


def test_two_processes_that_fetch_at_once_both_get_whole_jars(cache: Path) -> None:
    (cache / SMALLEST.file_name).unlink()
    shutil.rmtree(cache / "fetching", ignore_errors=True)
    both = [subprocess.Popen([sys.executable, "-c", LIST_JARS], stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
