CREATE TABLE degraded (
    cloud TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
