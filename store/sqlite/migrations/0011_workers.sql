-- Processes that work on this record, and what each may do alone.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,                  -- "host:vnexpress.vn", "duty:alerts"
    holder TEXT NOT NULL,
    fence  INTEGER NOT NULL,                  -- one more with each change of hands
    until  INTEGER NOT NULL                   -- after that it is free; of one given back: when it was last used
) WITHOUT ROWID;
CREATE INDEX leases_until ON leases (until);

CREATE TABLE workers (
    id      TEXT PRIMARY KEY,
    role    TEXT NOT NULL,
    machine TEXT NOT NULL,
    started INTEGER NOT NULL,
    seen    INTEGER NOT NULL
) WITHOUT ROWID;

-- Articles that a crawl has read and that workers of the role "tag" are to label: minutes, a day at most.
CREATE TABLE untagged (
    page   TEXT PRIMARY KEY,
    body   TEXT NOT NULL,                     -- the located article, its page without the bytes, its look; JSON
    at     INTEGER NOT NULL,
    holder TEXT NOT NULL DEFAULT '',
    until  INTEGER NOT NULL DEFAULT 0         -- lent to the holder until then
) WITHOUT ROWID;
CREATE INDEX untagged_at ON untagged (at);
