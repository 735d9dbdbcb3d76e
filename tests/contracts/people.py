"""What every PeopleBook does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.access import Level
from core.people import PeopleError, hashed
from core.ports import PeopleBook
from core.records import OVER_DESKS, Attempt, Membership, Session, User
from tests.fakes.records import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HERE = "binh_son"


def make_user(name: str = "Lan", level: Level = Level.OFFICER, desk: str = HERE, **values: object) -> User:
    plain = {"id": f"u{name.lower()}", "email": f"{name.lower()}@binhson.gov.vn", "name": name, "created": NOON}
    return User(**{**plain, "memberships": (Membership(desk=desk, level=level),), **values})  # type: ignore[arg-type]


def make_session(user: str = "ulan", name: str = "one", **values: object) -> Session:
    plain = {"id": hashed(name), "user": user, "began": NOON, "seen": NOON, "idle": 3 * DAY, "ends": NOON + 30 * DAY,
             "network": "203.0.113.0/24", "browser": "Firefox, Android"}  # fmt: skip
    return Session(**{**plain, **values})  # type: ignore[arg-type]


class PeopleBookContract:
    """Subclass with a fixture `people` that gives an empty one whose record has the desk binh_son."""

    def test_nobody_at_first(self, people: PeopleBook) -> None:
        assert not people.any() and people.users() == ()

    def test_a_user_comes_back_as_taken(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        assert people.any()
        assert people.user("ulan") == people.by_email("lan@binhson.gov.vn") == make_user()

    def test_an_address_is_taken_once(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        with pytest.raises(PeopleError, match="has an account already"):
            people.add(make_user(id="uother"), "operator")

    @pytest.mark.parametrize(
        "email", ["lan@congan.binhson.gov.vn", "pa05@quangngai.gov.vn", "congan.binhson@gmail.com", "no address", ""]
    )
    def test_no_account_for_a_security_body_or_a_wrong_address(self, people: PeopleBook, email: str) -> None:
        with pytest.raises(PeopleError):
            people.add(make_user(email=email), "operator")
        assert not people.any()

    def test_a_name_of_a_security_body_is_refused_later_too(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        with pytest.raises(PeopleError):
            people.change("ulan", name="Trực ban Công an xã", at=NOON, by="operator")
        assert people.users()[0].name == "Lan"

    def test_levels_stand_where_they_belong(self, people: PeopleBook) -> None:
        with pytest.raises(PeopleError):
            people.add(make_user(level=Level.OPERATOR), "operator")
        with pytest.raises(PeopleError):
            people.add(make_user(level=Level.OFFICER, desk=OVER_DESKS), "operator")
        with pytest.raises(PeopleError, match="no desk my_hao"):
            people.add(make_user(desk="my_hao"), "operator")
        people.add(make_user(level=Level.OPERATOR, desk=OVER_DESKS), "operator")

    def test_a_desk_keeps_its_last_administrator(self, people: PeopleBook) -> None:
        people.add(make_user("Lan", Level.ADMINISTRATOR), "operator")
        people.add(make_user("Minh"), "operator")
        with pytest.raises(PeopleError, match="must keep an administrator"):
            people.disable("ulan", NOON, "operator")
        with pytest.raises(PeopleError, match="must keep an administrator"):
            people.delete("ulan", NOON, "operator")
        with pytest.raises(PeopleError, match="must keep an administrator"):
            people.change("ulan", memberships=(), at=NOON, by="operator")
        assert people.user("ulan") == make_user("Lan", Level.ADMINISTRATOR)
        people.change("uminh", memberships=(Membership(desk=HERE, level=Level.ADMINISTRATOR),), at=NOON, by="operator")
        people.delete("ulan", NOON, "operator")
        assert [user.name for user in people.users()] == ["Minh"]

    def test_a_session_lasts_while_used_and_not_beyond_its_end(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        people.open_session(make_session())
        for days in (2, 4, 6, 28):
            found = people.session(hashed("one"), NOON + days * DAY)
            assert (found is not None) == (days < 28)
        people.open_session(make_session(name="two"))
        for days in range(2, 30, 2):
            assert people.session(hashed("two"), NOON + days * DAY)
        assert not people.session(hashed("two"), NOON + 30 * DAY)

    def test_whoever_is_disabled_is_out_at_once(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        people.open_session(make_session())
        people.disable("ulan", NOON, "operator")
        assert people.session(hashed("one"), NOON) is None
        people.enable("ulan", NOON, "operator")
        assert people.session(hashed("one"), NOON) is None

    def test_who_comes_to_administer_signs_in_anew(self, people: PeopleBook) -> None:
        """An administrator's session is a shorter one: what was begun before would last as long as anybody's."""
        for user in (make_user("Lan"), make_user("Minh", Level.ADMINISTRATOR)):
            people.add(user, "operator")
            people.open_session(make_session(name=user.id, user=user.id))
        people.change("ulan", memberships=(Membership(desk=HERE, level=Level.EDITOR),), at=NOON, by="operator")
        assert people.sessions("ulan"), "with other rights they stay signed in"
        held = Membership(desk=HERE, level=Level.ADMINISTRATOR)
        for name in ("ulan", "uminh"):
            people.change(name, memberships=(held,), at=NOON, by="operator")
        assert people.sessions("ulan") == () and people.session(hashed("ulan"), NOON) is None
        assert people.sessions("uminh"), "who was one already goes on"

    def test_a_new_password_ends_the_other_sessions_and_the_link(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        for name in ("one", "two"):
            people.open_session(make_session(name=name))
        people.new_link("ulan", hashed("link"), NOON + HOUR, NOON, "operator")
        assert people.link(hashed("link"), NOON) == people.user("ulan")
        people.set_password("ulan", "$argon2id$x", NOON, "ulan", keep=hashed("two"))
        assert [s.id for s in people.sessions("ulan")] == [hashed("two")]
        assert people.link(hashed("link"), NOON) is None
        assert people.password("ulan") == "$argon2id$x"

    def test_a_password_changed_while_another_is_hashed_anew_stays(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        people.set_password("ulan", "old", NOON, "ulan")
        people.better_hash("ulan", "old", "old, hashed anew")
        assert people.password("ulan") == "old, hashed anew"
        people.set_password("ulan", "new", NOON, "ulan")
        people.better_hash("ulan", "old, hashed anew", "old, hashed once more")
        assert people.password("ulan") == "new"

    def test_only_the_newest_link_holds_and_not_for_ever(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        for name in ("first", "second"):
            people.new_link("ulan", hashed(name), NOON + HOUR, NOON, "operator")
        assert people.link(hashed("first"), NOON) is None
        assert people.link(hashed("second"), NOON)
        assert people.link(hashed("second"), NOON + HOUR) is None

    def test_a_second_factor_holds_from_its_first_code(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        people.begin_second_factor("ulan", "SECRET")
        assert people.second_factor("ulan") is None and people.pending_secret("ulan") == "SECRET"
        people.confirm_second_factor("ulan", [hashed("a"), hashed("b")], 100, NOON, "ulan")
        factor = people.second_factor("ulan")
        assert factor and (factor.secret, factor.last_step, factor.recovery_left) == ("SECRET", 100, 2)
        assert people.pending_secret("ulan") == "" and people.users()[0].second_factor

    def test_no_code_is_taken_twice(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        people.begin_second_factor("ulan", "SECRET")
        people.confirm_second_factor("ulan", [hashed("a")], 100, NOON, "ulan")
        assert not people.take_step("ulan", 100) and people.take_step("ulan", 102) and not people.take_step("ulan", 101)
        assert people.take_recovery("ulan", hashed("a"), NOON) and not people.take_recovery("ulan", hashed("a"), NOON)

    def test_a_token_is_claimed_by_one_until_its_time(self, people: PeopleBook) -> None:
        assert people.claim(hashed("c"), NOON, NOON + HOUR) is None
        assert people.claim(hashed("c"), NOON, NOON + HOUR) == ""
        people.keep_step(hashed("c"), "/vu-viec/1", NOON + HOUR)
        assert people.claim(hashed("c"), NOON, NOON + HOUR) == "/vu-viec/1"
        assert people.claim(hashed("c"), NOON + HOUR, NOON + 2 * HOUR) is None

    def test_steps_are_taken_once_and_in_time(self, people: PeopleBook) -> None:
        people.keep_step(hashed("s"), "{}", NOON + HOUR)
        assert people.step(hashed("s"), NOON) == "{}"
        assert people.step(hashed("s"), NOON + HOUR) is None
        assert people.take_kept(hashed("s"), NOON) == "{}" and people.take_kept(hashed("s"), NOON) is None

    def test_attempts_are_found_by_account_and_by_network(self, people: PeopleBook) -> None:
        for number, (account, network) in enumerate((("a", "n"), ("a", "m"), ("b", "n"), ("b", "m"))):
            people.note_attempt(Attempt(at=NOON + number * HOUR, account=account, network=network, good=False))
        found = people.attempts(NOON, account="a", network="n")
        assert [(a.account, a.network) for a in found] == [("a", "n"), ("a", "m"), ("b", "n")]
        assert len(people.attempts(NOON + HOUR, account="a")) == 1

    def test_a_try_is_noted_where_those_before_leave_no_wait(self, people: PeopleBook) -> None:
        one = Attempt(at=NOON, account="a", network="n", good=False)
        people.note_attempt(Attempt(at=NOON - HOUR, account="a", network="n", good=True))
        said = [people.try_in_turn(one, NOON - HOUR, lambda tries: HOUR * (len(tries) - 1)) for _ in range(3)]
        assert said == [timedelta(), HOUR, HOUR] and len(people.attempts(NOON, account="a")) == 1

    def test_deleting_forgets_everything(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        people.add(make_user("Minh"), "operator")
        people.open_session(make_session())
        people.delete("ulan", NOON, "operator")
        assert people.user("ulan") is None and people.session(hashed("one"), NOON) is None
        with pytest.raises(PeopleError, match="last account"):
            people.delete("uminh", NOON, "operator")

    def test_idle_accounts_are_named_until_somebody_answers(self, people: PeopleBook) -> None:
        people.add(make_user(), "operator")
        later = NOON + 400 * DAY
        assert [u.id for u in people.idle(later - 365 * DAY)] == ["ulan"]
        people.keep_idle("ulan", later, "operator")
        assert people.idle(later - 365 * DAY) == ()
