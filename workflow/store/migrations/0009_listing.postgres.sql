CREATE INDEX runs_listed ON runs (tenant, created_at, id COLLATE "C");
CREATE INDEX approvals_listed ON approvals (tenant, rowid);
CREATE INDEX events_of_tenant ON events (tenant, seq);
