-- Made by infra/clickhouse/cluster.py from schemas/clickhouse: do not edit (docs/clickhouse.md).

CREATE OR REPLACE VIEW cdr.calls ON CLUSTER '{cluster}'
(
    `call_id` String COMMENT 'site_call_id of the site call that holds the first leg',
    `origin_site` LowCardinality(String) COMMENT 'Site of the first leg',
    `sites` Array(String) COMMENT 'Sites that the call touched',
    `site_call_ids` Array(String) COMMENT 'Its site calls',
    `started_at` DateTime('UTC') COMMENT 'Least start of the legs',
    `connected_at` Nullable(DateTime('UTC')) COMMENT 'Least connect time of the legs; NULL if none was answered',
    `ended_at` DateTime('UTC') COMMENT 'Greatest end of the legs',
    `origination_number` String COMMENT 'Caller, as written in the first leg',
    `origination_name` String COMMENT 'Name of the caller, of the first leg',
    `called_number` String COMMENT 'Number called, as written in the first leg',
    `called_name` String COMMENT 'Name of the number called, of the first leg',
    `destination_number` String COMMENT 'Who took the call, of the last leg (its called number where empty)',
    `destination_name` String COMMENT 'Name of who took the call, of the last leg',
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    `disconnect_reason` LowCardinality(String) COMMENT 'Disconnect reason of the last leg, as written',
    `ring_seconds` UInt32 COMMENT 'Seconds from the first start to the first connect (or the last end)',
    `talk_seconds` UInt32 COMMENT 'Seconds in which at least one leg was connected',
    `billable_seconds` UInt32 COMMENT 'Seconds of the chargeable legs',
    `leg_count` UInt32 COMMENT 'Number of legs',
    `transfer_count` UInt32 COMMENT 'Number of results of transfers',
    `conference` UInt8 COMMENT '1 = a conference',
    `project_number` String COMMENT 'First project number among the legs',
    `missing_call_ids` Array(String) COMMENT 'References without a leg (yet), sorted',
    `complete` UInt8 COMMENT '1 = no reference is missing',
    `destination_country` LowCardinality(String) COMMENT 'Country (ISO 3166) of the destination number, seen from the site of the last leg; empty where it cannot be told',
    `destination_kind` LowCardinality(String) COMMENT 'Kind of the destination number: internal, emergency, service, freephone, premium, international, mobile, geographic, other or unknown',
    `amounts` Map(String, Decimal(18, 6)) COMMENT 'Counted amount by currency',
    `charge_sources` Array(String) COMMENT 'Sources of the counted charges, distinct, sorted',
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
COMMENT 'One row per call: what a person would call one call'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(hidden_digits))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS hidden,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(whole_numbers))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS whole,
    (number -> (splitByChar('@', number)[1])) AS before_at,
    (number -> replaceRegexpAll(before_at(number), '[^0-9A-Za-z+]', '')) AS plain,
    ((number, site) -> (((hidden[site]) > 0) AND ((position(number, '@') > 0) OR (NOT match(plain(number), whole[site]))))) AS is_hidden,
    ((number, digits) -> concat(substring(plain(number), 1, greatest(0, toInt64(length(plain(number))) - digits)), repeat('X', least(digits, length(plain(number)))), substring(number, length(before_at(number)) + 1))) AS as_hidden
SELECT
    row.call_id AS call_id,
    row.origin_site AS origin_site,
    row.sites AS sites,
    row.site_call_ids AS site_call_ids,
    row.started_at AS started_at,
    row.connected_at AS connected_at,
    row.ended_at AS ended_at,
    row.origination_number AS origination_number,
    row.origination_name AS origination_name,
    if((length(hidden) > 0) AND is_hidden(row.called_number, row.origin_site), as_hidden(row.called_number, hidden[row.origin_site]), row.called_number) AS called_number,
    if((length(hidden) > 0) AND is_hidden(row.called_number, row.origin_site), '', row.called_name) AS called_name,
    if((length(hidden) > 0) AND is_hidden(row.destination_number, row.origin_site), as_hidden(row.destination_number, hidden[row.origin_site]), row.destination_number) AS destination_number,
    if((length(hidden) > 0) AND is_hidden(row.destination_number, row.origin_site), '', row.destination_name) AS destination_name,
    row.direction AS direction,
    row.disposition AS disposition,
    row.disconnect_reason AS disconnect_reason,
    row.ring_seconds AS ring_seconds,
    row.talk_seconds AS talk_seconds,
    row.billable_seconds AS billable_seconds,
    row.leg_count AS leg_count,
    row.transfer_count AS transfer_count,
    row.conference AS conference,
    row.project_number AS project_number,
    row.missing_call_ids AS missing_call_ids,
    row.complete AS complete,
    row.destination_country AS destination_country,
    row.destination_kind AS destination_kind,
    row.amounts AS amounts,
    row.charge_sources AS charge_sources,
    row.version AS version
