-- Charges of chargeable legs, and what sites owe each other by them (contract 7, 8 and 9).

CREATE TABLE IF NOT EXISTS charge_rows (
    leg_id String COMMENT 'Chargeable leg' CODEC(ZSTD(1)),
    site LowCardinality(String) DEFAULT substringIndex(leg_id, ':', 1) COMMENT 'Site of the leg',
    call_id String COMMENT 'Call of the leg' CODEC(ZSTD(1)),
    site_call_id String COMMENT 'Site call of the leg' CODEC(ZSTD(1)),
    started_at DateTime('UTC') COMMENT 'Start of the leg' CODEC(DoubleDelta, ZSTD(1)),
    connected_at DateTime('UTC') COMMENT 'Connect time of the leg' CODEC(DoubleDelta, ZSTD(1)),
    duration_seconds UInt32 COMMENT 'Seconds from connect to end' CODEC(T64, ZSTD(1)),
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    payer_number String COMMENT 'Extension of the payer, else the canonical number' CODEC(ZSTD(1)),
    payer_name String COMMENT 'Name of the payer' CODEC(ZSTD(1)),
    project_number String COMMENT 'First project number along the chain of paired legs' CODEC(ZSTD(1)),
    destination_number String COMMENT 'Destination: extension of the leg\'s site, else canonical' CODEC(ZSTD(1)),
    destination_name String COMMENT 'Destination by the rate row' CODEC(ZSTD(1)),
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the call',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the call',
    currency LowCardinality(String) COMMENT 'Currency of the amounts',
    amount Decimal(18, 6) COMMENT 'What the leg costs; 0 for source none' CODEC(ZSTD(1)),
    source LowCardinality(String) COMMENT 'link, aoc, lcr, rated or none',
    counted UInt8 COMMENT '1 = enters totals; of several records of the same money exactly one is counted',
    counterpart_leg_id String COMMENT 'Next leg towards the carrier (of the last leg the one before); empty if none' CODEC(ZSTD(1)),
    rated_amount Nullable(Decimal(18, 6)) COMMENT 'Price by the site\'s tariff; NULL where it has none for the destination' CODEC(ZSTD(1)),
    destination_country LowCardinality(String) COMMENT 'Country of the destination number',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    department LowCardinality(String) COMMENT 'Department of the payer',
    cost_centre LowCardinality(String) COMMENT 'Cost centre of the payer',
    anomalies Array(String) COMMENT 'What is odd about the charge' CODEC(ZSTD(1)),
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    started_on Date MATERIALIZED toDateOrZero(substring(leg_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX connected_at_range connected_at TYPE minmax
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (site, started_on, leg_id)
COMMENT 'Charges in all their states; read the view charges';

CREATE OR REPLACE VIEW charges (
    leg_id String COMMENT 'Chargeable leg',
    site LowCardinality(String) COMMENT 'Site of the leg',
    call_id String COMMENT 'Call of the leg',
    site_call_id String COMMENT 'Site call of the leg',
    started_at DateTime('UTC') COMMENT 'Start of the leg',
    connected_at DateTime('UTC') COMMENT 'Connect time of the leg',
    duration_seconds UInt32 COMMENT 'Seconds from connect to end',
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    payer_number String COMMENT 'Extension of the payer, else the canonical number',
    payer_name String COMMENT 'Name of the payer',
    project_number String COMMENT 'First project number along the chain of paired legs',
    destination_number String COMMENT 'Destination: extension of the leg\'s site, else canonical',
    destination_name String COMMENT 'Destination by the rate row',
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the call',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the call',
    currency LowCardinality(String) COMMENT 'Currency of the amounts',
    amount Decimal(18, 6) COMMENT 'What the leg costs; 0 for source none',
    source LowCardinality(String) COMMENT 'link, aoc, lcr, rated or none',
    counted UInt8 COMMENT '1 = enters totals; of several records of the same money exactly one is counted',
    counterpart_leg_id String COMMENT 'Next leg towards the carrier (of the last leg the one before); empty if none',
    rated_amount Nullable(Decimal(18, 6)) COMMENT 'Price by the site\'s tariff; NULL where it has none for the destination',
    destination_country LowCardinality(String) COMMENT 'Country of the destination number',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number',
    department LowCardinality(String) COMMENT 'Department of the payer',
    cost_centre LowCardinality(String) COMMENT 'Cost centre of the payer',
    anomalies Array(String) COMMENT 'What is odd about the charge',
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
AS SELECT
    leg_id, site, call_id, site_call_id, started_at, connected_at, duration_seconds, payer_site, payer_number,
    payer_name, project_number, destination_number, destination_name, carrier_site, trunk, currency, amount,
    source, counted, counterpart_leg_id, rated_amount, destination_country, destination_kind, department,
    cost_centre, anomalies, version
FROM charge_rows FINAL
COMMENT 'One row per chargeable leg';

CREATE OR REPLACE VIEW settlement (
    month Date COMMENT 'First day of the month of connected_at (UTC)',
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the calls: the creditor',
    payer_site LowCardinality(String) COMMENT 'Site of the payers: the debtor',
    currency LowCardinality(String) COMMENT 'Currency of the amount',
    legs UInt64 COMMENT 'Number of charges',
    seconds UInt64 COMMENT 'Their seconds',
    amount Decimal(18, 6) COMMENT 'Their amount'
)
AS SELECT
    toStartOfMonth(charge.connected_at) AS month,
    charge.carrier_site AS carrier_site,
    charge.payer_site AS payer_site,
    charge.currency AS currency,
    count() AS legs,
    sum(charge.duration_seconds) AS seconds,
    toDecimal64(sum(charge.amount), 6) AS amount
FROM charge_rows AS charge FINAL
WHERE charge.counted = 1 AND charge.payer_site != charge.carrier_site
GROUP BY month, carrier_site, payer_site, currency
COMMENT 'What sites owe each other: counted charges carried by another site than the payer\'s, by month';
