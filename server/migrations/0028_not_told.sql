-- Why a receiver was not told of an alert: a row whenever the reason is another one.
CREATE TABLE not_told (
    space_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    receiver TEXT NOT NULL,
    group_key TEXT NOT NULL,
    held TEXT NOT NULL,
    PRIMARY KEY (space_id, alert_id, at, receiver, group_key)
) /* WITHOUT ROWID */;
CREATE INDEX not_told_at ON not_told (at);
