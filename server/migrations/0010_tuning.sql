-- What is to be done about alert rules that people find useless: one task for each rule.
CREATE TABLE tuning (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    stage TEXT NOT NULL,
    votes BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE UNIQUE INDEX tuning_rule ON tuning (space_id, source, name);
CREATE INDEX tuning_stage ON tuning (space_id, stage, updated_at);
