"""The first rule: a new article about a desk's place is told to those whose roles cover it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.compose import compose
from alerts.recipients import refused
from core.records import Desk, DeskMatch, Message, Publisher, Recipient, TaggedArticle
from core.roles import ROLE_TOPICS

PAGE = "page"
"""Stands for a recipient where a desk has none: the message is kept for whoever opens the page."""


def messages_for(
    tagged: TaggedArticle,
    desks: Sequence[Desk],
    publisher: Publisher | None,
    *,
    now: datetime,
    mail: bool,
    old_days: float = 2,
    public_url: str = "",
) -> tuple[Message, ...]:
    """The messages that a NEW article raises, one for each recipient and desk; none for an old one.

    `mail`: whether a mail server is configured; without one, and for a recipient without an address, the message
    stays on the page. `old_days`: an article published longer ago raises nothing, so that filling an empty record is
    quiet. The caller asks for new articles only; a repeated call makes messages with the same keys.
    """
    if tagged.located.article.published.at < now - timedelta(days=old_days):
        return ()
    by_id = {desk.id: desk for desk in desks}
    return tuple(
        _message(tagged, by_id[match.desk], match, recipient, publisher, mail=mail, public_url=public_url)
        for match in tagged.located.matches
        if match.desk in by_id
        for recipient in receivers(by_id[match.desk], {label.topic for label in tagged.topics})
    )


def receivers(desk: Desk, topics: set[str]) -> tuple[Recipient, ...]:
    """Recipients of the desk whose roles cover one of the topics, one for each address.

    One whom core.roles refuses gets nothing. A desk without any recipient tells its own page.
    """
    chosen: dict[str, Recipient] = {}
    for recipient in desk.recipients:
        if refused(recipient) is None and covers(recipient, topics):
            chosen.setdefault(recipient.email.lower() or f"id:{recipient.id}", recipient)
    if not desk.recipients:
        return (Recipient(id=PAGE, name=desk.office, roles=()),)
    return tuple(chosen.values())


def covers(recipient: Recipient, topics: set[str]) -> bool:
    """Whether one of the recipient's roles sees all, or one of these topics."""
    for role in recipient.roles:
        own = ROLE_TOPICS[role]
        if own is None or own & topics:
            return True
    return False


def _message(
    tagged: TaggedArticle,
    desk: Desk,
    match: DeskMatch,
    recipient: Recipient,
    publisher: Publisher | None,
    *,
    mail: bool,
    public_url: str,
) -> Message:
    article = tagged.located.article
    words = compose(tagged, desk, match, publisher, public_url=public_url)
    sent = mail and bool(recipient.email)
    return Message(
        key=f"alert:{desk.id}:{article.id}:{recipient.id}",
        desk=desk.id,
        recipient=recipient.id,
        channel="email" if sent else "page",
        article=article.id,
        subject=words.subject,
        text=words.text,
        html=words.html if sent else "",
    )
