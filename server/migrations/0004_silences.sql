CREATE TABLE silence (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    stage TEXT NOT NULL,
    words TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX silence_stage ON silence (space_id, stage, ends_at);
CREATE INDEX silence_updated ON silence (space_id, updated_at);
CREATE INDEX silence_due ON silence (due_at) WHERE due_at IS NOT NULL;
