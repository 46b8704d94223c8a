-- What the first entry follows. Entries up to it may be deleted; it only moves over an entry that is there, and only
-- after an entry that says so.
CREATE TABLE ledger_base (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO ledger_base VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER ledger_base_once BEFORE INSERT ON ledger_base
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_base_stay BEFORE DELETE ON ledger_base
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_base_forward BEFORE UPDATE ON ledger_base
    WHEN NEW.seq < OLD.seq
    OR NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq AND hash = NEW.hash)
    OR NOT EXISTS (SELECT 1 FROM events WHERE run = 'ledger' AND seq > NEW.seq AND kind = 'ledger.retained')
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

DROP TRIGGER events_stay;
CREATE TRIGGER events_stay BEFORE DELETE ON events
    WHEN NOT COALESCE(OLD.seq <= (SELECT seq FROM ledger_base), FALSE)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- The first Tollgate counted its versions here, and refuses a file with more than one.
PRAGMA user_version = 2;
