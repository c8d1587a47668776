-- Rows of the benchmark of questions (bench/questions.py): $calls calls, then those from $first until before $until.
-- $late is 0 for what arrives at first and 1 for what revises it: every twentieth call arrives without its second leg.

CREATE TABLE generated ENGINE = MergeTree ORDER BY number AS
WITH
    cityHash64(number, 1) AS dice,
    cityHash64(number, 2) AS more,
    ['dortmund', 'dortmund', 'dortmund', 'dortmund', 'berlin', 'berlin', 'hamburg', 'hamburg', 'leipzig', 'wien'] AS towns,

    [7, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 12, 13, 13, 14, 14, 14, 15, 15, 15, 16, 16, 16, 17, 17, 18, 20] AS hours,

    addDays(toDate('2023-12-01'), intDiv(number * 1096, $calls)) AS drawn,
    toUInt32(200000 * pow((more % 1000000) / 1000000, 3)) AS rank,
    toString(1000 + intDiv(more, 1000000) % 500) AS extension,
    multiIf(rank % 100 = 0, '+431', rank % 100 = 1, '+49900', rank % 10 < 4, '+4915', '+4930') AS area,
    concat(area, leftPad(toString(rank), 7, '0')) AS other,
    intDiv(dice, 1000000) % 100 AS sort
SELECT
    number,
    toDate(if(toDayOfWeek(drawn) > 5 AND dice % 10 > 0, drawn - 2, drawn)) AS day,
    toDateTime(day, 'UTC') + INTERVAL hours[intDiv(dice, 10) % 30 + 1] - 1 HOUR + INTERVAL intDiv(dice, 300) % 3600 SECOND AS started_at,

    towns[intDiv(dice, 100000000) % 10 + 1] AS site,
    towns[(intDiv(dice, 100000000) + 4) % 10 + 1] AS other_site,
    sort < 14 AS linked,
    sort >= 50 AND sort < 66 AS transferred,
    multiIf(sort < 40, 'outgoing', sort < 75, 'incoming', 'internal') AS direction,
    if(direction = 'incoming', other, extension) AS origination_number,
    if(direction = 'outgoing', other, toString(1000 + intDiv(dice, 7) % 500)) AS called_number,
    multiIf(direction != 'outgoing', 'internal', area = '+431', 'international', area = '+49900', 'premium', area = '+4915', 'mobile', 'geographic') AS kind,

    intDiv(more, 1000000000) % 5 > 0 AS answered,
    toUInt32(5 + intDiv(more, 10000000000) % 20) AS ring,
    toUInt32(20 + exp(((intDiv(more, 1000000000000) % 1000) / 1000) * 7)) AS talk,
    direction = 'outgoing' AND answered AS charged,
    toDecimal64(talk * multiIf(kind = 'premium', 0.02, kind = 'mobile', 0.002, 0.0005), 6) AS amount,
    number % 20 = 0 AS revised,
    formatDateTime(started_at, '%Y-%m-%dT%H:%i:%S', 'Europe/Berlin') AS local,
    concat(site, ':', toString(2 * number), ':', local) AS first_id,
    if(linked OR transferred, concat(if(linked, other_site, site), ':', toString(2 * number + 1), ':', local), '') AS second_id,

    bitShiftLeft(toUInt64(1), 52) + bitShiftLeft(number, 8) AS version
FROM numbers($calls);

INSERT INTO leg_rows (
    leg_id, call_id_number, site_call_id, origination_number, called_number, destination_number, origination_name,
    started_at,
    connected_at, ended_at, currency, state, origination_device, destination_device, direction, disposition,
    disconnect_reason, chargeable, costs, source_file, source_offset, raw_line, file_started_at, version
)
SELECT
    arrayJoin(if(second_id != '' AND NOT (revised AND NOT $late), [first_id, second_id], [first_id])) AS leg_id,
    splitByChar(':', leg_id)[2], if(linked AND leg_id = second_id, second_id, first_id), origination_number,
    called_number, called_number AS destination_number,
    concat('Name ', origination_number), started_at, if(answered, started_at + ring, NULL) AS connected_at,
    started_at + ring + if(answered, talk, 0) AS ended_at, 'EUR', if(answered, 'Connected', 'Alerted'),
    if(direction = 'incoming', 'SIP Trunk 1', ''), if(direction = 'outgoing', 'SIP Trunk 1', ''), direction,
    if(answered, 'answered', 'abandoned') AS disposition, 'CallDisconnected' AS disconnect_reason,
    charged, if(charged, amount, NULL), 'cdr.txt', number * 300,
    concat('"', leg_id, '","', origination_number, '","","', called_number, '","","', called_number, '","",', toString(started_at), repeat(',"0"', 20)),

    toDateTime('2023-12-01', 'UTC'), version + $late AS version
