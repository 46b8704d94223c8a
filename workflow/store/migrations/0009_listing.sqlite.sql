CREATE INDEX runs_listed ON runs (tenant, created_at, id);
CREATE INDEX approvals_listed ON approvals (tenant);
CREATE INDEX events_of_tenant ON events (tenant, seq);
