-- Many entries of one transaction in one row: what a flood appends. `seq` is that of the last one,
-- `data` holds subject and event of each, and the members say which subjects are in which row.
ALTER TABLE journal ADD COLUMN entries BIGINT NOT NULL DEFAULT 1;
CREATE TABLE journal_member (
    space_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (space_id, subject, seq)
) /* WITHOUT ROWID */;
