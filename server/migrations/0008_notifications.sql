-- What each receiver was last told of a group. `told` has arrived; `pending` is in the message.
CREATE TABLE notification_log (
    space_id TEXT NOT NULL,
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    version BIGINT NOT NULL,
    told TEXT,
    pending TEXT,
    message_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (space_id, group_key, receiver)
);
CREATE INDEX notification_log_at ON notification_log (at);

-- Every decision to tell somebody, with its reason: what a why-trace is drawn from.
CREATE TABLE notification (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    message_id TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX notification_at ON notification (space_id, at);

CREATE TABLE notification_alert (
    space_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    notification_id TEXT NOT NULL,
    PRIMARY KEY (space_id, alert_id, notification_id)
) /* WITHOUT ROWID */;

-- Every attempt to carry a message, of whatever kind.
CREATE TABLE delivery (
    space_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    took_micros BIGINT NOT NULL,
    result TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (space_id, message_id, attempt)
) /* WITHOUT ROWID */;
CREATE INDEX delivery_at ON delivery (at);
