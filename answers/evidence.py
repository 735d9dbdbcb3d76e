"""Evidence of one article inside a case: a ZIP that can be verified with sha256sum alone. Pure.

It shows what the program fetched, when and from where, and says plainly what that proves and what not.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from core.clock import local
from core.i18n import t
from core.records import Case, KeptText

SUMS: Final = "SHA256SUMS"
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)
_HEADERS: Final = ("date", "etag", "last-modified", "content-type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who takes the evidence out, why, and when."""

    by: str
    reason: str
    at: datetime


def archive(case: Case, kept: KeptText | None, publisher: str, asked: Asked) -> bytes:
    """The ZIP: the quoted text, what is known of its fetching, a page that explains, and the sums of all three.

    Of a source that reserves text and data mining only the officer's typed quotation stands in it, marked so.
    """
    files = {
        "noi-dung.txt": _text(case, kept).encode(),
        "thong-tin.json": (
            json.dumps(_facts(case, kept, publisher, asked), ensure_ascii=False, indent=2) + "\n"
        ).encode(),
    }
    files["doc-truoc.html"] = _page(case, kept, publisher, asked).encode()
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (*sorted(files.items()), (SUMS, sums.encode())):
            packed.writestr(zipfile.ZipInfo(name, _OLDEST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _typed(case: Case, kept: KeptText | None) -> bool:
    return bool(case.ground and case.ground.typed) or kept is None or kept.reserved


def _text(case: Case, kept: KeptText | None) -> str:
    if kept is None or _typed(case, kept):
        quote = case.ground.quote if case.ground else ""
        return f"{case.title}\n\n[{t('evidence.typed')}]\n{quote}\n"
    captions = f"\n\n[{t('evidence.captions')}]\n" + "\n".join(kept.captions) if kept.captions else ""
    return "\n\n".join(part for part in (kept.title, kept.lead, *kept.paragraphs) if part) + captions + "\n"


def _facts(case: Case, kept: KeptText | None, publisher: str, asked: Asked) -> dict[str, object]:
    facts: dict[str, object] = {
        "case": case.id, "article": case.article, "publisher": publisher, "address": case.url,
        "title": case.title, "published": case.published.isoformat() if case.published else None,
        "quotation": case.ground.quote if case.ground else "", "quotation_typed_by_officer": _typed(case, kept),
        "revision_sha256": case.text_hash, "reason": asked.reason, "made_at": asked.at.isoformat(),
    }  # fmt: skip
    if kept:
        facts |= {
            "fetched_from": kept.fetched_from or case.url, "first_fetched": kept.first_seen.isoformat(),
            "last_seen_unchanged": kept.last_seen.isoformat(), "still_at_the_address": kept.current,
            "headers": {name: kept.headers[name] for name in _HEADERS if name in kept.headers},
        }  # fmt: skip
    return facts


def _page(case: Case, kept: KeptText | None, publisher: str, asked: Asked) -> str:
    """Explains each file in words that hold without the program."""

    def when(moment: datetime | None) -> str:
        return f"{local(moment):%H:%M:%S %d/%m/%Y} (UTC+7)" if moment else "…"

    rows = [
        (t("evidence.publisher"), publisher),
        (t("evidence.title"), case.title),
        (t("evidence.address"), case.url),
        (t("evidence.published"), when(case.published)),
        (t("evidence.quotation"), case.ground.quote if case.ground else ""),
        (t("evidence.reason"), asked.reason),
        (t("evidence.made"), when(asked.at)),
    ]
    if kept:
        rows += [(t("evidence.first"), when(kept.first_seen)), (t("evidence.last"), when(kept.last_seen))]
        rows += [(f"HTTP {name.title()}", kept.headers[name]) for name in _HEADERS if name in kept.headers]
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in rows)
    said = t("evidence.typed") if _typed(case, kept) else t("evidence.whole")
    title = escape(t("evidence.name"))
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<p>{escape(said)}</p>\n<table>\n{table}</table>\n"
        f"<p>{escape(t('evidence.verify'))} <code>sha256sum -c {SUMS}</code></p>\n"
        f"<p>{escape(t('evidence.proves'))}</p>\n</body></html>\n"
    )
