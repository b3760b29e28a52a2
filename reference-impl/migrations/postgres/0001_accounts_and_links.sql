-- Accounts, their browser sessions, linking codes, links, and the messages already answered.
-- Every time is in milliseconds since the Unix epoch. Hashes are SHA-256 of random values.

CREATE TABLE accounts (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      TEXT    NOT NULL UNIQUE,   -- trimmed and lower-cased
    display_name  TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,          -- PHC string, argon2id
    created_at    BIGINT NOT NULL
);

CREATE TABLE sessions (
    id_hash    BYTEA   PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE codes (
    code_hash     BYTEA   PRIMARY KEY,
    flow_hash     BYTEA   NOT NULL,          -- of the account_linking_token
    account_id    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expected_psid TEXT,                      -- known only when the PSID endpoint was asked
    expires_at    BIGINT NOT NULL,
    used_at       BIGINT,
    used_by       TEXT                       -- the PSID; absent when a sibling of the flow was used
);
CREATE INDEX codes_by_flow ON codes (flow_hash);
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- A row stays after unlinking: event_time is what an older event is compared with.
CREATE TABLE links (
    psid       TEXT    PRIMARY KEY,
    account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    event_time BIGINT NOT NULL
);
CREATE INDEX links_by_account ON links (account_id);

CREATE TABLE messages (
    mid     TEXT    PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
CREATE INDEX messages_by_age ON messages (seen_at);
