"""What every ChannelBook does with numbers that Zalo refuses."""

from __future__ import annotations

from dataclasses import replace

from core.ports import ChannelBook, DeskBook
from core.records import PhoneRefusal, Recipient
from core.roles import Role
from tests.fakes.records import NOON, make_desk

CLINIC = Recipient(id="y-te", name="Trạm y tế", roles=(Role.HEALTH,), phone="84912345678")
OFFICE = replace(CLINIC, id="office", name="Văn phòng", phone="84900000001")
WHY = "zalo-phone -118"


class ChannelBookContract:
    """Subclass with fixtures `channel_book` and `desk_book` over one record."""

    def _refused(self, channel_book: ChannelBook, desk_book: DeskBook) -> None:
        desk_book.apply_desk(make_desk(recipients=(CLINIC, OFFICE)), NOON, "u1")
        for one in (CLINIC, OFFICE):
            channel_book.refuse_phone("binh_son", one.id, one.phone, WHY, NOON)

    def _left(self, channel_book: ChannelBook) -> list[str]:
        return [one.recipient for one in channel_book.phone_refusals("binh_son")]

    def test_a_refusal_is_remembered_with_its_reason_and_time(
        self, channel_book: ChannelBook, desk_book: DeskBook
    ) -> None:
        self._refused(channel_book, desk_book)
        told = [PhoneRefusal(recipient=one, reason=WHY, at=NOON) for one in ("office", "y-te")]
        assert list(channel_book.phone_refusals("binh_son")) == told and channel_book.phone_refusals("my_hao") == ()

    def test_it_goes_with_the_number_alone(self, channel_book: ChannelBook, desk_book: DeskBook) -> None:
        self._refused(channel_book, desk_book)
        renamed = replace(CLINIC, name="Trạm y tế xã", evening=True)
        desk_book.apply_desk(make_desk(recipients=(OFFICE, renamed)), NOON, "u1")
        assert self._left(channel_book) == ["office", "y-te"]
        desk_book.apply_desk(make_desk(recipients=(OFFICE, replace(CLINIC, phone="84999999999"))), NOON, "u1")
        assert self._left(channel_book) == ["office"]

    def test_it_goes_with_the_recipient(self, channel_book: ChannelBook, desk_book: DeskBook) -> None:
        self._refused(channel_book, desk_book)
        desk_book.apply_desk(make_desk(recipients=(CLINIC,)), NOON, "u1")
        assert self._left(channel_book) == ["y-te"]
        desk_book.apply_desk(make_desk(recipients=()), NOON, "u1")
        assert self._left(channel_book) == []

    def test_nothing_is_kept_of_a_number_that_was_changed_meanwhile(
        self, channel_book: ChannelBook, desk_book: DeskBook
    ) -> None:
        desk_book.apply_desk(make_desk(recipients=(CLINIC,)), NOON, "u1")
        channel_book.refuse_phone("binh_son", CLINIC.id, OFFICE.phone, WHY, NOON)
        channel_book.refuse_phone("binh_son", "khong-co", CLINIC.phone, WHY, NOON)
        assert self._left(channel_book) == []

    def test_it_goes_when_somebody_asks_to_try(self, channel_book: ChannelBook, desk_book: DeskBook) -> None:
        self._refused(channel_book, desk_book)
        assert channel_book.try_phone("binh_son", CLINIC.id, NOON, "u1")
        assert not channel_book.try_phone("binh_son", CLINIC.id, NOON, "u1")
        assert self._left(channel_book) == ["office"]

    def test_it_goes_with_the_account(self, channel_book: ChannelBook, desk_book: DeskBook) -> None:
        self._refused(channel_book, desk_book)
        channel_book.belong_to("one")
        assert self._left(channel_book) == ["office", "y-te"]
        channel_book.belong_to("another")
        assert self._left(channel_book) == []
