CREATE TABLE live_resources (
    resource TEXT PRIMARY KEY,
    run TEXT COLLATE "C" NOT NULL,
    tenant TEXT NOT NULL,
    number BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX live_resources_of_run ON live_resources (run, number);
CREATE INDEX live_resources_of_tenant ON live_resources (tenant, run);
-- What earlier runs left, but for what was released since.
INSERT INTO live_resources
SELECT
    concat_ws('|', r.value ->> 'cloud', r.value ->> 'kind', r.value ->> 'region', r.value ->> 'zone', r.value ->> 'id'),
    ended.id, ended.tenant, r.number - 1, r.value::text
FROM (SELECT id, tenant, body::jsonb AS body FROM runs WHERE state = 'succeeded') AS ended,
    jsonb_array_elements(
        CASE jsonb_typeof(ended.body #> '{record,resources}')
            WHEN 'array' THEN ended.body #> '{record,resources}' ELSE '[]'::jsonb
        END
    ) WITH ORDINALITY AS r (value, number)
WHERE ended.body #>> '{record,workload,kind}' IN ('serving', 'service', 'storage')
ON CONFLICT DO NOTHING;
DELETE FROM live_resources WHERE resource IN (
    SELECT concat_ws('|', gone ->> 'cloud', gone ->> 'kind', gone ->> 'region', gone ->> 'zone', gone ->> 'id')
    FROM (
        SELECT body::jsonb #> '{output,resource}' AS gone FROM receipts
        WHERE body::jsonb ->> 'tool' = 'release_resource'
    ) AS released
);
CREATE TABLE savings (
    id TEXT COLLATE "C" PRIMARY KEY,
    deployment TEXT NOT NULL,
    tenant TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    found_at TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX savings_open ON savings (deployment) WHERE is_open = 1;
CREATE INDEX savings_of_deployment ON savings (deployment, found_at);
CREATE INDEX savings_of_tenant ON savings (tenant, found_at);
