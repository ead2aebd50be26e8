-- Alerts that fire during planned work: no incident until the maintenance window is over.
CREATE TABLE expected_alert (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    data TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    window_item TEXT NOT NULL,
    stage TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX expected_alert_of ON expected_alert (space_id, alert_id);
CREATE INDEX expected_alert_open ON expected_alert (space_id, stage, since);
CREATE INDEX expected_alert_due ON expected_alert (due_at) WHERE due_at IS NOT NULL;
