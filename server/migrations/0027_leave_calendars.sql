-- Calendars in which people keep their leave. The address is a secret, and sealed; `print` tells
-- two of a person apart.
CREATE TABLE leave_calendar (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    title TEXT NOT NULL,
    counts TEXT NOT NULL,
    print TEXT NOT NULL,
    sealed TEXT NOT NULL,
    absences BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    read_at BIGINT,
    due_at BIGINT NOT NULL,
    failing_since BIGINT,
    failure TEXT,
    PRIMARY KEY (space_id, id)
);
CREATE UNIQUE INDEX leave_calendar_print ON leave_calendar (space_id, person, print);
CREATE INDEX leave_calendar_due ON leave_calendar (due_at);
