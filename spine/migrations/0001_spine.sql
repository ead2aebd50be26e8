-- The journal, its seals, cursors of followers, and the outbox.
CREATE TABLE journal (
    seq BIGSERIAL PRIMARY KEY,
    tx BIGINT NOT NULL,
    space_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    cause BIGINT
);
CREATE INDEX journal_order ON journal (tx, seq);
CREATE INDEX journal_subject ON journal (space_id, subject, seq);

CREATE TABLE journal_epoch (tx_offset BIGINT PRIMARY KEY);

CREATE TABLE seal (
    space_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    to_tx BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, number)
);

CREATE TABLE follower (
    name TEXT PRIMARY KEY,
    tx BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    moved_at BIGINT NOT NULL
);

CREATE TABLE parked (
    follower TEXT NOT NULL,
    seq BIGINT NOT NULL,
    space_id TEXT NOT NULL,
    error TEXT NOT NULL,
    parked_at BIGINT NOT NULL,
    PRIMARY KEY (follower, seq)
);

CREATE TABLE outbox (
    space_id TEXT NOT NULL,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    leased_until BIGINT NOT NULL,
    lease TEXT NOT NULL,
    detail TEXT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (space_id, id)
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_subject ON outbox (space_id, subject);

-- What records are found by besides their columns.
CREATE TABLE record_tag (
    space_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (space_id, tag, kind, id)
);
