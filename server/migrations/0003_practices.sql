-- Resources of the estate: merely edited, journaled puts.
CREATE TABLE resource (
    space_id TEXT NOT NULL,
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    version BIGINT NOT NULL,
    managed_by TEXT NOT NULL,
    data TEXT NOT NULL,
    applied TEXT,
    valid_from BIGINT NOT NULL,
    PRIMARY KEY (space_id, item)
);

-- What a resource was before: the graph as of a date.
CREATE TABLE resource_past (
    space_id TEXT NOT NULL,
    item TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, item, valid_from)
);

CREATE TABLE setting (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, name)
);

CREATE TABLE counter (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (space_id, name)
);

CREATE TABLE alert (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    stage TEXT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE UNIQUE INDEX alert_fingerprint ON alert (space_id, fingerprint);

-- Refreshes of alerts since the last checkpoint: one row for each batch, not for each alert.
CREATE TABLE alert_refresh (
    space_id TEXT NOT NULL,
    seq BIGSERIAL PRIMARY KEY,
    at BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX alert_refresh_at ON alert_refresh (at);

CREATE TABLE incident (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    phase TEXT NOT NULL,
    priority TEXT NOT NULL,
    main_item TEXT,
    team TEXT,
    assignee TEXT,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (space_id, id)
);
CREATE UNIQUE INDEX incident_number ON incident (space_id, number);
CREATE INDEX incident_open ON incident (space_id, phase, priority, opened_at);
CREATE INDEX incident_opened ON incident (space_id, opened_at);
CREATE INDEX incident_due ON incident (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE page (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX page_incident ON page (space_id, incident_id);
CREATE INDEX page_due ON page (due_at) WHERE due_at IS NOT NULL;

-- Answers already given to requests that carried an idempotency key.
CREATE TABLE idempotency (
    space_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, key)
);

-- Keys of this installation, each sealed under the key file.
CREATE TABLE sealed_secret (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (space_id, name)
);
