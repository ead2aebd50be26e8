-- Memory holds every alert that is not closed, and SQLite has one writer: there, only closed alerts
-- are looked up by fingerprint. Nodes that share PostgreSQL need the index over all to find out
-- that another one was first.
DROP INDEX alert_fingerprint;
CREATE UNIQUE INDEX alert_fingerprint ON alert (space_id, fingerprint)
    /*sqlite WHERE stage = 'closed' sqlite*/;
