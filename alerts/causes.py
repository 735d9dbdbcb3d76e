"""Why a message is sent, in words: one wording for subject, both parts of a mail, Zalo and digest. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.i18n import t
from core.records import AlertCause, ListedArticle


def mark(cause: AlertCause, told: Sequence[ListedArticle], *, urgent: bool) -> str:
    """A word or two before the title: "KHẨN", "Bài đã gỡ"; "" for what is only new."""
    if cause in ("untaken", "repeat"):
        return t(f"alert.mark.{cause}")
    if urgent:
        return t("alert.mark.urgent_differs" if cause == "differs" else "alert.mark.urgent")
    return t(f"alert.mark.{_key(cause, told)}") if cause in ("grown", "changed", "differs") else ""


def notice(cause: AlertCause, told: Sequence[ListedArticle], *, urgent: bool) -> str:
    """The same as a sentence: "Tin khẩn. Diễn biến thêm: 2 bài mới từ lần báo trước."; "" for what is only new."""
    if cause in ("untaken", "repeat"):
        return t(f"alert.notice.{cause}")
    said = [t("alert.notice.urgent")] if urgent else []
    if cause in ("grown", "changed", "differs"):
        said.append(t(f"alert.notice.{_key(cause, told)}", articles=len(told)))
    return " ".join(said)


def line_mark(cause: AlertCause, told: Sequence[ListedArticle], *, covered: bool) -> str:
    """What stands before a story of a digest: "thêm bài", "đã gỡ"."""
    if cause in ("grown", "changed", "differs"):
        return t(f"alert.line.{_key(cause, told)}")
    return t("alert.line.covered") if covered else ""


def _key(cause: AlertCause, told: Sequence[ListedArticle]) -> str:
    """A text that is gone was not "changed"; of several, some may be the one and some the other."""
    if cause != "changed":
        return cause
    gone = sum(article.state == "withdrawn" for article in told)
    return "changed" if not gone else "gone" if gone == len(told) else "changed_or_gone"
