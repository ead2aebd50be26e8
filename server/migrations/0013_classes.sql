-- What a rule said of an alert when it last began to fire; impact classes each between commas.
ALTER TABLE alert_history ADD COLUMN class TEXT NOT NULL DEFAULT 'unclassified';
ALTER TABLE alert_history ADD COLUMN impacts TEXT NOT NULL DEFAULT '';
CREATE INDEX alert_history_class ON alert_history (space_id, class);

-- Whether an incident is only about to happen.
ALTER TABLE incident ADD COLUMN potential BIGINT NOT NULL DEFAULT 0;
