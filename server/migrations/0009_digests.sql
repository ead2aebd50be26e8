-- What waits to be told in one message. The message has its id from the beginning, so that what was
-- decided points to it; `kind` is `storm`, `daily`, `weekly` or `monthly`.
CREATE TABLE digest (
    space_id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (space_id, receiver, kind)
);
CREATE INDEX digest_due ON digest (due_at);
CREATE INDEX digest_message ON digest (space_id, message_id);

-- A group is in one digest of a receiver at most, as it was told last.
CREATE TABLE digest_item (
    space_id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    group_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (space_id, receiver, group_key)
) /* WITHOUT ROWID */;

-- How many notifications a receiver got of late.
CREATE INDEX notification_receiver ON notification (space_id, receiver, at);
