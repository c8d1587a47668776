from __future__ import annotations

import io
import threading

import fastavro
import pytest

from connectors.clickhouse.client import ClickHouseOptions
from connectors.clickhouse.direct import DirectWriter, container, container_header, insert_statement
from connectors.clickhouse.errors import WarehouseError
from schemas.codec import encode
from schemas.registry import current_schemas
from tests.warehouse import charge, leg_row, reject

TYPES = {"total_id": "String", "hour": "DateTime('UTC')", "legs": "UInt64", "payer_site": "LowCardinality(String)"}
FIELDS = [{"name": name} for name in TYPES]


def test_numbers_and_instants_are_converted_with_a_check() -> None:
    schema = current_schemas()["total"]._replace(definition={"fields": FIELDS})

    assert insert_statement("charge_total_rows", schema, TYPES) == (
        "INSERT INTO charge_total_rows (total_id, hour, legs, payer_site) "
        "SELECT `total_id`, accurateCast(intDiv(`hour`, 1000), 'UInt32'), accurateCast(`legs`, 'UInt64'), `payer_site` "
        "FROM input('`total_id` String, `hour` Int64, `legs` Int64, `payer_site` String') FORMAT Avro"
    )


def test_a_field_without_a_column_asks_for_the_migration() -> None:
    schema = current_schemas()["total"]._replace(definition={"fields": [*FIELDS, {"name": "new"}]})

    with pytest.raises(WarehouseError, match="no column new: run `swyx-cdr migrate`"):
        insert_statement("charge_total_rows", schema, TYPES)


def test_a_container_is_what_avro_libraries_read() -> None:
    schema = current_schemas()["charge"]
    data = container(container_header(schema), [encode(charge(number)) for number in range(300)])

    rows = list(fastavro.reader(io.BytesIO(data)))

    assert [row["leg_id"] for row in rows] == [charge(number).leg_id for number in range(300)]


def test_a_message_of_any_length_fits_into_a_container() -> None:
    row = leg_row()
    row = row._replace(leg=row.leg._replace(raw_line="x" * 100_000))
    data = container(container_header(current_schemas()["leg"]), [encode(row)])

    assert [found["raw_line"] for found in fastavro.reader(io.BytesIO(data))] == ["x" * 100_000]


def test_only_rows_with_a_version_of_their_own_are_handed_on() -> None:
    writer = DirectWriter(ClickHouseOptions("nowhere"), threading.Event())

    assert [writer.knows(encode(row)[:10]) for row in (charge(), leg_row(), reject())] == [True, True, False]
