"""How long things are kept: the settings' periods, shortened where an administrator has done so on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.settings import KeepSettings
from store.sql import upsert
from store.sqlite import audit
from store.sqlite.database import Database


class Keeping:
    """Reads and writes the periods. Errors of the database are StoreError."""

    def __init__(self, db: Database, settings: KeepSettings) -> None:
        self._db, self._settings = db, settings

    def now(self) -> KeepSettings:
        """The periods that hold: what was chosen on the pages, never longer than the settings say."""
        with self._db.read() as con:
            rows = con.execute("SELECT name, number FROM keeping").fetchall()
        most = self._settings.model_dump()
        chosen = {row["name"]: min(row["number"], most[row["name"]]) for row in rows if row["name"] in most}
        return self._settings.model_copy(update=chosen)

    def shorten(self, periods: Mapping[str, int], at: datetime, by: str) -> None:
        """From now on these hold. Raises ValueError for an unknown one, and one beyond 1 to what the settings say."""
        most, before = self._settings.model_dump(), self.now().model_dump()
        for name, number in periods.items():
            if name not in most or not 1 <= number <= most[name]:
                raise ValueError(name)
        changed = {name: number for name, number in periods.items() if number != before[name]}
        with self._db.write(durable=True) as con:
            for name, number in changed.items():
                con.execute(upsert("keeping", "name, number", key="name"), (name, number))
                detail = f"{before[name]} -> {number}"
                audit.write(con, at, who=by, action="keep.set", subject=name, detail=detail)
