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

CREATE TABLE migrations (name TEXT PRIMARY KEY);
INSERT INTO migrations VALUES ('0001_first');
INSERT INTO runs (id, tenant, state, created_at, body) VALUES ('run-1', 'acme', 'running', '2026-11-20T12:00:00.000000+00:00', '{"id":"run-1","tenant":"acme","state":"running","request":{"id":"request-run-1","text":"one machine, please","principal":{"id":"ana","tenant":"acme","roles":["deployer"],"channel":"terminal"},"project":"default","environment":"development","submitted_at":"2026-11-20T12:00:00Z"},"record":null,"created_at":"2026-11-20T12:00:00Z","updated_at":"2026-11-20T12:00:00Z"}');
INSERT INTO runs (id, tenant, state, created_at, body) VALUES ('run-2', 'acme', 'succeeded', '2026-11-20T12:00:00.000000+00:00', '{"id":"run-2","tenant":"acme","state":"succeeded","request":{"id":"request-run-2","text":"one machine, please","principal":{"id":"ana","tenant":"acme","roles":["deployer"],"channel":"terminal"},"project":"default","environment":"development","submitted_at":"2026-11-20T12:00:00Z"},"record":{"run":"run-2","state":"succeeded","request":{"id":"request-run-2","text":"one machine, please","principal":{"id":"ana","tenant":"acme","roles":["deployer"],"channel":"terminal"},"project":"default","environment":"development","submitted_at":"2026-11-20T12:00:00Z"},"workload":null,"assumptions":[],"offer":null,"cost_cents":0,"savings":null,"plan_digest":"","decision":null,"resources":[],"health":[],"left_behind":[],"exclusions":[],"code":"","reason":"It is healthy.","remedy":"","started_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:09Z"},"created_at":"2026-11-20T12:00:00Z","updated_at":"2026-11-20T12:00:09Z"}');
INSERT INTO receipts (key, run, arguments_digest, body) VALUES ('key-1', 'run-1', 'digest-1', '{"key":"key-1","run":"run-1","step":"machine","tool":"provision_compute","cloud":"aws","arguments_digest":"digest-1","decision_digest":"d","policy_revision":"r","output":{"id":"i-1"},"resources":[],"started_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:02Z"}');
INSERT INTO reservations (key, run, tenant, project, cents, state, at) VALUES ('key-1', 'run-1', 'acme', 'default', 100, 'settled', '2026-11-20T12:00:00.000000+00:00');
INSERT INTO reservations (key, run, tenant, project, cents, state, at) VALUES ('key-2', 'run-1', 'acme', 'default', 250, 'held', '2026-11-20T12:00:00.000000+00:00');
INSERT INTO events (seq, run, tenant, kind, at, body, previous, hash) VALUES (1, 'run-1', 'acme', 'step.done', '2026-11-20T12:00:00.000000+00:00', '{"cents":-0.0,"number":0,"text":"zoë\u0000😀"}', '0000000000000000000000000000000000000000000000000000000000000000', 'e86f877045864e56774dbfd93ef08e1a6fbaf8b45062b3126530b6bc6329ff6f');
INSERT INTO events (seq, run, tenant, kind, at, body, previous, hash) VALUES (2, 'run-1', 'acme', 'step.done', '2026-11-20T12:00:00.000000+00:00', '{"cents":-0.0,"number":1,"text":"zoë\u0000😀"}', 'e86f877045864e56774dbfd93ef08e1a6fbaf8b45062b3126530b6bc6329ff6f', 'c84018c19b20d15e20252ad422d41d470da565b45e478f86d33d8c5b5c1e6cec');
INSERT INTO events (seq, run, tenant, kind, at, body, previous, hash) VALUES (3, 'run-1', 'acme', 'step.done', '2026-11-20T12:00:00.000000+00:00', '{"cents":-0.0,"number":2,"text":"zoë\u0000😀"}', 'c84018c19b20d15e20252ad422d41d470da565b45e478f86d33d8c5b5c1e6cec', 'fbbae489d39213a0725a61bb0f7e10b91597e58ddd727a63a89fae2f063bc43f');
INSERT INTO events (seq, run, tenant, kind, at, body, previous, hash) VALUES (4, 'run-2', 'acme', 'finished', '2026-11-20T12:00:00.000000+00:00', '{}', 'fbbae489d39213a0725a61bb0f7e10b91597e58ddd727a63a89fae2f063bc43f', '437ba479c3f018b541e1eda9803515494e8aacf6de93f32a7ea6bb4b3be4db50');
INSERT INTO ledger_head (one, seq, hash) VALUES (1, 4, '437ba479c3f018b541e1eda9803515494e8aacf6de93f32a7ea6bb4b3be4db50');
