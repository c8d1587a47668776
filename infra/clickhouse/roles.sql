-- Roles of the warehouse (docs/clickhouse.md). For the database `cdr`: replace `cdr.` where it has another name.
-- Run it as an administrator behind the first `swyx-cdr migrate`, and again after each upgrade: it may be repeated.
--
--   clickhouse-client --queries-file infra/clickhouse/roles.sql
--   clickhouse-client -q "CREATE USER grafana IDENTIFIED BY '…'; GRANT swyx_cdr_reader TO grafana"

-- Dashboards, reports, people: the views and nothing behind them, so that what views hide stays hidden. The views read
-- with the rights of a user who cannot log in. `migrate` makes views anew without that: readers are refused until this
-- file was run again.
CREATE ROLE IF NOT EXISTS swyx_cdr_reader SETTINGS readonly = 2, max_execution_time = 60 CHANGEABLE_IN_READONLY;
CREATE USER IF NOT EXISTS swyx_cdr_views HOST NONE;
GRANT SELECT ON cdr.* TO swyx_cdr_views;
ALTER TABLE cdr.legs MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.site_calls MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.calls MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.charges MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.charge_totals MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.link_matches MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.settlement MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.rejects MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.sites MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.daily_calls MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
ALTER TABLE cdr.daily_charges MODIFY SQL SECURITY DEFINER DEFINER = swyx_cdr_views;
GRANT SELECT ON cdr.legs TO swyx_cdr_reader;
GRANT SELECT ON cdr.site_calls TO swyx_cdr_reader;
GRANT SELECT ON cdr.calls TO swyx_cdr_reader;
GRANT SELECT ON cdr.charges TO swyx_cdr_reader;
GRANT SELECT ON cdr.charge_totals TO swyx_cdr_reader;
GRANT SELECT ON cdr.link_matches TO swyx_cdr_reader;
GRANT SELECT ON cdr.settlement TO swyx_cdr_reader;
GRANT SELECT ON cdr.rejects TO swyx_cdr_reader;
GRANT SELECT ON cdr.sites TO swyx_cdr_reader;
GRANT SELECT ON cdr.daily_calls TO swyx_cdr_reader;
GRANT SELECT ON cdr.daily_charges TO swyx_cdr_reader;
GRANT SELECT ON cdr.schema_migrations TO swyx_cdr_reader;

-- tail, worker, sink, board and backfill behind `migrate`: they add states of rows and read them, and remove nothing.
-- In a cluster an insert returns when the rows are on their shard.
CREATE ROLE IF NOT EXISTS swyx_cdr_writer SETTINGS distributed_foreground_insert = 1;
GRANT SELECT, INSERT, SHOW ON cdr.* TO swyx_cdr_writer;

-- `migrate` and `erase`: tables, views and roll-ups, and rows that must be gone for good.
CREATE ROLE IF NOT EXISTS swyx_cdr_migrator;
GRANT SELECT, INSERT, SHOW, CREATE, ALTER, DROP, TRUNCATE, OPTIMIZE, SYSTEM VIEWS ON cdr.* TO swyx_cdr_migrator;
GRANT TABLE ENGINE ON MergeTree TO swyx_cdr_migrator;
GRANT TABLE ENGINE ON ReplacingMergeTree TO swyx_cdr_migrator;
