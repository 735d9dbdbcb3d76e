"""Three weeks of storms and floods, replayed for two provinces: six rules, four recipients, mail and Zalo that fail.

    python -m bench.alerts_replay [FROM TO]

The press is served by the replay server and read once by the crawler; then its pages are let in as they were
published, on a clock that goes in steps: every ten minutes what is new, every two minutes planning and sending. Both
stand-ins fail at 5 % of requests and are away for an hour each. Prints what was told and how soon, and exits 1 where a
message that was due did not arrive, one arrived twice, or one that is not urgent came at night.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from alerts.drain import drain_once
from alerts.planner import Planner
from alerts.recipients import receivers
from alerts.rules import articles_of, matches
from app import alerting, crawling, wiring
from app.channels import channels, vault
from app.world import World, choose
from bench.__main__ import SkipBenchError
from core.clock import VIETNAM, FixedClock, local, to_utc
from core.records import AlertPlan, FetchedPage, OutboxRow, PendingPage, Recipient, Rule, TokenPair
from core.roles import Role
from core.settings import Settings, SmtpSettings, ZaloSettings
from crawlers.spider import crawl
from nlp.desks import load_desk
from store.sqlite.record import Record
from tests.data import data_dir
from tests.standins import mail, zalo

DESKS: Final = ("quang_ngai", "dak_lak")
POLL, STEP = timedelta(minutes=10), timedelta(minutes=2)
FAULTS: Final = 0.05
SAME: Final = 120
"""Characters by which a text sent to Zalo is told from others; the channel may cut what follows."""
TAKEN_AFTER: Final = timedelta(minutes=15)
FOLLOWER: Final = {"quang_ngai": "1000000000000000001", "dak_lak": "1000000000000000002"}
HARM: Final = ("disaster", "weather")


def rules(desk: str) -> tuple[Rule, ...]:
    """Three of the six: urgent damage, a story that many print, and all the rest in the morning."""
    return (
        Rule(
            id=f"thiet-hai-{desk.replace('_', '-')}", topics=HARM, tone="negative", urgent=True,
            roles=(Role.DISASTER_PREVENTION,), next_roles=(Role.INFORMATION_OFFICE,),
        ),
        Rule(
            id=f"nhieu-bao-{desk.replace('_', '-')}", topics=(*HARM, "transport_infrastructure"), min_sources=3,
            growing=True, urgent=True, roles=(Role.INFORMATION_OFFICE,),
        ),
        Rule(id=f"ban-tin-{desk.replace('_', '-')}", roles=tuple(Role)),
    )  # fmt: skip


def people(desk: str) -> tuple[Recipient, ...]:
    """The information office by mail; disaster prevention by Zalo first, mail where that can't."""
    place = desk.replace("_", "")
    return (
        Recipient(id="thong-tin", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,),
                  email=f"thongtin@{place}.gov.vn", evening=True),
        Recipient(id="thien-tai", name="Ban chỉ huy phòng thủ dân sự", roles=(Role.DISASTER_PREVENTION,),
                  email=f"thientai@{place}.gov.vn", zalo_user_id=FOLLOWER[desk], channels=("zalo_oa", "email")),
    )  # fmt: skip


@dataclass
class Replayed:
    """What the run found."""

    rows: list[OutboxRow] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    at_night: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    pages: int = 0
    articles: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    fell_back: int = 0

    @property
    def wrong(self) -> list[str]:
        return [*self.missing, *self.twice, *self.at_night, *self.undelivered]


