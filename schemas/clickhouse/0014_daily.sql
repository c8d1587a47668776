-- Calls and counted charges by day, for long ranges: made anew from the views every hour, so they agree with them at
-- `refreshed_at`, revisions and withdrawals included. The local day is that of the start in the id. A table that is made
-- as a whole takes the place of the last one at once.

CREATE TABLE IF NOT EXISTS daily_call_rows (
    day Date COMMENT 'Local day of the site on which the first leg began',
    origin_site LowCardinality(String) COMMENT 'Site of the first leg',
    direction LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    disposition LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    calls UInt64 COMMENT 'Number of calls',
    ring_seconds UInt64 COMMENT 'Their seconds from the first start to the first connect (or the last end)',
    talk_seconds UInt64 COMMENT 'Their seconds in which at least one leg was connected',
    billable_seconds UInt64 COMMENT 'Their seconds of chargeable legs',
    refreshed_at DateTime('UTC') COMMENT 'When the rows were made'
)
ENGINE = MergeTree
ORDER BY (origin_site, day)
COMMENT 'Calls by local day and dimensions, as last made; read the view daily_calls';

CREATE MATERIALIZED VIEW IF NOT EXISTS daily_calls_refresh REFRESH EVERY 1 HOUR TO daily_call_rows (
    day Date COMMENT 'Local day of the site on which the first leg began',
    origin_site LowCardinality(String) COMMENT 'Site of the first leg',
    direction LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    disposition LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    calls UInt64 COMMENT 'Number of calls',
    ring_seconds UInt64 COMMENT 'Their seconds from the first start to the first connect (or the last end)',
    talk_seconds UInt64 COMMENT 'Their seconds in which at least one leg was connected',
    billable_seconds UInt64 COMMENT 'Their seconds of chargeable legs',
    refreshed_at DateTime('UTC') COMMENT 'When the rows were made'
)
AS SELECT
    toDate(substring(call_id, -19, 10)) AS day, origin_site, direction, disposition, destination_country, destination_kind,
    count() AS calls, sum(call.ring_seconds) AS ring_seconds, sum(call.talk_seconds) AS talk_seconds,
    sum(call.billable_seconds) AS billable_seconds, now('UTC') AS refreshed_at
FROM calls AS call
GROUP BY ALL
COMMENT 'Makes daily_call_rows every hour';

CREATE OR REPLACE VIEW daily_calls (
    day Date COMMENT 'Local day of the site on which the first leg began',
    origin_site LowCardinality(String) COMMENT 'Site of the first leg',
    direction LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    disposition LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    calls UInt64 COMMENT 'Number of calls',
    ring_seconds UInt64 COMMENT 'Their seconds from the first start to the first connect (or the last end)',
    talk_seconds UInt64 COMMENT 'Their seconds in which at least one leg was connected',
    billable_seconds UInt64 COMMENT 'Their seconds of chargeable legs',
    refreshed_at DateTime('UTC') COMMENT 'When the rows were made'
)
AS SELECT
    day, origin_site, direction, disposition, destination_country, destination_kind, calls, ring_seconds,
    talk_seconds, billable_seconds, refreshed_at
FROM daily_call_rows
COMMENT 'Calls by local day and dimensions, for long ranges; made every hour';

CREATE TABLE IF NOT EXISTS daily_charge_rows (
    day Date COMMENT 'Local day of the leg\'s site on which the leg began',
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    department LowCardinality(String) COMMENT 'Department of the payer',
    cost_centre LowCardinality(String) COMMENT 'Cost centre of the payer',
    project_number String COMMENT 'First project number along the chain of paired legs',
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the calls',
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    currency LowCardinality(String) COMMENT 'Currency of the amount',
    source LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    legs UInt64 COMMENT 'Number of counted charges',
    seconds UInt64 COMMENT 'Their seconds',
    amount Decimal(18, 6) COMMENT 'Their amount',
    refreshed_at DateTime('UTC') COMMENT 'When the rows were made'
)
ENGINE = MergeTree
ORDER BY (payer_site, day)
COMMENT 'Counted charges by local day and dimensions, as last made; read the view daily_charges';

CREATE MATERIALIZED VIEW IF NOT EXISTS daily_charges_refresh REFRESH EVERY 1 HOUR TO daily_charge_rows (
    day Date COMMENT 'Local day of the leg\'s site on which the leg began',
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    department LowCardinality(String) COMMENT 'Department of the payer',
    cost_centre LowCardinality(String) COMMENT 'Cost centre of the payer',
    project_number String COMMENT 'First project number along the chain of paired legs',
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the calls',
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    currency LowCardinality(String) COMMENT 'Currency of the amount',
    source LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    legs UInt64 COMMENT 'Number of counted charges',
    seconds UInt64 COMMENT 'Their seconds',
    amount Decimal(18, 6) COMMENT 'Their amount',
    refreshed_at DateTime('UTC') COMMENT 'When the rows were made'
)
AS SELECT
    toDate(substring(leg_id, -19, 10)) AS day, payer_site, department, cost_centre, project_number, carrier_site, trunk,
    destination_country, destination_kind, currency, source, count() AS legs, sum(duration_seconds) AS seconds,
    toDecimal64(sum(charge.amount), 6) AS amount, now('UTC') AS refreshed_at
FROM charges AS charge
WHERE counted = 1
GROUP BY ALL
COMMENT 'Makes daily_charge_rows every hour';

CREATE OR REPLACE VIEW daily_charges (
    day Date COMMENT 'Local day of the leg\'s site on which the leg began',
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    department LowCardinality(String) COMMENT 'Department of the payer',
    cost_centre LowCardinality(String) COMMENT 'Cost centre of the payer',
    project_number String COMMENT 'First project number along the chain of paired legs',
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the calls',
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    currency LowCardinality(String) COMMENT 'Currency of the amount',
    source LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    legs UInt64 COMMENT 'Number of counted charges',
    seconds UInt64 COMMENT 'Their seconds',
    amount Decimal(18, 6) COMMENT 'Their amount',
    refreshed_at DateTime('UTC') COMMENT 'When the rows were made'
)
AS SELECT
    day, payer_site, department, cost_centre, project_number, carrier_site, trunk, destination_country,
    destination_kind, currency, source, legs, seconds, amount, refreshed_at
FROM daily_charge_rows
COMMENT 'Counted charges by local day and dimensions, for long ranges; made every hour';
