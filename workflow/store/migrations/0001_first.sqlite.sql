CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX runs_newest ON runs (created_at);
CREATE INDEX runs_of_tenant ON runs (tenant, created_at);

CREATE TABLE receipts (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    arguments_digest TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX receipts_of_run ON receipts (run);

CREATE TABLE reservations (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents >= 0),
    state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released')),
    at TEXT NOT NULL
);
CREATE INDEX reservations_of_run ON reservations (run);
CREATE INDEX reservations_of_tenant ON reservations (tenant, at);

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX events_of_run ON events (run, seq);
CREATE TRIGGER events_keep BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER events_stay BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
-- INSERT OR REPLACE takes a row away without asking the DELETE trigger.
CREATE TRIGGER events_once BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TABLE ledger_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO ledger_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
