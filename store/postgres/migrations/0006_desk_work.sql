-- Articles a day with a label, kept right by the triggers. Nothing is added up about a publisher.
CREATE FUNCTION label_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO label_days VALUES (NEW.desk, NEW.day, NEW.kind, NEW.key, 1)
        ON CONFLICT (desk, day, kind, key) DO UPDATE SET n = label_days.n + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER label_counted AFTER INSERT ON desk_labels
    FOR EACH ROW WHEN (NEW.kind <> 'source') EXECUTE FUNCTION label_counted();

CREATE FUNCTION label_uncounted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE label_days SET n = n - 1
        WHERE desk = OLD.desk AND day = OLD.day AND kind = OLD.kind AND key = OLD.key;
    DELETE FROM label_days
        WHERE desk = OLD.desk AND day = OLD.day AND kind = OLD.kind AND key = OLD.key AND n = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER label_uncounted AFTER DELETE ON desk_labels
    FOR EACH ROW WHEN (OLD.kind <> 'source') EXECUTE FUNCTION label_uncounted();
