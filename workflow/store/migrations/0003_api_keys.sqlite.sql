CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX api_keys_of_tenant ON api_keys (tenant);
