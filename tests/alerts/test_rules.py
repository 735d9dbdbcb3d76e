"""Who is told of which article, in which words. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.compose import SUBJECT_LIMIT, compose
from alerts.recipients import refused
from alerts.rules import PAGE, messages_for
from core.records import Desk, Label, Message, Published, Recipient, TaggedArticle
from core.roles import ROLE_TOPICS, Role
from core.topics import TOPICS
from tests.fakes.reading import publisher
from tests.fakes.records import NOON, make_article, make_desk, make_mention, make_tagged

PAPER = publisher("bao_mau", "Báo Mẫu")


def recipient(name: str, *roles: Role, email: str = "x") -> Recipient:
    address = f"{name}@binhson.gov.vn" if email == "x" else email
    return Recipient(id=name, name=f"Phòng {name}", roles=roles, email=address)


def desk(*recipients: Recipient) -> Desk:
    return make_desk(recipients=recipients)


def about(*topics: str) -> TaggedArticle:
    return make_tagged(topics=tuple(Label(topic=topic, score=0.9) for topic in topics))


def told(tagged: TaggedArticle, *desks: Desk, mail: bool = True, **over: object) -> tuple[Message, ...]:
    return messages_for(tagged, desks, PAPER, now=NOON, mail=mail, **over)  # type: ignore[arg-type]


class TestWho:
    @pytest.mark.parametrize("topic", [topic.id for topic in TOPICS])
    @pytest.mark.parametrize("role", list(Role))
    def test_each_role_gets_its_own_topics_only(self, role: Role, topic: str) -> None:
        own = ROLE_TOPICS[role]
        assert bool(told(about(topic), desk(recipient("a", role)))) == (own is None or topic in own)

    def test_an_article_without_a_topic_goes_to_the_two_that_see_all(self) -> None:
        everyone = desk(*(recipient(role.value.replace("_", "-"), role) for role in Role))
        assert {m.recipient for m in told(about(), everyone)} == {"information-office", "leadership"}

    def test_one_with_several_roles_gets_one_message(self) -> None:
        both = recipient("a", Role.HEALTH, Role.EDUCATION, Role.LEADERSHIP)
        assert len(told(about("health", "education"), desk(both))) == 1

    def test_one_mail_box_gets_one_message(self) -> None:
        twins = [
            recipient("a", Role.HEALTH, email="Chung@xa.gov.vn"),
            recipient("b", Role.EDUCATION, email="chung@xa.gov.vn"),
        ]
        assert len(told(about("health", "education"), desk(*twins))) == 1
        assert len(told(about("education"), desk(*twins))) == 1

    def test_two_without_an_address_are_two(self) -> None:
        pair = [recipient("a", Role.LEADERSHIP, email=""), recipient("b", Role.LEADERSHIP, email="")]
        assert len(told(about("health"), desk(*pair))) == 2

    def test_only_the_desks_that_it_concerns(self) -> None:
        other = replace(desk(recipient("b", Role.LEADERSHIP)), id="my_hao")
        here = desk(recipient("a", Role.LEADERSHIP))
        assert [m.desk for m in told(about("health"), here, other)] == ["binh_son"]
        both = make_tagged(desks=("binh_son", "my_hao"))
        assert {m.desk for m in told(both, here, other)} == {"binh_son", "my_hao"}

    def test_a_desk_without_recipients_tells_its_page(self) -> None:
        (message,) = told(about("health"), desk())
        assert (message.recipient, message.channel) == (PAGE, "page")

    def test_a_desk_whose_recipients_do_other_things_is_quiet(self) -> None:
        assert told(about("sport"), desk(recipient("a", Role.HEALTH))) == ()

    def test_an_article_that_concerns_nobody_makes_none(self) -> None:
        assert told(make_tagged(desks=()), desk(recipient("a", Role.LEADERSHIP))) == ()

    def test_refused_bodies_get_nothing(self) -> None:
        police = Recipient(id="ca", name="Công an xã", roles=(Role.INFORMATION_OFFICE,), email="a@binhson.gov.vn")
        disguised = recipient("b", Role.LEADERSHIP, email="truc@congan.quangngai.gov.vn")
        nobody = Recipient(id="c", name="Khách", roles=(), email="c@binhson.gov.vn")
        assert told(about("disaster"), desk(police, disguised, nobody)) == ()
        assert refused(police) == refused(disguised) == "recipient.security_body"
        assert refused(nobody) == "recipient.unknown_role"


class TestChannel:
    def test_mail_where_there_is_a_server_and_an_address(self) -> None:
        office = recipient("a", Role.LEADERSHIP)
        assert [m.channel for m in told(about("health"), desk(office))] == ["email"]
        assert [m.channel for m in told(about("health"), desk(office), mail=False)] == ["page"]
        assert [m.channel for m in told(about("health"), desk(replace(office, email="")))] == ["page"]


class TestWhen:
    def test_an_old_article_raises_none(self) -> None:
        here = desk(recipient("a", Role.LEADERSHIP))
        for age, expected in ((timedelta(days=1, hours=23), 1), (timedelta(days=2, minutes=1), 0)):
            tagged = make_tagged(make_article(published=Published(at=NOON - age, provenance="meta")))
            assert len(told(tagged, here)) == expected
            assert len(told(tagged, here, old_days=10)) == 1

    def test_the_same_article_makes_the_same_keys(self) -> None:
        here = desk(recipient("a", Role.LEADERSHIP), recipient("b", Role.INFORMATION_OFFICE))
        first, later = told(about("health"), here), told(about("health", "sport"), here, mail=False)
        assert [m.key for m in first] == [m.key for m in later]
        assert len({m.key for m in first}) == 2
        other = make_tagged(make_article("tin-2.html"))
        assert {m.key for m in told(other, here)}.isdisjoint(m.key for m in first)


class TestWords:
    def test_source_time_title_lead_place_and_link(self) -> None:
        (message,) = told(about("transport_infrastructure"), desk(recipient("a", Role.LEADERSHIP)))
        assert message.subject == "[Điểm báo Bình Sơn] Bình Sơn khánh thành cầu mới (Báo Mẫu)"
        for words in (
            "Bình Sơn khánh thành cầu mới", "Báo Mẫu, 11:50 ngày 10/03/2026", "thông xe cây cầu bắc qua sông Trà Bồng",
            "Bài viết về Bình Sơn", "Chủ đề: Giao thông, hạ tầng", "Với người trong cuộc: thuận lợi",
            "Nơi được nhắc: “Bình Sơn khánh thành cầu mới”", "https://bao_mau.vn/tin-1.html",
        ):  # fmt: skip
            assert words in message.text
        bare = " ".join(re.sub(r"<[^>]+>", "", message.html).split())
        assert "Đọc trên Báo Mẫu" in bare and "Báo Mẫu, 11:50" in bare
        assert 'href="https://bao_mau.vn/tin-1.html"' in message.html

    def test_no_empty_lines_pile_up(self) -> None:
        (message,) = told(about(), desk(recipient("a", Role.LEADERSHIP)))
        assert "\n\n\n" not in message.text and message.text == message.text.strip() + "\n"

    def test_our_page_is_linked_only_where_it_has_an_address(self) -> None:
        here = desk(recipient("a", Role.LEADERSHIP))
        (bare,), (linked,) = told(about("health"), here), told(about("health"), here, public_url="https://bao.vn/x/")
        assert "Xem trên trang" not in bare.text
        article = linked.article
        assert f"https://bao.vn/x/bai/{article}?ban=binh_son" in linked.text
        assert f'href="https://bao.vn/x/bai/{article}?ban=binh_son"' in linked.html

    def test_a_name_deep_in_the_text_is_quoted_with_its_surroundings(self) -> None:
        text = "Mở đầu. " * 60 + "Tại xã Bình Sơn, nước dâng nhanh. " + "Kết thúc. " * 60
        at = text.index("Bình Sơn")
        mention = make_mention(field="body", start=at, end=at + 8, evidence=("có chữ xã đứng trước",))
        tagged = make_tagged(make_article(paragraphs=(text,)))
        match = replace(tagged.located.matches[0], mentions=(mention,))
        words = compose(tagged, desk(), match, PAPER)
        quoted = re.search("“(.*)”", words.text)
        assert quoted and "Tại xã Bình Sơn, nước dâng" in quoted[1] and len(quoted[1]) < 250
        assert "Căn cứ: có chữ xã đứng trước" in words.text
        assert "<strong style=" in words.html

    def test_the_text_of_a_reserved_source_is_not_quoted(self) -> None:
        mention = make_mention(field="body", start=0, end=3)
        tagged = make_tagged(make_article(reserved=True, paragraphs=("Cầu dài 120 m",)))
        words = compose(tagged, desk(), replace(tagged.located.matches[0], mentions=(mention,)), PAPER)
        assert "120 m" not in words.text + words.html

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", 'https://a.vn/" onclick="x', ""])
    def test_only_web_addresses_become_links(self, link: str) -> None:
        article = replace(make_article(), url=link)
        (message,) = told(make_tagged(article), desk(recipient("a", Role.LEADERSHIP)))
        assert "href" not in message.html and "Đọc bài gốc" not in message.text

    @given(st.text(max_size=400), st.text(max_size=400))
    def test_whatever_a_feed_sends_stays_text(self, title: str, lead: str) -> None:
        tagged = make_tagged(make_article(title=title, lead=lead))
        words = compose(tagged, desk(), replace(tagged.located.matches[0], mentions=()), PAPER)
        assert len(words.subject) <= SUBJECT_LIMIT
        assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", words.subject)
        assert not re.search(r"<(script|img|svg|iframe|style|link|object)\b", words.html, re.IGNORECASE)
        assert words.html.count("<title>") == 1

    def test_markup_and_templates_in_a_title_are_shown_not_run(self) -> None:
        tagged = make_tagged(make_article(title="<script>alert(1)</script> {{ 7 * 191 }}"))
        words = compose(tagged, desk(), tagged.located.matches[0], PAPER)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words.html and "<script" not in words.html
        assert "{{ 7 * 191 }}" in words.text and "1337" not in words.text
        assert "<script>alert(1)</script>" in words.text

    def test_no_mail_loads_anything_from_elsewhere(self) -> None:
        (message,) = told(about("health"), desk(recipient("a", Role.LEADERSHIP)))
        assert not re.search(r"\b(src|background|srcset)=|url\(|@import|<link", message.html)
