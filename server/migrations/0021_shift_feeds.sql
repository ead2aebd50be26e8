-- Addresses under which calendar programs read shifts: of a person, or of a schedule.
CREATE TABLE shift_feed (
    space_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (space_id, owner)
);
CREATE UNIQUE INDEX shift_feed_id ON shift_feed (id);
