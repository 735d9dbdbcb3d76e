"""Checks every part and says what to do where one is not right."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from app import away, dashboards, sealed, updates, wiring
from app.alert_desk import template_faults
from app.channels import said, statuses
from app.delivering import probe_mail
from app.engine_check import engine_findings
from core import settings as settings_module
from core.clock import SystemClock
from core.errors import DiembaoError
from core.files import NO_ROOM
from core.settings import Settings
from core.zalo import HOOK
from crawlers.publishers import load_all
from nlp.tagger import load as load_tagger
from store.sqlite import elapsed
from store.sqlite.checkup import problems
from store.sqlite.record import Record

Sign = Literal["ok", "--", "!!"]
_SIGNS: dict[str, Sign] = {"ready": "ok", "off": "--", "trouble": "!!"}
_ROOM = 1_000_000_000
_NAMED = 10
"""Desks named in one finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part: ok, -- (works, with a remark) or !! (wrong)."""

    sign: Sign
    part: str
    says: str
    todo: str = ""

    @property
    def wrong(self) -> bool:
        return self.sign == "!!"

    def as_dict(self) -> dict[str, str]:
        """For --json."""
        return asdict(self)


def examine() -> list[Finding]:
    """All findings, in the order in which a person would put them right."""
    try:
        settings = settings_module.load()
    except DiembaoError as error:
        return [Finding(sign="!!", part="settings", says=str(error), todo="correct it there, then ask again")]
    found = [_settings(settings_module.config_path())]
    for check in _checks():
        found += _guarded(check, settings)
    return found


def _settings(file: Path) -> Finding:
    if file.exists():
        return Finding(sign="ok", part="settings", says=f"{file.resolve()} and the environment")
    todo = "with settings elsewhere run it in that folder, or name the file in DIEMBAO_CONFIG"
    return Finding(sign="--", part="settings", says=f"no {file.resolve()}: the environment and defaults", todo=todo)


def _checks() -> tuple[Callable[[Settings], Iterator[Finding]], ...]:
    return (
        _python, _folder, _record, _backups, _understanding, _publishers, _contact, _mail, _zalo, _alerts, _users,
        _engine, _kibana, _page, _clock,
    )  # fmt: skip


def _guarded(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    try:
        return list(check(settings))
    except DiembaoError as error:
        return [Finding(sign="!!", part=check.__name__.strip("_"), says=str(error), todo="as it says")]
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return [Finding(sign="!!", part=check.__name__.strip("_"), says=said, todo="see to that place and its rights")]


def _python(_: Settings) -> Iterator[Finding]:
    fts5 = sqlite3.connect(":memory:").execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]
    yield Finding(
        sign="ok" if fts5 else "!!",
        part="python",
        says=f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}{'' if fts5 else ' without FTS5'}",
        todo="" if fts5 else "use a Python whose SQLite has FTS5 (Debian's has)",
    )


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        try:
            probe.write_text("x", encoding="ascii")
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        todo = "make room there" if error.errno in NO_ROOM else "set data_dir, or its rights"
        yield Finding(sign="!!", part="folder", says=f"{folder}: {error.strerror}", todo=todo)
        return
    free = shutil.disk_usage(folder).free
    yield Finding(
        sign="ok" if free > _ROOM else "!!",
        part="folder",
        says=f"{folder}, {free / 1e9:.1f} GB free",
        todo="" if free > _ROOM else "make room: a desk's record grows by about 0.2 GB a year",
    )


def _record(settings: Settings) -> Iterator[Finding]:
    if not wiring.is_there(settings):
        yield Finding(sign="--", part="record", says="none yet", todo="diembao desk apply desks/binh_son.toml")
        return
    with wiring.record(settings) as kept:
        wrong = _wrong(settings, kept)
        desks = kept.desks.desks()
        size = f"{wiring.place(settings)}, {kept.database.bytes() / 1e6:.1f} MB"
    yield Finding(sign="!!" if wrong else "ok", part="record", says=f"{size}, {wrong[0] if wrong else 'sound'}")
    yield Finding(
        sign="ok" if desks else "--",
        part="desks",
        says=", ".join(desk.id for desk in desks) or "none",
        todo="" if desks else "diembao desk apply desks/binh_son.toml, or diembao desk new",
    )


def _backups(settings: Settings) -> Iterator[Finding]:
    asked = settings.backup
    if not asked.connected:
        yield Finding(
            sign="--", part="backups", says="beside the record alone: what takes the disk takes both",
            todo="set [backup] folder, of another disk or machine, and key_file",
        )  # fmt: skip
        return
    sealed.load_key(Path(asked.key_file))
    now = SystemClock().now()
    last = away.newest(Path(asked.folder), now)
    if last is None:
        yield Finding(
            sign="--", part="backups", says=f"none in {asked.folder} yet",
            todo=f"the role deliver makes it, or now: diembao backup {asked.folder}",
        )  # fmt: skip
        return
    hours = (now - last).total_seconds() / 3600
    says = f"the newest in {asked.folder} is {hours:.0f} hours old"
    late = hours > 2 * asked.every_hours
    todo = "see that the role deliver runs, and what its log says of backups" if late else ""
    yield Finding(sign="!!" if late else "ok", part="backups", says=says, todo=todo)


def _wrong(settings: Settings, kept: Record) -> tuple[str, ...]:
    if not settings.on_server:
        return problems(kept.database)
    from store.postgres.checkup import problems as on_server  # noqa: PLC0415 - a desk on one machine needs no driver

    return on_server(kept.database)


def _understanding(settings: Settings) -> Iterator[Finding]:
    held = f"publishers and gazetteer of the update {update}" if (update := updates.current(settings)) else "as shipped"
    yield Finding(sign="ok", part="data", says=held)
    yield Finding(sign="ok", part="gazetteer", says=f"{len(wiring.gazetteer())} units of both ages")
    yield Finding(sign="ok", part="models", says=load_tagger().version)


def _publishers(settings: Settings) -> Iterator[Finding]:
    publishers = load_all(settings.data_dir / "publishers")
    verified = sum(p.verified for p in publishers)
    if wiring.is_there(settings):
        with wiring.record(settings) as kept:
            verified = len({s for s, c in kept.source_checks.latest().items() if c.verified})
    yield Finding(
        sign="ok" if verified else "--",
        part="publishers",
        says=f"{len(publishers)} declared, {verified} seen to answer",
        todo="" if verified else "diembao sources check",
    )


def _contact(settings: Settings) -> Iterator[Finding]:
    contact = settings.crawl.contact.strip() if wiring.reachable(settings.crawl.contact) else ""
    yield Finding(
        sign="ok" if contact else "--",
        part="contact",
        says=contact or "none, or that of an example: no real press is asked",
        todo="" if contact else "set [crawl] contact",
    )


def _mail(settings: Settings) -> Iterator[Finding]:
    smtp = settings.smtp
    if not smtp.host:
        yield Finding(sign="--", part="mail", says="not connected: alerts stay readable on the page", todo="set [smtp]")
        return
    reason = probe_mail(settings)
    yield Finding(
        sign="!!" if reason else "ok",
        part="mail",
        says=f"{smtp.host}:{smtp.port} {reason or 'takes mail'}",
        todo="check host, port, security, username and password in [smtp]" if reason else "",
    )


def _zalo(settings: Settings) -> Iterator[Finding]:
    if not settings.zalo.connected:
        yield Finding(
            sign="--", part="zalo", says="not connected: items have a button that copies them for Zalo",
            todo="an office that has an Official Account sets [zalo], then runs diembao zalo connect",
        )  # fmt: skip
        return
    if not wiring.is_there(settings):
        return
    with wiring.record(settings) as kept:
        found = statuses(settings, kept.channels, SystemClock())
    for one in found:
        if one.channel in ("zalo_oa", "zns"):
            yield Finding(
                sign=_SIGNS[one.sign], part=one.channel.replace("_oa", ""),
                says=said(one, one.says, "en"), todo=said(one, one.todo, "en") if one.todo else "",
            )  # fmt: skip
    if not (settings.zalo.oa_secret.get_secret_value() and settings.public_url):
        yield Finding(
            sign="--", part="webhook", says="no [zalo] oa_secret or no public_url: nobody can make themselves known",
            todo=f"set both, then enter public_url{HOOK} as the webhook at developers.zalo.me",
        )  # fmt: skip


def _alerts(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        yield Finding(
            sign="--",
            part="links",
            says="no public_url: messages carry their whole content; no signed links, so nobody can take an urgent one"
            " without signing in, and the next role is told every time",
            todo="set public_url to the address under which the pages are reached",
        )
    if not wiring.is_there(settings):
        return
    with wiring.record(settings) as kept:
        faults = template_faults(settings, kept, SystemClock())
        stuck = kept.outbox.counts()
        alone = [desk.id for desk in kept.desks.desks() if not desk.recipients]
    if alone:
        yield Finding(
            sign="--",
            part="recipients",
            says=f"none of {', '.join(alone[:_NAMED])}{' ...' if alone[_NAMED:] else ''}: alerts stay on the page",
            todo="add them on the page Nơi nhận tin, or in the desk's file and diembao desk apply",
        )
    yield Finding(
        sign="!!" if faults else "ok",
        part="templates",
        says="; ".join(faults) or "sound",
        todo="correct them on the page Mẫu tin; the shipped ones are used meanwhile" if faults else "",
    )
    open_ones = stuck.get("refused", 0) + stuck.get("held", 0)
    if open_ones:
        yield Finding(sign="--", part="messages", says=f"{open_ones} undelivered or held", todo="see the page Cảnh báo")


def _users(settings: Settings) -> Iterator[Finding]:
    """A public address and nobody who can sign in: the pages then show nothing to anybody."""
    known = False
    if wiring.is_there(settings):
        with wiring.record(settings) as kept:
            known = kept.people.any()
    if settings.public_url and not known:
        yield Finding(
            sign="!!", part="users", says=f"public_url is {settings.public_url}, and nobody can sign in",
            todo="diembao user add EMAIL --name NAME",
        )  # fmt: skip
    elif not known:
        yield Finding(
            sign="--", part="users", says="none: whoever sits at this machine uses the pages without signing in",
            todo="make the first one at /bat-dau, or by diembao user add, before others are to reach the pages",
        )  # fmt: skip
    else:
        yield Finding(sign="ok", part="users", says="there are some; the pages ask for login")


def _engine(settings: Settings) -> Iterator[Finding]:
    for sign, says, todo in engine_findings(settings):
        yield Finding(sign=sign, part="search", says=says, todo=todo)


def _kibana(settings: Settings) -> Iterator[Finding]:
    if settings.kibana.url:
        at_once = settings.kibana.model_copy(update={"wait": 0.0})
        found = dashboards.check(settings.model_copy(update={"kibana": at_once}))
        for one in found:
            if one.sign != "ok" or one.what == "kibana":
                yield Finding(sign=one.sign, part="kibana", says=f"{one.what}: {one.says}", todo=one.todo)


def _page(settings: Settings) -> Iterator[Finding]:
    where = (settings.serve.host, settings.serve.port)
    with socket.socket(socket.AF_INET6 if ":" in where[0] else socket.AF_INET) as probe:
        probe.settimeout(2)
        answering = probe.connect_ex(where) == 0
    says = f"something answers at {where[0]}:{where[1]}" if answering else f"{where[0]}:{where[1]} is free"
    yield Finding(sign="ok", part="page", says=says)


def _clock(settings: Settings) -> Iterator[Finding]:
    now = SystemClock().now()
    says = f"{now:%Y-%m-%d %H:%M} UTC; compare it with a watch"
    leap = None
    if wiring.is_there(settings):
        with wiring.record(settings) as kept:
            leap = kept.retention.leap(now)
    if leap is None:
        yield Finding(sign="ok", part="clock", says=says)
        return
    before, after = (f"{at:%Y-%m-%d %H:%M}" for at in leap)
    yield Finding(sign="!!", part="clock", says=f"it leapt from {before} to {after} UTC", todo=elapsed.ADVICE)
