-- What came in at the doors, so that it is not taken twice; rows are forgotten when they are too old to be believed anyway.
CREATE TABLE deliveries (
    door TEXT NOT NULL,
    nonce TEXT NOT NULL,
    expires_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (door, nonce)
);
CREATE INDEX deliveries_expiring ON deliveries (expires_at);
-- run is empty until the demand under the key has become one, and for a note.
CREATE TABLE conversations (
    name TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    owner TEXT NOT NULL,
    run TEXT NOT NULL,
    door TEXT NOT NULL,
    address TEXT NOT NULL,
    note TEXT NOT NULL,
    told BIGINT NOT NULL,
    token BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    next_at TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'told', 'dead')),
    error TEXT NOT NULL,
    at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX conversations_open ON conversations (next_at) WHERE state = 'open';
CREATE TABLE letters (
    conversation TEXT NOT NULL,
    part TEXT NOT NULL,
    ref TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (conversation, part)
);
