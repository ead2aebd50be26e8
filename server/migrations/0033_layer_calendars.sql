-- What calendars say of layers of schedules, as they were last read. `print` tells one address from
-- another; the address itself stands in the schedule.
CREATE TABLE layer_calendar (
    space_id TEXT NOT NULL,
    schedule TEXT NOT NULL,
    layer TEXT NOT NULL,
    print TEXT NOT NULL,
    data TEXT NOT NULL,
    read_at BIGINT,
    due_at BIGINT NOT NULL,
    failing_since BIGINT,
    failures BIGINT NOT NULL,
    failure TEXT,
    PRIMARY KEY (space_id, schedule, layer)
);
CREATE INDEX layer_calendar_due ON layer_calendar (space_id, due_at);
