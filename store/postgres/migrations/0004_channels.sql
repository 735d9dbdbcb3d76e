-- A recipient who is gone from the desk takes follower and code along, by whatever door the desk was changed.
CREATE FUNCTION recipients_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM zalo_followers WHERE desk = NEW.id AND recipient NOT IN
        (SELECT json_extract(value, '$.id') FROM json_each(NEW.body, '$.recipients'));
    DELETE FROM zalo_codes WHERE desk = NEW.id AND recipient NOT IN
        (SELECT json_extract(value, '$.id') FROM json_each(NEW.body, '$.recipients'));
    RETURN NULL;
END $$;
CREATE TRIGGER recipients_gone AFTER INSERT ON desks FOR EACH ROW EXECUTE FUNCTION recipients_gone();
CREATE TRIGGER recipients_gone_changed AFTER UPDATE OF body ON desks
    FOR EACH ROW EXECUTE FUNCTION recipients_gone();

CREATE FUNCTION recipients_gone_with_desk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM zalo_followers WHERE desk = OLD.id;
    DELETE FROM zalo_codes WHERE desk = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER recipients_gone_with_desk AFTER DELETE ON desks
    FOR EACH ROW EXECUTE FUNCTION recipients_gone_with_desk();

-- Telephone numbers and Zalo ids stand in a desk's present version only.
CREATE FUNCTION no_numbers_in_past_versions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE desk_versions SET body = jsonb_set(body::jsonb, '{recipients}', coalesce((
            SELECT jsonb_agg(e || '{"phone": "", "zalo_user_id": ""}' ORDER BY place)
            FROM jsonb_array_elements(desk_versions.body::jsonb -> 'recipients') WITH ORDINALITY AS r (e, place)), '[]'))
    WHERE id = NEW.id AND version < NEW.version AND body ~ '"(phone|zalo_user_id)": ?"[0-9]';
    RETURN NULL;
END $$;
CREATE TRIGGER no_numbers_in_past_versions AFTER INSERT ON desk_versions
    FOR EACH ROW EXECUTE FUNCTION no_numbers_in_past_versions();