FROM cdr.call_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (row.started_on > (gone_until[row.origin_site]));

CREATE OR REPLACE VIEW cdr.charge_totals ON CLUSTER '{cluster}'
(
    `hour` DateTime('UTC') COMMENT 'Hour of the connect times',
    `payer_site` LowCardinality(String) COMMENT 'Site of the payer',
    `payer_number` String COMMENT 'Number of the payer',
    `project_number` String COMMENT 'Project number',
    `carrier_site` LowCardinality(String) COMMENT 'Site whose trunk carried the calls',
    `trunk` LowCardinality(String) COMMENT 'Trunk that carried the calls',
    `currency` LowCardinality(String) COMMENT 'Currency of the amount',
    `source` LowCardinality(String) COMMENT 'link, aoc, lcr or rated',
    `legs` UInt64 COMMENT 'Number of counted charges',
    `seconds` UInt64 COMMENT 'Their seconds',
    `amount` Decimal(18, 6) COMMENT 'Their amount'
)
COMMENT 'Counted charges by hour and dimensions'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until
SELECT
    row.hour AS hour,
    row.payer_site AS payer_site,
    row.payer_number AS payer_number,
    row.project_number AS project_number,
    row.carrier_site AS carrier_site,
    row.trunk AS trunk,
    row.currency AS currency,
    row.source AS source,
    row.legs AS legs,
    row.seconds AS seconds,
    row.amount AS amount
FROM cdr.charge_total_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (row.started_on > (gone_until[row.payer_site]));

CREATE OR REPLACE VIEW cdr.charges ON CLUSTER '{cluster}'
(
    `leg_id` String COMMENT 'Chargeable leg',
    `site` LowCardinality(String) COMMENT 'Site of the leg',
    `call_id` String COMMENT 'Call of the leg',
    `site_call_id` String COMMENT 'Site call of the leg',
    `started_at` DateTime('UTC') COMMENT 'Start of the leg',
    `connected_at` DateTime('UTC') COMMENT 'Connect time of the leg',
    `duration_seconds` UInt32 COMMENT 'Seconds from connect to end',
    `payer_site` LowCardinality(String) COMMENT 'Site of the payer',
    `payer_number` String COMMENT 'Extension of the payer, else the canonical number',
    `payer_name` String COMMENT 'Name of the payer',
    `project_number` String COMMENT 'First project number along the chain of paired legs',
    `destination_number` String COMMENT 'Destination: extension of the leg\'s site, else canonical',
    `destination_name` String COMMENT 'Destination by the rate row',
    `carrier_site` LowCardinality(String) COMMENT 'Site whose trunk carried the call',
    `trunk` LowCardinality(String) COMMENT 'Trunk that carried the call',
    `currency` LowCardinality(String) COMMENT 'Currency of the amounts',
    `amount` Decimal(18, 6) COMMENT 'What the leg costs; 0 for source none',
    `source` LowCardinality(String) COMMENT 'link, aoc, lcr, rated or none',
    `counted` UInt8 COMMENT '1 = enters totals; of several records of the same money exactly one is counted',
    `counterpart_leg_id` String COMMENT 'Next leg towards the carrier (of the last leg the one before); empty if none',
    `rated_amount` Nullable(Decimal(18, 6)) COMMENT 'Price by the site\'s tariff; NULL where it has none for the destination',
    `destination_country` LowCardinality(String) COMMENT 'Country of the destination number',
    `destination_kind` LowCardinality(String) COMMENT 'Kind of the destination number',
    `department` LowCardinality(String) COMMENT 'Department of the payer',
    `cost_centre` LowCardinality(String) COMMENT 'Cost centre of the payer',
    `anomalies` Array(String) COMMENT 'What is odd about the charge',
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
COMMENT 'One row per chargeable leg'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(hidden_digits))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS hidden,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(whole_numbers))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS whole,
    (number -> (splitByChar('@', number)[1])) AS before_at,
    (number -> replaceRegexpAll(before_at(number), '[^0-9A-Za-z+]', '')) AS plain,
    ((number, site) -> (((hidden[site]) > 0) AND ((position(number, '@') > 0) OR (NOT match(plain(number), whole[site]))))) AS is_hidden,
    ((number, digits) -> concat(substring(plain(number), 1, greatest(0, toInt64(length(plain(number))) - digits)), repeat('X', least(digits, length(plain(number)))), substring(number, length(before_at(number)) + 1))) AS as_hidden
