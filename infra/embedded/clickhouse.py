"""Starting the embedded ClickHouse, the one inside the package chdb.

Its settings, found by trying chdb 4.4 (ClickHouse 26.9): whatever `system.server_settings` lists is honoured in
`config.xml` (ports, memory, caches, pool sizes), and so is `<merge_tree>`. `<profiles>` and `<users>` are not, unless
they stand in a file that `users_config` names, which is only read if the working directory holds `config.xml`; thus
the working directory is the configuration's. `<timezone>` is not honoured (the environment's TZ is), nor are logs:
whatever `<logger>` says, nothing is written once the server listens. Users cannot be created by SQL.
"""

from __future__ import annotations

import http.client
import os
import shutil
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from infra.embedded.errors import ServiceError
from infra.embedded.ports import LOOPBACK
from infra.embedded.server import Server, start_child

GIGABYTE = 1 << 30
MOST_MEMORY = 2 * GIGABYTE
PROGRAM = Path(__file__).with_name("clickhouse_server.py")

# Few merges at a time: the same two cores run the whole pipeline. The numbers of free entries must stay below the
# size of the pool, or every table is refused. Working files go below the state directory.
CONFIG = """<clickhouse>
    <listen_host>127.0.0.1</listen_host>
    <tcp_port>{native_port}</tcp_port>
    <http_port>{http_port}</http_port>
    <users_config>users.xml</users_config>
    <max_server_memory_usage>{memory}</max_server_memory_usage>
    <mark_cache_size>134217728</mark_cache_size>
    <uncompressed_cache_size>0</uncompressed_cache_size>
    <index_mark_cache_size>33554432</index_mark_cache_size>
    <background_pool_size>2</background_pool_size>
    <background_schedule_pool_size>4</background_schedule_pool_size>
    <background_common_pool_size>2</background_common_pool_size>
    <background_fetches_pool_size>1</background_fetches_pool_size>
    <background_move_pool_size>1</background_move_pool_size>
    <max_concurrent_queries>100</max_concurrent_queries>
    <merge_tree>
        <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
        <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
        <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
    </merge_tree>
</clickhouse>
"""
# `poll_interval`: how soon, in seconds, an idle connection notices that the server stops; by default 10.
# By default a query gets a thread for each GiB that is free, of so small a server one alone.
USERS = """<clickhouse>
    <profiles>
        <default>
            <poll_interval>1</poll_interval>
            <max_threads_min_free_memory_per_thread>134217728</max_threads_min_free_memory_per_thread>
        </default>
    </profiles>
    <quotas><default/></quotas>
    <users>
        <default>
            <password></password>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>default</profile>
            <quota>default</quota>
        </default>
    </users>
</clickhouse>
"""


def start_clickhouse(state_directory: Path, native_port: int, http_port: int, lock: int) -> Server:
    """Starts ClickHouse on `clickhouse/` in the state directory.

    Raises:
        ServiceError: the package chdb is not installed.
    """
    if not find_spec("chdb"):
        raise ServiceError("embedded ClickHouse needs the package chdb: pip install 'swyx-cdr[embedded]'")
    home = state_directory / "clickhouse-home"
    config = _write_configuration(home, native_port, http_port)
    log = state_directory / "clickhouse.log"
    process = start_child(
        [sys.executable, "-P", str(PROGRAM), str(home), str(state_directory / "clickhouse")],
        directory=config,
        environment={**os.environ, "TMPDIR": str(home), "TZ": "UTC"},
        log=log,
        lock=lock,
    )
    ports = {"native_port": native_port, "http_port": http_port}
    return Server("ClickHouse", ports, process.pid, log, partial(clickhouse_answers, http_port), process)


def clickhouse_answers(http_port: int) -> bool:
    """Whether a ClickHouse answers queries on that port. HTTP opens last, so the native port is open too."""
    connection = http.client.HTTPConnection(LOOPBACK, http_port, timeout=2)
    try:
        connection.request("GET", "/?query=SELECT+1")
        return connection.getresponse().read() == b"1\n"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _write_configuration(home: Path, native_port: int, http_port: int) -> Path:
    """Makes the private home anew, without what a killed server left there; returns its configuration's directory."""
    shutil.rmtree(home, ignore_errors=True)
    directory = home / ".clickhouse-local"
    directory.mkdir(parents=True)
    memory = min(MOST_MEMORY, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
    config = CONFIG.format(native_port=native_port, http_port=http_port, memory=memory)
    (directory / "config.xml").write_text(config, encoding="ascii")
    (directory / "users.xml").write_text(USERS, encoding="ascii")
    return directory
