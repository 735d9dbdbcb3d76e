"""A record with one article of a desk, and what an office makes of it, for tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from answers.case_desk import CaseDesk
from answers.fact_desk import FactDesk
from core.clock import FixedClock
from core.records import (
    Article,
    Case,
    CaseKind,
    CaseState,
    Comparison,
    Desk,
    DeskMatch,
    Figure,
    Ground,
    Letter,
    LocatedArticle,
    Published,
    Recipient,
    SourceDocument,
    TaggedArticle,
    Tone,
)
from core.roles import Role
from core.settings import KeepSettings
from core.urls import article_id
from reports.letters import Press
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank

NOW = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)
DESK = Desk(
    id="d", name="Bình Sơn", office="UBND xã Vạn Tường", units=("old:524",),
    recipients=(Recipient(id="tt", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,), email="a@b.example.org"),
                Recipient(id="yt", name="Trạm y tế", roles=(Role.HEALTH,), email="c@b.example.org")),
)  # fmt: skip
URL = "https://bao.example.vn/dong-loc-1.html"
QUOTE = "Có 12 nhà bị tốc mái, không có thương vong."
CORRECTED = "Có 9 nhà bị tốc mái, không có thương vong."
DOCUMENT = SourceDocument(
    number="45/BC-UBND", issued=dt.date(2026, 11, 20), issuer="UBND xã Vạn Tường", title="Báo cáo"
)
GROUND = Ground(quote=QUOTE, contrary="Số nhà bị tốc mái là 9 nhà", document=DOCUMENT)
TEXTS = {
    "indicator": "Số nhà bị tốc mái", "value": "9", "unit": "nhà", "number": "45/BC-UBND", "issued": "20/11/2026",
    "issuer": "UBND xã Vạn Tường", "owner": "disaster_prevention",
}  # fmt: skip


@dataclass
class Office:
    """A record, its clock, and the two desks over it."""

    kept: Record
    clock: FixedClock
    facts: FactDesk
    cases: CaseDesk
    written: list[Letter]

    def now(self) -> dt.datetime:
        return self.clock.now()

    def prints(self, sentence: str, *, reserved: bool = False) -> str:
        """The paper's article, with this sentence in it."""
        article = Article(
            id=article_id(URL), url=URL, source="bao", title="Dông lốc ở Vạn Tường", lead="Gió mạnh trong đêm.",
            paragraphs=("Theo báo cáo nhanh, gió giật mạnh. " + sentence, "Xã đang rà từng nhà."), captions=(),
            published=Published(at=NOW - dt.timedelta(days=1), provenance="meta"), fetched_at=self.clock.now(),
            reserved=reserved,
        )  # fmt: skip
        match = DeskMatch(desk="d", score=1.0, focus=True, mentions=())
        tagged = TaggedArticle(
            located=LocatedArticle(article=article, matches=(match,)), topics=(),
            tone=Tone(label="negative", score=0.9), model="t",
        )  # fmt: skip
        self.kept.articles.save(tagged)
        return article.id

    def opened(self, kind: CaseKind = CaseKind.CORRECTION, ground: Ground | None = GROUND) -> Case:
        case = Case(
            id=0, desk="d", kind=kind, state=CaseState.OPEN, subject="Nhà tốc mái", opened_at=self.now(),
            opened_by="u1", touched=self.now(), article=article_id(URL), source="bao", url=URL, title="Dông lốc",
            published=NOW - dt.timedelta(days=1), ground=ground,
        )  # fmt: skip
        return self.cases.open(case)


class _Press(Press):
    """The real one, that remembers what it wrote."""

    def __init__(self, written: list[Letter]) -> None:
        self._written = written

    def write(self, letter: Letter, docx: bytes) -> bytes:
        self._written.append(letter)
        return super().write(letter, docx)


def office(folder: Path, **keep: int) -> Office:
    clock = FixedClock(NOW)
    kept = open_record(blank(folder / "d.sqlite3"), clock=clock, keep=KeepSettings(**keep))
    kept.desks.apply_desk(DESK, NOW, "test")
    written: list[Letter] = []
    facts = FactDesk(
        facts=kept.facts, cases=kept.cases, comparisons=kept.comparisons, places=lambda _: lambda _: (),
        named=lambda unit: unit,
    )  # fmt: skip
    cases = CaseDesk(
        cases=kept.cases, facts=kept.facts, press=_Press(written),
        uptake=lambda *_: (),
    )  # fmt: skip
    return Office(kept=kept, clock=clock, facts=facts, cases=cases, written=written)


def comparison(sentence: str = QUOTE, fact: str = "f1", version: int = 1) -> Comparison:
    at = sentence.index("1")
    figure = Figure(start=at, end=at + 6, text="12 nhà", low=12, high=12, dimension="count")
    return Comparison(
        fact=fact, fact_version=version, verdict="differs", figure=figure, sentence=sentence, sentence_start=0,
        sentence_end=len(sentence), score=0.95, reasons=(),
    )  # fmt: skip
