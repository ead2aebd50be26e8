-- What alerts went through, written from the journal: one row for each alert as it is now …
CREATE TABLE alert_history (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    gravity BIGINT NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    item TEXT,
    team TEXT,
    words TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    over_at BIGINT NOT NULL,
    fired BIGINT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX alert_history_began ON alert_history (space_id, began_at, id);
CREATE INDEX alert_history_over ON alert_history (over_at);
CREATE INDEX alert_history_rule ON alert_history (space_id, name, source);
CREATE INDEX alert_history_item ON alert_history (space_id, item);
CREATE INDEX alert_history_team ON alert_history (space_id, team);

-- … and one for each time that it fired. `over_at` is the greatest number while it fires.
CREATE TABLE alert_spell (
    space_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    data TEXT NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    item TEXT,
    team TEXT,
    began_at BIGINT NOT NULL,
    over_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    PRIMARY KEY (space_id, alert_id, seq)
) /* WITHOUT ROWID */;
CREATE INDEX alert_spell_began ON alert_spell (space_id, began_at);
CREATE INDEX alert_spell_over ON alert_spell (over_at);

-- Signals taken in, by source and hour.
CREATE TABLE signal_count (
    space_id TEXT NOT NULL,
    source TEXT NOT NULL,
    hour BIGINT NOT NULL,
    signals BIGINT NOT NULL,
    PRIMARY KEY (space_id, source, hour)
) /* WITHOUT ROWID */;
