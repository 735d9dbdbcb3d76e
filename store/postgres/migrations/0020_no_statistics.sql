-- What ANALYZE gathers for the planner is a sample of a column's values, words of an erased text among them. A sample
-- taken anew is no help: that of a table that was emptied stays for good. So there is none but of ids, codes and days,
-- by which rows are chosen. A later column with words gets SET STATISTICS 0 in the migration that makes it.

-- In the way of ALTER COLUMN; made again below as they were.
DROP TRIGGER recipients_gone_changed ON desks;
DROP TRIGGER zns_refusals_gone ON desks;

-- The type is the one that the column has: naming it is what takes away the samples that are there.
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT a.attrelid::regclass AS place, string_agg(format(
            'ALTER COLUMN %1$I TYPE %2$s, ALTER COLUMN %1$I SET STATISTICS 0', a.attname,
            CASE a.atttypid WHEN 'text'::regtype THEN 'TEXT COLLATE "C"' ELSE format_type(a.atttypid, a.atttypmod) END
        ), ', ') AS changes
        FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
        WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND a.attnum > 0
            AND NOT a.attisdropped AND a.atttypid IN ('text'::regtype, 'bytea'::regtype, 'tsvector'::regtype)
            AND t.relname <> 'migrations'
            AND (t.relname, a.attname) NOT IN (('desk_labels', 'key'), ('label_days', 'key'), ('stories', 'key'))
            AND (t.relname = 'hand_items' AND a.attname = 'source' OR a.attname NOT IN (
                'about', 'article', 'channel', 'day', 'desk', 'handling', 'hash', 'host', 'id', 'identity', 'into_story',
                'kind', 'medium', 'pace', 'page', 'person', 'seen_day', 'source', 'state', 'story', 'verdict'))
        GROUP BY a.attrelid
    LOOP
        EXECUTE format('ALTER TABLE %s %s', one.place, one.changes);
    END LOOP;
END $$;

CREATE TRIGGER recipients_gone_changed AFTER UPDATE OF body ON desks
    FOR EACH ROW EXECUTE FUNCTION recipients_gone();
CREATE TRIGGER zns_refusals_gone AFTER UPDATE OF body ON desks
    FOR EACH ROW EXECUTE FUNCTION zns_refusals_gone();
