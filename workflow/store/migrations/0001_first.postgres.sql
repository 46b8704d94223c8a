-- Text that is compared for order is collated by bytes, as in SQLite.
CREATE TABLE runs (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX runs_newest ON runs (created_at, rowid);
CREATE INDEX runs_of_tenant ON runs (tenant, created_at, rowid);

CREATE TABLE receipts (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    arguments_digest TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX receipts_of_run ON receipts (run);

CREATE TABLE reservations (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    cents BIGINT NOT NULL CHECK (cents >= 0),
    state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released')),
    at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX reservations_of_run ON reservations (run);
CREATE INDEX reservations_of_tenant ON reservations (tenant, at);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    run TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX events_of_run ON events (run, seq);
CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only'; END
$$;
CREATE TRIGGER events_keep BEFORE UPDATE OR TRUNCATE ON events EXECUTE FUNCTION events_refuse();
CREATE TRIGGER events_stay BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_refuse();

CREATE TABLE ledger_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO ledger_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