SELECT
    row.leg_id AS leg_id,
    row.site AS site,
    row.call_id AS call_id,
    row.site_call_id AS site_call_id,
    row.started_at AS started_at,
    row.connected_at AS connected_at,
    row.duration_seconds AS duration_seconds,
    row.payer_site AS payer_site,
    row.payer_number AS payer_number,
    row.payer_name AS payer_name,
    row.project_number AS project_number,
    if((length(hidden) > 0) AND is_hidden(row.destination_number, row.site), as_hidden(row.destination_number, hidden[row.site]), row.destination_number) AS destination_number,
    row.destination_name AS destination_name,
    row.carrier_site AS carrier_site,
    row.trunk AS trunk,
    row.currency AS currency,
    row.amount AS amount,
    row.source AS source,
    row.counted AS counted,
    row.counterpart_leg_id AS counterpart_leg_id,
    row.rated_amount AS rated_amount,
    row.destination_country AS destination_country,
    row.destination_kind AS destination_kind,
    row.department AS department,
    row.cost_centre AS cost_centre,
    row.anomalies AS anomalies,
    row.version AS version
FROM cdr.charge_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (row.started_on > (gone_until[row.site]));

CREATE OR REPLACE VIEW cdr.legs ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site whose cdr.txt holds the leg',
    `leg_id` String COMMENT 'site:CallId:local start',
    `call_id_number` String COMMENT 'CallId as written',
    `site_call_id` String COMMENT 'Site call that the leg belongs to',
    `origination_number` String COMMENT 'OriginationNumber as written',
    `origination_name` String COMMENT 'OriginationName as written',
    `called_number` String COMMENT 'CalledNumber as written',
    `called_name` String COMMENT 'CalledName as written',
    `destination_number` String COMMENT 'DestinationNumber as written',
    `destination_name` String COMMENT 'DestinationName as written',
    `started_at` DateTime('UTC') COMMENT 'StartDate and StartTime',
    `script_connected_at` Nullable(DateTime('UTC')) COMMENT 'ScriptConnectDate and ScriptConnectTime; NULL if empty',
    `delivered_at` Nullable(DateTime('UTC')) COMMENT 'DeliveredDate and DeliveredTime; NULL if empty',
    `connected_at` Nullable(DateTime('UTC')) COMMENT 'ConnectDate and ConnectTime; NULL if not answered',
    `ended_at` Nullable(DateTime('UTC')) COMMENT 'EndDate and EndTime; NULL if empty',
    `currency` LowCardinality(String) COMMENT 'Currency as written, else the site\'s',
    `state` LowCardinality(String) COMMENT 'State as written',
    `public_access_prefix` LowCardinality(String) COMMENT 'PublicAccessPrefix as written',
    `lcr_provider` LowCardinality(String) COMMENT 'LCRProvider as written',
    `project_number` String COMMENT 'ProjectNumber as written',
    `origination_device` LowCardinality(String) COMMENT 'OriginationDevice as written',
    `destination_device` LowCardinality(String) COMMENT 'DestinationDevice as written',
    `transferred_by_number` String COMMENT 'TransferredByNumber as written',
    `transferred_by_name` String COMMENT 'TransferredByName as written',
    `transferred_call_id_1` String COMMENT 'TransferredCallId1 as written',
    `transferred_call_id_2` String COMMENT 'TransferredCallId2 as written',
    `transferred_to_call_id` String COMMENT 'TransferredToCallId as written',
    `transferred_at` Nullable(DateTime('UTC')) COMMENT 'TransferDate and TransferTime; NULL if empty',
    `disconnect_reason` LowCardinality(String) COMMENT 'DisconnectReason as written',
    `origin_kind` LowCardinality(String) COMMENT 'internal, link or trunk',
    `destination_kind` LowCardinality(String) COMMENT 'internal, script, link or trunk',
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered, script, busy, no_answer, rejected, answered_elsewhere, abandoned or failed',
    `chargeable` UInt8 COMMENT '1 = the leg has a row in charges',
    `costs` Nullable(Decimal(18, 6)) COMMENT 'Costs in units of the currency; NULL if empty',
    `aoc` UInt8 COMMENT '1 = advice of charge by the network or another site, 0 = computed by least-cost routing',
    `anomalies` Array(String) COMMENT 'What is odd about the line',
    `extra` Map(String, String) COMMENT 'Unknown columns by name',
    `source_file` LowCardinality(String) COMMENT 'File that holds the line, relative to the configuration',
    `source_offset` UInt64 COMMENT 'Byte offset of the line\'s first byte',
    `raw_line` String COMMENT 'The line as read, without its line end',
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
COMMENT 'One row per leg (CDR)'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(hidden_digits))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS hidden,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(whole_numbers))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS whole,
    (number -> (splitByChar('@', number)[1])) AS before_at,
    (number -> replaceRegexpAll(before_at(number), '[^0-9A-Za-z+]', '')) AS plain,
    ((number, site) -> (((hidden[site]) > 0) AND ((position(number, '@') > 0) OR (NOT match(plain(number), whole[site]))))) AS is_hidden,
    ((number, digits) -> concat(substring(plain(number), 1, greatest(0, toInt64(length(plain(number))) - digits)), repeat('X', least(digits, length(plain(number)))), substring(number, length(before_at(number)) + 1))) AS as_hidden
