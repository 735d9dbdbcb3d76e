"""Looking after the record: backup, restore, erase, migrate, purge."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from app import engine, moving, wiring
from app.progress import progress
from core.clock import SystemClock
from core.errors import StoreError
from core.settings import Settings
from core.urls import article_id, is_web
from store.sqlite import backup as archives
from store.sqlite import stones


def backup(settings: Settings, folder: Path | None) -> Path:
    """Write an archive of the record (by default beside it) and return its path. Raises StoreError."""
    at = SystemClock().now()
    default = archives.default_target(settings.database, at)
    target = folder / default.name if folder else default
    far = [0, 0]

    def note(done: int, pages: int) -> None:
        far[:] = [done, pages]

    with progress(lambda: f"{far[0]} of {far[1]} pages of the record copied"), moving.as_file(settings) as file:
        archives.backup(file, target, at, note)
    return target


def restore(settings: Settings, archive: Path, called: Path | None = None) -> Iterator[str]:
    """Put the archive in the record's place; yields what was done, a line each. Raises StoreError.

    `called`: the file that the operator named, where the archive was taken out of it.
    """
    stones.carry(settings.data_dir / settings.database.name, settings.database)
    done = _onto_server(settings, archive) if settings.on_server else _into_file(settings.database, archive)
    yield f"restored {called or archive} (made {done.manifest.made_at})"
    if done.aside:
        yield f"the record that was there is kept as {done.aside}"
    yield f"{done.held} messages that waited are held, none is sent by itself"
    if done.erased:
        yield f"{done.erased} articles erased since that backup were erased again"
    with wiring.record(settings) as kept:
        kept.retention.purge(SystemClock().now())
        if not done.aside and kept.people.any():
            yield "accounts that were disabled since that backup are open again: diembao user list, then user disable"
        if settings.elastic.hosts:
            engine.forget_place(kept)
            yield "the search engine is built anew by the service, or now: diembao index rebuild"


def _into_file(record: Path, archive: Path) -> archives.Restored:
    return archives.restore(archive, record, SystemClock().now())


def _onto_server(settings: Settings, archive: Path) -> archives.Restored:
    """By a file in a folder of its own, which goes afterwards: nothing of the record stays on this machine."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as folder:
        file = Path(folder) / settings.database.name
        stones.carry(settings.database, file)
        done = _into_file(file, archive)
        moving.from_file(settings, file)
    return done


def erase(settings: Settings, article: str) -> str:
    """Remove one article, given by id or address. Raises StoreError where there is none."""
    wanted = article_id(article) if is_web(article) else article
    with wiring.record(settings) as kept:
        if not kept.retention.erase(wanted, SystemClock().now(), "operator"):
            if any(stone.article == wanted for stone in kept.retention.stones()):
                return f"{wanted} was erased before; whatever an interrupted try left of it is gone too"
            raise StoreError(f"no article {article} in {wiring.place(settings)}; give its id or its address")
    return f"erased {wanted}; a stone with its address and date stays"


def migrate(settings: Settings) -> str:
    """Open the record, which brings it to this version's schema (a backup is made first)."""
    with wiring.record(settings):
        return f"{wiring.place(settings)} has this version's form"


def rebuild_index(settings: Settings) -> str:
    """Make the search index anew from the record. Raises StoreError."""
    with wiring.record(settings) as kept:
        far = [0, 0]

        def note(done: int, articles: int) -> None:
            far[:] = [done, articles]

        with progress(lambda: f"{far[0]} of {far[1]} articles indexed"):
            kept.search.rebuild(note)
    return f"the search index of {wiring.place(settings)} is made anew"
