-- What reading a rejected line again needs to know of the lines before it (contract 4).

ALTER TABLE reject_rows
    ADD COLUMN IF NOT EXISTS header Nullable(String) COMMENT 'Column names in force there, as a JSON array, [] without a header; NULL where not known' CODEC(ZSTD(1)) AFTER rejected_at,
    ADD COLUMN IF NOT EXISTS file_started_at Nullable(DateTime('UTC')) COMMENT 'Start of the file\'s first CDR; NULL if the line stands before it' CODEC(ZSTD(1)) AFTER header;
