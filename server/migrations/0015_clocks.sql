-- The clocks that contracts set on an incident. What their alerts have to say stands beside what
-- was told, so that a process that dies in between says it after its restart.
CREATE TABLE contract_clocks (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    boundary_at BIGINT NOT NULL,
    says TEXT NOT NULL,
    told TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (space_id, id)
);
CREATE UNIQUE INDEX contract_clocks_incident ON contract_clocks (space_id, incident_id);
CREATE INDEX contract_clocks_due ON contract_clocks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX contract_clocks_boundary ON contract_clocks (space_id, stage, boundary_at);
CREATE INDEX contract_clocks_untold ON contract_clocks (space_id, id) WHERE says <> told;
-- When the first clock of an incident is due, to sort by; the end of time when none counts.
ALTER TABLE incident ADD COLUMN clock_due BIGINT NOT NULL DEFAULT 9223372036854775807;
CREATE INDEX incident_clock_due ON incident (space_id, clock_due);
