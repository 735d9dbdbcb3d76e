"""Nothing can be set to watch for a name: neither the fact book nor a template of alerts, by any door, and no name in a
text counts as a match.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.templating import NAMES, PARTS, Templates, check, shipped
from answers.book import Book
from answers.factbook import preview
from answers.passage import Fact
from app import answer_desk, wiring
from core.i18n import catalogue
from core.names import names_person
from core.records import FactEntry, FactProblem, SourceDocument
from core.text import nfc
from tests.answers.made import DESK, NOW, TEXTS, office
from tests.answers.table import HEAD, ROW, entering, row, xlsx

PERSONS = (
    "Nguyễn Văn Hùng", "nguyễn văn hùng", "NGUYỄN VĂN HÙNG", "Nguyen Van Hung", "Số đơn của ông Hùng", "Ông Hùng",
    "Đơn của Trần Thị Mai", "Hồ Văn Tám", "Lê Nam", "Số đơn NGUYỄN VĂN HÙNG", "lê thị hoa", "Nguyễn\u200b Văn Hùng",
)  # fmt: skip
THINGS = (
    "Số nhà bị tốc mái", "Số du khách đến Hà Nội", "Số hộ nghèo xã Trần Phú", "Diện tích rừng trồng",
    "Số học sinh Trường THCS Tô Hiến Thành", "Chiều dài đường Nguyễn Huệ", "Lượng khách đến Phan Thiết",
    "Lượng khách đến Bà Rịa", "Mức trần thị trường", "Cao su", "LƯƠNG CÔNG CHỨC", "SỐ HỘ NGHÈO", "Lương Thực",
    "Số tàu cá ở Hoàng Sa", "Đào Tạo Nghề", "Số khách từ Vũ Hán", "Số nhà báo Việt Nam được cấp thẻ",
)  # fmt: skip
TEXT = nfc("Ông Nguyễn Văn Hùng, trú tại xã Bình Sơn, cho biết đã gửi 3 đơn kiến nghị. Hùng gửi thêm 2 đơn.")


def is_place(name: str) -> bool:
    return bool(wiring.gazetteer().find_units(name))


@pytest.mark.parametrize("name", PERSONS)
class TestNoDoorTakesAName:
    def test_the_form(self, name: str, tmp_path: Path) -> None:
        book = office(tmp_path).facts
        for field in ("indicator", "also_called", "place_name"):
            found = book.enter(DESK, {**TEXTS, field: name}, None, new=True, at=NOW, by="u1")
            assert found == (FactProblem(key="factbook.problem.person", column=field),)

    def test_a_table(self, name: str) -> None:
        (one,) = preview("a.xlsx", xlsx(row(indicator=name)), entering()).rows
        assert one.problems == (FactProblem(key="factbook.problem.person", column="indicator"),)
        text = f"{';'.join((*HEAD, 'Cách gọi khác'))}\n{';'.join((*ROW, name))}\n"
        (one,) = preview("a.csv", text.encode(), entering()).rows
        assert one.problems == (FactProblem(key="factbook.problem.person", column="also_called"),)

    def test_an_entry_that_came_otherwise_is_held_beside_nothing(self, name: str) -> None:
        assert len(Book.of_entries([entry(name)], lambda _: (), NOW.date())) == 0


@pytest.mark.parametrize("thing", THINGS)
def test_what_is_measured_is_no_name(thing: str) -> None:
    assert not names_person(thing, is_place)


def test_the_reason_is_said_to_officers() -> None:
    assert "tên một người" in catalogue()["factbook.problem.person"]["vi"]


@pytest.mark.parametrize(
    ("indicator", "also"),
    [("Nguyễn Văn Hùng", ()), ("nguyễn văn hùng", ()), ("Văn Hùng", ()), ("Hùng", ()), ("Số hộ nghèo", ("Văn Hùng",))],
)
def test_a_name_in_a_text_never_counts(indicator: str, also: tuple[str, ...]) -> None:
    fact = Fact(id="f", indicator=nfc(indicator), also_called=also, value=1, dimension="count")
    assert Book([fact]).compare(TEXT) == ()


def test_words_of_what_is_measured_count_and_places_that_the_indicator_names() -> None:
    text = nfc("Báo cáo cho thấy tại xã Bình Sơn đã có 12 ngôi nhà bị sập hoàn toàn sau bão.")
    held = answer_desk.book_of([entry("Số ngôi nhà ở xã Bình Sơn bị sập hoàn toàn")], NOW.date())
    (found,) = held(text)
    assert (found.verdict, found.figure.text[:2]) == ("differs", "12")
    words = next(reason.words for reason in found.reasons if reason.key == "words")
    assert "nhà" in words


def test_a_name_is_no_reason() -> None:
    text = nfc("Báo cáo của Nguyễn Văn Hùng cho thấy đã có 12 ngôi nhà bị sập hoàn toàn sau bão.")
    fact = Fact(id="f", indicator=nfc("Số ngôi nhà bị sập hoàn toàn Hùng"), value=9, dimension="count")
    for one in Book([fact]).compare(text):
        assert "Hùng" not in " ".join(reason.words for reason in one.reasons)


def entry(indicator: str) -> FactEntry:
    document = SourceDocument(number="1/BC-UBND", issued=dt.date(2026, 11, 20), issuer="UBND xã Bình Sơn")
    return FactEntry(
        id="f", version=1, desk="d", indicator=indicator, low=9, high=9, dimension="count", unit="nhà", place="",
        document=document, entered_by="u1", entered_at=NOW, approved_by="u2", approved_at=NOW,
        valid_from=document.issued,
    )  # fmt: skip


WATCHES = (
    "{% if 'Hùng' in title %}THEO DÕI {% endif %}", "{% if title == 'Nguyễn Văn Hùng' %}x{% endif %}",
    "{% if title[:4] == 'Hùng' %}x{% endif %}", "{% if title|lower == 'hùng' %}x{% endif %}",
    "{% if 'Hù' ~ 'ng' in title %}x{% endif %}", "{% if title > 'H' and title < 'I' %}x{% endif %}",
    "{{ 'KHẨN' if 'Hùng' in items[0].lead else '' }}", "{% if not 'Hùng' not in title %}x{% endif %}",
    "{% if items[0]['title'] == 'Hùng' %}x{% endif %}", "{% if 'Hùng' in (title ~ cause) %}x{% endif %}",
    "{% if 'Hùng' in passage.before %}x{% endif %}", "{% for c in title %}{% if c == 'H' %}x{% endif %}{% endfor %}",
    "{% for cause in items %}{% if 'Hùng' in cause %}x{% endif %}{% endfor %}", "{% if place in title %}x{% endif %}",
    "{% if items[0].source == 'Báo Mẫu' %}x{% endif %}", "{% if tone == 'thiệt hại, khó khăn' %}x{% endif %}",
)  # fmt: skip
"""Templates of alerts that would mark a name, a paper, or a tone beside any topic."""
SOUND = (
    "{% if cause == 'grown' %}x{% endif %}{{ title }}", "{% if 'Y tế' in topics %}x{% endif %}", "{{ items[0].title }}",
    "{% if sources > 1 %}x{% endif %}", "{% for item in items %}{% if item.title != title %}x{% endif %}{% endfor %}",
)  # fmt: skip


@pytest.mark.parametrize("text", WATCHES)
def test_no_template_of_alerts_looks_for_words(text: str, tmp_path: Path) -> None:
    """Neither where one is entered, nor one that lies in its folder already."""
    assert Templates().fault("subject.txt", text, VALUES)
    own = tmp_path / "alert" / "subject.txt"
    own.parent.mkdir()
    own.write_text(text, encoding="utf-8")
    made = Templates(tmp_path).render("alert", VALUES)
    assert [fault.part for fault in made.faults] == ["subject.txt"]
    assert made.subject == Templates().render("alert", VALUES).subject


@pytest.mark.parametrize("text", [*SOUND, *(shipped(name, part) for name in NAMES for part in PARTS)])
def test_what_templates_are_for_stays(text: str) -> None:
    check(ImmutableSandboxedEnvironment(), text)


VALUES = {
    "place": "Bình Sơn", "office": "UBND xã Bình Sơn", "cause": "new", "urgent": False, "title": "Ông Hùng trúng mùa",
    "items": [{"source": "Báo Mẫu", "time": "8:00", "doubtful": False, "title": "Ông Hùng trúng mùa",
               "lead": "Hùng", "lead_short": "Hùng", "url": "https://bao.example.vn/1"}],
    "sources": 1, "articles": 1, "count": 1, "more": 0, "focus": True, "topics": "Nông nghiệp, nông thôn",
    "tone": "thuận lợi", "mark": "", "notice": "", "link": "", "page": "",
    "passage": {"before": "ông Hùng ở ", "name": "Bình Sơn", "after": "", "why": ""},
}  # fmt: skip
