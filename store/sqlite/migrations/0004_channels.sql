-- Zalo: followers who are known to be recipients, the codes by which they make themselves known, and what the webhook
-- has told. Nobody who merely follows the account is kept. Tokens lie in a file of their own (keys.sqlite3).

CREATE TABLE zalo_followers (
    desk       TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    user       TEXT NOT NULL,              -- Zalo's id of the follower, as this account sees it
    following  INTEGER NOT NULL DEFAULT 1,
    changed_at INTEGER NOT NULL,           -- of the last word about following, as Zalo states it
    linked_at  INTEGER NOT NULL,
    wrote_at   INTEGER,
    PRIMARY KEY (desk, recipient)
) WITHOUT ROWID;
CREATE INDEX zalo_followers_user ON zalo_followers (user);

CREATE TABLE zalo_codes (
    hash      TEXT PRIMARY KEY,            -- SHA-256 of the code
    desk      TEXT NOT NULL,
    recipient TEXT NOT NULL,
    until     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE zalo_receipts (
    hash TEXT PRIMARY KEY,                 -- SHA-256 of the event's body
    at   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE channel_troubles (
    channel TEXT PRIMARY KEY,
    reason  TEXT NOT NULL,
    since   INTEGER NOT NULL,
    last    INTEGER NOT NULL
) WITHOUT ROWID;

-- A recipient who is gone from the desk takes follower and code along, by whatever door the desk was changed.
CREATE TRIGGER recipients_gone AFTER INSERT ON desks BEGIN
    DELETE FROM zalo_followers WHERE desk = NEW.id AND recipient NOT IN
        (SELECT json_extract(value, '$.id') FROM json_each(NEW.body, '$.recipients'));
    DELETE FROM zalo_codes WHERE desk = NEW.id AND recipient NOT IN
        (SELECT json_extract(value, '$.id') FROM json_each(NEW.body, '$.recipients'));
END;
CREATE TRIGGER recipients_gone_changed AFTER UPDATE OF body ON desks BEGIN
    DELETE FROM zalo_followers WHERE desk = NEW.id AND recipient NOT IN
        (SELECT json_extract(value, '$.id') FROM json_each(NEW.body, '$.recipients'));
    DELETE FROM zalo_codes WHERE desk = NEW.id AND recipient NOT IN
        (SELECT json_extract(value, '$.id') FROM json_each(NEW.body, '$.recipients'));
END;
CREATE TRIGGER recipients_gone_with_desk AFTER DELETE ON desks BEGIN
    DELETE FROM zalo_followers WHERE desk = OLD.id;
    DELETE FROM zalo_codes WHERE desk = OLD.id;
END;

-- Telephone numbers and Zalo ids stand in a desk's present version only.
CREATE TRIGGER no_numbers_in_past_versions AFTER INSERT ON desk_versions BEGIN
    UPDATE desk_versions SET body = json_set(body, '$.recipients', json((
            SELECT json_group_array(json_set(value, '$.phone', '', '$.zalo_user_id', ''))
            FROM json_each(desk_versions.body, '$.recipients'))))
    WHERE id = NEW.id AND version < NEW.version
        AND (body GLOB '*"phone":"[0-9]*' OR body GLOB '*"zalo_user_id":"[0-9]*');
END;
