-- The latest heartbeat of each site (contract 9).

CREATE TABLE IF NOT EXISTS site_rows (
    site LowCardinality(String) COMMENT 'Site',
    group_name LowCardinality(String) COMMENT 'Group of linked sites',
    time_zone LowCardinality(String) COMMENT 'Time zone of the site\'s CDRs',
    last_cdr_at Nullable(DateTime('UTC')) COMMENT 'End of the newest CDR read; NULL before the first' CODEC(ZSTD(1)),
    last_seen_at DateTime('UTC') COMMENT 'When the site\'s tail last gave a sign of life' CODEC(DoubleDelta, ZSTD(1)),
    file String COMMENT 'File that it reads' CODEC(ZSTD(1)),
    file_offset UInt64 COMMENT 'Bytes of that file confirmed by Kafka' CODEC(ZSTD(1)),
    bytes_behind UInt64 COMMENT 'Bytes of all its files not yet confirmed by Kafka' CODEC(ZSTD(1)),
    version UInt64 COMMENT 'last_seen_at in milliseconds; the greatest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1 = the site was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (site)
COMMENT 'Heartbeats; read the view sites';

CREATE OR REPLACE VIEW sites (
    site LowCardinality(String) COMMENT 'Site',
    group_name LowCardinality(String) COMMENT 'Group of linked sites',
    time_zone LowCardinality(String) COMMENT 'Time zone of the site\'s CDRs',
    last_cdr_at Nullable(DateTime('UTC')) COMMENT 'End of the newest CDR read; NULL before the first',
    last_seen_at DateTime('UTC') COMMENT 'When the site\'s tail last gave a sign of life',
    file String COMMENT 'File that it reads',
    file_offset UInt64 COMMENT 'Bytes of that file confirmed by Kafka',
    bytes_behind UInt64 COMMENT 'Bytes of all its files not yet confirmed by Kafka'
)
AS SELECT
    site, group_name, time_zone, last_cdr_at, last_seen_at, file, file_offset, bytes_behind
FROM site_rows FINAL
COMMENT 'The latest heartbeat of each site';
