"""The program as a whole: its commands, its exit codes, and what it says when something fails (contract 2)."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from infra.compiled import changed_sources
from pipeline.cli.main import main
from tests.unit.configurations import complete

RUN = "from pipeline.cli.main import main; main()"
SLOW_LIBRARIES = {
    "faust",
    "mode",
    "aiokafka",
    "kafka",
    "clickhouse_driver",
    "chdb",
    "jgo",
    "rocksdict",
    "pydantic",
    "structlog",
}


def swyx_cdr(*arguments: str, program: str = RUN) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)


def test_help_names_the_commands() -> None:
    result = swyx_cdr("--help")
    assert result.returncode == 0
    assert "check-config" in result.stdout


def test_without_a_command_the_help_is_shown_as_wrong_use() -> None:
    result = swyx_cdr()
    assert result.returncode == 2
    assert "Usage: " in result.stdout + result.stderr


def test_version_is_that_of_the_package() -> None:
    assert swyx_cdr("--version").stdout == f"swyx-cdr {version('swyx-cdr')}\n"


def test_it_does_not_run_modules_that_were_compiled_from_other_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "compiled.json").write_text('{"python": "", "sources": {"pipeline/domain/money.py": "ab12"}}', "utf-8")
    monkeypatch.setattr("pipeline.cli.main.changed_sources", lambda: changed_sources(tmp_path))
    monkeypatch.setattr("sys.argv", ["swyx-cdr", "check-config"])

    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 2
    assert "pipeline/domain/money.py has changed since it was compiled: run scripts/setup" in capsys.readouterr().err


def test_starting_loads_no_slow_library() -> None:
    program = "import sys, pipeline.cli.main; print(*sys.modules)"
    loaded = {name.partition(".")[0] for name in swyx_cdr(program=program).stdout.split()}
    assert "typer" in loaded
    assert loaded & SLOW_LIBRARIES == set()


@pytest.mark.parametrize("arguments", [["nonsense"], ["check-config", "--nonsense"], ["check-config", "extra"]])
def test_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    result = swyx_cdr(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_a_missing_configuration_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = swyx_cdr("check-config", "--config", str(tmp_path / "none.toml"))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"swyx-cdr: {tmp_path / 'none.toml'}: found no such file; expected")
    assert result.stderr.count("\n") == 1


def test_a_problem_is_a_line_each(tmp_path: Path) -> None:
    file = tmp_path / "swyx-cdr.toml"
    file.write_text("[kafka]\npartitions = 0\n[board]\nlisten = 8080\n", "utf-8")
    result = swyx_cdr("check-config", "--config", str(file))
    assert result.returncode == 2
    assert [line.split(": ")[2] for line in result.stderr.splitlines()] == ["kafka.partitions", "board.listen"]


def test_a_server_that_is_away_is_exit_code_1(tmp_path: Path) -> None:
    file = complete(tmp_path)
    text = file.read_text("utf-8").replace('bootstrap_servers = "embedded"', 'bootstrap_servers = "127.0.0.1:1"')
    file.write_text(text, "utf-8")
    result = swyx_cdr("check-config", "--config", str(file))
    assert result.returncode == 1
    assert result.stderr.startswith("swyx-cdr: kafka at 127.0.0.1:1 cannot be reached")


def test_success_is_exit_code_0_with_results_on_standard_output(tmp_path: Path) -> None:
    result = swyx_cdr("check-config", "--config", str(complete(tmp_path)))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("the configuration is valid\n")


@pytest.mark.parametrize(
    "error",
    [
        "pipeline.cli.errors.CommandError",
        "infra.embedded.errors.ServiceError",
        "connectors.cdr_file.errors.TailError",
        "connectors.kafka.admin.KafkaUnreachable",
        "connectors.clickhouse.errors.ClickHouseUnreachable",
    ],
)
def test_an_expected_failure_is_one_line_and_exit_code_1(error: str) -> None:
    module, _, name = error.rpartition(".")
    result = swyx_cdr("fail", program=failing(f"from {module} import {name}\n    raise {name}('no way; turn back')"))
    assert (result.returncode, result.stderr) == (1, "swyx-cdr: no way; turn back\n")


def test_a_bug_keeps_its_traceback() -> None:
    result = swyx_cdr("fail", program=failing("return 1 / 0"))
    assert result.returncode == 1
    assert result.stderr.startswith("Traceback")
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")


def failing(body: str) -> str:
    """The program with one more command, `fail`."""
    return f"from pipeline.cli.main import app, main\n@app.command()\ndef fail():\n    {body}\nmain()"


def test_logs_go_to_standard_error_as_key_value_lines() -> None:
    log = "import structlog\n    structlog.get_logger().info('started', site='a b')\n    print('result')"
    result = swyx_cdr("fail", program=failing(log))
    assert result.stdout == "result\n"
    assert 'level=info event=started site="a b"' in result.stderr


def test_logs_of_libraries_have_the_same_form() -> None:
    log = "import logging\n    logging.getLogger('kafka').warning('broker %s is away', 1)"
    result = swyx_cdr("fail", program=failing(log))
    assert 'level=warning event="broker 1 is away" logger=kafka' in result.stderr


def test_a_logged_exception_has_its_traceback_but_no_variables() -> None:
    log = "secret = 's3cret'\n    import logging\n    try: 1 / 0\n    except ArithmeticError: logging.exception('x')"
    result = swyx_cdr("fail", program=failing(log))
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "s3cret" not in result.stderr
