CREATE TABLE approvals (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    requester TEXT NOT NULL,
    subject TEXT NOT NULL,
    run TEXT NOT NULL,
    expires_at TEXT COLLATE "C" NOT NULL,
    open_key TEXT UNIQUE,
    closed TEXT NOT NULL CHECK (closed IN ('', 'denied', 'expired', 'revoked', 'used')),
    used_by TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX approvals_of_tenant ON approvals (tenant, closed);
CREATE INDEX approvals_of_subject ON approvals (subject);
CREATE TABLE approval_words (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    request TEXT NOT NULL REFERENCES approvals (id),
    approver TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (request, approver)
);
CREATE TABLE approval_forms (
    nonce TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    person TEXT NOT NULL,
    expires_at TEXT COLLATE "C" NOT NULL
);
CREATE TABLE elevations (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT PRIMARY KEY REFERENCES approvals (id),
    tenant TEXT NOT NULL,
    principal TEXT NOT NULL,
    until TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX elevations_of_principal ON elevations (tenant, principal, until);
