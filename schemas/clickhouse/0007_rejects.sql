-- Lines and messages that could not be read (contract 4 and 9). The same reject again is the same row.

CREATE TABLE IF NOT EXISTS reject_rows (
    site LowCardinality(String) COMMENT 'Site of the file; empty where a message names none',
    source_file LowCardinality(String) COMMENT 'File relative to the configuration, or topic-partition',
    source_offset UInt64 COMMENT 'Byte offset in the file, or offset in the partition' CODEC(ZSTD(1)),
    raw String COMMENT 'The bytes as they were' CODEC(ZSTD(1)),
    reason LowCardinality(String) COMMENT 'Why it could not be read',
    detail String COMMENT 'What was expected and found' CODEC(ZSTD(1)),
    rejected_at DateTime('UTC') COMMENT 'When it was last tried' CODEC(DoubleDelta, ZSTD(1)),
    version UInt64 COMMENT 'rejected_at in milliseconds; the greatest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1 = it was read after all',
    raw_hash UInt64 MATERIALIZED sipHash64(raw) COMMENT 'Tells lines at the same place of different files apart'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (site, source_file, source_offset, raw_hash)
COMMENT 'Rejects, each try; read the view rejects';

CREATE OR REPLACE VIEW rejects (
    site LowCardinality(String) COMMENT 'Site of the file; empty where a message names none',
    source_file LowCardinality(String) COMMENT 'File relative to the configuration, or topic-partition',
    source_offset UInt64 COMMENT 'Byte offset in the file, or offset in the partition',
    raw String COMMENT 'The bytes as they were',
    reason LowCardinality(String) COMMENT 'Why it could not be read',
    detail String COMMENT 'What was expected and found',
    rejected_at DateTime('UTC') COMMENT 'When it was last tried'
)
AS SELECT
    site, source_file, source_offset, raw, reason, detail, rejected_at
FROM reject_rows FINAL
COMMENT 'One row per unreadable line or message';
