"""Statements that bring a used record back to what it was when it was new: its rows, and its numbers from the start."""

from __future__ import annotations

REMEMBER = """
DO $$ DECLARE t text; BEGIN
    CREATE SCHEMA new;
    CREATE TABLE new.sequences AS SELECT sequencename::text, start_value, last_value FROM pg_sequences
        WHERE schemaname = 'diembao';
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'diembao' LOOP
        EXECUTE format('CREATE TABLE new.%I AS SELECT * FROM diembao.%I', t, t);
    END LOOP;
END $$
"""
EMPTY = """
DO $$ DECLARE t text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'diembao' LOOP
        EXECUTE format('DELETE FROM diembao.%I', t);
        EXECUTE format('INSERT INTO diembao.%I OVERRIDING SYSTEM VALUE SELECT * FROM new.%I', t, t);
    END LOOP;
    PERFORM setval(format('diembao.%I', sequencename), coalesce(last_value, start_value), last_value IS NOT NULL)
        FROM new.sequences;
END $$
"""
