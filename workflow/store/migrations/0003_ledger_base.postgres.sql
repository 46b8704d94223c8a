-- What the first entry follows. Entries up to it may be deleted; it only moves over an entry that is there, and only
-- after an entry that says so.
CREATE TABLE ledger_base (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO ledger_base VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER ledger_base_once BEFORE INSERT OR DELETE OR TRUNCATE ON ledger_base EXECUTE FUNCTION events_refuse();
CREATE FUNCTION ledger_base_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.seq >= OLD.seq
            AND EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq AND hash = NEW.hash)
            AND EXISTS (SELECT 1 FROM events WHERE run = 'ledger' AND seq > NEW.seq AND kind = 'ledger.retained')
        THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the ledger is append-only';
    END
$$;
CREATE TRIGGER ledger_base_forward BEFORE UPDATE ON ledger_base
    FOR EACH ROW EXECUTE FUNCTION ledger_base_forward();

CREATE FUNCTION events_retained() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.seq <= (SELECT seq FROM ledger_base) THEN RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the ledger is append-only';
    END
$$;
DROP TRIGGER events_stay ON events;
CREATE TRIGGER events_stay BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_retained();
