"""What the audit log keeps of an act, in the reader's words. The log itself holds stable words and ids, no texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from core.i18n import catalogue
from core.records import AuditLine
from core.topics import TOPIC_BY_ID
from dashboard.asking import Asked

_OURS: Final = frozenset({"operator", "sample", "wizard"})
"""Who did something without being a user: the command line, the sample, the first run."""
_BY_ITSELF: Final = frozenset({"", "purge", "zalo"})
_COUNTED: Final = re.compile(r"(\d+) (rows|entries|messages|articles)")
_LEVEL: Final = re.compile(r"\b(viewer|officer|editor|administrator|operator|none)\b(?:@(\w+))?")
_ONE_WORD: Final = {
    "case.open": "case.kind.", "case.close": "case.outcome.", "template.change": "mail_template.",
    "user.second_factor": "audit.is.", "user.disable": "audit.is.", "user.delete": "audit.is.",
    "article.add": "audit.is.",
}  # fmt: skip
"""Acts whose detail is one stable word -> where the catalogue has it."""
_SUBJECTS: Final = {
    "report.schedule": "report.page.kind.", "report.template": "mail_template.", "template.change": "template.kind.",
    "alerts.rules": "rules.names.",
}  # fmt: skip


def who(ask: Asked, line: AuditLine) -> str:
    """The user as colleagues call them, or what acted in their place."""
    if line.who in _BY_ITSELF:
        return ask.words.t("audit.program")
    return ask.words.t("audit.operator") if line.who in _OURS else ask.colleague(line.who)


def said(ask: Asked, line: AuditLine) -> str:
    """The act in words; the stable word itself where it has none yet."""
    return _known(ask, "act.", line.action.replace(".", "_")) or line.action


def subject(ask: Asked, line: AuditLine) -> tuple[str, str]:
    """What was acted on, in words, and its page; the id as it is, and "", where there is no more to say."""
    t, (kind, _, act), it = ask.words.t, line.action.partition("."), line.subject
    match kind:
        case "story" | "note" if line.detail == "story" or kind == "story":
            found = t("audit.story"), f"/cau-chuyen/{it}"
        case "article" | "label" | "note" | "headline" if act not in {"erase", "retag", "remove"}:
            found = t("audit.article"), f"/bai/{it}"
        case "user" if act != "export":
            found = ask.colleague(it), ""
        case "case" | "release" if it.isdigit():
            found = t("audit.case", number=it), f"/vu-viec/{it}"
        case "report" if it.isdigit():
            found = t("audit.report", number=it), f"/bao-cao/{it}"
        case "source" | "item" if act != "remove":
            found = ask.room.publisher_name(it), f"/nguon-tin/{it}"
        case "fact" if act not in {"import", "export"}:
            found = _indicator(ask, it), f"/so-lieu/{it}"
        case "keep":
            found = t(f"scope.keep.{it}"), ""
        case _:
            found = _other(ask, line), ""
    return found


def detail(ask: Asked, line: AuditLine) -> str:
    """What more is kept of the act, in words; as it is where it is a number, a name or somebody's own words."""
    words, t = line.detail, ask.words.t
    if one := _ONE_WORD.get(line.action):
        return _known(ask, one, words.replace(" ", "_")) or words
    if by_act := _BY_ACT.get(line.action):
        return by_act(ask, words)
    word, _, number = words.partition(" ")
    if word == "version" and number.isdecimal():
        return t("audit.version", number=number)
    if counted := _COUNTED.fullmatch(words):
        return t(f"audit.counted.{counted[2]}", number=counted[1])
    return _day(words) or words


def _known(ask: Asked, begin: str, word: str) -> str:
    return ask.words.t(begin + word) if begin + word in catalogue() else ""


def _indicator(ask: Asked, fact: str) -> str:
    book = ask.room.office.facts
    versions = book.versions(ask.desk.id, fact) if book and ask.desk else ()
    return versions[0].indicator if versions else fact


def _other(ask: Asked, line: AuditLine) -> str:
    it = line.subject
    if line.action == "alerts.template":
        name, _, part = it.partition("/")
        shown = _known(ask, "mail_template.", name), _known(ask, "mail_template.part.", part.replace(".", "_"))
        return ", ".join(shown) if all(shown) else it
    if line.action == "alerts.rules" and it == "timing":
        return ask.words.t("rules.timing")
    if (begin := _SUBJECTS.get(line.action)) and (found := _known(ask, begin, it)):
        return found
    return next((desk.name for desk in ask.desks if desk.id == it), it)


def _label(ask: Asked, words: str) -> str:
    """ "tone=neutral", "health=yes"; what was taken back by its name alone."""
    (name, _, value), t = words.partition("="), ask.words.t
    if name == "tone":
        return t("correction.did_tone", tone=_known(ask, "tone.", value)) if value else t("tone.title")
    if name not in TOPIC_BY_ID:
        return words
    topic = ask.words.topic(name)
    return t(f"correction.did_{'add' if value == 'yes' else 'not'}", topic=topic) if value else topic


def _handled(ask: Asked, words: str) -> str:
    """ "seen", "to=u1", or both; "to=" is nobody."""
    found = []
    for part in words.split():
        name, given, user = part.partition("=")
        if not given:
            found.append(_known(ask, "work.", name) or name)
        else:
            found.append(ask.words.t("work.assigned", name=ask.colleague(user)) if user else ask.words.t("work.nobody"))
    return ", ".join(found)


def _silenced(ask: Asked, words: str) -> str:
    """ "disaster until 2026-11-22T11:31:25+00:00"; a story or a unit stands as its kind."""
    what, _, until = words.partition(" until ")
    try:
        ends = ask.words.full_moment(datetime.fromisoformat(until))
    except ValueError:
        return words
    kind = "place" if ":" in what else "story"
    named = ask.words.topic(what) if what in TOPIC_BY_ID else ask.words.t(f"audit.{kind}")
    return f"{named}, {ask.words.t('alerts.page.silence_until', when=ends)}"


def _levels(ask: Asked, words: str) -> str:
    """ "officer@binh_son -> editor@binh_son"."""

    def one(found: re.Match[str]) -> str:
        level = ask.words.t("audit.is.none" if found[1] == "none" else f"level.{found[1]}")
        desk = next((desk.name for desk in ask.desks if desk.id == found[2]), found[2])
        return f"{level} ({desk})" if desk else level

    return _arrow(ask, _LEVEL.sub(one, words))


def _arrow(ask: Asked, words: str) -> str:
    del ask
    return words.replace("->", "→")


def _assigned(ask: Asked, user: str) -> str:
    return ask.colleague(user) if user else ask.words.t("work.nobody")


def _nothing(ask: Asked, words: str) -> str:
    """What the subject says already."""
    del ask, words
    return ""


def _day(words: str) -> str:
    try:
        return f"{date.fromisoformat(words):%d/%m/%Y}" if len(words) == len("2026-11-22") else ""
    except ValueError:
        return ""


_BY_ACT: Final[dict[str, Callable[[Asked, str], str]]] = {
    "label.correct": _label, "label.undo": _label, "article.handle": _handled, "story.handle": _handled,
    "alerts.silence": _silenced, "user.add": _levels, "user.change": _levels, "keep.set": _arrow,
    "case.assign": _assigned, "note.add": _nothing,
}  # fmt: skip
