-- Who took personal data out of the warehouse, or removed them (docs/privacy.md).

CREATE TABLE IF NOT EXISTS audit (
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was done, by the clock of the warehouse' CODEC(DoubleDelta, ZSTD(1)),
    who String COMMENT 'User of the operating system, and the machine' CODEC(ZSTD(1)),
    command LowCardinality(String) COMMENT 'Command, such as export or erase',
    what String COMMENT 'Its arguments; of an erasure a digest of the number, never the number itself' CODEC(ZSTD(1)),
    rows UInt64 COMMENT 'Rows that were written out, or from which something was removed' CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY at
COMMENT 'Exports, reports of single calls, and erasures';

CREATE TABLE IF NOT EXISTS erasing (
    table_name LowCardinality(String) COMMENT 'Table whose rows are changed',
    party LowCardinality(String) COMMENT 'Which of a row\'s parties is removed: origination, called, destination, transferred_by or payer',
    key String COMMENT 'The row\'s id'
)
ENGINE = MergeTree
ORDER BY (table_name, party, key)
COMMENT 'Rows from which `erase` is removing a party, empty otherwise: what the server notes of a change names no number';
