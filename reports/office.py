"""The sections about the office's own work and about the sources. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.records import AnnexLine, ReportContent, UnreadSource
from reports.blocks import Block, Heading, para
from reports.telling import decimal, joined, moment_day, sentence, t

_LISTED = 20
"""Lines of a list; the others stand in the annex."""


def by_id(content: ReportContent) -> dict[str, AnnexLine]:
    return {line.article: line for line in content.annex if line.article}


def named(line: AnnexLine) -> str:
    name = f"“{line.title}”" if line.title else t("report.erased_title")
    day = moment_day(line.published) if line.published else line.day
    return f"{name} ({t('report.quote.source', source=line.source, day=day)})"


# Cảnh báo và xử lý, nguồn tin -----------------------------------------------------------------------------------------


def handling(content: ReportContent) -> Iterator[Block]:
    yield Heading(text=f"1. {t('report.title.alerts')}", level=2)
    yield para(_alerts(content))
    yield Heading(text=f"2. {t('report.title.changed')}", level=2)
    yield from _changed(content)
    if content.cases is not None:
        yield Heading(text=f"3. {t('report.title.cases')}", level=2)
        yield para(_cases(content))


def _alerts(content: ReportContent) -> str:
    sent, handled = content.messages, content.handled
    if not sent.total:
        text = t("report.alerts.none")
    else:
        counted = (
            ("delivered", sent.delivered),
            ("page", sent.page),
            ("waiting", sent.waiting),
            ("refused", sent.refused),
        )
        said = [t(f"report.alerts.{name}", messages=n) for name, n in counted if n]
        text = sentence(t("report.alerts.some", messages=sent.total, what=joined(said)))
    steps = (("done", handled.done), ("working", handled.working), ("seen", handled.seen))
    taken = [t(f"report.handled.{name}", stories=n) for name, n in steps if n]
    return f"{text} {sentence(t('report.handled.all', what=joined(taken)))}" if taken else text


def _changed(content: ReportContent) -> Iterator[Block]:
    if not content.changed:
        yield para(t("report.changed.none"))
        return
    known = by_id(content)
    found = [known[article] for article in content.changed if article in known]
    gone = sum(line.state == "withdrawn" for line in found)
    yield para(_changed_counted(len(found) - gone, gone))
    for line in found[:_LISTED]:
        when = moment_day(line.revised_at) if line.revised_at else ""
        key = "report.changed.gone" if line.state == "withdrawn" else "report.changed.new"
        yield para(f"- {named(line)}: {t(key, day=when)}.")
    if len(found) > _LISTED:
        yield para(t("report.more_in_annex", articles=len(found) - _LISTED))


def _changed_counted(new: int, gone: int) -> str:
    parts = [t("report.changed.new_count", articles=new)] if new else []
    parts += [t("report.changed.gone_count", articles=gone)] if gone else []
    return t("report.changed.some", what=joined(parts))


def _cases(content: ReportContent) -> str:
    cases = content.cases
    if cases is None or not (cases.opened or cases.closed or any(cases.by_state.values())):
        return t("report.cases.none")
    open_now = sum(n for state, n in cases.by_state.items() if state != "closed")
    text = t("report.cases.some", opened=cases.opened, closed=cases.closed, left=open_now)
    said = [t(f"report.outcome.{outcome}", cases=n) for outcome, n in cases.outcomes.items() if n]
    if said:
        text += " " + sentence(t("report.cases.outcomes", what=joined(said)))
    if cases.days_to_send is not None:
        text += " " + t("report.cases.days", days=decimal(cases.days_to_send))
    return text + (" " + t("report.cases.late", late=cases.late) if cases.late else "")


def sources(content: ReportContent) -> Iterator[Block]:
    names = iter("12")
    if content.unread_known:
        yield Heading(text=f"{next(names)}. {t('report.title.unread')}", level=2)
        yield from _unread_list(content)
    yield Heading(text=f"{next(names)}. {t('report.title.by_hand')}", level=2)
    yield from _by_hand([line for line in content.annex if not line.article])


def _unread_list(content: ReportContent) -> Iterator[Block]:
    if not content.unread:
        yield para(t("report.unread.none"))
        return
    yield para(t("report.unread.some", sources=len(content.unread), day=moment_day(content.collected)))
    for source in content.unread[:_LISTED]:
        yield para(f"- {_unread(source)}.")
    if len(content.unread) > _LISTED:
        yield para(t("report.unread.more", sources=len(content.unread) - _LISTED))


def _unread(source: UnreadSource) -> str:
    said = f"{source.name}: {t(f'report.unread_reason.{source.reason}')}"
    if source.reason == "silent" and source.last_new:
        return said + t("report.unread.silent_since", day=moment_day(source.last_new))
    return said + (t("report.unread.since", day=moment_day(source.last_success)) if source.last_success else "")


def _by_hand(items: Sequence[AnnexLine]) -> Iterator[Block]:
    if not items:
        yield para(t("report.by_hand.none"))
        return
    yield para(t("report.by_hand.some", items=len(items)))
    for item in items[:_LISTED]:
        where = f", {item.where}" if item.where else ""
        yield para(f"- “{item.title}” ({item.source}{where}, {_iso_digits(item.day)}).")
    if len(items) > _LISTED:
        yield para(t("report.more_in_annex", articles=len(items) - _LISTED))


def _iso_digits(day: str) -> str:
    return "/".join(reversed(day.split("-")))
