"""The record on a PostgreSQL server, for an installation with several machines."""
