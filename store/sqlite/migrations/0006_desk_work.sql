-- What an office adds to what it reads, and labels in a form that can be counted quickly.

-- Notes go with the text of what they are about.
CREATE TABLE office_notes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    desk    TEXT NOT NULL,
    about   TEXT NOT NULL CHECK (about IN ('article', 'story')),
    subject TEXT NOT NULL,                 -- id of the article, key of the story
    text    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL
);
CREATE INDEX office_notes_subject ON office_notes (desk, about, subject);
CREATE INDEX office_notes_at ON office_notes (at);

CREATE TABLE handling (
    desk     TEXT NOT NULL,
    about    TEXT NOT NULL CHECK (about IN ('article', 'story')),
    subject  TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('new', 'seen', 'handled', 'closed')),
    assigned TEXT NOT NULL,
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    PRIMARY KEY (desk, about, subject)
) WITHOUT ROWID;

-- Articles that the office found not to be about its place; desk_articles.hidden says the same to every list.
CREATE TABLE set_aside (
    desk TEXT NOT NULL,
    n    INTEGER NOT NULL REFERENCES articles (n) ON DELETE CASCADE,
    at   INTEGER NOT NULL,
    who  TEXT NOT NULL,
    PRIMARY KEY (desk, n)
) WITHOUT ROWID;
CREATE INDEX set_aside_n ON set_aside (n);
-- Which messages were held for it, and what they were before.
CREATE TABLE set_aside_messages (
    message INTEGER PRIMARY KEY,           -- outbox.id
    desk    TEXT NOT NULL,
    n       INTEGER NOT NULL,
    state   TEXT NOT NULL
);

CREATE TABLE hand_items (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    desk   TEXT NOT NULL,
    source TEXT NOT NULL,
    medium TEXT NOT NULL CHECK (medium IN ('print', 'broadcast')),
    title  TEXT NOT NULL,
    day    TEXT NOT NULL,
    place  TEXT NOT NULL,                  -- page or programme
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL
);
CREATE INDEX hand_items_day ON hand_items (desk, day);

CREATE TABLE visits (
    desk   TEXT NOT NULL,
    who    TEXT NOT NULL,
    at     INTEGER NOT NULL,               -- last seen in the present visit
    before INTEGER,                        -- last seen in the visit before
    PRIMARY KEY (desk, who)
) WITHOUT ROWID;

CREATE TABLE saved_filters (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    desk    TEXT NOT NULL,
    topics  TEXT NOT NULL,
    sources TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    UNIQUE (desk, topics, sources)
);

CREATE TABLE pauses (
    source TEXT PRIMARY KEY,
    since  INTEGER NOT NULL,
    who    TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- Labels as they hold (corrected, without what was set aside), a row each. Derived: written anew with the view.
CREATE TABLE desk_labels (
    desk TEXT NOT NULL,
    n    INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('all', 'source', 'topic', 'tone', 'unit')),
    key  TEXT NOT NULL,
    day  TEXT NOT NULL,
    PRIMARY KEY (desk, n, kind, key),
    FOREIGN KEY (desk, n) REFERENCES desk_articles (desk, n) ON DELETE CASCADE
) WITHOUT ROWID;

-- Articles a day with a label, kept right by the triggers. Nothing is added up about a publisher.
CREATE TABLE label_days (
    desk TEXT NOT NULL,
    day  TEXT NOT NULL,
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (desk, day, kind, key)
) WITHOUT ROWID;
CREATE TRIGGER label_counted AFTER INSERT ON desk_labels WHEN NEW.kind <> 'source' BEGIN
    INSERT INTO label_days VALUES (NEW.desk, NEW.day, NEW.kind, NEW.key, 1)
        ON CONFLICT (desk, day, kind, key) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER label_uncounted AFTER DELETE ON desk_labels WHEN OLD.kind <> 'source' BEGIN
    UPDATE label_days SET n = n - 1
        WHERE desk = OLD.desk AND day = OLD.day AND kind = OLD.kind AND key = OLD.key;
    DELETE FROM label_days
        WHERE desk = OLD.desk AND day = OLD.day AND kind = OLD.kind AND key = OLD.key AND n = 0;
END;
