-- The state of each site (docs/operations.md, "Silent sites").

ALTER TABLE site_rows
    ADD COLUMN IF NOT EXISTS torn_bytes UInt64 COMMENT 'Bytes of last lines that have no line end yet' CODEC(ZSTD(1)) AFTER bytes_behind,
    ADD COLUMN IF NOT EXISTS problem String COMMENT 'Why a file cannot be read at present; empty if all can' CODEC(ZSTD(1)) AFTER torn_bytes,
    ADD COLUMN IF NOT EXISTS utc_offset_seconds Int32 COMMENT 'Local time of the site minus UTC at last_seen_at' CODEC(ZSTD(1)) AFTER problem;

-- `spans`: the time since the end of the newest CDR, at most a week of it. `since` is local time, which stands as if it
-- were UTC, as the start in a leg's id does. `cdrs`: how many CDRs began in the same span 1, 2, 3 and 4 weeks before,
-- where a leg's revisions have one id and only the days of these spans are read. `first_days` tells how many of these weeks
-- the site is known for.
CREATE OR REPLACE VIEW sites (
    site LowCardinality(String) COMMENT 'Site',
    group_name LowCardinality(String) COMMENT 'Group of linked sites',
    time_zone LowCardinality(String) COMMENT 'Time zone of the site\'s CDRs',
    last_cdr_at Nullable(DateTime('UTC')) COMMENT 'End of the newest CDR read; NULL before the first',
    last_seen_at DateTime('UTC') COMMENT 'When the site\'s tail last gave a sign of life',
    file String COMMENT 'File that changed last; empty while there is none',
    file_offset UInt64 COMMENT 'Bytes of that file confirmed by Kafka',
    bytes_behind UInt64 COMMENT 'Bytes of all its files not yet confirmed by Kafka',
    torn_bytes UInt64 COMMENT 'Bytes of last lines that have no line end yet',
    problem String COMMENT 'Why a file cannot be read at present; empty if all can',
    state LowCardinality(String) COMMENT 'away, no_file, unreadable, behind, silent or ok; the first that applies',
    silent_since Nullable(DateTime('UTC')) COMMENT 'last_cdr_at of a silent site; NULL for others'
)
AS WITH
    spans AS (
        SELECT
            site,
            addSeconds(assumeNotNull(last_cdr_at), utc_offset_seconds) AS since,
            least(dateDiff('second', assumeNotNull(last_cdr_at), now('UTC')), 604800) AS seconds
        FROM site_rows FINAL
        WHERE last_cdr_at < now('UTC') - INTERVAL 15 MINUTE AND last_seen_at >= now('UTC') - INTERVAL 60 SECOND
    ),
    (
        SELECT mapFromArrays(groupArray(site), groupArray(first_day))
        FROM (
            SELECT toString(site) AS site, min(started_on) AS first_day
            FROM leg_rows WHERE leg_rows.site IN (SELECT site FROM spans) GROUP BY site
        )
    ) AS first_days
SELECT
    site, group_name, time_zone, last_cdr_at, last_seen_at, file, file_offset, bytes_behind, torn_bytes, problem,
    multiIf(
        last_seen_at < now('UTC') - INTERVAL 60 SECOND, 'away',
        file = '', 'no_file',
        problem != '', 'unreadable',
        bytes_behind > 0, 'behind',
        arrayMin(arraySlice(cdrs, 1, intDiv(dateDiff('day', first_days[site], toDate(last_cdr_at)), 7))) >= 10, 'silent',
        'ok'
    ) AS state,
    if(state = 'silent', last_cdr_at, NULL) AS silent_since
FROM (SELECT * FROM site_rows FINAL) AS beats
LEFT JOIN (
    WITH dateDiff('second', toDateTimeOrZero(substring(leg_id, -19), 'UTC'), since) AS ago
    SELECT
        site,
        [
            uniqIf(leg_id, ago > 604800 - seconds AND ago <= 604800),
            uniqIf(leg_id, ago > 2 * 604800 - seconds AND ago <= 2 * 604800),
            uniqIf(leg_id, ago > 3 * 604800 - seconds AND ago <= 3 * 604800),
            uniqIf(leg_id, ago > 4 * 604800 - seconds AND ago <= 4 * 604800)
        ] AS cdrs
    FROM leg_rows
    INNER JOIN spans USING (site)
    WHERE (site, started_on) IN (
        SELECT site, addDays(toDate(since), arrayJoin(range(intDiv(seconds, 86400) + 2)) - 7 * arrayJoin([1, 2, 3, 4]))
        FROM spans
    )
    GROUP BY site
) AS before USING (site)
COMMENT 'The latest heartbeat of each site, and the state that it is in';
