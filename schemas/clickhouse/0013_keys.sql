-- Questions find their rows: by time, by a number, by the id of a call (docs/clickhouse.md).
-- A condition on a revised column must read each row whose key lies between those of the rows found, or a state that was
-- replaced would come back. So the key begins with the month, which is the partition: what is read then stays within it.
-- A key cannot be changed, so each table is filled anew and takes the place of the old one. A run that was cut off is
-- repeated from the beginning: no step loses a row that the table had before it. A month in which nothing was written
-- for an hour is merged into one part, whose rows need no comparing.

DROP TABLE IF EXISTS leg_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;
CREATE TABLE IF NOT EXISTS leg_rows_rebuilt AS leg_rows
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), site, started_on, leg_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Legs in all their states; read the view legs';
ALTER TABLE leg_rows_rebuilt
    ADD INDEX IF NOT EXISTS connected_at_range connected_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS ended_at_range ended_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS leg_id_filter leg_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS site_call_id_filter site_call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS origination_number_filter origination_number TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS called_number_filter called_number TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS destination_number_filter destination_number TYPE bloom_filter(0.001) GRANULARITY 1;
INSERT INTO leg_rows_rebuilt SELECT * FROM leg_rows;
EXCHANGE TABLES leg_rows_rebuilt AND leg_rows;
DROP TABLE IF EXISTS leg_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;

DROP TABLE IF EXISTS site_call_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;
CREATE TABLE IF NOT EXISTS site_call_rows_rebuilt AS site_call_rows
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), site, started_on, site_call_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Site calls in all their states; read the view site_calls';
ALTER TABLE site_call_rows_rebuilt
    ADD INDEX IF NOT EXISTS connected_at_range connected_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS ended_at_range ended_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS site_call_id_filter site_call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS call_id_filter call_id TYPE bloom_filter(0.001) GRANULARITY 1;
INSERT INTO site_call_rows_rebuilt SELECT * FROM site_call_rows;
EXCHANGE TABLES site_call_rows_rebuilt AND site_call_rows;
DROP TABLE IF EXISTS site_call_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;

DROP TABLE IF EXISTS call_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;
CREATE TABLE IF NOT EXISTS call_rows_rebuilt AS call_rows
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), origin_site, started_on, call_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Calls in all their states; read the view calls';
ALTER TABLE call_rows_rebuilt
    ADD INDEX IF NOT EXISTS connected_at_range connected_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS ended_at_range ended_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS call_id_filter call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS origination_number_filter origination_number TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS called_number_filter called_number TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS destination_number_filter destination_number TYPE bloom_filter(0.001) GRANULARITY 1;
INSERT INTO call_rows_rebuilt SELECT * FROM call_rows;
EXCHANGE TABLES call_rows_rebuilt AND call_rows;
DROP TABLE IF EXISTS call_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;

DROP TABLE IF EXISTS charge_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;
CREATE TABLE IF NOT EXISTS charge_rows_rebuilt AS charge_rows
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), site, started_on, leg_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Charges in all their states; read the view charges';
ALTER TABLE charge_rows_rebuilt
    ADD INDEX IF NOT EXISTS started_at_range started_at TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS leg_id_filter leg_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS call_id_filter call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS destination_number_filter destination_number TYPE bloom_filter(0.001) GRANULARITY 1;
INSERT INTO charge_rows_rebuilt SELECT * FROM charge_rows;
EXCHANGE TABLES charge_rows_rebuilt AND charge_rows;
DROP TABLE IF EXISTS charge_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;

DROP TABLE IF EXISTS link_match_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;
CREATE TABLE IF NOT EXISTS link_match_rows_rebuilt AS link_match_rows
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_on)
ORDER BY (toYYYYMM(started_on), from_site, started_on, from_leg_id)
SETTINGS min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Pairs in all their states; read the view link_matches';
ALTER TABLE link_match_rows_rebuilt
    ADD INDEX IF NOT EXISTS from_leg_id_filter from_leg_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS to_leg_id_filter to_leg_id TYPE bloom_filter(0.001) GRANULARITY 1;
INSERT INTO link_match_rows_rebuilt SELECT * FROM link_match_rows;
EXCHANGE TABLES link_match_rows_rebuilt AND link_match_rows;
DROP TABLE IF EXISTS link_match_rows_rebuilt SYNC SETTINGS max_table_size_to_drop = 0;

ALTER TABLE charge_total_rows MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1;