SELECT
    row.site AS site,
    row.leg_id AS leg_id,
    row.call_id_number AS call_id_number,
    row.site_call_id AS site_call_id,
    if((length(hidden) > 0) AND (row.transferred_call_id_1 NOT IN ('', '0')) AND is_hidden(row.origination_number, row.site), as_hidden(row.origination_number, hidden[row.site]), row.origination_number) AS origination_number,
    if((length(hidden) > 0) AND (row.transferred_call_id_1 NOT IN ('', '0')) AND is_hidden(row.origination_number, row.site), '', row.origination_name) AS origination_name,
    if((length(hidden) > 0) AND ((row.origin_kind != 'trunk') OR (row.destination_kind IN ('trunk', 'link'))) AND is_hidden(row.called_number, row.site), as_hidden(row.called_number, hidden[row.site]), row.called_number) AS called_number,
    if((length(hidden) > 0) AND ((row.origin_kind != 'trunk') OR (row.destination_kind IN ('trunk', 'link'))) AND is_hidden(row.called_number, row.site), '', row.called_name) AS called_name,
    if((length(hidden) > 0) AND ((row.origin_kind != 'trunk') OR (row.destination_kind IN ('trunk', 'link'))) AND is_hidden(row.destination_number, row.site), as_hidden(row.destination_number, hidden[row.site]), row.destination_number) AS destination_number,
    if((length(hidden) > 0) AND ((row.origin_kind != 'trunk') OR (row.destination_kind IN ('trunk', 'link'))) AND is_hidden(row.destination_number, row.site), '', row.destination_name) AS destination_name,
    row.started_at AS started_at,
    row.script_connected_at AS script_connected_at,
    row.delivered_at AS delivered_at,
    row.connected_at AS connected_at,
    row.ended_at AS ended_at,
    row.currency AS currency,
    row.state AS state,
    row.public_access_prefix AS public_access_prefix,
    row.lcr_provider AS lcr_provider,
    row.project_number AS project_number,
    row.origination_device AS origination_device,
    row.destination_device AS destination_device,
    row.transferred_by_number AS transferred_by_number,
    row.transferred_by_name AS transferred_by_name,
    row.transferred_call_id_1 AS transferred_call_id_1,
    row.transferred_call_id_2 AS transferred_call_id_2,
    row.transferred_to_call_id AS transferred_to_call_id,
    row.transferred_at AS transferred_at,
    row.disconnect_reason AS disconnect_reason,
    row.origin_kind AS origin_kind,
    row.destination_kind AS destination_kind,
    row.direction AS direction,
    row.disposition AS disposition,
    row.chargeable AS chargeable,
    row.costs AS costs,
    row.aoc AS aoc,
    row.anomalies AS anomalies,
    if((length(hidden) > 0) AND ((hidden[row.site]) > 0), mapApply((name, text) -> (name, ''), row.extra), row.extra) AS extra,
    row.source_file AS source_file,
    row.source_offset AS source_offset,
    if((length(hidden) > 0) AND ((hidden[row.site]) > 0), '', row.raw_line) AS raw_line,
    row.version AS version
