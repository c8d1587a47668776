"""`swyx-cdr inspect`: the report, the block to paste, and how it fails (contract 2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli.errors import CommandError
from pipeline.cli.inspect_block import site_block, site_name
from pipeline.cli.inspect_file import inspect
from pipeline.cli.inspect_report import report
from pipeline.cli.inspect_text import printable
from pipeline.cli.settings import SiteSettings, load_settings
from tests.cdr_lines import HEADER, line
from tests.documents import ROOT
from tests.surveys import cdrs, surveyed
from tests.unit.configurations import complete

app = typer.Typer()
app.command()(inspect)

SPEC, MODERN = ROOT / "tests" / "data" / "spec", ROOT / "tests" / "data" / "modern" / "cdr.txt"


def inspected(file: Path, *arguments: str) -> tuple[dict[str, list[str]], str]:
    """The sections of the report by name, and the block behind them."""
    result = CliRunner().invoke(app, [str(file), *arguments])
    assert result.exit_code == 0, result.exception
    text, _, block = result.stdout.partition("\n\n")
    sections: dict[str, list[str]] = {}
    for row in text.splitlines():
        name, _, told = row.partition(": ")
        sections.setdefault(name, []).append(told)
    return sections, block


def site_of(block: str, folder: Path) -> SiteSettings:
    """The block as a configuration by itself."""
    file = folder / "pasted.toml"
    file.write_text(block, "utf-8")
    (site,) = load_settings(file, {}).sites
    return site


def told(folder: Path, data: bytes | str) -> dict[str, list[str]]:
    return dict(report(folder / "cdr.txt", surveyed(folder, data)))


def test_a_file_of_the_specification_is_told() -> None:
    sections, _ = inspected(SPEC / "transfer" / "cdr.txt")
    assert sections["generation"] == ["SwyxWare v4.10: version line 4.10 in line 1, then the header"]
    assert sections["columns"] == ["34 columns, in the specification's order"]
    assert sections["dates"][-1] == "year of two digits: 2 times"
    assert sections["CDRs"] == ["3, 3 connected: Transferred 2, Connected 1", "1 results of transfers"]
    assert sections["costs"][0] == "in 2 of 3 CDRs; advised (AOC 1) 2, computed (AOC 0) 0"
    assert sections["trunks"] == ["SwyxGate 1: once from it, 3 times to it; AOC 1 in 2 of 2 CDRs with Costs"]
    assert sections["likely links"] == sections["rejects"] == sections["suspicious"] == ["none"]


def test_a_file_of_a_later_generation_is_told() -> None:
    sections, _ = inspected(MODERN)
    assert sections["generation"] == ["SwyxWare v10 or later: no version line, quoted header in line 1"]
    assert sections["dates"][-1] == "dot in a StartTime (13.03:28): line 2"
    assert sections["line ends"] == ["3 CRLF"]
    assert sections["last line"] == ["complete"]


@pytest.mark.parametrize("name", ["simple", "external", "script", "transfer", "retransfer"])
def test_the_block_of_a_specification_file_reads_it_as_its_configuration_does(name: str, tmp_path: Path) -> None:
    truth = next(site for site in load_settings(SPEC / "swyx-cdr.toml", {}).sites if site.name == name)
    _, block = inspected(SPEC / name / "cdr.txt")
    site = site_of(block, tmp_path)
    keys = {"name", "encoding", "date_order", "cost_scale", "cost_decimal", "currency", "time_zone", "country_code"}
    assert site.model_dump(include=keys) == truth.model_dump(include=keys)
    assert site.files[0].absolute == truth.files[0].absolute
    assert site.extension_digits == 3  # all that the file shows; the configuration allows one more
    assert (site.public_access_prefix == "0") == (name != "simple")


def test_the_block_of_a_later_file_has_its_number_plan(tmp_path: Path) -> None:
    site = site_of(inspected(MODERN)[1], tmp_path)
    assert site.number_ranges == ("+44204777",)
    assert (site.country_code, site.area_code, site.time_zone) == ("44", "20", "Europe/London")


def test_what_is_not_sure_is_marked_in_the_block() -> None:
    rows = inspected(SPEC / "transfer" / "cdr.txt")[1].splitlines()
    assert rows[rows.index("extension_digits = 3") - 1].startswith("# please check: numbers inside the site")
    assert rows[rows.index('area_code = ""') - 1].startswith("# please fill in: ")
    assert rows[rows.index('date_order = "dmy"') - 1].startswith("# day 13..31 in first place")


def test_keys_without_evidence_are_left_out() -> None:
    block = inspected(SPEC / "simple" / "cdr.txt")[1]
    keys = re.findall(r"^(\w+) =", block, re.MULTILINE)
    assert keys == ["name", "files", "area_code", "extension_digits", "encoding", "date_order"]


def test_likely_links_are_suggested_as_comments(tmp_path: Path) -> None:
    survey = surveyed(tmp_path, cdrs({"DestinationDevice": 'Link "B" \\'}))
    block = site_block(tmp_path / "a" / "cdr.txt", survey)
    assert '# devices = { a = "Link \\"B\\" \\\\", … = "…" }' in block.splitlines()


@pytest.mark.parametrize(
    ("header", "generation"),
    [
        ("", "no header: read in the specification's order if its lines have 34 fields"),
        (
            "4.10\r\n",
            "no header behind version line 4.10: read in the specification's order if its lines have 34 fields",
        ),
        (HEADER.replace('"', "") + "\r\n", "SwyxWare v10 or later: no version line, header in line 1"),
        (
            f'{HEADER},"PreviousState","Custom5"\r\n',
            "like SwyxWare's, with columns of 3imedia QueueController: PreviousState, Custom5",
        ),
    ],
)
def test_the_generation_is_told_by_the_lines_before_the_first_cdr(tmp_path: Path, header: str, generation: str) -> None:
    assert told(tmp_path, header + line() + "\r\n")["generation"] == [generation]


def test_columns_that_differ_are_named(tmp_path: Path) -> None:
    header = HEADER.replace('"Costs"', '"Charges"').replace(',"DisconnectReason"', ',"Extra"')
    assert told(tmp_path, header + "\n")["columns"] == [
        "34 columns, in the specification's order, missing: DisconnectReason, unknown: Extra, Charges stands for Costs"
    ]


def test_what_is_suspicious_is_told_with_its_lines(tmp_path: Path) -> None:
    text = f"{HEADER}\n{line()}\n{HEADER}\n{line()}\nx,y\n\0\0\n{line()}"
    sections = told(tmp_path, text)
    assert sections["suspicious"] == [
        "header repeated: line 3",
        "the same line again: line 4",
        "2 NUL bytes in all",
    ]
    assert sections["rejects"][0].startswith("wrong_number_of_fields: line 5; the first: expected the 34 fields")
    assert sections["last line"][0].startswith(f"{len(line())} bytes from offset ")


def test_a_file_that_is_no_cdr_txt_is_told_so(tmp_path: Path) -> None:
    assert "no line is a CDR: is this a cdr.txt?" in told(tmp_path, bytes(range(256)) * 300)["suspicious"]


def test_an_empty_file_has_a_block_too(tmp_path: Path) -> None:
    survey = surveyed(tmp_path, b"")
    assert site_of(site_block(tmp_path / "cdr.txt", survey), tmp_path).date_order == "dmy"
    assert dict(report(tmp_path / "cdr.txt", survey))["CDRs"] == ["none"]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/mnt/Zürich GmbH/cdr.txt", "zuerich-gmbh"), ("/cdr.txt", "site"), ("/mnt/日本/cdr.txt", "site")],
)
def test_the_site_is_named_after_its_folder(path: str, name: str) -> None:
    assert site_name(Path(path)) == name


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/mnt/cdr.txt", "/mnt/cdr*.txt"),
        ("/mnt/cdr12.txt", "/mnt/cdr*.txt"),
        ("/mnt/cdr.txt.3", "/mnt/cdr*.txt*"),
        ('/mnt/a[1]"b\\/calls', '/mnt/a[[]1]"b\\/calls*'),
        ("/mnt/\udcfc/cdr.txt", "/mnt/?/cdr*.txt"),
    ],
)
def test_the_glob_has_the_file_and_those_of_rotation(path: str, pattern: str, tmp_path: Path) -> None:
    block = site_block(Path(path), surveyed(tmp_path, b""))
    assert site_of(block, tmp_path).files[0].absolute == pattern


def test_text_of_the_file_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2J\nü\x9b") == "a\\x1b[2J\\nü\\x9b"
    assert len(printable("x" * 10_000)) <= 401


def test_a_configured_file_is_told(tmp_path: Path) -> None:
    config = complete(tmp_path)
    read = inspected(tmp_path / "dortmund" / "cdr.txt", "--config", str(config))[0]
    assert read["configured"] == ["as a file of site dortmund"]
    assert inspected(MODERN, "--config", str(config))[0]["configured"] == [f"not yet in {config}"]


def test_a_configuration_that_is_not_valid_hinders_nothing(tmp_path: Path) -> None:
    config = tmp_path / "swyx-cdr.toml"
    config.write_text("nonsense = 1", "utf-8")
    assert inspected(MODERN, "--config", str(config))[0]["configured"][0].startswith("cannot be told: ")


def test_without_a_configuration_nothing_is_told_of_it(tmp_path: Path) -> None:
    assert "configured" not in inspected(MODERN, "--config", str(tmp_path / "none.toml"))[0]


@pytest.mark.parametrize(("path", "found"), [("none.txt", "found no such file"), (".", "found a folder or device")])
def test_a_file_that_is_none_is_one_line(tmp_path: Path, path: str, found: str) -> None:
    with pytest.raises(CommandError) as caught:
        inspect(tmp_path / path)
    assert str(caught.value).startswith(f"{tmp_path / path}: {found}; expected a")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("connectors.cdr_file.survey.survey.survey_file", refuse)
    with pytest.raises(CommandError, match="Permission denied; make it readable and inspect it again"):
        inspect(MODERN)
