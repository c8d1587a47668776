-- Pairs of legs that are the two ends of one call over a link (contract 8 and 9).

CREATE TABLE IF NOT EXISTS link_match_rows (
    link LowCardinality(String) COMMENT 'siteA-siteB, sorted',
    from_site LowCardinality(String) DEFAULT substringIndex(from_leg_id, ':', 1) COMMENT 'Site that sent the call over the link',
    to_site LowCardinality(String) COMMENT 'Site that received it',
    from_leg_id String COMMENT 'Leg at the sending site' CODEC(ZSTD(1)),
    to_leg_id String COMMENT 'Leg at the receiving site' CODEC(ZSTD(1)),
    time_difference_seconds Int64 COMMENT 'Start of the receiving leg minus start of the sending leg' CODEC(T64, ZSTD(1)),
    from_amount Nullable(Decimal(18, 6)) COMMENT 'Amount of the sending leg; NULL for source none' CODEC(ZSTD(1)),
    to_amount Nullable(Decimal(18, 6)) COMMENT 'Amount of the receiving leg; NULL for source none' CODEC(ZSTD(1)),
    currency LowCardinality(String) COMMENT 'Currency of the amounts; empty where they differ',
    anomalies Array(String) COMMENT 'What is odd about the pair' CODEC(ZSTD(1)),
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    started_on Date MATERIALIZED toDateOrZero(substring(from_leg_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (from_site, started_on, from_leg_id)
COMMENT 'Pairs in all their states; read the view link_matches';

CREATE OR REPLACE VIEW link_matches (
    link LowCardinality(String) COMMENT 'siteA-siteB, sorted',
    from_site LowCardinality(String) COMMENT 'Site that sent the call over the link',
    to_site LowCardinality(String) COMMENT 'Site that received it',
    from_leg_id String COMMENT 'Leg at the sending site',
    to_leg_id String COMMENT 'Leg at the receiving site',
    time_difference_seconds Int64 COMMENT 'Start of the receiving leg minus start of the sending leg',
    from_amount Nullable(Decimal(18, 6)) COMMENT 'Amount of the sending leg; NULL for source none',
    to_amount Nullable(Decimal(18, 6)) COMMENT 'Amount of the receiving leg; NULL for source none',
    currency LowCardinality(String) COMMENT 'Currency of the amounts; empty where they differ',
    anomalies Array(String) COMMENT 'What is odd about the pair'
)
AS SELECT
    link, from_site, to_site, from_leg_id, to_leg_id, time_difference_seconds, from_amount, to_amount,
    currency, anomalies
FROM link_match_rows FINAL
COMMENT 'One row per pair of legs over a link';