FROM cdr.leg_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (row.started_on > (gone_until[row.site]));

CREATE OR REPLACE VIEW cdr.link_matches ON CLUSTER '{cluster}'
(
    `link` LowCardinality(String) COMMENT 'siteA-siteB, sorted',
    `from_site` LowCardinality(String) COMMENT 'Site that sent the call over the link',
    `to_site` LowCardinality(String) COMMENT 'Site that received it',
    `from_leg_id` String COMMENT 'Leg at the sending site',
    `to_leg_id` String COMMENT 'Leg at the receiving site',
    `time_difference_seconds` Int64 COMMENT 'Start of the receiving leg minus start of the sending leg',
    `from_amount` Nullable(Decimal(18, 6)) COMMENT 'Amount of the sending leg; NULL for source none',
    `to_amount` Nullable(Decimal(18, 6)) COMMENT 'Amount of the receiving leg; NULL for source none',
    `currency` LowCardinality(String) COMMENT 'Currency of the amounts; empty where they differ',
    `anomalies` Array(String) COMMENT 'What is odd about the pair'
)
COMMENT 'One row per pair of legs over a link'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until
SELECT
    row.link AS link,
    row.from_site AS from_site,
    row.to_site AS to_site,
    row.from_leg_id AS from_leg_id,
    row.to_leg_id AS to_leg_id,
    row.time_difference_seconds AS time_difference_seconds,
    row.from_amount AS from_amount,
    row.to_amount AS to_amount,
    row.currency AS currency,
    row.anomalies AS anomalies
FROM cdr.link_match_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (row.started_on > (gone_until[row.from_site]));

