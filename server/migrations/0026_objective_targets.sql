-- Why an objective has the target that holds from a time on: what was decided, and why.
CREATE TABLE objective_target (
    space_id TEXT NOT NULL,
    objective TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    said_at BIGINT NOT NULL,
    said_by TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, objective, from_at)
);