def replay(first: date, last: date, folder: Path) -> Replayed:
    """Run it. Raises SkipBenchError where the press material is not there."""
    data = data_dir()
    if data is None:
        raise SkipBenchError("no labelled data on this machine ($DIEMBAO_DATA)")
    with press(data, first, last) as url:
        world = choose(Settings(data_dir=folder / "read"), replay=url)
        pages = read_all(Settings(data_dir=folder / "read"), world)
    clock = FixedClock(_midnight(first))
    post, account = mail.Mail(clock=clock, fault_rate=FAULTS), zalo.Zalo(clock=clock, fault_rate=FAULTS)
    storm = _midnight(first + timedelta(days=3))  # 6 November 2025: the hours of the digest and of most warnings
    post.outage = (storm + timedelta(hours=7, minutes=15), storm + timedelta(hours=8, minutes=15))
    account.outage = (storm + timedelta(hours=9), storm + timedelta(hours=10))
    with mail.running(post), zalo.running(account):
        settings = _settings(folder / "office", post, account)
        with wiring.record(settings, clock) as kept:
            _set_up(settings, kept, account, clock)
            stage = Stage(
                settings=settings, world=replace(world, clock=clock), kept=kept, post=post, account=account, clock=clock
            )
            found = run(stage, pages, _midnight(last) + timedelta(days=1, hours=9))
            judge(found, stage)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What acts: the office, its press and both services, on one clock."""

    settings: Settings
    world: World
    kept: Record
    post: mail.Mail
    account: zalo.Zalo
    clock: FixedClock


def run(stage: Stage, pages: list[tuple[FetchedPage, PendingPage]], until: datetime) -> Replayed:
    """Let the pages in as they were published; plan and send as the deliver role does."""
    settings, kept, clock = stage.settings, stage.kept, stage.clock
    notifiers = channels(settings, kept, clock)
    planner = Planner(alerting.office(settings, kept, clock, stage.world.publishers, notifiers))
    sending, flow = alerting.sending(settings, kept), crawling.flow(stage.world, kept)
    found, left, poll = Replayed(pages=len(pages)), list(reversed(pages)), clock.now()
    while clock.now() < until:
        now = clock.now()
        if now >= poll:
            poll = now + POLL
            while left and _published(left[-1][1]) <= now:
                page, pending = left.pop()
                flow.read(replace(page, fetched_at=now), replace(pending, found_at=now))
            for user in FOLLOWER.values():
                stage.account.follow(user)
            take(stage, now)
        planner.round()
        while (done := drain_once(kept.outbox, notifiers, kept.desks, clock, rules=sending)).claimed:
            found.faults.update(done.reasons)
            if not done.delivered:
                break
        clock.move(STEP)
    for notifier in notifiers.values():
        notifier.close()
    return found


def take(stage: Stage, now: datetime) -> None:
    """Somebody takes every second urgent story a quarter of an hour after it was sent."""
    for desk in DESKS:
        for row in stage.kept.reading.messages(desk, 20):
            told, story = row.delivered_at, row.message.story or ""
            waited = told and now >= told + TAKEN_AFTER
            taken = row.message.urgent and waited and int(story[:4], 16) % 2
            if taken and not stage.kept.handlings.marks(desk, story):
                stage.kept.handlings.mark(desk, story, "working", "", now, recipient=row.message.recipient)


def judge(found: Replayed, stage: Stage) -> None:
    """What was due and did not arrive, what came twice, what came at night."""
    kept = stage.kept
    found.articles = kept.articles.count()
    found.rows = [row for desk in DESKS for row in kept.reading.messages(desk, 100_000)]
    found.undelivered = [
        f"not delivered: {r.message.key} {r.state} {r.reason}" for r in found.rows if r.state != "delivered"
    ]
    taken = Counter(one.message_id for one in stage.post.taken)
    found.twice = [f"twice by mail: {key}" for key, count in taken.items() if count > 1]
    texts = Counter(" ".join(str(one.body["message"]["text"]).split())[:SAME] for one in stage.account.sent)
    by_zalo = [row.message.brief for row in found.rows if row.message.channel == "zalo_oa"]
    made = Counter(" ".join(brief.split())[:SAME] for brief in by_zalo)
    found.twice += [f"by Zalo {texts[text]} times: {text[:80]!r}" for text in texts if texts[text] > made[text]]
    arrived = len(stage.post.taken) + len(stage.account.sent)
    if arrived != len(found.rows) - len(found.undelivered):
        found.missing.append(f"{arrived} arrived of {len(found.rows)} made")
    for row in found.rows:
        if row.delivered_at and not row.message.urgent and not 6 <= local(row.delivered_at).hour < 22:
            found.at_night.append(f"at {local(row.delivered_at):%d/%m %H:%M}: {row.message.subject}")
    found.fell_back = sum(row.message.channel == "email" for row in found.rows if row.message.recipient == "thien-tai")
    found.missing += list(_untold(stage))


def _untold(stage: Stage) -> Iterator[str]:
    """Articles (reprints aside) for which a rule holds and that no message to one whom it reaches tells of."""
    kept, now = stage.kept, stage.clock.now()
    with kept.database.read() as con:
        told = {
            (row["desk"], row["recipient"], row["article"])
            for row in con.execute(
                "SELECT o.desk, o.recipient, t.article FROM outbox o JOIN outbox_articles t ON t.message = o.id"
                " WHERE o.state = 'delivered'"
            )
        }
    for desk in kept.desks.desks():
        for read in alerting.past_stories(kept, desk.id, now, 40):
            for match in matches(rules(desk.id), articles_of(read), growing=False, old_days=2):
                for person in receivers(desk, match.rule.roles, match.topics):
                    for article in match.articles:
                        own = article.reprint is None or article.reprint.first
                        fresh = article.first_seen < now - timedelta(hours=26)
                        if own and fresh and (desk.id, person.id, article.id) not in told:
                            yield f"never told to {person.id} of {desk.id}: {article.title[:80]}"


def show(found: Replayed) -> None:
    """The figures."""
    print(f"{found.pages} pages let in, {found.articles} articles kept, {len(found.rows)} messages made and delivered")
    for kind in ("KHẨN", "CHƯA AI", "Nhắc lại", "Diễn biến thêm", "Bản tin"):
        rows = [row for row in found.rows if row.message.subject.partition("] ")[2].startswith(kind)]
        waits = sorted(
            (row.delivered_at - row.published).total_seconds() / 60
            for row in rows
            if row.delivered_at and row.published
        )
        sent = sorted((row.delivered_at - row.created).total_seconds() / 60 for row in rows if row.delivered_at)
        if rows:
            late = waits[max(0, round(len(waits) * 0.95) - 1)]
            print(
                f"  {kind:16} {len(rows):4}  publication to delivery: median {statistics.median(waits):7.1f} min,"
                f" p95 {late:7.1f}; made to delivered: median {statistics.median(sent):5.1f}, most {max(sent):6.1f}"
            )
    print(f"  fell back from Zalo to mail: {found.fell_back}; put off by: {dict(found.faults)}")
    names = (("missing", found.missing), ("twice", found.twice), ("at night", found.at_night),
             ("undelivered", found.undelivered))  # fmt: skip
    for name, lines in names:
        print(f"  {name}: {len(lines)}")
        for line in lines[:10]:
            print(f"    {line}")


@contextmanager
def press(data: Path, first: date, last: date) -> Iterator[str]:
    """The replay server of the press material."""
    tool = data.parent / "tools" / "press_replay.py"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(tool), "--port", str(port), "--from", str(first), "--to", str(last)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):  # it reads nine months of press first
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def read_all(settings: Settings, world: World) -> list[tuple[FetchedPage, PendingPage]]:
    """Every page that the press has, by one crawl, in order of publication."""
    found: list[tuple[FetchedPage, PendingPage]] = []
    with wiring.record(settings, world.clock) as kept:
        begun = crawling.plan(settings, world, kept, forever=False)

        def keep(page: FetchedPage, pending: PendingPage) -> str:
            found.append((page, pending))
            kept.ledger.page_stopped(pending, pending.id, pending.entry.title, world.clock.now())
            return "stopped"

        crawl(replace(begun, on_page=keep), signals=False)
    dated = [(page, pending) for page, pending in found if pending.entry.published]
    return sorted(dated, key=lambda one: _published(one[1]))


def _published(pending: PendingPage) -> datetime:
    assert pending.entry.published
    return pending.entry.published.at


def _midnight(day: date) -> datetime:
    return to_utc(datetime(day.year, day.month, day.day, tzinfo=VIETNAM))


def _settings(folder: Path, post: mail.Mail, account: zalo.Zalo) -> Settings:
    return Settings(
        data_dir=folder,
        public_url="https://diembao.example.gov.vn",
        smtp=SmtpSettings(host="127.0.0.1", port=post.port, security="none", sender="diembao@example.gov.vn"),
        zalo=ZaloSettings(
            app_id=account.app_id, app_secret=SecretStr(account.app_secret), oa_secret=SecretStr(account.oa_secret),
            oauth_url=account.url, oa_url=account.url, zns_url=account.url, timeout=5,
        ),
    )  # fmt: skip


def _set_up(settings: Settings, kept: Record, account: zalo.Zalo, clock: FixedClock) -> None:
    for name in DESKS:
        desk = load_desk(wiring.shipped_desks() / "provinces" / f"{name}.toml", wiring.gazetteer())
        kept.desks.apply_desk(replace(desk, recipients=people(name)), clock.now(), "bench")
        kept.alerts.apply_plan(AlertPlan(desk=name, rules=rules(name)), clock.now(), "bench")
        account.follow(FOLLOWER[name])
    access, refresh = account.new_pair()
    until = clock.now() + zalo.ACCESS_LIVES
    pair = TokenPair(
        access=SecretStr(access), refresh=SecretStr(refresh), access_until=until,
        refresh_until=clock.now() + timedelta(days=90),
    )  # fmt: skip
    vault(settings).sign_in(account.app_id, pair, clock.now())


def main(arguments: list[str]) -> int:
    """Returns how much was wrong."""
    first, last = (date.fromisoformat(one) for one in (arguments or ["2025-11-03", "2025-11-24"]))
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        found = replay(first, last, Path(folder))
    show(found)
    print(f"  {(datetime.now(UTC) - began).total_seconds():.0f} s")
    return len(found.wrong)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