CREATE OR REPLACE VIEW cdr.rejects ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site of the file; empty where a message names none',
    `source_file` LowCardinality(String) COMMENT 'File relative to the configuration, or topic-partition',
    `source_offset` UInt64 COMMENT 'Byte offset in the file, or offset in the partition',
    `raw` String COMMENT 'The bytes as they were',
    `reason` LowCardinality(String) COMMENT 'Why it could not be read',
    `detail` String COMMENT 'What was expected and found',
    `rejected_at` DateTime('UTC') COMMENT 'When it was last tried'
)
COMMENT 'One row per unreadable line or message'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until,
    (
        SELECT groupArray(toString(site))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS hiding
SELECT
    row.site AS site,
    row.source_file AS source_file,
    row.source_offset AS source_offset,
    if((length(hiding) > 0) AND has(hiding, row.site), '', row.raw) AS raw,
    row.reason AS reason,
    row.detail AS detail,
    row.rejected_at AS rejected_at
FROM cdr.reject_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (toDate(row.rejected_at) > (gone_until[row.site]));

CREATE OR REPLACE VIEW cdr.settlement ON CLUSTER '{cluster}'
(
    `month` Date COMMENT 'First day of the month of connected_at (UTC)',
    `carrier_site` LowCardinality(String) COMMENT 'Site whose trunk carried the calls: the creditor',
    `payer_site` LowCardinality(String) COMMENT 'Site of the payers: the debtor',
    `currency` LowCardinality(String) COMMENT 'Currency of the amount',
    `legs` UInt64 COMMENT 'Number of charges',
    `seconds` UInt64 COMMENT 'Their seconds',
    `amount` Decimal(18, 6) COMMENT 'Their amount'
)
COMMENT 'What sites owe each other: counted charges carried by another site than the payer\'s, by month'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until
SELECT
    toStartOfMonth(charge.connected_at) AS month,
    charge.carrier_site AS carrier_site,
    charge.payer_site AS payer_site,
    charge.currency AS currency,
    count() AS legs,
    sum(charge.duration_seconds) AS seconds,
    toDecimal64(sum(charge.amount), 6) AS amount
FROM cdr.charge_rows AS charge
FINAL
WHERE ((length(gone_until) = 0) OR (charge.started_on > (gone_until[charge.site]))) AND (charge.counted = 1) AND (charge.payer_site != charge.carrier_site)
GROUP BY
    month,
    carrier_site,
    payer_site,
    currency;

CREATE OR REPLACE VIEW cdr.site_calls ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site of the call',
    `site_call_id` String COMMENT 'leg_id of the first leg',
    `call_id` String COMMENT 'Call that the site call belongs to',
    `leg_ids` Array(String) COMMENT 'Its legs, in order',
    `started_at` DateTime('UTC') COMMENT 'Least start of the legs',
    `connected_at` Nullable(DateTime('UTC')) COMMENT 'Least connect time of the legs; NULL if none was answered',
    `ended_at` DateTime('UTC') COMMENT 'Greatest end of the legs',
    `origination_number` String COMMENT 'Caller, as written in the first leg',
    `origination_name` String COMMENT 'Name of the caller, of the first leg',
    `called_number` String COMMENT 'Number called, as written in the first leg',
    `called_name` String COMMENT 'Name of the number called, of the first leg',
    `destination_number` String COMMENT 'Who took the call, of the last leg (its called number where empty)',
    `destination_name` String COMMENT 'Name of who took the call, of the last leg',
    `direction` LowCardinality(String) COMMENT 'incoming, outgoing, internal or transit',
    `disposition` LowCardinality(String) COMMENT 'answered if any leg is, else that of the last leg',
    `disconnect_reason` LowCardinality(String) COMMENT 'Disconnect reason of the last leg, as written',
    `ring_seconds` UInt32 COMMENT 'Seconds from the first start to the first connect (or the last end)',
    `talk_seconds` UInt32 COMMENT 'Seconds in which at least one leg was connected',
    `billable_seconds` UInt32 COMMENT 'Seconds of the chargeable legs',
    `leg_count` UInt32 COMMENT 'Number of legs',
    `transfer_count` UInt32 COMMENT 'Number of results of transfers',
    `conference` UInt8 COMMENT '1 = a conference',
    `project_number` String COMMENT 'First project number among the legs',
    `missing_call_ids` Array(String) COMMENT 'References without a leg (yet), sorted',
    `complete` UInt8 COMMENT '1 = no reference is missing',
    `version` UInt64 COMMENT '(epoch << 52) | (source offset << 8) | index of the leg that caused this state; the greatest wins'
)
COMMENT 'One row per site call: the legs of one site that transfers join'
AS WITH
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(toDate(now('UTC')) - retention_days))
        FROM cdr.site_rules
        FINAL
        WHERE retention_days > 0
    ) AS gone_until,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(hidden_digits))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS hidden,
    (
        SELECT mapFromArrays(groupArray(toString(site)), groupArray(whole_numbers))
        FROM cdr.site_rules
        FINAL
        WHERE hidden_digits > 0
    ) AS whole,
    (number -> (splitByChar('@', number)[1])) AS before_at,
    (number -> replaceRegexpAll(before_at(number), '[^0-9A-Za-z+]', '')) AS plain,
    ((number, site) -> (((hidden[site]) > 0) AND ((position(number, '@') > 0) OR (NOT match(plain(number), whole[site]))))) AS is_hidden,
    ((number, digits) -> concat(substring(plain(number), 1, greatest(0, toInt64(length(plain(number))) - digits)), repeat('X', least(digits, length(plain(number)))), substring(number, length(before_at(number)) + 1))) AS as_hidden
