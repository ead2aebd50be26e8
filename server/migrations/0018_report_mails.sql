-- Which reports were sent by mail, by when each was due.
CREATE TABLE report_mail (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, name, due_at)
);
