-- Site calls: the legs of one site that transfers join (contract 6 and 9).
-- A withdrawal is a row with the id, its version and is_deleted = 1; the site comes from the id.

CREATE TABLE IF NOT EXISTS site_call_rows (
    site LowCardinality(String) DEFAULT substringIndex(site_call_id, ':', 1) COMMENT 'Site of the call',
    site_call_id String COMMENT 'leg_id of the first leg' CODEC(ZSTD(1)),
    call_id String COMMENT 'Call that the site call belongs to' CODEC(ZSTD(1)),
    leg_ids Array(String) COMMENT 'Its legs, in order' CODEC(ZSTD(1)),
    started_at DateTime('UTC') COMMENT 'Least start of the legs' CODEC(DoubleDelta, ZSTD(1)),
    connected_at Nullable(DateTime('UTC')) COMMENT 'Least connect time of the legs; NULL if none was answered' CODEC(ZSTD(1)),
    ended_at DateTime('UTC') COMMENT 'Greatest end of the legs' CODEC(DoubleDelta, ZSTD(1)),
    origination_number String COMMENT 'Caller, as written in the first leg' CODEC(ZSTD(1)),
    origination_name String COMMENT 'Name of the caller, of the first leg' CODEC(ZSTD(1)),
    called_number String COMMENT 'Number called, as written in the first leg' CODEC(ZSTD(1)),
    called_name String COMMENT 'Name of the number called, of the first leg' CODEC(ZSTD(1)),
    destination_number String COMMENT 'Who took the call, of the last leg (its called number where empty)' CODEC(ZSTD(1)),
    destination_name String COMMENT 'Name of who took the call, of the last leg' CODEC(ZSTD(1)),
    direction LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    disposition LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    disconnect_reason LowCardinality(String) COMMENT 'Disconnect reason of the last leg, as written',
    ring_seconds UInt32 COMMENT 'Seconds from the first start to the first connect (or the last end)' CODEC(T64, ZSTD(1)),
    talk_seconds UInt32 COMMENT 'Seconds in which at least one leg was connected' CODEC(T64, ZSTD(1)),
    billable_seconds UInt32 COMMENT 'Seconds of the chargeable legs' CODEC(T64, ZSTD(1)),
    leg_count UInt32 COMMENT 'Number of legs' CODEC(T64, ZSTD(1)),
    transfer_count UInt32 COMMENT 'Number of results of transfers' CODEC(T64, ZSTD(1)),
    conference UInt8 COMMENT '1 = a conference',
    project_number String COMMENT 'First project number among the legs' CODEC(ZSTD(1)),
    missing_call_ids Array(String) COMMENT 'References without a leg (yet), sorted' CODEC(ZSTD(1)),
    complete UInt8 COMMENT '1 = no reference is missing',
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    started_on Date MATERIALIZED toDateOrZero(substring(site_call_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX started_at_range started_at TYPE minmax
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (site, started_on, site_call_id)
COMMENT 'Site calls in all their states; read the view site_calls';

CREATE OR REPLACE VIEW site_calls (
    site LowCardinality(String) COMMENT 'Site of the call',
    site_call_id String COMMENT 'leg_id of the first leg',
    call_id String COMMENT 'Call that the site call belongs to',
    leg_ids Array(String) COMMENT 'Its legs, in order',
    started_at DateTime('UTC') COMMENT 'Least start of the legs',
    connected_at Nullable(DateTime('UTC')) COMMENT 'Least connect time of the legs; NULL if none was answered',
    ended_at DateTime('UTC') COMMENT 'Greatest end of the legs',
    origination_number String COMMENT 'Caller, as written in the first leg',
    origination_name String COMMENT 'Name of the caller, of the first leg',
    called_number String COMMENT 'Number called, as written in the first leg',
    called_name String COMMENT 'Name of the number called, of the first leg',
    destination_number String COMMENT 'Who took the call, of the last leg (its called number where empty)',
    destination_name String COMMENT 'Name of who took the call, of the last leg',
    direction LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    disposition LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    disconnect_reason LowCardinality(String) COMMENT 'Disconnect reason of the last leg, as written',
    ring_seconds UInt32 COMMENT 'Seconds from the first start to the first connect (or the last end)',
    talk_seconds UInt32 COMMENT 'Seconds in which at least one leg was connected',
    billable_seconds UInt32 COMMENT 'Seconds of the chargeable legs',
    leg_count UInt32 COMMENT 'Number of legs',
    transfer_count UInt32 COMMENT 'Number of results of transfers',
    conference UInt8 COMMENT '1 = a conference',
    project_number String COMMENT 'First project number among the legs',
    missing_call_ids Array(String) COMMENT 'References without a leg (yet), sorted',
    complete UInt8 COMMENT '1 = no reference is missing',
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
AS SELECT
    site, site_call_id, call_id, leg_ids, started_at, connected_at, ended_at, origination_number,
    origination_name, called_number, called_name, destination_number, destination_name, direction, disposition,
    disconnect_reason, ring_seconds, talk_seconds, billable_seconds, leg_count, transfer_count, conference,
    project_number, missing_call_ids, complete, version
FROM site_call_rows FINAL
COMMENT 'One row per site call: the legs of one site that transfers join';
