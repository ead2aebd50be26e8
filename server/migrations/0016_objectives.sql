-- What was counted for an objective on a day (in UTC): a packed series of minutes.
CREATE TABLE objective_day (
    space_id TEXT NOT NULL,
    objective TEXT NOT NULL,
    day BIGINT NOT NULL,
    version BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    minutes BYTES NOT NULL,
    PRIMARY KEY (space_id, objective, day)
);
CREATE INDEX objective_day_written ON objective_day (written_at);
CREATE INDEX objective_day_day ON objective_day (day);

-- Which minutes its source was asked for, from the first up to the next one that is new.
CREATE TABLE objective_asked (
    space_id TEXT NOT NULL,
    objective TEXT NOT NULL,
    from_minute BIGINT NOT NULL,
    until_minute BIGINT NOT NULL,
    PRIMARY KEY (space_id, objective)
) /* WITHOUT ROWID */;

-- What was decided about its budget; what its alerts have to say, and what they say.
CREATE TABLE objective_state (
    space_id TEXT NOT NULL,
    objective TEXT NOT NULL,
    version BIGINT NOT NULL,
    data TEXT NOT NULL,
    firing TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (space_id, objective)
);

-- How it stood at the end of a day.
CREATE TABLE objective_past (
    space_id TEXT NOT NULL,
    objective TEXT NOT NULL,
    day BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, objective, day)
) /* WITHOUT ROWID */;

-- Which process asks a source, until when at most, and what came of it. The one without a name
-- is that of deciding.
CREATE TABLE objective_source (
    space_id TEXT NOT NULL,
    source TEXT NOT NULL,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, source)
) /* WITHOUT ROWID */;
