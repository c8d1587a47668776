-- Counted charges by hour and dimensions, aggregated in the stream (contract 9).

CREATE TABLE IF NOT EXISTS charge_total_rows (
    total_id String COMMENT 'The hour, then the dimensions' CODEC(ZSTD(1)),
    hour DateTime('UTC') COMMENT 'Hour of the connect times' CODEC(DoubleDelta, ZSTD(1)),
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    payer_number String COMMENT 'Number of the payer' CODEC(ZSTD(1)),
    project_number String COMMENT 'Project number' CODEC(ZSTD(1)),
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the calls',
    currency LowCardinality(String) COMMENT 'Currency of the amount',
    source LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    legs UInt64 COMMENT 'Number of counted charges' CODEC(ZSTD(1)),
    seconds UInt64 COMMENT 'Their seconds' CODEC(ZSTD(1)),
    amount Decimal(18, 6) COMMENT 'Their amount' CODEC(ZSTD(1)),
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    started_on Date MATERIALIZED toDateOrZero(substring(total_id, 1, 10)) COMMENT 'Date in the id: it never changes, so all revisions meet in one partition',
    INDEX hour_range hour TYPE minmax
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (started_on, total_id)
COMMENT 'Totals in all their states; read the view charge_totals';

CREATE OR REPLACE VIEW charge_totals (
    hour DateTime('UTC') COMMENT 'Hour of the connect times',
    payer_site LowCardinality(String) COMMENT 'Site of the payer',
    payer_number String COMMENT 'Number of the payer',
    project_number String COMMENT 'Project number',
    carrier_site LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    trunk LowCardinality(String) COMMENT 'Trunk that carried the calls',
    currency LowCardinality(String) COMMENT 'Currency of the amount',
    source LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    legs UInt64 COMMENT 'Number of counted charges',
    seconds UInt64 COMMENT 'Their seconds',
    amount Decimal(18, 6) COMMENT 'Their amount'
)
AS SELECT
    hour, payer_site, payer_number, project_number, carrier_site, trunk, currency, source, legs, seconds, amount
FROM charge_total_rows FINAL
COMMENT 'Counted charges by hour and dimensions';