SELECT
    row.site AS site,
    row.site_call_id AS site_call_id,
    row.call_id AS call_id,
    row.leg_ids AS leg_ids,
    row.started_at AS started_at,
    row.connected_at AS connected_at,
    row.ended_at AS ended_at,
    row.origination_number AS origination_number,
    row.origination_name AS origination_name,
    if((length(hidden) > 0) AND is_hidden(row.called_number, row.site), as_hidden(row.called_number, hidden[row.site]), row.called_number) AS called_number,
    if((length(hidden) > 0) AND is_hidden(row.called_number, row.site), '', row.called_name) AS called_name,
    if((length(hidden) > 0) AND is_hidden(row.destination_number, row.site), as_hidden(row.destination_number, hidden[row.site]), row.destination_number) AS destination_number,
    if((length(hidden) > 0) AND is_hidden(row.destination_number, row.site), '', row.destination_name) AS destination_name,
    row.direction AS direction,
    row.disposition AS disposition,
    row.disconnect_reason AS disconnect_reason,
    row.ring_seconds AS ring_seconds,
    row.talk_seconds AS talk_seconds,
    row.billable_seconds AS billable_seconds,
    row.leg_count AS leg_count,
    row.transfer_count AS transfer_count,
    row.conference AS conference,
    row.project_number AS project_number,
    row.missing_call_ids AS missing_call_ids,
    row.complete AS complete,
    row.version AS version
FROM cdr.site_call_rows AS row
FINAL
WHERE (length(gone_until) = 0) OR (row.started_on > (gone_until[row.site]));

CREATE OR REPLACE VIEW cdr.sites ON CLUSTER '{cluster}'
(
    `site` LowCardinality(String) COMMENT 'Site',
    `group_name` LowCardinality(String) COMMENT 'Group of linked sites',
    `time_zone` LowCardinality(String) COMMENT 'Time zone of the site\'s CDRs',
    `last_cdr_at` Nullable(DateTime('UTC')) COMMENT 'End of the newest CDR read; NULL before the first',
    `last_seen_at` DateTime('UTC') COMMENT 'When the site\'s tail last gave a sign of life',
    `file` String COMMENT 'File that changed last; empty while there is none',
    `file_offset` UInt64 COMMENT 'Bytes of that file confirmed by Kafka',
    `bytes_behind` UInt64 COMMENT 'Bytes of all its files not yet confirmed by Kafka',
    `torn_bytes` UInt64 COMMENT 'Bytes of last lines that have no line end yet',
    `problem` String COMMENT 'Why a file cannot be read at present; empty if all can',
    `state` LowCardinality(String) COMMENT 'away, no_file, unreadable, behind, silent or ok; the first that applies',
    `silent_since` Nullable(DateTime('UTC')) COMMENT 'last_cdr_at of a silent site; NULL for others'
)
COMMENT 'The latest heartbeat of each site, and the state that it is in'
AS WITH
    spans AS
    (
        SELECT
            site,
            addSeconds(assumeNotNull(last_cdr_at), utc_offset_seconds) AS since,
            least(dateDiff('second', assumeNotNull(last_cdr_at), now('UTC')), 604800) AS seconds
        FROM cdr.site_rows
        FINAL
        WHERE (last_cdr_at < (now('UTC') - toIntervalMinute(15))) AND (last_seen_at >= (now('UTC') - toIntervalSecond(60)))
    ),
    (
        SELECT mapFromArrays(groupArray(site), groupArray(first_day))
        FROM
        (
            SELECT
                toString(site) AS site,
                min(started_on) AS first_day
            FROM cdr.leg_rows
            WHERE leg_rows.site IN (
                SELECT site
                FROM spans
            )
            GROUP BY site
        )
    ) AS first_days
