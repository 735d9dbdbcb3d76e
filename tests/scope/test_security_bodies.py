"""No police, security or military body holds a desk, issues its papers, has an account or receives: every spelling."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.bodies import is_security_address, is_security_name
from core.clock import FixedClock
from core.errors import ConfigError
from core.papers import PaperError, check_papers
from core.people import PeopleError, check_user
from core.records import OfficePapers, PaperRecipient, User
from core.roles import Role, refusal
from core.settings import KeepSettings
from nlp.desks import parse_desk
from nlp.gazetteer.units import Gazetteer
from store.sqlite.record import open_record
from tests.fakes.records import NOON, make_desk

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "Công an xã Bình Sơn", "C.A. xã", "C A xã", "PA 05", "PA05", "P.C.02", "Công-an xã Bình Sơn", "Công_an",
    "Cônganxã", "c ô n g a n", "Tổ ANTT", "Công\u00adan", "Công\u200b an", "ＣＯＮＧ ＡＮ", "C\u043eng an", "CATP",
    "CAND", "Đồn BP", "Dân quân tự vệ", "CAX Bình Sơn", "CA tỉnh", "Ban CHQS xã", "Cônganxã Bình Sơn".upper(),
)  # fmt: skip
ADDRESSES = (
    "cax.binhson@quangngai.gov.vn", "bchqs.binhson@quangngai.gov.vn", "pa05@quangngai.gov.vn", "a@bca.gov.vn",
    "a@catp.hanoi.gov.vn", "a@cand.com.vn", "bdbp@quangngai.gov.vn", "ca.binhson@quangngai.gov.vn",
    "cong.an@quangngai.gov.vn", "congan_xa@example.vn",
)  # fmt: skip
ORDINARY = (
    "Phòng Văn hóa – Xã hội", "Trung tâm Phục vụ hành chính công", "Ban Quản lý cảng", "Trường THCS Tô Hiến Thành",
    "Phòng Công thương", "Ban An toàn giao thông", "Công ty Môi trường", "Ca Dao", "Trung tâm An sinh",
    "Tổ giải quyết công ăn việc làm", "UBND xã An Ninh, tỉnh Tây Ninh", "UBND phường Nguyễn An Ninh", "Trịnh Công Anh",
    "Ban Quân dân y", "Xã Cát Hải", "Đặc khu Cát Hải", "Hạt Kiểm lâm", "Ban Tiếp công dân", "Nguyễn Thị Ca",
)  # fmt: skip
ORDINARY_ADDRESSES = (
    "ca.nguyen@example.vn", "ca.nguyen@binhson.gov.vn", "cat.tuong@example.vn", "an.toan@binhson.gov.vn",
    "congthuong@binhson.gov.vn", "tiepcongdan@binhson.gov.vn", "cang.dungquat@quangngai.gov.vn",
)  # fmt: skip
FILE = """
id = "binh_son"
name = "{name}"
office = "{office}"
units = ["old:524"]
[papers]
office = "{issuer}"
parent = "{parent}"
authority = "{authority}"
title = "{title}"
"""
PLAIN = {
    "name": "Bình Sơn", "office": "UBND xã Bình Sơn", "issuer": "Ủy ban nhân dân xã Bình Sơn",
    "parent": "Tỉnh Quảng Ngãi", "authority": "TM. Ủy ban nhân dân", "title": "Chủ tịch",
}  # fmt: skip
PAPERS = OfficePapers(office="Ủy ban nhân dân xã Bình Sơn")


@pytest.mark.parametrize("name", NAMES)
class TestByName:
    def test_recipient_and_addressee(self, name: str) -> None:
        assert refusal(role=Role.LEADERSHIP, name=name) == "recipient.security_body"
        line = PaperRecipient(role=Role.LEADERSHIP, name=name)
        for papers in (replace(PAPERS, addressed=(line,)), replace(PAPERS, copies=(line,))):
            with pytest.raises(PaperError):
                check_papers(papers, "x")

    def test_user(self, name: str) -> None:
        with pytest.raises(PeopleError):
            check_user(User(id="u", email="a@binhson.gov.vn", name=name, memberships=(), created=NOON))

    def test_head_and_signature_of_papers(self, name: str) -> None:
        for field in ("office", "parent", "authority", "title", "signatory", "filing"):
            with pytest.raises(PaperError):
                check_papers(replace(PAPERS, **{field: name}), "x")  # type: ignore[arg-type]

    def test_record(self, name: str, tmp_path: Path) -> None:
        with open_record(tmp_path / "r.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as record:
            for desk in (make_desk(office=name), make_desk(name=name), make_desk(papers=replace(PAPERS, office=name))):
                with pytest.raises(ConfigError, match="police, security or military"):
                    record.desks.apply_desk(desk, NOON, "test")


@pytest.mark.parametrize("field", list(PLAIN))
def test_a_desk_file_of_such_a_body(field: str) -> None:
    gazetteer = Gazetteer.load()
    assert parse_desk(FILE.format(**PLAIN), gazetteer)
    with pytest.raises(ConfigError, match="police, security or military"):
        parse_desk(FILE.format(**{**PLAIN, field: "Công an xã Bình Sơn"}), gazetteer)


@pytest.mark.parametrize("name", ["Nguyễn Văn Hùng", "Bà Trần Thị Mai", "nguyễn văn hùng"])
def test_a_desk_bears_no_persons_name(name: str) -> None:
    with pytest.raises(ConfigError, match="not of a person"):
        parse_desk(FILE.format(**{**PLAIN, "name": name}), Gazetteer.load())


@pytest.mark.parametrize("name", ["Huyện Bình Sơn (trước 01/07/2025)", "Nguyễn Trãi", "Lê Hồng Phong", "Phan Rang"])
def test_a_desk_bears_a_units_name(name: str) -> None:
    assert parse_desk(FILE.format(**{**PLAIN, "name": name}), Gazetteer.load()).name == name


@pytest.mark.parametrize("address", ADDRESSES)
def test_by_address(address: str) -> None:
    assert refusal(role=Role.LEADERSHIP, name="Phòng Văn hóa", address=address) == "recipient.security_body"
    with pytest.raises(PeopleError):
        check_user(User(id="u", email=address, name="Minh", memberships=(), created=NOON))


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_offices_and_names_stay(name: str) -> None:
    assert refusal(role=Role.LEADERSHIP, name=name) is None
    check_papers(replace(PAPERS, office=name), "x")


@pytest.mark.parametrize("address", ORDINARY_ADDRESSES)
def test_ordinary_addresses_stay(address: str) -> None:
    assert refusal(role=Role.LEADERSHIP, name="Phòng Văn hóa", address=address) is None


def test_somebody_may_be_called_so() -> None:
    check_papers(replace(PAPERS, signatory="Nguyễn Công An"), "x")


def test_no_unit_of_the_country_reads_as_such_a_body() -> None:
    gazetteer = Gazetteer.load()
    names = {gazetteer.unit(unit).full_name for unit in gazetteer.ids}
    assert len(names) > 5000
    assert not {name for name in names if is_security_name(f"UBND {name}")}


def test_what_comes_with_the_program_stays() -> None:
    for file in (*ROOT.glob("desks/*.toml"), ROOT / "sample" / "desk.toml"):
        text = file.read_text(encoding="utf-8")
        assert not [found for found in re.findall(r'"([^"\n]+)"', text) if is_security_name(found)], file
        assert not [found for found in re.findall(r'"([^"\n ]+@[^"\n ]+)"', text) if is_security_address(found)], file
