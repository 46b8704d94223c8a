BEGIN TRANSACTION;
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
INSERT INTO "events" VALUES(1,'run-1','acme','step.done','2026-11-20T12:00:00.000000+00:00','{"cents":-0.0,"number":0,"text":"zoë\u0000😀"}','0000000000000000000000000000000000000000000000000000000000000000','e86f877045864e56774dbfd93ef08e1a6fbaf8b45062b3126530b6bc6329ff6f');
INSERT INTO "events" VALUES(2,'run-1','acme','step.done','2026-11-20T12:00:00.000000+00:00','{"cents":-0.0,"number":1,"text":"zoë\u0000😀"}','e86f877045864e56774dbfd93ef08e1a6fbaf8b45062b3126530b6bc6329ff6f','c84018c19b20d15e20252ad422d41d470da565b45e478f86d33d8c5b5c1e6cec');
INSERT INTO "events" VALUES(3,'run-1','acme','step.done','2026-11-20T12:00:00.000000+00:00','{"cents":-0.0,"number":2,"text":"zoë\u0000😀"}','c84018c19b20d15e20252ad422d41d470da565b45e478f86d33d8c5b5c1e6cec','fbbae489d39213a0725a61bb0f7e10b91597e58ddd727a63a89fae2f063bc43f');
INSERT INTO "events" VALUES(4,'run-2','acme','finished','2026-11-20T12:00:00.000000+00:00','{}','fbbae489d39213a0725a61bb0f7e10b91597e58ddd727a63a89fae2f063bc43f','437ba479c3f018b541e1eda9803515494e8aacf6de93f32a7ea6bb4b3be4db50');
CREATE TABLE ledger_head (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            seq INTEGER NOT NULL,
            hash TEXT NOT NULL
        );
INSERT INTO "ledger_head" VALUES(1,4,'437ba479c3f018b541e1eda9803515494e8aacf6de93f32a7ea6bb4b3be4db50');
CREATE TABLE receipts (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            run TEXT NOT NULL,
            arguments_digest TEXT NOT NULL,
            body TEXT NOT NULL
        );
INSERT INTO "receipts" VALUES(1,'key-1','run-1','digest-1','{"key":"key-1","run":"run-1","step":"machine","tool":"provision_compute","cloud":"aws","arguments_digest":"digest-1","decision_digest":"d","policy_revision":"r","output":{"id":"i-1"},"resources":[],"started_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:02Z"}');
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
INSERT INTO "reservations" VALUES(1,'key-1','run-1','acme','default',100,'settled','2026-11-20T12:00:00.000000+00:00');
INSERT INTO "reservations" VALUES(2,'key-2','run-1','acme','default',250,'held','2026-11-20T12:00:00.000000+00:00');
CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            tenant TEXT NOT NULL,
            state TEXT NOT NULL,
            created_at TEXT NOT NULL,
            body TEXT NOT NULL
        );
INSERT INTO "runs" VALUES('run-1','acme','running','2026-11-20T12:00:00.000000+00:00','{"id":"run-1","tenant":"acme","state":"running","request":{"id":"request-run-1","text":"one machine, please","principal":{"id":"ana","tenant":"acme","roles":["deployer"],"channel":"terminal"},"project":"default","environment":"development","submitted_at":"2026-11-20T12:00:00Z"},"record":null,"created_at":"2026-11-20T12:00:00Z","updated_at":"2026-11-20T12:00:00Z"}');
INSERT INTO "runs" VALUES('run-2','acme','succeeded','2026-11-20T12:00:00.000000+00:00','{"id":"run-2","tenant":"acme","state":"succeeded","request":{"id":"request-run-2","text":"one machine, please","principal":{"id":"ana","tenant":"acme","roles":["deployer"],"channel":"terminal"},"project":"default","environment":"development","submitted_at":"2026-11-20T12:00:00Z"},"record":{"run":"run-2","state":"succeeded","request":{"id":"request-run-2","text":"one machine, please","principal":{"id":"ana","tenant":"acme","roles":["deployer"],"channel":"terminal"},"project":"default","environment":"development","submitted_at":"2026-11-20T12:00:00Z"},"workload":null,"assumptions":[],"offer":null,"cost_cents":0,"savings":null,"plan_digest":"","decision":null,"resources":[],"health":[],"left_behind":[],"exclusions":[],"code":"","reason":"It is healthy.","remedy":"","started_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:09Z"},"created_at":"2026-11-20T12:00:00Z","updated_at":"2026-11-20T12:00:09Z"}');
CREATE INDEX runs_newest ON runs (created_at);
CREATE INDEX runs_of_tenant ON runs (tenant, created_at);
CREATE INDEX receipts_of_run ON receipts (run);
CREATE INDEX reservations_of_run ON reservations (run);
CREATE INDEX reservations_of_tenant ON reservations (tenant, at);
CREATE INDEX events_of_run ON events (run, seq);
CREATE TRIGGER events_keep BEFORE UPDATE ON events
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER events_stay BEFORE DELETE ON events
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER events_once BEFORE INSERT ON events
            WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
PRAGMA user_version = 1;
COMMIT;
