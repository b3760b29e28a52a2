-- Accounts, their browser sessions, linking codes, links, and the messages already answered.
-- Every time is in milliseconds since the Unix epoch. Hashes are SHA-256 of random values.

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    username      TEXT    NOT NULL UNIQUE,   -- trimmed and lower-cased
    display_name  TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,          -- PHC string, argon2id
    created_at    INTEGER NOT NULL
);

CREATE TABLE sessions (
    id_hash    BLOB    PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE codes (
    code_hash     BLOB    PRIMARY KEY,
    flow_hash     BLOB    NOT NULL,          -- of the account_linking_token
    account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expected_psid TEXT,                      -- known only when the PSID endpoint was asked
    expires_at    INTEGER NOT NULL,
    used_at       INTEGER,
    used_by       TEXT                       -- the PSID; absent when a sibling of the flow was used
);
CREATE INDEX codes_by_flow ON codes (flow_hash);
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- A row stays after unlinking: event_time is what an older event is compared with.
CREATE TABLE links (
    psid       TEXT    PRIMARY KEY,
    account_id INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    event_time INTEGER NOT NULL
);
CREATE INDEX links_by_account ON links (account_id);

CREATE TABLE messages (
    mid     TEXT    PRIMARY KEY,
    seen_at INTEGER NOT NULL
);
CREATE INDEX messages_by_age ON messages (seen_at);
