-- Another product's key, by which senders that are moved here go on to be known.
ALTER TABLE integration_key ADD COLUMN alias_hash TEXT;
CREATE UNIQUE INDEX integration_key_alias ON integration_key (alias_hash);

-- What the events of an integration mean: rules in CEL, one document for each.
CREATE TABLE intake_mapping (
    space_id TEXT NOT NULL,
    integration TEXT NOT NULL,
    version BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, integration)
);

-- The last events of each integration, to edit its mapping against.
CREATE TABLE intake_example (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    integration TEXT NOT NULL,
    at BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX intake_example_integration ON intake_example (space_id, integration, at);

-- Dead-man switches: what has to report, and when it is overdue.
CREATE TABLE heartbeat (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    name TEXT NOT NULL,
    stage TEXT NOT NULL,
    secret_hash TEXT,
    told TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (space_id, id)
);
CREATE UNIQUE INDEX heartbeat_name ON heartbeat (space_id, name);
CREATE UNIQUE INDEX heartbeat_secret ON heartbeat (secret_hash);
CREATE INDEX heartbeat_due ON heartbeat (due_at) WHERE due_at IS NOT NULL;
