-- Epochs: the upper bits of all versions. A backfill, a re-rating and a new topic each start one (docs/architecture.md).

CREATE TABLE IF NOT EXISTS epochs (
    epoch UInt16 COMMENT 'Number of the epoch, 1 to 2047',
    purpose String COMMENT 'What it was started for',
    token UUID COMMENT 'Names the process that entered it',
    created_at DateTime('UTC') DEFAULT now('UTC') COMMENT 'When it was started'
)
ENGINE = MergeTree
ORDER BY epoch
COMMENT 'Epochs of row versions';
