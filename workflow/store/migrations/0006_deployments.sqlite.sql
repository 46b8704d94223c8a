CREATE TABLE live_resources (
    resource TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    tenant TEXT NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX live_resources_of_run ON live_resources (run, number);
CREATE INDEX live_resources_of_tenant ON live_resources (tenant, run);
-- What earlier runs left, but for what was released since.
INSERT OR IGNORE INTO live_resources
SELECT
    json_extract(r.value, '$.cloud') || '|' || json_extract(r.value, '$.kind') || '|' || json_extract(r.value, '$.region')
        || '|' || json_extract(r.value, '$.zone') || '|' || json_extract(r.value, '$.id'),
    runs.id, runs.tenant, r.key, r.value
FROM runs, json_each(runs.body, '$.record.resources') AS r
WHERE runs.state = 'succeeded'
    AND json_extract(runs.body, '$.record.workload.kind') IN ('serving', 'service', 'storage');
DELETE FROM live_resources WHERE resource IN (
    SELECT
        json_extract(body, '$.output.resource.cloud') || '|' || json_extract(body, '$.output.resource.kind') || '|'
            || json_extract(body, '$.output.resource.region') || '|' || json_extract(body, '$.output.resource.zone')
            || '|' || json_extract(body, '$.output.resource.id')
    FROM receipts WHERE json_extract(body, '$.tool') = 'release_resource'
);
CREATE TABLE savings (
    id TEXT PRIMARY KEY,
    deployment TEXT NOT NULL,
    tenant TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    found_at TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX savings_open ON savings (deployment) WHERE is_open = 1;
CREATE INDEX savings_of_deployment ON savings (deployment, found_at);
CREATE INDEX savings_of_tenant ON savings (tenant, found_at);
