-- The messages that show incidents in rooms of chat services: where each is, and what it shows.
-- Who is writing one holds it until `claimed_until`, so that no incident is shown twice.
CREATE TABLE chat_message (
    space_id TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    service TEXT NOT NULL,
    room TEXT NOT NULL,
    posted TEXT NOT NULL DEFAULT '',
    shown TEXT NOT NULL DEFAULT '',
    claimed_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (space_id, incident_id, service, room)
);
