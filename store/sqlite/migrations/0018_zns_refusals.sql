-- Whose telephone number Zalo refuses for good. The number itself stands in the desk's present version only: a recipient
-- whose number is changed, or who is gone, takes the refusal along, by whatever door the desk was changed.
CREATE TABLE zns_refusals (
    desk      TEXT NOT NULL,
    recipient TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (desk, recipient)
) WITHOUT ROWID;

CREATE TRIGGER zns_refusals_gone AFTER UPDATE OF body ON desks BEGIN
    DELETE FROM zns_refusals WHERE desk = NEW.id AND recipient NOT IN (
        SELECT json_extract(here.value, '$.id')
        FROM json_each(NEW.body, '$.recipients') here, json_each(OLD.body, '$.recipients') was
        WHERE json_extract(here.value, '$.id') = json_extract(was.value, '$.id')
            AND json_extract(here.value, '$.phone') = json_extract(was.value, '$.phone'));
END;
CREATE TRIGGER zns_refusals_gone_with_desk AFTER DELETE ON desks BEGIN
    DELETE FROM zns_refusals WHERE desk = OLD.id;
END;
