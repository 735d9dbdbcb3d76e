-- The program's own users. What is kept of them, why and how long stands in docs/operate.md; tokens, links and codes
-- are kept as SHA-256 only.

CREATE TABLE people (
    id          TEXT PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    password    TEXT NOT NULL DEFAULT '',      -- argon2id
    created_at  INTEGER NOT NULL,
    active_at   INTEGER,                       -- to within a day
    disabled_at INTEGER,
    asked_at    INTEGER                        -- since when administrators are asked whether the idle account is needed
) WITHOUT ROWID;

-- desk '' is what runs all desks: the operator's.
CREATE TABLE memberships (
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    desk   TEXT NOT NULL,
    level  TEXT NOT NULL,
    PRIMARY KEY (person, desk)
) WITHOUT ROWID;
CREATE INDEX memberships_desk ON memberships (desk, level);

CREATE TABLE second_factors (
    person    TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    secret    TEXT NOT NULL DEFAULT '',        -- that holds; '' before the first confirmation
    begun     TEXT NOT NULL DEFAULT '',        -- that waits for its first code
    last_step INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE recovery_codes (
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    code   TEXT NOT NULL,
    PRIMARY KEY (person, code)
) WITHOUT ROWID;

CREATE TABLE sessions (
    id       TEXT PRIMARY KEY,
    person   TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    began_at INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL,
    idle     INTEGER NOT NULL,                 -- microseconds after which an unused session ends
    ends_at  INTEGER NOT NULL,
    network  TEXT NOT NULL,
    browser  TEXT NOT NULL,
    way      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (person);

-- A link by which somebody chooses a password, once.
CREATE TABLE reset_links (
    person TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    token  TEXT NOT NULL UNIQUE,
    until  INTEGER NOT NULL
) WITHOUT ROWID;

-- What is known between two steps of signing in.
CREATE TABLE sign_in_steps (
    token TEXT PRIMARY KEY,
    body  TEXT NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

-- Tries to sign in, for a month; the account is a hash of what was typed.
CREATE TABLE sign_ins (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    good    INTEGER NOT NULL
);
CREATE INDEX sign_ins_account ON sign_ins (account, at);
CREATE INDEX sign_ins_network ON sign_ins (network, at);

-- Ids of users who were deleted: a restored backup forgets them again.
CREATE TABLE people_gone (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;

ALTER TABLE audit ADD COLUMN desk TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_desk ON audit (desk, id);