SELECT
    site,
    group_name,
    time_zone,
    last_cdr_at,
    last_seen_at,
    file,
    file_offset,
    bytes_behind,
    torn_bytes,
    problem,
    multiIf(last_seen_at < (now('UTC') - toIntervalSecond(60)), 'away', file = '', 'no_file', problem != '', 'unreadable', bytes_behind > 0, 'behind', arrayMin(arraySlice(cdrs, 1, intDiv(dateDiff('day', first_days[site], toDate(last_cdr_at)), 7))) >= 10, 'silent', 'ok') AS state,
    if(state = 'silent', last_cdr_at, NULL) AS silent_since
FROM
(
    SELECT *
    FROM cdr.site_rows
    FINAL
) AS beats
LEFT JOIN
(
    WITH
        dateDiff('second', toDateTimeOrZero(substring(leg_id, -19), 'UTC'), since) AS ago
    SELECT
        site,
        [uniqIf(leg_id, (ago > (604800 - seconds)) AND (ago <= 604800)), uniqIf(leg_id, (ago > ((2 * 604800) - seconds)) AND (ago <= (2 * 604800))), uniqIf(leg_id, (ago > ((3 * 604800) - seconds)) AND (ago <= (3 * 604800))), uniqIf(leg_id, (ago > ((4 * 604800) - seconds)) AND (ago <= (4 * 604800)))] AS cdrs
    FROM cdr.leg_rows
    INNER JOIN spans USING (site)
    WHERE (site, started_on) IN (
        SELECT
            site,
            addDays(toDate(since), arrayJoin(range(intDiv(seconds, 86400) + 2)) - (7 * arrayJoin([1, 2, 3, 4])))
        FROM spans
    )
    GROUP BY site
) AS before USING (site);

CREATE MATERIALIZED VIEW IF NOT EXISTS cdr.daily_calls_refresh ON CLUSTER '{cluster}'
REFRESH EVERY 1 HOUR TO cdr.daily_call_rows
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
COMMENT 'Makes daily_call_rows every hour'
AS SELECT
    toDate(substring(call_id, -19, 10)) AS day,
    origin_site,
    direction,
    disposition,
    destination_country,
    destination_kind,
    count() AS calls,
    sum(call.ring_seconds) AS ring_seconds,
    sum(call.talk_seconds) AS talk_seconds,
    sum(call.billable_seconds) AS billable_seconds,
    now('UTC') AS refreshed_at
FROM cdr.calls AS call
GROUP BY ALL;

CREATE MATERIALIZED VIEW IF NOT EXISTS cdr.daily_charges_refresh ON CLUSTER '{cluster}'
REFRESH EVERY 1 HOUR TO cdr.daily_charge_rows
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
COMMENT 'Makes daily_charge_rows every hour'
AS SELECT
    toDate(substring(leg_id, -19, 10)) AS day,
    payer_site,
    department,
    cost_centre,
    project_number,
    carrier_site,
    trunk,
    destination_country,
    destination_kind,
    currency,
    source,
    count() AS legs,
    sum(duration_seconds) AS seconds,
    toDecimal64(sum(charge.amount), 6) AS amount,
    now('UTC') AS refreshed_at
FROM cdr.charges AS charge
WHERE counted = 1
GROUP BY ALL;

CREATE OR REPLACE VIEW cdr.daily_calls ON CLUSTER '{cluster}'
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
COMMENT 'Calls by local day and dimensions, for long ranges; made every hour'
AS SELECT
    day,
    origin_site,
    direction,
    disposition,
    destination_country,
    destination_kind,
    calls,
    ring_seconds,
    talk_seconds,
    billable_seconds,
    refreshed_at
FROM cdr.daily_call_rows;

CREATE OR REPLACE VIEW cdr.daily_charges ON CLUSTER '{cluster}'
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
COMMENT 'Counted charges by local day and dimensions, for long ranges; made every hour'
AS SELECT
    day,
    payer_site,
    department,
    cost_centre,
    project_number,
    carrier_site,
    trunk,
    destination_country,
    destination_kind,
    currency,
    source,
    legs,
    seconds,
    amount,
    refreshed_at
FROM cdr.daily_charge_rows;
