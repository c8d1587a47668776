-- What the number is that a call reached (contract 9). Empty in rows of earlier versions until they are derived anew.

ALTER TABLE call_rows
    ADD COLUMN IF NOT EXISTS destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number, seen from the site of the last leg; empty where it cannot be told' AFTER complete,
    ADD COLUMN IF NOT EXISTS destination_kind LowCardinality(String) COMMENT 'Kind of the destination number: internal, emergency, service, freephone, premium, international, mobile, geographic, other or unknown' AFTER destination_country;

CREATE OR REPLACE VIEW calls (
    call_id String COMMENT 'site_call_id of the site call that holds the first leg',
    origin_site LowCardinality(String) COMMENT 'Site of the first leg',
    sites Array(String) COMMENT 'Sites that the call touched',
    site_call_ids Array(String) COMMENT 'Its site calls',
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
    destination_country LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number, seen from the site of the last leg; empty where it cannot be told',
    destination_kind LowCardinality(String) COMMENT 'Kind of the destination number: internal, emergency, service, freephone, premium, international, mobile, geographic, other or unknown',
    amounts Map(String, Decimal(18, 6)) COMMENT 'Counted amount by currency',
    charge_sources Array(String) COMMENT 'Sources of the counted charges, distinct, sorted',
    version UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
AS SELECT
    call_id, origin_site, sites, site_call_ids, started_at, connected_at, ended_at, origination_number,
    origination_name, called_number, called_name, destination_number, destination_name, direction, disposition,
    disconnect_reason, ring_seconds, talk_seconds, billable_seconds, leg_count, transfer_count, conference,
    project_number, missing_call_ids, complete, destination_country, destination_kind, amounts, charge_sources,
    version
FROM call_rows FINAL
COMMENT 'One row per call: what a person would call one call';
