-- Who may come in: accounts and their sessions, API tokens, integration keys.
-- Of every secret only a hash is kept.
CREATE TABLE account (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    scoped BIGINT NOT NULL,
    teams TEXT NOT NULL,
    person TEXT,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, name)
);

CREATE TABLE session (
    space_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    account TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, token_hash)
);
CREATE INDEX session_token ON session (token_hash);
CREATE INDEX session_account ON session (space_id, account);

CREATE TABLE api_token (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    PRIMARY KEY (space_id, name)
);
CREATE INDEX api_token_hash ON api_token (token_hash);

CREATE TABLE integration_key (
    space_id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (space_id, name)
);
CREATE INDEX integration_key_hash ON integration_key (token_hash);

-- The one-time code that makes the first administrator; one row while there is none.
CREATE TABLE setup_code (
    space_id TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (space_id)
);
