"""Kibana's dashboards: bringing them there, looking whether they stand, writing them into a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app import daily, wiring
from app.progress import progress
from core import files
from core.clock import SystemClock
from core.errors import ConfigError, DiembaoError
from core.settings import Settings
from kibana import loading
from kibana.boards import SLUGS, link
from kibana.client import Kibana
from kibana.loading import Found
from kibana.objects import lines, reader_roles, saved_objects


def load(settings: Settings) -> tuple[Found, ...]:
    """Data views and dashboards into the settings' space. Raises KibanaAway, KibanaRefuses, ConfigError."""
    with _kibana(settings) as kibana:
        return (*loading.load(kibana, settings.kibana), *_counts(settings), *_links(settings))


def check(settings: Settings) -> tuple[Found, ...]:
    """What stands in Kibana and in the indices it reads. Raises KibanaAway, KibanaRefuses, ConfigError."""
    with _kibana(settings) as kibana:
        return (*loading.check(kibana, settings.kibana), *_counts(settings), *_links(settings))


def export(settings: Settings, target: Path | None) -> str:
    """The saved objects as NDJSON, for a Kibana that is reached by hand only. Raises ConfigError for the file."""
    return _written(lines(saved_objects(settings.kibana)), target)


def roles(settings: Settings, target: Path | None) -> str:
    """Readers' roles of the record's desks, for the engine's roles.yml."""
    desks: list[str] = []
    if wiring.is_there(settings):
        with wiring.record(settings) as kept:
            desks = [desk.id for desk in kept.desks.desks()]
    if not desks:
        raise ConfigError(f"no desk in {wiring.place(settings)}; take one: diembao desk apply desks/binh_son.toml")
    return _written(reader_roles(desks, settings.kibana.indices), target)


@contextmanager
def _kibana(settings: Settings) -> Iterator[Kibana]:
    """Its client; who looks on at a terminal sees what is waited for, since one that starts may take minutes."""
    with closing(Kibana(settings.kibana)) as kibana, progress(lambda: f"waits for {settings.kibana.url}"):
        yield kibana


def _written(text: str, target: Path | None) -> str:
    if target is None:
        return text
    try:
        files.write(target, text.encode())
    except OSError as error:
        raise ConfigError(f"{target}: can't be written ({error.strerror}); name another file") from None
    return f"written to {target}\n"


def _counts(settings: Settings) -> Iterator[Found]:
    """Whether there is anything to be drawn."""
    if not wiring.is_there(settings):
        yield Found(sign="--", what="counts", says="no record here yet, so nothing is counted", todo="diembao doctor")
        return
    try:
        with wiring.record(settings) as kept:
            fed = daily.required(settings, kept, SystemClock())
            standing, behind = fed.standing(), fed.behind()
    except DiembaoError as error:
        yield Found(sign="!!", what="counts", says=str(error), todo="put that right; diembao run then feeds them")
        return
    if not sum(standing.values()):
        yield Found(sign="--", what="counts", says="none yet", todo="diembao run feeds them, or diembao index rebuild")
        return
    says = f"{sum(standing.values())} in {len(standing)} indices, {behind} changes wait"
    yield Found(sign="ok", what="counts", says=says)


def _links(settings: Settings) -> Iterator[Found]:
    for board in SLUGS:
        yield Found(sign="ok", what="page", says=link(settings.kibana, board))
