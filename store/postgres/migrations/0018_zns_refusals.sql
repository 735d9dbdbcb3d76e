CREATE FUNCTION zns_refusals_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM zns_refusals WHERE desk = NEW.id AND recipient NOT IN (
        SELECT json_extract(here.value, '$.id')
        FROM json_each(NEW.body, '$.recipients') here, json_each(OLD.body, '$.recipients') was
        WHERE json_extract(here.value, '$.id') = json_extract(was.value, '$.id')
            AND json_extract(here.value, '$.phone') = json_extract(was.value, '$.phone'));
    RETURN NULL;
END $$;
CREATE TRIGGER zns_refusals_gone AFTER UPDATE OF body ON desks
    FOR EACH ROW EXECUTE FUNCTION zns_refusals_gone();

CREATE FUNCTION zns_refusals_gone_with_desk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM zns_refusals WHERE desk = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER zns_refusals_gone_with_desk AFTER DELETE ON desks
    FOR EACH ROW EXECUTE FUNCTION zns_refusals_gone_with_desk();
