-- Where a leg was read last: what another line under its id has to come behind to win (contract 4).
-- No part of the view legs; rows of earlier versions have none.

ALTER TABLE leg_rows
    ADD COLUMN IF NOT EXISTS last_file_started_at Nullable(DateTime('UTC')) COMMENT 'file_started_at of the position at which the same fields were read last; NULL if they were read at one position only' CODEC(ZSTD(1)) AFTER file_started_at,
    ADD COLUMN IF NOT EXISTS last_source_file Nullable(String) COMMENT 'File of that position' CODEC(ZSTD(1)) AFTER last_file_started_at,
    ADD COLUMN IF NOT EXISTS last_source_offset Nullable(UInt64) COMMENT 'Byte offset of that position' CODEC(ZSTD(1)) AFTER last_source_file;
