"""What every DeskBook does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.errors import ConfigError
from core.ports import DeskBook
from core.records import Recipient
from core.roles import Role
from tests.fakes.records import NOON, make_desk


class DeskBookContract:
    """Subclass with a fixture `desk_book` that gives an empty one."""

    def test_a_desk_comes_back_as_it_was_described(self, desk_book: DeskBook) -> None:
        desk = make_desk(places=(("river", "sông Trà Bồng"),), partial_successors=False)
        assert desk_book.apply_desk(desk, NOON, "quan tri")
        assert desk_book.desks() == (desk,)

    def test_the_same_description_changes_nothing(self, desk_book: DeskBook) -> None:
        assert desk_book.apply_desk(make_desk(), NOON, "quan tri")
        assert not desk_book.apply_desk(make_desk(), NOON, "quan tri")

    def test_another_description_takes_its_place(self, desk_book: DeskBook) -> None:
        desk_book.apply_desk(make_desk(), NOON, "quan tri")
        assert desk_book.apply_desk(make_desk(name="Bình Sơn (mới)"), NOON, "quan tri")
        assert [desk.name for desk in desk_book.desks()] == ["Bình Sơn (mới)"]

    def test_two_who_change_it_at_once_lose_nothing(self, desk_book: DeskBook) -> None:
        desk_book.apply_desk(make_desk(), NOON, "quan tri")

        def add(letter: str) -> None:
            person = Recipient(id=letter, name=f"Bộ phận {letter}", roles=(Role.INFORMATION_OFFICE,))
            desk_book.change_desk(
                "binh_son", lambda now: replace(now, recipients=(*now.recipients, person)), NOON, "quan tri"
            )

        with ThreadPoolExecutor() as both:
            list(both.map(add, "abcdefgh"))
        (desk,) = desk_book.desks()
        assert {person.id for person in desk.recipients} >= set("abcdefgh")

    def test_what_is_changed_is_checked_and_must_be_there(self, desk_book: DeskBook) -> None:
        person = Recipient(id="x", name="Công an xã", roles=(Role.INFORMATION_OFFICE,))
        desk_book.apply_desk(make_desk(), NOON, "quan tri")
        with pytest.raises(ConfigError, match="recipient x"):
            desk_book.change_desk("binh_son", lambda now: replace(now, recipients=(person,)), NOON, "quan tri")
        with pytest.raises(ConfigError, match="no desk que_phong"):
            desk_book.change_desk("que_phong", lambda now: now, NOON, "quan tri")

    def test_desks_come_in_order(self, desk_book: DeskBook) -> None:
        for name in ("que_phong", "binh_son"):
            desk_book.apply_desk(make_desk(name), NOON, "quan tri")
        assert [desk.id for desk in desk_book.desks()] == ["binh_son", "que_phong"]

    @pytest.mark.parametrize(
        ("name", "email"), [("Công an xã", "tin@binhson.gov.vn"), ("Bộ phận tin", "tin@congan.quangngai.gov.vn")]
    )
    def test_a_recipient_who_may_not_receive_is_refused(self, desk_book: DeskBook, name: str, email: str) -> None:
        person = Recipient(id="x", name=name, roles=(Role.INFORMATION_OFFICE,), email=email)
        with pytest.raises(ConfigError, match="binh_son, recipient x"):
            desk_book.apply_desk(make_desk(recipients=(person,)), NOON, "quan tri")
        assert desk_book.desks() == ()
