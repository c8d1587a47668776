"""What holds of `inspect` for any bytes: it fails for none, and what it prints can be pasted (contract 2)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cdr_file.framing import MAX_LINE_BYTES
from pipeline.cli.inspect_block import site_block
from pipeline.cli.inspect_report import report
from pipeline.cli.settings import load_settings
from tests.cdr_lines import HEADER, USUAL, line
from tests.surveys import surveyed

HOSTILE = st.one_of(
    st.sampled_from(
        [
            "", "0", "1,23", "1.234", "1e999", "+49", "+0123456789", "+4930555103094", "0001234567", "٣٤٥", "²",
            "XXX", "+4930XXX", '"', "\\", "\x1b", "\x7f", "\x85", "\u2028", "# x", "[[sites]]", "Link Süd",
            "13.13.13", "2026-03-02", "03/02/2026", "25:00:00", "31.12.9999", "€",
        ]
    ),
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=6),
)  # fmt: skip
COLUMNS = sorted(
    {
        *USUAL,
        "Costs",
        "Currency",
        "OriginationDevice",
        "DestinationDevice",
        "ConnectDate",
        "ConnectTime",
        "PublicAccessPrefix",
        "LCRProvider",
        "TransferDate",
    }
)
LINES = st.dictionaries(st.sampled_from(COLUMNS), HOSTILE, max_size=6)
PIECES = st.one_of(
    LINES.map(lambda changes: line(**changes).encode() + b"\r\n"),
    LINES.map(lambda changes: line(**changes).encode("cp1252", "ignore") + b"\n"),
    st.sampled_from(
        [
            HEADER.encode() + b"\r\n",
            b"StartTime,CallId\n",
            b"4.10\r\n",
            b"\xef\xbb\xbf",
            b"\0\0",
            b'"',
            b"\n",
            b"x" * (MAX_LINE_BYTES + 2),
        ]
    ),
    st.binary(max_size=40),
)
FILES = st.lists(PIECES, max_size=12).map(b"".join)


@settings(max_examples=150, deadline=None)
@given(FILES)
def test_any_bytes_give_a_report_and_a_block_that_loads(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        survey = surveyed(Path(folder), data)
        told = report(Path(folder) / "cdr.txt", survey)
        pasted = Path(folder) / "swyx-cdr.toml"
        pasted.write_text(site_block(Path(folder) / "cdr.txt", survey), "utf-8")
        (site,) = load_settings(pasted, {}).sites

    assert site.date_order == survey.date_order.value
    assert all(text.isprintable() for _, lines in told for text in lines)
    rejects = sum(found.spots.count for found in survey.legs.rejects.values())
    form = survey.form
    # Every line is a CDR, a reject, or one of those that are neither.
    assert survey.legs.legs + rejects + form.blank + form.versions.count + form.headers.count == form.lines
