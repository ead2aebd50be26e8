-- What people of each schedule were told of their shifts, and what they had at the last look.
CREATE TABLE shift_watch (
    space_id TEXT NOT NULL,
    schedule TEXT NOT NULL,
    version BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, schedule)
);

-- What people said of the turn of a schedule that begins at a time.
CREATE TABLE shift_note (
    space_id TEXT NOT NULL,
    schedule TEXT NOT NULL,
    about_at BIGINT NOT NULL,
    id TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, schedule, about_at, id)
);

-- What alerts of hours with nobody on call said last.
CREATE TABLE shift_gap (
    space_id TEXT NOT NULL,
    key TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, key)
);

-- Shifts that people offer each other.
CREATE TABLE swap (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    schedule TEXT NOT NULL,
    stage TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX swap_due ON swap (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX swap_stage ON swap (space_id, stage);
