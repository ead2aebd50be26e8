-- When Operate was looking: a stretch of each process that ran, made longer every minute. What lies
-- between is time of which nothing is known.
CREATE TABLE presence (
    space_id TEXT NOT NULL,
    process TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, process, from_at)
);
CREATE INDEX presence_until ON presence (space_id, until_at);

-- Figures of a period as they were frozen, with what they were drawn from. A period that is closed
-- again keeps the rows before.
CREATE TABLE contract_close (
    space_id TEXT NOT NULL,
    contract TEXT NOT NULL,
    period TEXT NOT NULL,
    revision BIGINT NOT NULL,
    closed_at BIGINT NOT NULL,
    closed_by TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, contract, period, revision)
);
