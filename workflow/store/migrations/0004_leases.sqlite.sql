-- due_at is empty (NULL) for a run that has ended, so that the index holds only those that live.
CREATE TABLE leases (
    run TEXT PRIMARY KEY,
    token INTEGER NOT NULL,
    holder TEXT NOT NULL,
    held INTEGER NOT NULL CHECK (held IN (0, 1)),
    tries INTEGER NOT NULL,
    due_at TEXT,
    awaits TEXT NOT NULL CHECK (awaits IN ('', 'time', 'approval', 'operation')),
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    cancel TEXT NOT NULL,
    stuck_at TEXT
);
CREATE INDEX leases_due ON leases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX leases_awaiting ON leases (subject) WHERE awaits <> '';
INSERT INTO leases SELECT id, 0, '', 0, 0, created_at, '', '', '', '', NULL
    FROM runs WHERE state IN ('running', 'waiting');
