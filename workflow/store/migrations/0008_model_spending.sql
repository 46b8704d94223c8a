CREATE TABLE model_spending (
    day TEXT PRIMARY KEY,
    micro_cents BIGINT NOT NULL
);
