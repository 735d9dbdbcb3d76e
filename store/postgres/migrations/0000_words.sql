-- What SQLite's SQL has and PostgreSQL's has not, in the record's own schema. Run before the first migration.

CREATE FUNCTION min(BIGINT, BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE STRICT AS 'SELECT least($1, $2)';
CREATE FUNCTION max(BIGINT, BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE STRICT AS 'SELECT greatest($1, $2)';
CREATE FUNCTION instr(TEXT, TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE STRICT AS 'SELECT strpos($1, $2)';

-- Members of a JSON array: SELECT value FROM json_each(?), or of the one at a path ('$.recipients').
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE AS $$
    SELECT e FROM json_array_elements_text(list::json) e
$$;
CREATE FUNCTION json_each(body TEXT, path TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE AS $$
    SELECT e::text FROM json_array_elements(body::json -> substr(path, 3)) e
$$;
CREATE FUNCTION json_extract(body TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT body::json ->> substr(path, 3)
$$;
CREATE FUNCTION json_added(so_far TEXT, one JSON) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT so_far || CASE WHEN so_far = '[' THEN '' ELSE ',' END || one::text
$$;
CREATE FUNCTION json_closed(so_far TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT so_far || ']' $$;
CREATE AGGREGATE json_group_array(JSON) (SFUNC = json_added, STYPE = TEXT, INITCOND = '[', FINALFUNC = json_closed);
