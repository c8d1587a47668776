-- Made by infra/clickhouse/cluster.py from schemas/clickhouse: do not edit (docs/clickhouse.md).

CREATE DATABASE IF NOT EXISTS cdr ON CLUSTER '{cluster}';

CREATE TABLE IF NOT EXISTS cdr.audit ON CLUSTER '{cluster}'
(
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was done, by the clock of the warehouse' CODEC(DoubleDelta, ZSTD(1)),
    `who` String COMMENT 'User of the operating system, and the machine' CODEC(ZSTD(1)),
    `command` LowCardinality(String) COMMENT 'Command, such as export or erase',
    `what` String COMMENT 'Its arguments; of an erasure a digest of the number, never the number itself' CODEC(ZSTD(1)),
    `rows` UInt64 COMMENT 'Rows that were written out, or from which something was removed' CODEC(ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}')
ORDER BY at
SETTINGS index_granularity = 8192
COMMENT 'Exports, reports of single calls, and erasures';

CREATE TABLE IF NOT EXISTS cdr.daily_call_rows ON CLUSTER '{cluster}'
(
    `day` Date COMMENT 'Local day of the site on which the first leg began',
    `origin_site` LowCardinality(String) COMMENT 'Site of the first leg',
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    `destination_country` LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    `destination_kind` LowCardinality(String) COMMENT 'Kind of the destination number',
    `calls` UInt64 COMMENT 'Number of calls',
    `ring_seconds` UInt64 COMMENT 'Their seconds from the first start to the first connect (or the last end)',
    `talk_seconds` UInt64 COMMENT 'Their seconds in which at least one leg was connected',
    `billable_seconds` UInt64 COMMENT 'Their seconds of chargeable legs',
    `refreshed_at` DateTime('UTC') COMMENT 'When the rows were made'
)
ENGINE = MergeTree
ORDER BY (origin_site, day)
SETTINGS index_granularity = 8192
COMMENT 'Calls by local day and dimensions, as last made; read the view daily_calls';

CREATE TABLE IF NOT EXISTS cdr.daily_charge_rows ON CLUSTER '{cluster}'
(
    `day` Date COMMENT 'Local day of the leg\'s site on which the leg began',
    `payer_site` LowCardinality(String) COMMENT 'Site of the payer',
    `department` LowCardinality(String) COMMENT 'Department of the payer',
    `cost_centre` LowCardinality(String) COMMENT 'Cost centre of the payer',
    `project_number` String COMMENT 'First project number along the chain of paired legs',
    `carrier_site` LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    `trunk` LowCardinality(String) COMMENT 'Trunk that carried the calls',
    `destination_country` LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number; empty where it cannot be told',
    `destination_kind` LowCardinality(String) COMMENT 'Kind of the destination number',
    `currency` LowCardinality(String) COMMENT 'Currency of the amount',
    `source` LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    `legs` UInt64 COMMENT 'Number of counted charges',
    `seconds` UInt64 COMMENT 'Their seconds',
    `amount` Decimal(18, 6) COMMENT 'Their amount',
    `refreshed_at` DateTime('UTC') COMMENT 'When the rows were made'
)
ENGINE = MergeTree
ORDER BY (payer_site, day)
SETTINGS index_granularity = 8192
COMMENT 'Counted charges by local day and dimensions, as last made; read the view daily_charges';

CREATE TABLE IF NOT EXISTS cdr.epochs ON CLUSTER '{cluster}'
(
    `epoch` UInt16 COMMENT 'Number of the epoch, 1 to 2047',
    `purpose` String COMMENT 'What it was started for',
    `token` UUID COMMENT 'Names the process that entered it',
    `created_at` DateTime('UTC') DEFAULT now('UTC') COMMENT 'When it was started'
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}')
ORDER BY epoch
SETTINGS index_granularity = 8192
COMMENT 'Epochs of row versions';

CREATE TABLE IF NOT EXISTS cdr.erasing ON CLUSTER '{cluster}'
(
    `table_name` LowCardinality(String) COMMENT 'Table whose rows are changed',
    `party` LowCardinality(String) COMMENT 'Which of a row\'s parties is removed: origination, called, destination, transferred_by or payer',
    `key` String COMMENT 'The row\'s id'
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}')
ORDER BY (table_name, party, key)
SETTINGS index_granularity = 8192
COMMENT 'Rows from which `erase` is removing a party, empty otherwise: what the server notes of a change names no number';

CREATE TABLE IF NOT EXISTS cdr.call_rows_local ON CLUSTER '{cluster}'
(
    `call_id` String COMMENT 'site_call_id of the site call that holds the first leg' CODEC(ZSTD(1)),
    `origin_site` LowCardinality(String) DEFAULT substringIndex(call_id, ':', 1) COMMENT 'Site of the first leg',
    `sites` Array(String) COMMENT 'Sites that the call touched' CODEC(ZSTD(1)),
    `site_call_ids` Array(String) COMMENT 'Its site calls' CODEC(ZSTD(1)),
    `started_at` DateTime('UTC') COMMENT 'Least start of the legs' CODEC(DoubleDelta, ZSTD(1)),
    `connected_at` Nullable(DateTime('UTC')) COMMENT 'Least connect time of the legs; NULL if none was answered' CODEC(ZSTD(1)),
    `ended_at` DateTime('UTC') COMMENT 'Greatest end of the legs' CODEC(DoubleDelta, ZSTD(1)),
    `origination_number` String COMMENT 'Caller, as written in the first leg' CODEC(ZSTD(1)),
    `origination_name` String COMMENT 'Name of the caller, of the first leg' CODEC(ZSTD(1)),
    `called_number` String COMMENT 'Number called, as written in the first leg' CODEC(ZSTD(1)),
    `called_name` String COMMENT 'Name of the number called, of the first leg' CODEC(ZSTD(1)),
    `destination_number` String COMMENT 'Who took the call, of the last leg (its called number where empty)' CODEC(ZSTD(1)),
    `destination_name` String COMMENT 'Name of who took the call, of the last leg' CODEC(ZSTD(1)),
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    `disconnect_reason` LowCardinality(String) COMMENT 'Disconnect reason of the last leg, as written',
    `ring_seconds` UInt32 COMMENT 'Seconds from the first start to the first connect (or the last end)' CODEC(T64, ZSTD(1)),
    `talk_seconds` UInt32 COMMENT 'Seconds in which at least one leg was connected' CODEC(T64, ZSTD(1)),
    `billable_seconds` UInt32 COMMENT 'Seconds of the chargeable legs' CODEC(T64, ZSTD(1)),
    `leg_count` UInt32 COMMENT 'Number of legs' CODEC(T64, ZSTD(1)),
    `transfer_count` UInt32 COMMENT 'Number of results of transfers' CODEC(T64, ZSTD(1)),
    `conference` UInt8 COMMENT '1 = a conference',
    `project_number` String COMMENT 'First project number among the legs' CODEC(ZSTD(1)),
    `missing_call_ids` Array(String) COMMENT 'References without a leg (yet), sorted' CODEC(ZSTD(1)),
    `complete` UInt8 COMMENT '1 = no reference is missing',
    `destination_country` LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number, seen from the site of the last leg; empty where it cannot be told',
    `destination_kind` LowCardinality(String) COMMENT 'Kind of the destination number: internal, emergency, service, freephone, premium, international, mobile, geographic, other or unknown',
    `amounts` Map(String, Decimal(18, 6)) COMMENT 'Counted amount by currency' CODEC(ZSTD(1)),
    `charge_sources` Array(String) COMMENT 'Sources of the counted charges, distinct, sorted' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    `started_on` Date MATERIALIZED toDateOrZero(substring(call_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX started_at_range started_at TYPE minmax GRANULARITY 1,
    INDEX connected_at_range connected_at TYPE minmax GRANULARITY 1,
    INDEX ended_at_range ended_at TYPE minmax GRANULARITY 1,
    INDEX call_id_filter call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX origination_number_filter origination_number TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX called_number_filter called_number TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX destination_number_filter destination_number TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), origin_site, started_on, call_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192
COMMENT 'Calls in all their states; read the view calls';

CREATE TABLE IF NOT EXISTS cdr.call_rows ON CLUSTER '{cluster}' AS cdr.call_rows_local
ENGINE = Distributed('{cluster}', 'cdr', 'call_rows_local', cityHash64(call_id))
COMMENT 'The rows of call_rows_local on all shards';

CREATE TABLE IF NOT EXISTS cdr.charge_rows_local ON CLUSTER '{cluster}'
(
    `leg_id` String COMMENT 'Chargeable leg' CODEC(ZSTD(1)),
    `site` LowCardinality(String) DEFAULT substringIndex(leg_id, ':', 1) COMMENT 'Site of the leg',
    `call_id` String COMMENT 'Call of the leg' CODEC(ZSTD(1)),
    `site_call_id` String COMMENT 'Site call of the leg' CODEC(ZSTD(1)),
    `started_at` DateTime('UTC') COMMENT 'Start of the leg' CODEC(DoubleDelta, ZSTD(1)),
    `connected_at` DateTime('UTC') COMMENT 'Connect time of the leg' CODEC(DoubleDelta, ZSTD(1)),
    `duration_seconds` UInt32 COMMENT 'Seconds from connect to end' CODEC(T64, ZSTD(1)),
    `payer_site` LowCardinality(String) COMMENT 'Site of the payer',
    `payer_number` String COMMENT 'Extension of the payer, else the canonical number' CODEC(ZSTD(1)),
    `payer_name` String COMMENT 'Name of the payer' CODEC(ZSTD(1)),
    `project_number` String COMMENT 'First project number along the chain of paired legs' CODEC(ZSTD(1)),
    `destination_number` String COMMENT 'Destination: extension of the leg\'s site, else canonical' CODEC(ZSTD(1)),
    `destination_name` String COMMENT 'Destination by the rate row' CODEC(ZSTD(1)),
    `carrier_site` LowCardinality(String) COMMENT 'Site whose trunk carried the call',
    `trunk` LowCardinality(String) COMMENT 'Trunk that carried the call',
    `currency` LowCardinality(String) COMMENT 'Currency of the amounts',
    `amount` Decimal(18, 6) COMMENT 'What the leg costs; 0 for source none' CODEC(ZSTD(1)),
    `source` LowCardinality(String) COMMENT 'link, aoc, lcr, rated or none',
    `counted` UInt8 COMMENT '1 = enters totals; of several records of the same money exactly one is counted',
    `counterpart_leg_id` String COMMENT 'Next leg towards the carrier (of the last leg the one before); empty if none' CODEC(ZSTD(1)),
    `rated_amount` Nullable(Decimal(18, 6)) COMMENT 'Price by the site\'s tariff; NULL where it has none for the destination' CODEC(ZSTD(1)),
    `destination_country` LowCardinality(String) COMMENT 'Country of the destination number',
    `destination_kind` LowCardinality(String) COMMENT 'Kind of the destination number',
    `department` LowCardinality(String) COMMENT 'Department of the payer',
    `cost_centre` LowCardinality(String) COMMENT 'Cost centre of the payer',
    `anomalies` Array(String) COMMENT 'What is odd about the charge' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    `started_on` Date MATERIALIZED toDateOrZero(substring(leg_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX connected_at_range connected_at TYPE minmax GRANULARITY 1,
    INDEX started_at_range started_at TYPE minmax GRANULARITY 1,
    INDEX leg_id_filter leg_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX call_id_filter call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX destination_number_filter destination_number TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), site, started_on, leg_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192
COMMENT 'Charges in all their states; read the view charges';

CREATE TABLE IF NOT EXISTS cdr.charge_rows ON CLUSTER '{cluster}' AS cdr.charge_rows_local
ENGINE = Distributed('{cluster}', 'cdr', 'charge_rows_local', cityHash64(leg_id))
COMMENT 'The rows of charge_rows_local on all shards';

CREATE TABLE IF NOT EXISTS cdr.charge_total_rows_local ON CLUSTER '{cluster}'
(
    `total_id` String COMMENT 'The hour, then the dimensions' CODEC(ZSTD(1)),
    `hour` DateTime('UTC') COMMENT 'Hour of the connect times' CODEC(DoubleDelta, ZSTD(1)),
    `payer_site` LowCardinality(String) COMMENT 'Site of the payer',
    `payer_number` String COMMENT 'Number of the payer' CODEC(ZSTD(1)),
    `project_number` String COMMENT 'Project number' CODEC(ZSTD(1)),
    `carrier_site` LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    `trunk` LowCardinality(String) COMMENT 'Trunk that carried the calls',
    `currency` LowCardinality(String) COMMENT 'Currency of the amount',
    `source` LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    `legs` UInt64 COMMENT 'Number of counted charges' CODEC(ZSTD(1)),
    `seconds` UInt64 COMMENT 'Their seconds' CODEC(ZSTD(1)),
    `amount` Decimal(18, 6) COMMENT 'Their amount' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    `started_on` Date MATERIALIZED toDateOrZero(substring(total_id, 1, 10)) COMMENT 'Date in the id: it never changes, so all revisions meet in one partition',
    INDEX hour_range hour TYPE minmax GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (started_on, total_id)
SETTINGS index_granularity = 8192, min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Totals in all their states; read the view charge_totals';

CREATE TABLE IF NOT EXISTS cdr.charge_total_rows ON CLUSTER '{cluster}' AS cdr.charge_total_rows_local
ENGINE = Distributed('{cluster}', 'cdr', 'charge_total_rows_local', cityHash64(total_id))
COMMENT 'The rows of charge_total_rows_local on all shards';

CREATE TABLE IF NOT EXISTS cdr.leg_rows_local ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) DEFAULT substringIndex(leg_id, ':', 1) COMMENT 'Site whose cdr.txt holds the leg',
    `leg_id` String COMMENT 'site:CallId:local start' CODEC(ZSTD(1)),
    `call_id_number` String COMMENT 'CallId as written' CODEC(ZSTD(1)),
    `site_call_id` String COMMENT 'Site call that the leg belongs to' CODEC(ZSTD(1)),
    `origination_number` String COMMENT 'OriginationNumber as written' CODEC(ZSTD(1)),
    `origination_name` String COMMENT 'OriginationName as written' CODEC(ZSTD(1)),
    `called_number` String COMMENT 'CalledNumber as written' CODEC(ZSTD(1)),
    `called_name` String COMMENT 'CalledName as written' CODEC(ZSTD(1)),
    `destination_number` String COMMENT 'DestinationNumber as written' CODEC(ZSTD(1)),
    `destination_name` String COMMENT 'DestinationName as written' CODEC(ZSTD(1)),
    `started_at` DateTime('UTC') COMMENT 'StartDate and StartTime' CODEC(DoubleDelta, ZSTD(1)),
    `script_connected_at` Nullable(DateTime('UTC')) COMMENT 'ScriptConnectDate and ScriptConnectTime; NULL if empty' CODEC(ZSTD(1)),
    `delivered_at` Nullable(DateTime('UTC')) COMMENT 'DeliveredDate and DeliveredTime; NULL if empty' CODEC(ZSTD(1)),
    `connected_at` Nullable(DateTime('UTC')) COMMENT 'ConnectDate and ConnectTime; NULL if not answered' CODEC(ZSTD(1)),
    `ended_at` Nullable(DateTime('UTC')) COMMENT 'EndDate and EndTime; NULL if empty' CODEC(ZSTD(1)),
    `currency` LowCardinality(String) COMMENT 'Currency as written, else the site\'s',
    `state` LowCardinality(String) COMMENT 'State as written',
    `public_access_prefix` LowCardinality(String) COMMENT 'PublicAccessPrefix as written',
    `lcr_provider` LowCardinality(String) COMMENT 'LCRProvider as written',
    `project_number` String COMMENT 'ProjectNumber as written' CODEC(ZSTD(1)),
    `origination_device` LowCardinality(String) COMMENT 'OriginationDevice as written',
    `destination_device` LowCardinality(String) COMMENT 'DestinationDevice as written',
    `transferred_by_number` String COMMENT 'TransferredByNumber as written' CODEC(ZSTD(1)),
    `transferred_by_name` String COMMENT 'TransferredByName as written' CODEC(ZSTD(1)),
    `transferred_call_id_1` String COMMENT 'TransferredCallId1 as written' CODEC(ZSTD(1)),
    `transferred_call_id_2` String COMMENT 'TransferredCallId2 as written' CODEC(ZSTD(1)),
    `transferred_to_call_id` String COMMENT 'TransferredToCallId as written' CODEC(ZSTD(1)),
    `transferred_at` Nullable(DateTime('UTC')) COMMENT 'TransferDate and TransferTime; NULL if empty' CODEC(ZSTD(1)),
    `disconnect_reason` LowCardinality(String) COMMENT 'DisconnectReason as written',
    `origin_kind` LowCardinality(String) COMMENT 'internal, link or trunk',
    `destination_kind` LowCardinality(String) COMMENT 'internal, script, link or trunk',
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered, script, busy, no_answer, rejected, answered_elsewhere, abandoned or failed',
    `chargeable` UInt8 COMMENT '1 = the leg has a row in charges',
    `costs` Nullable(Decimal(18, 6)) COMMENT 'Costs in units of the currency; NULL if empty' CODEC(ZSTD(1)),
    `aoc` UInt8 COMMENT '1 = advice of charge by the network or another site, 0 = computed by least-cost routing',
    `anomalies` Array(String) COMMENT 'What is odd about the line' CODEC(ZSTD(1)),
    `extra` Map(String, String) COMMENT 'Unknown columns by name' CODEC(ZSTD(1)),
    `source_file` LowCardinality(String) COMMENT 'File that holds the line, relative to the configuration',
    `source_offset` UInt64 COMMENT 'Byte offset of the line\'s first byte' CODEC(ZSTD(1)),
    `raw_line` String COMMENT 'The line as read, without its line end' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    `file_started_at` DateTime('UTC') COMMENT 'Start of the file\'s first CDR as first read; with file and offset it orders all lines of a site' CODEC(DoubleDelta, ZSTD(1)),
    `last_file_started_at` Nullable(DateTime('UTC')) COMMENT 'file_started_at of the position at which the same fields were read last; NULL if they were read at one position only' CODEC(ZSTD(1)),
    `last_source_file` Nullable(String) COMMENT 'File of that position' CODEC(ZSTD(1)),
    `last_source_offset` Nullable(UInt64) COMMENT 'Byte offset of that position' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    `started_on` Date MATERIALIZED toDateOrZero(substring(leg_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX started_at_range started_at TYPE minmax GRANULARITY 1,
    INDEX connected_at_range connected_at TYPE minmax GRANULARITY 1,
    INDEX ended_at_range ended_at TYPE minmax GRANULARITY 1,
    INDEX leg_id_filter leg_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX site_call_id_filter site_call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX origination_number_filter origination_number TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX called_number_filter called_number TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX destination_number_filter destination_number TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), site, started_on, leg_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192
COMMENT 'Legs in all their states; read the view legs';

CREATE TABLE IF NOT EXISTS cdr.leg_rows ON CLUSTER '{cluster}' AS cdr.leg_rows_local
ENGINE = Distributed('{cluster}', 'cdr', 'leg_rows_local', cityHash64(leg_id))
COMMENT 'The rows of leg_rows_local on all shards';

CREATE TABLE IF NOT EXISTS cdr.link_match_rows_local ON CLUSTER '{cluster}'
(
    `link` LowCardinality(String) COMMENT 'siteA-siteB, sorted',
    `from_site` LowCardinality(String) DEFAULT substringIndex(from_leg_id, ':', 1) COMMENT 'Site that sent the call over the link',
    `to_site` LowCardinality(String) COMMENT 'Site that received it',
    `from_leg_id` String COMMENT 'Leg at the sending site' CODEC(ZSTD(1)),
    `to_leg_id` String COMMENT 'Leg at the receiving site' CODEC(ZSTD(1)),
    `time_difference_seconds` Int64 COMMENT 'Start of the receiving leg minus start of the sending leg' CODEC(T64, ZSTD(1)),
    `from_amount` Nullable(Decimal(18, 6)) COMMENT 'Amount of the sending leg; NULL for source none' CODEC(ZSTD(1)),
    `to_amount` Nullable(Decimal(18, 6)) COMMENT 'Amount of the receiving leg; NULL for source none' CODEC(ZSTD(1)),
    `currency` LowCardinality(String) COMMENT 'Currency of the amounts; empty where they differ',
    `anomalies` Array(String) COMMENT 'What is odd about the pair' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    `started_on` Date MATERIALIZED toDateOrZero(substring(from_leg_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX from_leg_id_filter from_leg_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX to_leg_id_filter to_leg_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), from_site, started_on, from_leg_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192
COMMENT 'Pairs in all their states; read the view link_matches';

CREATE TABLE IF NOT EXISTS cdr.link_match_rows ON CLUSTER '{cluster}' AS cdr.link_match_rows_local
ENGINE = Distributed('{cluster}', 'cdr', 'link_match_rows_local', cityHash64(from_leg_id))
COMMENT 'The rows of link_match_rows_local on all shards';

CREATE TABLE IF NOT EXISTS cdr.reject_rows ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site of the file; empty where a message names none',
    `source_file` LowCardinality(String) COMMENT 'File relative to the configuration, or topic-partition',
    `source_offset` UInt64 COMMENT 'Byte offset in the file, or offset in the partition' CODEC(ZSTD(1)),
    `raw` String COMMENT 'The bytes as they were' CODEC(ZSTD(1)),
    `reason` LowCardinality(String) COMMENT 'Why it could not be read',
    `detail` String COMMENT 'What was expected and found' CODEC(ZSTD(1)),
    `rejected_at` DateTime('UTC') COMMENT 'When it was last tried' CODEC(DoubleDelta, ZSTD(1)),
    `header` Nullable(String) COMMENT 'Column names in force there, as a JSON array, [] without a header; NULL where not known' CODEC(ZSTD(1)),
    `file_started_at` Nullable(DateTime('UTC')) COMMENT 'Start of the file\'s first CDR; NULL if the line stands before it' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT 'rejected_at in milliseconds; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = it was read after all',
    `raw_hash` UInt64 MATERIALIZED sipHash64(raw) COMMENT 'Tells lines at the same place of different files apart'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}', version, is_deleted)
ORDER BY (site, source_file, source_offset, raw_hash)
SETTINGS index_granularity = 8192
COMMENT 'Rejects, each try; read the view rejects';

CREATE TABLE IF NOT EXISTS cdr.schema_migrations ON CLUSTER '{cluster}'
(
    `number` UInt16 COMMENT 'Number of the migration',
    `name` String COMMENT 'File name',
    `checksum` String COMMENT 'SHA-256 of the file',
    `applied_at` DateTime('UTC') DEFAULT now('UTC') COMMENT 'When it was applied'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}')
ORDER BY number
SETTINGS index_granularity = 8192
COMMENT 'Migrations that were applied to this database';

CREATE TABLE IF NOT EXISTS cdr.site_call_rows_local ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) DEFAULT substringIndex(site_call_id, ':', 1) COMMENT 'Site of the call',
    `site_call_id` String COMMENT 'leg_id of the first leg' CODEC(ZSTD(1)),
    `call_id` String COMMENT 'Call that the site call belongs to' CODEC(ZSTD(1)),
    `leg_ids` Array(String) COMMENT 'Its legs, in order' CODEC(ZSTD(1)),
    `started_at` DateTime('UTC') COMMENT 'Least start of the legs' CODEC(DoubleDelta, ZSTD(1)),
    `connected_at` Nullable(DateTime('UTC')) COMMENT 'Least connect time of the legs; NULL if none was answered' CODEC(ZSTD(1)),
    `ended_at` DateTime('UTC') COMMENT 'Greatest end of the legs' CODEC(DoubleDelta, ZSTD(1)),
    `origination_number` String COMMENT 'Caller, as written in the first leg' CODEC(ZSTD(1)),
    `origination_name` String COMMENT 'Name of the caller, of the first leg' CODEC(ZSTD(1)),
    `called_number` String COMMENT 'Number called, as written in the first leg' CODEC(ZSTD(1)),
    `called_name` String COMMENT 'Name of the number called, of the first leg' CODEC(ZSTD(1)),
    `destination_number` String COMMENT 'Who took the call, of the last leg (its called number where empty)' CODEC(ZSTD(1)),
    `destination_name` String COMMENT 'Name of who took the call, of the last leg' CODEC(ZSTD(1)),
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    `disconnect_reason` LowCardinality(String) COMMENT 'Disconnect reason of the last leg, as written',
    `ring_seconds` UInt32 COMMENT 'Seconds from the first start to the first connect (or the last end)' CODEC(T64, ZSTD(1)),
    `talk_seconds` UInt32 COMMENT 'Seconds in which at least one leg was connected' CODEC(T64, ZSTD(1)),
    `billable_seconds` UInt32 COMMENT 'Seconds of the chargeable legs' CODEC(T64, ZSTD(1)),
    `leg_count` UInt32 COMMENT 'Number of legs' CODEC(T64, ZSTD(1)),
    `transfer_count` UInt32 COMMENT 'Number of results of transfers' CODEC(T64, ZSTD(1)),
    `conference` UInt8 COMMENT '1 = a conference',
    `project_number` String COMMENT 'First project number among the legs' CODEC(ZSTD(1)),
    `missing_call_ids` Array(String) COMMENT 'References without a leg (yet), sorted' CODEC(ZSTD(1)),
    `complete` UInt8 COMMENT '1 = no reference is missing',
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the row ceased to exist with this version',
    `started_on` Date MATERIALIZED toDateOrZero(substring(site_call_id, -19, 10)) COMMENT 'Local date in the id: it never changes, so all revisions meet in one partition',
    INDEX started_at_range started_at TYPE minmax GRANULARITY 1,
    INDEX connected_at_range connected_at TYPE minmax GRANULARITY 1,
    INDEX ended_at_range ended_at TYPE minmax GRANULARITY 1,
    INDEX site_call_id_filter site_call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX call_id_filter call_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), site, started_on, site_call_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192
COMMENT 'Site calls in all their states; read the view site_calls';

CREATE TABLE IF NOT EXISTS cdr.site_call_rows ON CLUSTER '{cluster}' AS cdr.site_call_rows_local
ENGINE = Distributed('{cluster}', 'cdr', 'site_call_rows_local', cityHash64(site_call_id))
COMMENT 'The rows of site_call_rows_local on all shards';

CREATE TABLE IF NOT EXISTS cdr.site_rows ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site',
    `group_name` LowCardinality(String) COMMENT 'Group of linked sites',
    `time_zone` LowCardinality(String) COMMENT 'Time zone of the site\'s CDRs',
    `last_cdr_at` Nullable(DateTime('UTC')) COMMENT 'End of the newest CDR read; NULL before the first' CODEC(ZSTD(1)),
    `last_seen_at` DateTime('UTC') COMMENT 'When the site\'s tail last gave a sign of life' CODEC(DoubleDelta, ZSTD(1)),
    `file` String COMMENT 'File that it reads' CODEC(ZSTD(1)),
    `file_offset` UInt64 COMMENT 'Bytes of that file confirmed by Kafka' CODEC(ZSTD(1)),
    `bytes_behind` UInt64 COMMENT 'Bytes of all its files not yet confirmed by Kafka' CODEC(ZSTD(1)),
    `torn_bytes` UInt64 COMMENT 'Bytes of last lines that have no line end yet' CODEC(ZSTD(1)),
    `problem` String COMMENT 'Why a file cannot be read at present; empty if all can' CODEC(ZSTD(1)),
    `utc_offset_seconds` Int32 COMMENT 'Local time of the site minus UTC at last_seen_at' CODEC(ZSTD(1)),
    `version` UInt64 COMMENT 'last_seen_at in milliseconds; the greatest wins' CODEC(ZSTD(1)),
    `is_deleted` UInt8 DEFAULT 0 COMMENT '1 = the site was removed'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}', version, is_deleted)
ORDER BY (site)
SETTINGS index_granularity = 8192
COMMENT 'Heartbeats; read the view sites';

CREATE TABLE IF NOT EXISTS cdr.site_rules ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site; empty for rejects that name none',
    `retention_days` UInt32 COMMENT 'Days after which rows are neither shown nor kept; 0 = for ever',
    `hidden_digits` UInt8 COMMENT 'Last digits of outside destinations that views show as X; 0 = none',
    `whole_numbers` String COMMENT 'Pattern of the numbers that are shown whole: own ones and short ones of the site\'s group',
    `changed_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the configuration was applied; the newest wins'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}', changed_at)
ORDER BY site
SETTINGS index_granularity = 8192
COMMENT 'What the configuration says of the rows of each site';

INSERT INTO cdr.schema_migrations (number, name, checksum) VALUES
    (1, '0001_legs.sql', '33e4cd795e9a5664f87a9fc92039153df1c94346c57ad2d49c028cfaa724d06e'),
    (2, '0002_site_calls.sql', '04591fbbec044c5e5a70eea1f683c247f9d5eaf4bccccdfcdb4e694fd395b333'),
    (3, '0003_calls.sql', '490865085869672028d825d4e9b04eea90364de192ec0c5d58d13d5849f6682c'),
    (4, '0004_charges.sql', '37ebf4c4912a2c2a73f19210d8a74d253b963f0351264a53ad9b8f1483647e19'),
    (5, '0005_charge_totals.sql', 'e2bbe4dc16225c0cb389b4ee972304d68640cb5afc1c9fd27b38c71fbb26ed15'),
    (6, '0006_link_matches.sql', '0408ce77390631e1748e565c4a92f0981f29b78cfddcb511665465802069edbd'),
    (7, '0007_rejects.sql', '4c1ca7c8a6ba85798d1e833909315b2b8a6ac3ec5752352027e7fa566256b3df'),
    (8, '0008_sites.sql', '03e895292887342ab945f074934728f9d2899873f1d5a8585c0998cb8ece138a'),
    (9, '0009_epochs.sql', 'bf000634173c4cd12a9e784350ade785ad6b44906a401d8b02d45d1d26463ebc'),
    (10, '0010_rejects_again.sql', 'e972fa30e7b016e7ff6a7342488d312c4a89e18484d45abe528ac1e070a6bf15'),
    (11, '0011_site_states.sql', 'b9b46a91294eebf16f6013cc2a8c0483c5add465b00a8aa893e59ca63d17c098'),
    (12, '0012_call_destinations.sql', '58fa998f4efc8a71c53b2a545bdeda452487f20dcbd8e6eff288654dc43aec18'),
    (13, '0013_keys.sql', '14c03e4c33c3308dcdc25d04ca22643d0bb18e141b7df2824ed27be1d90293f2'),
    (14, '0014_daily.sql', '096876c39611634d9571ef361aa565d4b23bf72f7a253fbe746b4f6cf2e56f8b'),
    (15, '0015_site_rules.sql', 'aa6223ad06e6500db0ff24c1bdeb5552d60d34f93e7922fee514373d5108fc6c'),
    (16, '0016_audit.sql', '65d3abad8dccd79f8b71552880961ec1db929e77e0ec737cec409b716b476f45'),
    (17, '0017_last_positions.sql', '1e2346ea20ca4e46e498cb836032c6b3a7c16375841a09020c519f448042cb7a');
