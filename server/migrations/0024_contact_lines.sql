-- What each person was told by each of their ways, as far back as that counts for what may be told
-- next. Whoever decides on a line holds its row.
CREATE TABLE contact_line (
    space_id TEXT NOT NULL,
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, person, channel, target)
);
-- Proof that a way and an address reach a person, and the codes that are sent for it.
CREATE TABLE contact_proof (
    space_id TEXT NOT NULL,
    person TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, person, channel, target)
);
CREATE INDEX outbox_target ON outbox (channel, target) WHERE due_at IS NOT NULL;
