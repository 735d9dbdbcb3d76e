"""The record on SQLite."""
