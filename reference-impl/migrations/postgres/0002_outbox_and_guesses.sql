-- What is still to be done on the platform, and how often a password was guessed wrong.

-- A row is written in the transaction whose effect it follows, and deleted when its work is done.
CREATE TABLE outbox (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    psid       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,          -- 'say' or 'unlink'
    task       TEXT    NOT NULL,          -- JSON
    created_at BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,          -- not before; whoever works on it moves it on
    tries      BIGINT NOT NULL DEFAULT 0 -- tells a worker whether the row is still its own
);
CREATE INDEX outbox_by_time ON outbox (due_at);
CREATE INDEX outbox_by_person ON outbox (psid, id);

CREATE TABLE guesses (
    series  BYTEA   PRIMARY KEY,          -- SHA-256 of user name and address
    wrong   BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX guesses_by_age ON guesses (last_at);
