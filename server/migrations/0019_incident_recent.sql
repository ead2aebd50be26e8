-- Open incidents to which something happened lately: where a new alert is looked for its incident.
CREATE INDEX incident_recent ON incident (space_id, updated_at) WHERE phase <> 'done';