FROM generated WHERE number >= $first AND number < $until AND (NOT $late OR revised);

INSERT INTO site_call_rows (
    site_call_id, call_id, leg_ids, started_at, connected_at, ended_at, origination_number, called_number,
    destination_number,
    direction, disposition, disconnect_reason, ring_seconds, talk_seconds, billable_seconds, leg_count, complete,
    version
)
SELECT
    arrayJoin(if(linked, [first_id, second_id], [first_id])) AS site_call_id,
    if((revised AND NOT $late), site_call_id, first_id),
    if(transferred AND NOT (revised AND NOT $late), [first_id, second_id], [site_call_id]) AS leg_ids,
    started_at, if(answered, started_at + ring, NULL) AS connected_at,
    started_at + ring + if(answered, talk, 0) AS ended_at, origination_number, called_number,
    called_number AS destination_number, direction, if(answered, 'answered', 'abandoned') AS disposition,
    'CallDisconnected' AS disconnect_reason, ring AS ring_seconds, if(answered, talk, 0) AS talk_seconds,
    if(charged, talk, 0) AS billable_seconds, length(leg_ids), NOT (revised AND NOT $late),
    version + $late AS version
FROM generated WHERE number >= $first AND number < $until AND (NOT $late OR revised);

INSERT INTO call_rows (
    call_id, sites, site_call_ids, started_at, connected_at, ended_at, origination_number, called_number,
    destination_number,
    direction, disposition, disconnect_reason, ring_seconds, talk_seconds, billable_seconds, leg_count, complete,
    destination_kind, amounts, version, is_deleted
)
SELECT
    arrayJoin(if(linked AND revised, [first_id, second_id], [first_id])) AS call_id,
    if(linked, [site, other_site], [site]),
    if(linked AND NOT (revised AND NOT $late), [first_id, second_id], [call_id]), started_at,
    if(answered, started_at + ring, NULL) AS connected_at, started_at + ring + if(answered, talk, 0) AS ended_at,
    origination_number, called_number, called_number AS destination_number, direction,
    if(answered, 'answered', 'abandoned') AS disposition, 'CallDisconnected' AS disconnect_reason,
    ring AS ring_seconds, if(answered, talk, 0) AS talk_seconds, if(charged, talk, 0) AS billable_seconds,
    if(second_id = '' OR (revised AND NOT $late), 1, 2), NOT (revised AND NOT $late), kind,
    if(charged, map('EUR', amount), map()), version + $late AS version,
    $late AND call_id = second_id
FROM generated WHERE number >= $first AND number < $until AND (NOT $late OR revised);

INSERT INTO charge_rows (
    leg_id, call_id, site_call_id, started_at, connected_at, duration_seconds, payer_site, payer_number,
    destination_number,
    carrier_site, trunk, currency, amount, source, counted, destination_kind, cost_centre, version
)
SELECT
    arrayJoin(if(linked, [first_id, second_id], [first_id])) AS leg_id, first_id, leg_id, started_at,
    started_at + ring, talk,
    site, origination_number, called_number, if(linked, other_site, site), 'SIP Trunk 1', 'EUR',
    if((revised AND NOT $late), amount * 2, amount), if(linked AND leg_id = first_id, 'link', 'rated'),
    NOT linked OR leg_id = second_id OR (revised AND NOT $late),
    kind, concat('centre ', substring(origination_number, 2, 1)), version + $late AS version
FROM generated WHERE number >= $first AND number < $until AND (NOT $late OR revised) AND charged;

INSERT INTO charge_total_rows (
    total_id, hour, payer_site, payer_number, project_number, carrier_site, trunk, currency, source, legs, seconds,
    amount, version
)
WITH if(linked, other_site, site) AS carrier
SELECT
    concat(formatDateTime(hour, '%Y-%m-%dT%H'), '|', site, '|', origination_number, '||', carrier, '|SIP Trunk 1|EUR|rated'),

    toStartOfHour(started_at + ring) AS hour, site, origination_number, '', carrier, 'SIP Trunk 1', 'EUR', 'rated',
    count(), sum(talk), sum(amount), max(generated.version) + $late
    FROM generated WHERE number >= $first AND number < $until AND (NOT $late OR revised) AND charged GROUP BY hour,
    site, origination_number, carrier;

    INSERT INTO link_match_rows (link, to_site, from_leg_id, to_leg_id, time_difference_seconds, from_amount, to_amount, currency, version)
    SELECT concat(least(site, other_site), '-', greatest(site, other_site)), other_site, first_id, second_id, 0,
    amount, amount, 'EUR', version + $late AS version
    FROM generated WHERE number >= $first AND number < $until AND (NOT $late OR revised) AND linked AND NOT (revised AND NOT $late);
