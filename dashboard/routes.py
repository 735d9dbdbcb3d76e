"""Every door of the pages in one table: its address, what stands behind it, and the right that it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.access import Right
from core.zalo import HOOK
from dashboard.forms import posting
from dashboard.pages import (
    alerts,
    article,
    channels,
    health,
    labels,
    scope,
    search,
    sources,
    stories,
    today,
    trends,
    work,
    zalo_hook,
)
from dashboard.people import account, login, oidc, reset, users, wizard

Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A route. Those that change something take POST only and are made by `posting`."""

    path: str
    handler: Handler
    right: Right
    method: str = "GET"


def _see(path: str, handler: Handler, right: Right = Right.READ) -> Door:
    return Door(path=path, handler=handler, right=right)


def _do(path: str, handler: Handler, right: Right = Right.WORK) -> Door:
    return Door(path=path, handler=handler, right=right, method="POST")


DOORS: Final[tuple[Door, ...]] = (
    _see("/", today.page),
    _see("/bai/{article}", article.page),
    _do("/bai/{article}/nhan", posting(labels.correct)),
    _see("/cau-chuyen/{story}", stories.page),
    _do("/bai/{article}/ghi-chu", posting(work.add_note, work.NOTE_BYTES)),
    _do("/bai/{article}/ghi-chu/xoa", posting(work.remove_note)),
    _do("/bai/{article}/xu-ly", posting(work.handle)),
    _do("/bai/{article}/khong-phai", posting(work.set_aside)),
    _do("/bai/{article}/la-noi-nay", posting(work.take_back)),
    _do("/cau-chuyen/{story}/ghi-chu", posting(work.add_note, work.NOTE_BYTES)),
    _do("/cau-chuyen/{story}/ghi-chu/xoa", posting(work.remove_note)),
    _do("/cau-chuyen/{story}/xu-ly", posting(work.handle)),
    _see("/khong-phai", work.aside_page),
    _see("/khong-phai/xuat", work.aside_export),
    _see("/sua-nhan", labels.page),
    _see("/sua-nhan/xuat", labels.export),
    _do("/sua-nhan/{number:int}/hoan-lai", posting(labels.undo)),
    _see("/tim-kiem", search.page),
    _see("/tim-kiem/xuat", search.export),
    _do("/tim-kiem/loc", posting(search.save)),
    _do("/tim-kiem/loc/{number:int}/xoa", posting(search.forget)),
    _see("/xu-huong", trends.page),
    _see("/canh-bao", alerts.page),
    _see("/kenh-gui", channels.page, Right.ADMINISTER),
    _do("/kenh-gui/ma/{recipient}", posting(channels.invite), Right.ADMINISTER),
    _do(HOOK, zalo_hook.take, Right.PUBLIC),
    _see("/nguon-tin", sources.page),
    _see("/bat-dau", wizard.page, Right.PUBLIC),
    _do("/bat-dau", posting(wizard.begin), Right.PUBLIC),
    _see("/dang-nhap", login.page, Right.PUBLIC),
    _do("/dang-nhap", posting(login.log_in), Right.PUBLIC),
    _see("/dang-nhap/ma", login.code_page, Right.PUBLIC),
    _do("/dang-nhap/ma", posting(login.give_code), Right.PUBLIC),
    _see("/dang-nhap/oidc", oidc.begin, Right.PUBLIC),
    _see("/dang-nhap/oidc/ve", oidc.back, Right.PUBLIC),
    _do("/dang-xuat", posting(login.log_out), Right.PUBLIC),
    _see("/dat-mat-khau/{token}", reset.page, Right.PUBLIC),
    _do("/dat-mat-khau/{token}", posting(reset.choose), Right.PUBLIC),
    _see("/tai-khoan", account.page, Right.OWN),
    _do("/tai-khoan/mat-khau", posting(account.change_password), Right.OWN),
    _do("/tai-khoan/phien", posting(account.end_session), Right.OWN),
    _see("/tai-khoan/ma-xac-thuc", account.factor_page, Right.OWN),
    _do("/tai-khoan/ma-xac-thuc", posting(account.set_factor), Right.OWN),
    _see("/nguoi-dung", users.page, Right.ADMINISTER),
    _do("/nguoi-dung", posting(users.add), Right.ADMINISTER),
    _see("/nguoi-dung/bang", users.sheet_page, Right.ADMINISTER),
    _do("/nguoi-dung/bang", posting(users.sheet, users.SHEET_BYTES), Right.ADMINISTER),
    _see("/nguoi-dung/xuat", users.export, Right.ADMINISTER),
    _do("/nguoi-dung/{user}", posting(users.act), Right.ADMINISTER),
    _see("/pham-vi", scope.page, Right.PUBLIC),
    _see("/khoe", health.page, Right.PUBLIC),
    _see("/healthz", health.page, Right.PUBLIC),
)
