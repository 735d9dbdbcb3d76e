"""Every door of the pages in one table: its address, what stands behind it, and the right that it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.convertors import IntegerConvertor, register_url_convertor

from core.access import Right
from core.zalo import HOOK
from dashboard.api import models, reads, writes
from dashboard.api.doors import describe
from dashboard.forms import posting
from dashboard.pages import (
    add,
    alert_rules,
    alert_templates,
    alerts,
    answering,
    article,
    audit,
    cases,
    channels,
    desks,
    drafts,
    factbook,
    health,
    labels,
    papers,
    recipients,
    releases,
    reports,
    scope,
    search,
    settings,
    signed,
    sources,
    stories,
    today,
    trends,
    work,
    zalo_hook,
)
from dashboard.people import account, login, oidc, reset, users, wizard
from dashboard.uploads import taking

Handler = Callable[..., Any]


class _RowNumber(IntegerConvertor):
    """`{…:int}` of every address: what no row's number can be (beyond 64 bits) is the address of no page."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", _RowNumber())


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A route. Those that change something take POST only and are made by `posting`."""

    path: str
    handler: Handler
    right: Right
    method: str = "GET"
    answers: Any = None  # of the machine's doors: the model of what they answer


def _see(path: str, handler: Handler, right: Right = Right.READ) -> Door:
    return Door(path=path, handler=handler, right=right)


def _do(path: str, handler: Handler, right: Right = Right.WORK) -> Door:
    return Door(path=path, handler=handler, right=right, method="POST")


def _tell(path: str, handler: Handler, answers: Any, right: Right = Right.READ) -> Door:
    return Door(path=path, handler=handler, right=right, answers=answers)


def _take(path: str, handler: Handler, right: Right = Right.WORK) -> Door:
    return Door(path=path, handler=handler, right=right, method="POST", answers=models.Done)


DOORS: Final[tuple[Door, ...]] = (
    _see("/", today.page),
    _see("/bai/{article}", article.page),
    _do("/bai/{article}/nhan", posting(labels.correct)),
    _see("/cau-chuyen/{story}", stories.page),
    _do("/bai/{article}/ghi-chu", posting(work.add_note, work.NOTE_BYTES, once=True)),
    _do("/bai/{article}/ghi-chu/xoa", posting(work.remove_note)),
    _do("/bai/{article}/xu-ly", posting(work.handle)),
    _do("/bai/{article}/khong-phai", posting(work.set_aside)),
    _do("/bai/{article}/la-noi-nay", posting(work.take_back)),
    _do("/cau-chuyen/{story}/ghi-chu", posting(work.add_note, work.NOTE_BYTES, once=True)),
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
    _do("/canh-bao/{message:int}/gui-lai", posting(alerts.again)),
    _do("/canh-bao/{message:int}/khong-gui", posting(alerts.drop)),
    _do("/canh-bao/{message:int}/thu-hoi", posting(alerts.revoke), Right.EDIT),
    _do("/canh-bao/tiep-nhan", posting(alerts.take)),
    _do("/canh-bao/tat", posting(alerts.silence)),
    _do("/canh-bao/tat/{silence:int}/thoi", posting(alerts.end_silence)),
    _see("/canh-bao/quy-tac", alert_rules.page),
    _do("/canh-bao/quy-tac", taking(alert_rules.save, alert_rules.MOST_BYTES), Right.EDIT),
    _do("/canh-bao/quy-tac/gio", taking(alert_rules.timing, alert_rules.MOST_BYTES), Right.EDIT),
    _see("/canh-bao/mau", alert_templates.page, Right.EDIT),
    _see("/canh-bao/mau/{name}/{part}", alert_templates.one, Right.EDIT),
    _do("/canh-bao/mau/{name}/{part}", taking(alert_templates.save, alert_templates.MOST_BYTES), Right.EDIT),
    _see("/c/{token}", signed.page, Right.PUBLIC),
    _do("/c/{token}", posting(signed.mark), Right.PUBLIC),
    _see("/kenh-gui", channels.page, Right.ADMINISTER),
    _do("/kenh-gui/ma/{recipient}", posting(channels.invite), Right.ADMINISTER),
    _do(HOOK, zalo_hook.take, Right.PUBLIC),
    _see("/them-bai", add.page, Right.WORK),
    _do("/them-bai", posting(add.look, add.FORM_BYTES)),
    _do("/them-bai/tin-ngoai", posting(add.add_item, once=True)),
    _do("/them-bai/tin-ngoai/{number:int}/xoa", posting(add.remove_item)),
    _see("/nguon-tin", sources.page),
    _see("/nguon-tin-moi", sources.new, Right.ADMINISTER),
    _do("/nguon-tin-moi", posting(sources.declare, add.FORM_BYTES), Right.ADMINISTER),
    _see("/nguon-tin/{source}", sources.one),
    _do("/nguon-tin/{source}/kiem-tra", posting(sources.check), Right.ADMINISTER),
    _do("/nguon-tin/{source}/dung", posting(sources.pause), Right.ADMINISTER),
    _do("/nguon-tin/{source}/doc-lai", posting(sources.resume), Right.ADMINISTER),
    _see("/bao-cao", reports.page),
    _do("/bao-cao", posting(reports.make, once=True)),
    _do("/bao-cao/lich", posting(reports.schedule), Right.EDIT),
    _see("/bao-cao/mau", reports.template),
    _do("/bao-cao/mau", taking(reports.take_template, reports.TEMPLATE_BYTES), Right.EDIT),
    _see(papers.PATH, papers.page, Right.EDIT),
    _do(papers.PATH, taking(papers.save, papers.MOST_BYTES), Right.EDIT),
    _see("/bao-cao/{number:int}", reports.one),
    _do("/bao-cao/{number:int}", posting(drafts.write, drafts.WORDS_BYTES)),
    _do("/bao-cao/{number:int}/so-lieu", posting(drafts.recollect, drafts.WORDS_BYTES)),
    _do("/bao-cao/{number:int}/phat-hanh", posting(drafts.issue, drafts.WORDS_BYTES), Right.EDIT),
    _do("/bao-cao/{number:int}/gui", posting(drafts.send, drafts.WORDS_BYTES), Right.EDIT),
    _do("/bao-cao/{number:int}/xoa", posting(reports.remove)),
    _see("/bao-cao/{number:int}/tai/{kind}", reports.download),
    _do("/bai/{article}/cong", posting(reports.show_headline), Right.EDIT),
    _see("/cong/{desk}.atom", reports.atom, Right.PUBLIC),
    _see("/cong/{desk}.json", reports.json_feed, Right.PUBLIC),
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
    _see(recipients.PATH, recipients.page, Right.ADMINISTER),
    _do(recipients.PATH, posting(recipients.save, once=True), Right.ADMINISTER),
    _see(f"{recipients.PATH}/bang", recipients.sheet_page, Right.ADMINISTER),
    _do(f"{recipients.PATH}/bang", posting(recipients.sheet, recipients.SHEET_BYTES), Right.ADMINISTER),
    _see(f"{recipients.PATH}/xuat", recipients.export, Right.ADMINISTER),
    _do(recipients.PATH + "/{recipient}/xoa", posting(recipients.remove), Right.ADMINISTER),
    _do(recipients.PATH + "/{recipient}/thu-lai", posting(recipients.try_phone), Right.ADMINISTER),
    _see("/so-lieu", factbook.page, Right.CASES),
    _see("/so-lieu/moi", factbook.new, Right.CASES),
    _do("/so-lieu/moi", taking(factbook.add, once=True), Right.CASES),
    _see("/so-lieu/nhap", factbook.bring, Right.CASES),
    _do("/so-lieu/nhap", taking(factbook.look_through), Right.CASES),
    _do("/so-lieu/nhap/{number:int}", taking(factbook.take), Right.CASES),
    _see("/so-lieu/xuat", factbook.export, Right.CASES),
    _see("/so-lieu/van-ban/{sha256}", factbook.document, Right.CASES),
    _see("/so-lieu/{fact}", factbook.entry, Right.CASES),
    _do("/so-lieu/{fact}/phien-ban", taking(factbook.add, once=True), Right.CASES),
    _do("/so-lieu/{fact}/duyet", taking(factbook.approve), Right.EDIT),
    _do("/so-lieu/{fact}/het", taking(factbook.end), Right.EDIT),
    _do("/doi-chieu/{number:int}/bo-qua", taking(factbook.dismiss)),
    _see("/vu-viec", cases.page, Right.CASES),
    _see("/vu-viec/mo", cases.new, Right.CASES),
    _do("/vu-viec/mo", taking(cases.add, once=True), Right.CASES),
    _see("/vu-viec/ket-qua", answering.outcomes, Right.CASES),
    _see("/vu-viec/cai-dat", answering.rules, Right.EDIT),
    _do("/vu-viec/cai-dat", taking(answering.set_rules), Right.EDIT),
    _see("/vu-viec/mau/{kind}", answering.template, Right.EDIT),
    _see("/vu-viec/mau/{kind}/tep", answering.template_file, Right.EDIT),
    _do("/vu-viec/mau/{kind}", taking(answering.set_template, reports.TEMPLATE_BYTES), Right.EDIT),
    _see("/vu-viec/{number:int}", cases.case_page, Right.CASES),
    _see("/vu-viec/{number:int}/van-ban", cases.letter, Right.CASES),
    _see("/vu-viec/{number:int}/tep/{file:int}", cases.file, Right.CASES),
    *(
        _do(f"/vu-viec/{{number:int}}/{step}", taking(handler, once=True), Right.CASES)
        for step, handler in (
            ("can-cu", cases.ground),
            ("noi-dung", cases.draft),
            ("xac-nhan", cases.confirm),
            ("gui", cases.send),
            ("dong", cases.close),
            ("giao", cases.assign),
            ("han", cases.due),
            ("ghi-chu", cases.note),
            ("tep", cases.attach),
            ("bang-chung", cases.evidence),
        )
    ),
    _do("/vu-viec/{number:int}/cong-bo", taking(cases.publish, once=True), Right.EDIT),
    _see("/thong-cao", releases.page, Right.PUBLIC),
    _see("/thong-cao.atom", releases.atom, Right.PUBLIC),
    _see("/thong-cao.json", releases.json_feed, Right.PUBLIC),
    _see("/thong-cao/{number:int}", releases.release, Right.PUBLIC),
    _see("/cai-dat", settings.page, Right.ADMINISTER),
    _do("/cai-dat/thoi-han", posting(settings.keep), Right.ADMINISTER),
    _see("/nhat-ky", audit.page, Right.ADMINISTER),
    _see("/cac-ban-tin", desks.page, Right.OPERATE),
    _see("/pham-vi", scope.page, Right.PUBLIC),
    _see("/khoe", health.page, Right.PUBLIC),
    _see("/healthz", health.page, Right.PUBLIC),
    _see("/readyz", health.ready, Right.PUBLIC),
    _see("/metrics", health.figures, Right.PUBLIC),
    _tell("/api/openapi.json", describe, dict[str, Any], Right.OWN),
    _tell("/api/me", reads.me, models.Me, Right.OWN),
    _tell("/api/today", reads.today, models.Today),
    _tell("/api/stories", reads.stories, models.Stories),
    _tell("/api/stories/{story}", reads.story, models.StoryTold),
    _tell("/api/articles/{article}", reads.article, models.ArticleText),
    _tell("/api/search", reads.search, models.Found),
    _tell("/api/trends", reads.trends, models.Trends),
    _tell("/api/sources", reads.sources, models.Sources),
    _tell("/api/alerts", reads.alerts, models.Alerts),
    _take("/api/articles/{article}/topic", writes.set_topic),
    _take("/api/articles/{article}/tone", writes.set_tone),
    _take("/api/articles/{article}/notes", writes.note_article),
    _take("/api/articles/{article}/state", writes.handle_article),
    _take("/api/articles/{article}/aside", writes.set_aside),
    _take("/api/stories/{story}/notes", writes.note_story),
    _take("/api/stories/{story}/state", writes.handle_story),
    _take("/api/corrections/{number}/undo", writes.undo),
)
