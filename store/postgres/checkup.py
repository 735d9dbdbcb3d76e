"""Is the record on the server sound? For `doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.errors import StoreError
from store.sql import Database
from store.sqlite.checkup import unindexed

OLDEST: int = 130000
"""PostgreSQL 13: the oldest server that this is tried with or that anybody still maintains."""
_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'fsync', 'full_page_writes')"
_UNSOUND = (
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = current_schema() AND NOT i.indisvalid"
)


def problems(db: Database) -> tuple[str, ...]:
    """What is wrong with the record, each with what to do; empty where it is sound."""
    try:
        with db.read() as con:
            return tuple(_problems(con, db.place))
    except StoreError as error:
        return (str(error),)


def _problems(con: Any, place: str) -> Iterator[str]:
    told = {row["name"]: row["setting"] for row in con.execute(_SETTINGS)}
    if int(told["server_version_num"]) < OLDEST:
        yield f"record {place}: the server is older than PostgreSQL 13; update it"
    if "off" in (told["fsync"], told["full_page_writes"]):
        yield f"record {place}: fsync or full_page_writes is off: a power cut may damage it; turn both on"
    for row in con.execute(_UNSOUND):
        yield f"record {place}: index {row['relname']} is not valid; run REINDEX INDEX {row['relname']}"
    yield from unindexed(con, place)
